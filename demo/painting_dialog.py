"""The large view of a painting: its label, why it is near, and further actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from answer import closeness_html, label_html, link_html, name_of, picture_html
from pictures import data_address, shown
from texts import TEXTS, Language, place_name

from pinacoteca.collection import Painting
from pinacoteca.errors import ImageError
from pinacoteca.images import open_image
from pinacoteca.likeness import GRID
from pinacoteca.regions import Match
from pinacoteca.results import Neighbour, QueryResult
from pinacoteca.retriever import PaintingRetriever


@dataclass(frozen=True)
class View:
    """What the large view shows.

    Attributes:
        painting: The painting.
        neighbour: The painting as a neighbour in the last answer; None if it is not in it.
        query: The query that it is compared with: a painting, the file of a picture, or None.
        matches: The regions in which they are alike; empty if nothing is compared.
        as_in_report: Whether the answer compared no regions.
    """

    painting: Painting
    neighbour: Neighbour | None
    query: Painting | str | None
    matches: Sequence[Match]
    as_in_report: bool


def view_of(
    retriever: PaintingRetriever,
    image_id: str,
    query: Painting | str | None,
    result: QueryResult | None,
) -> View:
    """Returns the contents of the large view of a painting.

    Args:
        retriever: Holds the painting and compares it.
        image_id: The id of the painting.
        query: The query of the page.
        result: The answer to the query, or None.

    Raises:
        CollectionError: The collection has no such painting.
    """
    painting = retriever.collection.painting(image_id)
    neighbours = result.neighbours if result is not None else ()
    as_in_report = result is not None and result.options.as_in_report
    neighbour = next((entry for entry in neighbours if entry.image_id == image_id), None)
    matches: Sequence[Match] = ()
    if query is not None and query != painting and not as_in_report:
        try:
            mirror = neighbour is not None and neighbour.mirrored
            matches = retriever.regions(query, painting, mirror)
        except ImageError:
            # An upload is deleted after an hour; the page may be open for longer.
            query = None
    return View(painting, neighbour, query, matches, as_in_report)


def dialog_html(view: View, language: Language) -> str:
    """Returns the view as a dialog, which the browser then opens."""
    texts, painting = TEXTS[language], view.painting
    closeness = closeness_html(view.neighbour, language) if view.neighbour is not None else ""
    figures = [_painting_figure(painting, [each.painting for each in view.matches], language)]
    if view.query is not None and view.matches:
        figures.insert(
            0, _query_figure(view.query, [each.query for each in view.matches], language)
        )
    more_by = (
        f'<button type="button" class="action" data-artist="{escape(painting.artist_slug)}">'
        f"{escape(texts.more_by)}</button>"
        # The works of unknown painters do not belong together.
        if painting.artist_slug
        else ""
    )
    body = (
        f'<div class="pictures">{"".join(figures)}</div>'
        f'<div class="why"><p class="caption">{closeness}</p>{_regions_html(view, language)}</div>'
        f'<div class="actions">'
        f'<button type="button" class="action" data-ask="{escape(painting.image_id)}">'
        f"{escape(texts.search_with)}</button>"
        f"{more_by}{link_html(painting, language)}</div>"
    )
    return _dialog(label_html(painting, language), body, language)


def unknown_dialog_html(language: Language) -> str:
    """Returns the dialog for a painting that the collection does not have."""
    texts = TEXTS[language]
    heading, hint = escape(texts.unknown_painting), escape(texts.unknown_painting_hint)
    return _dialog(heading, f'<p class="why">{hint}</p>', language)


def _dialog(heading: str, body: str, language: Language) -> str:
    return (
        '<dialog class="answer" aria-labelledby="door-heading" closedby="any"><div class="door">'
        f'<button type="button" class="action" data-close>{escape(TEXTS[language].back)}</button>'
        f'<h2 id="door-heading" class="caption">{heading}</h2>{body}</div></dialog>'
    )


def _figure(
    picture: str, proportions: float, caption: str, cells: Sequence[tuple[int, int]]
) -> str:
    """Returns a picture with numbered frames around cells; the list of regions says it in words."""
    size = 100 / GRID
    frames = "".join(
        f'<span class="region" data-place="{place}" style="left: {column * size}%; '
        f'top: {row * size}%; width: {size}%; height: {size}%"></span>'
        for place, (row, column) in enumerate(cells, start=1)
    )
    return (
        f'<figure style="--proportions: {proportions:.4f}"><div class="framed">{picture}'
        f'<div aria-hidden="true">{frames}</div></div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _painting_figure(
    painting: Painting, cells: Sequence[tuple[int, int]], language: Language
) -> str:
    caption = name_of(painting, language)
    proportions = painting.width / painting.height
    return _figure(picture_html(painting, language), proportions, caption, cells)


def _query_figure(
    query: Painting | str, cells: Sequence[tuple[int, int]], language: Language
) -> str:
    if isinstance(query, Painting):
        return _painting_figure(query, cells, language)
    # Encoded again: browsers do not show TIFF, and may orient a picture differently.
    picture = open_image(query)
    caption = TEXTS[language].your_picture
    image = f'<img src="{data_address(shown(picture), "image/jpeg")}" alt="{escape(caption)}">'
    return _figure(image, picture.width / picture.height, caption, cells)


def _regions_html(view: View, language: Language) -> str:
    texts = TEXTS[language]
    if view.as_in_report and view.neighbour is not None:
        return f'<p class="note">{escape(texts.regions_of_report)}</p>'
    if not view.matches:
        return ""
    entries = "".join(
        f"<li>{escape(texts.region.format(query=query, painting=painting))}</li>"
        for query, painting in (
            (_place(each.query, language), _place(each.painting, language)) for each in view.matches
        )
    )
    return (
        f'<div><h3 class="eyebrow">{escape(texts.alike)}</h3>'
        f'<ol class="regions">{entries}</ol></div>'
    )


def _place(cell: tuple[int, int], language: Language) -> str:
    row, column = ((place + 0.5) / GRID for place in cell)
    return place_name(row, column, language)
