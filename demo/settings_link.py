"""The settings of an answer as a link that opens the page with them again."""

from __future__ import annotations

import math
from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from asking import MAX_COUNT, MAX_WORDS
from texts import LANGUAGES, Language

from pinacoteca.collection import Collection
from pinacoteca.retriever import COMPOSITION_WEIGHT
from pinacoteca.search import METRICS, Metric
from pinacoteca.styles import spelled_as

# Between several values of one name: it needs no escape in an address and stands in no slug.
SEPARATOR = "~"
YEARS = (1, 9999)
Name = TypeVar("Name", bound=str)


@dataclass(frozen=True)
class Settings:
    """What an answer depends on besides a picture that somebody sends.

    Attributes:
        asked: The ``image_id`` of the painting of the collection that is asked with, or nothing.
        metric: As ``PaintingRetriever.query`` takes it.
        composition: Likewise.
        artists: As in ``Selection``, as are the next three.
        styles: Styles.
        first_year: The year from which on.
        last_year: The year up to which.
        count: The number of neighbours.
        one_per_artist: As ``PaintingRetriever.query`` takes it.
        as_in_report: Likewise.
        words: Words of the title.
        language: Of the page; None leaves it to the browser.
    """

    asked: str = ""
    metric: Metric = METRICS[0]
    composition: float = COMPOSITION_WEIGHT
    artists: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    count: int = 5
    one_per_artist: bool = False
    as_in_report: bool = False
    words: str = ""
    language: Language | None = None

    @classmethod
    def of(cls, *values: Any) -> Self:
        """Returns the settings with the values that the page's components have, in their order.

        Raises:
            TypeError: There are too many.
        """
        plain: list[Any] = [tuple(value) if isinstance(value, list) else value for value in values]
        return cls(*plain)

    def values(self) -> list[Any]:
        """Returns what the page's components are to have, in their order, the language aside."""
        *values, _ = astuple(self)
        return [list(value) if isinstance(value, tuple) else value for value in values]


DEFAULTS = Settings()


def link_of(settings: Settings) -> str:
    """Returns the query of the address, from the question mark on: what is not as usual."""
    named = {
        "painting": settings.asked,
        "metric": settings.metric if settings.metric != DEFAULTS.metric else "",
        "composition": (
            f"{settings.composition:g}" if settings.composition != DEFAULTS.composition else ""
        ),
        "artists": SEPARATOR.join(settings.artists),
        "styles": SEPARATOR.join(settings.styles),
        # The page's own value for none is 0, which was no year.
        "from": str(settings.first_year or ""),
        "to": str(settings.last_year or ""),
        "count": str(settings.count) if settings.count != DEFAULTS.count else "",
        "one_per_artist": "yes" if settings.one_per_artist else "",
        "as_in_report": "yes" if settings.as_in_report else "",
        "title": settings.words,
        "language": settings.language or "",
    }
    return "?" + urlencode({name: value for name, value in named.items() if value})


def settings_of(
    parameters: Mapping[str, str], collection: Collection, counts: Sequence[int]
) -> Settings:
    """Returns the settings that ``link_of`` wrote, or whatever of them can be used.

    An address may come from anybody: unknown names and values count as left out, and numbers out
    of range as the nearest within it.

    Args:
        parameters: ``gr.Request.query_params`` of the page that is opened.
        collection: Has the paintings, artists and styles that may be named.
        counts: The numbers of neighbours that the page offers.
    """
    paintings = collection.paintings
    image_ids = {painting.image_id for painting in paintings}
    artists = {painting.artist_slug for painting in paintings}
    styles = {painting.style for painting in paintings if painting.style}
    composition = _number(parameters.get("composition"), 0, 1)
    years = _year(parameters.get("from")), _year(parameters.get("to"))
    # The page shows no other years than those of a century.
    first_year, last_year = years if century_of_years(*years) else (None, None)
    return Settings(
        asked=_one_of(parameters.get("painting"), image_ids) or "",
        metric=_one_of(parameters.get("metric"), METRICS) or DEFAULTS.metric,
        composition=DEFAULTS.composition if composition is None else composition,
        artists=_some_of(parameters.get("artists"), artists),
        styles=_styles_of(parameters.get("styles"), styles),
        first_year=first_year,
        last_year=last_year,
        count=_nearest(_number(parameters.get("count"), 1, MAX_COUNT), counts),
        one_per_artist=parameters.get("one_per_artist") == "yes",
        as_in_report=parameters.get("as_in_report") == "yes",
        words=(parameters.get("title") or "")[:MAX_WORDS],
        language=_one_of(parameters.get("language"), LANGUAGES),
    )


def century_of_years(first: int | None, last: int | None) -> int:
    """Returns the century, 19 for 1801 to 1900, that the years are, 0 if they are none."""
    if first is None or last is None or last % 100 or last - first != 99:
        return 0
    return last // 100


def _number(text: str | None, least: float, most: float) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return None if math.isnan(value) else min(max(value, least), most)


def _year(text: str | None) -> int | None:
    year = _number(text, *YEARS)
    return None if year is None else int(year)


def _nearest(value: float | None, choices: Sequence[int]) -> int:
    if value is None:
        return DEFAULTS.count
    return min(choices, key=lambda choice: abs(choice - value))


def _one_of(text: str | None, known: Several[Name]) -> Name | None:
    return next((name for name in known if name == text), None)


def _styles_of(text: str | None, known: Several[str]) -> tuple[str, ...]:
    named = (spelled_as(name, known) for name in (text or "").split(SEPARATOR) if name)
    return tuple(dict.fromkeys(style for style in named if style is not None))


def _some_of(text: str | None, known: Several[str]) -> tuple[str, ...]:
    # Each once, in the order of the link. A name that is left out is none, not the empty one,
    # which painters have whom nobody knows.
    names = dict.fromkeys(text.split(SEPARATOR)) if text else {}
    return tuple(name for name in names if name in known)
