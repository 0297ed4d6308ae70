"""From the settings of the page, or of a program, to an answer."""

from __future__ import annotations

from collections.abc import Sequence

from lost import check_not_lost

from pinacoteca.collection import Painting
from pinacoteca.errors import PinacotecaError
from pinacoteca.results import QueryResult
from pinacoteca.retriever import COMPOSITION_WEIGHT, PaintingRetriever
from pinacoteca.search import METRICS, Metric
from pinacoteca.selection import Selection
from pinacoteca.styles import style_key

MAX_COUNT = 100
MAX_WORDS = 200


class SettingError(PinacotecaError):
    """A setting that the collection or the search does not have."""


def ask(
    retriever: PaintingRetriever,
    painting: str | None,
    asked: str,
    metric: Metric = "cosine",
    composition: float = COMPOSITION_WEIGHT,
    artists: Sequence[str] = (),
    styles: Sequence[str] = (),
    first_year: int | None = None,
    last_year: int | None = None,
    count: int = 5,
    one_per_artist: bool = False,
    as_in_report: bool = False,
    words: str = "",
) -> QueryResult | None:
    """Returns the answer, None where nothing is asked.

    Args:
        retriever: Answers.
        painting: The file of a picture, or None.
        asked: The ``image_id`` of a painting of the collection, which comes before the picture, or
            nothing.
        metric: As ``PaintingRetriever.query`` takes it.
        composition: Likewise.
        artists: As in ``Selection``, as are the next four.
        styles: Styles.
        first_year: The year from which on; None or 0, which was no year, for any.
        last_year: The year up to which, likewise.
        count: The number of neighbours, up to 100; a smaller collection gives all that it has.
        one_per_artist: As ``PaintingRetriever.query`` takes it.
        as_in_report: Likewise.
        words: Words of the title.

    Raises:
        ImageError: The file is not a picture that can be read.
        CollectionError: The collection has no painting ``asked``.
        SettingError: A setting is out of range, or the collection has no such artist or style.
    """
    source = query_source(retriever, painting, asked)
    if source is None:
        return None
    if metric not in METRICS:
        raise SettingError(f"There is no distance {metric!r}: use {' or '.join(METRICS)}.")
    if not 0 <= composition <= 1:
        raise SettingError(f"The composition counts 0 to 1; got {composition!r}.")
    if not 1 <= count <= MAX_COUNT:
        raise SettingError(f"Ask for 1 to {MAX_COUNT} paintings; got {count!r}.")
    return retriever.query(
        source,
        k=min(int(count), len(retriever.collection)),
        metric=metric,
        composition=composition,
        selection=selection_of(
            retriever.collection.paintings, artists, styles, first_year, last_year, words
        ),
        one_per_artist=one_per_artist,
        as_in_report=as_in_report,
    )


def query_source(
    retriever: PaintingRetriever, painting: str | None, asked: str
) -> str | Painting | None:
    """Returns what is asked with: a painting of the collection, a file, or nothing.

    Raises:
        CollectionError: The collection has no painting ``asked``.
        LostPictureError: The picture is no longer there.
    """
    check_not_lost(painting, asked)
    return retriever.collection.painting(asked) if asked else painting


def selection_of(
    paintings: Sequence[Painting],
    artists: Sequence[str],
    styles: Sequence[str],
    first_year: int | None,
    last_year: int | None,
    words: str,
) -> Selection:
    """Returns the conditions that a neighbour must meet.

    Raises:
        SettingError: There is no such artist or style, or the words are too many.
    """
    slugs = {painting.artist_slug for painting in paintings}
    for slug in artists:
        if slug not in slugs:
            raise SettingError(
                f"The collection has no artist {slug!r}: use an artist_slug of paintings.csv."
            )
    names = {style_key(painting.style) for painting in paintings}
    for name in styles:
        if style_key(name) not in names:
            raise SettingError(f"The collection has no style {name!r}: use one of paintings.csv.")
    if len(words) > MAX_WORDS:
        raise SettingError(f"The words of the title may have {MAX_WORDS} letters at most.")
    return Selection(tuple(artists), tuple(styles), first_year or None, last_year or None, words)
