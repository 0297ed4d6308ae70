"""The two tabs that show the whole collection: the map, and the list of artists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import gradio as gr
from browse import Filter, browse_html, style_choices, year_choices
from texts import LANGUAGES, TEXTS, Language, movement_name
from translated import Translated

from pinacoteca.collection import Painting
from pinacoteca.collection_map import CollectionMap
from pinacoteca.movements import MOVEMENTS, movement_of_style
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever
from pinacoteca.styles import style_name
from pinacoteca.years import Year

STATIC = Path(__file__).parent / "static"
# Selects the tab with the answer.
ANSWER = gr.update(selected="ask")


@dataclass(frozen=True)
class CollectionTabs(Translated):
    """Both tabs.

    Attributes:
        map: The output of ``query_place``, updated with every answer and every change of the
            language.
    """

    map: gr.components.Component


def add_collection_tabs(
    retriever: Callable[[], PaintingRetriever], asked: gr.Textbox, tabs: gr.Tabs
) -> CollectionTabs:
    """Adds two tabs to the ``gr.Tabs`` around.

    Args:
        retriever: Returns the retriever with the collection; called when a tab is opened.
        asked: The component to which a click writes the ``image_id`` to search with.
        tabs: The tabs around; a click selects the one with the answer.
    """
    english = TEXTS["en"]
    with gr.Tab(english.map_tab, id="map") as map_tab:
        painting_map = _add_map(retriever, asked, tabs)
    with gr.Tab(english.browse_tab, id="browse") as browse_tab:
        browser = _add_browser(retriever, asked, browse_tab, tabs)

    def updates(language: Language) -> list[Any]:
        texts = TEXTS[language]
        return [
            gr.update(label=texts.map_tab),
            gr.update(label=texts.browse_tab),
            *browser.updates(language),
        ]

    components = [map_tab, browse_tab, *browser.components]
    return CollectionTabs(components, updates, painting_map)


def query_place(
    retriever: PaintingRetriever, result: QueryResult | None, language: Language
) -> Any:
    """Returns an update of ``CollectionTabs.map`` that marks the place of a query.

    The update includes the texts, because a tab that was never opened keeps only its last update.

    Args:
        retriever: The retriever that answered.
        result: The answer; None, or an answer without neighbours, removes the mark.
        language: Of the page.
    """
    texts, places = map_texts(language, retriever.collection.paintings), retriever.map
    if places is None or result is None or not result.neighbours:
        return gr.update(texts=texts, place=None)
    if result.asked is not None:
        x, y = places.positions[retriever.collection.row(result.asked.image_id)].tolist()
    else:
        x, y = places.place(result.neighbours)
    neighbours = [each.image_id for each in result.neighbours]
    return gr.update(texts=texts, place={"x": x, "y": y, "neighbours": neighbours})


def map_texts(language: Language, paintings: Sequence[Painting] = ()) -> dict[str, Any]:
    """Returns the texts of the map, including the names of the paintings' styles."""
    texts = TEXTS[language]
    # Indexed by the number of the movement, 1 to 18; 0 is any other.
    movements = [texts.map_no_movement, *(movement_name(each, language) for each in MOVEMENTS)]
    prefix = "map_"
    words = {
        field.name.removeprefix(prefix): getattr(texts, field.name)
        for field in fields(texts)
        if field.name.startswith(prefix)
    }
    styles = {each.style: style_name(each.style, language) for each in paintings}
    return words | {
        "movements": movements,
        "styles": styles,
        "undated": texts.year_unknown,
        "unknown_artist": texts.artist_unknown,
    }


def _year(year: int | None) -> int | tuple[int, str] | None:
    """Returns a year, with its original text if that is not just the number."""
    return (int(year), year.written) if isinstance(year, Year) else year


def points_of(retriever: PaintingRetriever, places: CollectionMap) -> list[tuple[Any, ...]]:
    """Returns the data of each painting for the map.

    Each tuple holds id, artist, title, year (with its text, if it differs), style, number of the
    movement or 0, two coordinates from 0 to 1, and width divided by height.
    """
    points = []
    for painting, (x, y) in zip(
        retriever.collection.paintings,
        places.positions.astype(float).round(4).tolist(),
        strict=True,
    ):
        movement = movement_of_style(painting.style)
        points.append(
            (
                painting.image_id,
                painting.artist,
                painting.title,
                _year(painting.year),
                painting.style,
                movement.number if movement else 0,
                x,
                y,
                round(painting.width / painting.height, 3),
            )
        )
    return points


def _add_map(
    retriever: Callable[[], PaintingRetriever], asked: gr.Textbox, tabs: gr.Tabs
) -> gr.HTML:
    # Gradio passes the argument of the script's call, here nothing.
    def collection_points(_: None) -> list[tuple[Any, ...]]:
        places = retriever().map
        return [] if places is None else points_of(retriever(), places)

    painting_map = gr.HTML(
        None,
        html_template='<div class="map"></div>',
        css_template=(STATIC / "collection_map.css").read_text(encoding="utf-8"),
        js_on_load=(STATIC / "collection_map.js").read_text(encoding="utf-8"),
        server_functions=[collection_points],
        apply_default_css=False,
        elem_id="map",
        texts=map_texts(LANGUAGES[0]),
        place=None,
    )

    def search(event: gr.EventData) -> tuple[str, Any]:
        return str(event.image_id), ANSWER

    painting_map.select(
        search, None, [asked, tabs], api_visibility="private", show_progress="hidden"
    )
    return painting_map


def _add_browser(
    retriever: Callable[[], PaintingRetriever], asked: gr.Textbox, tab: gr.Tab, tabs: gr.Tabs
) -> Translated:
    english = TEXTS["en"]
    # Not gr.State, for which each tab keeps a connection open; browsers allow six.
    language = gr.Textbox(LANGUAGES[0], visible="hidden")
    artist = gr.Textbox("", visible="hidden")
    page = gr.Number(0, precision=0, visible="hidden")
    with gr.Row(elem_classes="filters"):
        words = gr.Textbox(label=english.browse_words, elem_id="browse-words", scale=2)
        styles = gr.Dropdown(
            [], multiselect=True, label=english.browse_styles, elem_id="browse-styles", scale=2
        )
        first_year, last_year = (
            gr.Dropdown([("", 0)], value=0, label=label, min_width=110)
            for label in (english.browse_first_year, english.browse_last_year)
        )
    browser = gr.HTML(
        css_template=(STATIC / "browse.css").read_text(encoding="utf-8"),
        js_on_load=(STATIC / "browse.js").read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="browser",
    )
    filters = [words, styles, first_year, last_year]

    def show(*settings: Any) -> str:
        words, styles, first_year, last_year, artist, page, code = settings
        language = code if code in TEXTS else LANGUAGES[0]
        chosen = Filter(
            words or "", tuple(styles or ()), first_year or None, last_year or None, artist or ""
        )
        return browse_html(retriever().collection, chosen, page or 0, language)

    def narrow(*settings: Any) -> tuple[int, str]:
        *chosen, artist, language = settings
        return 0, show(*chosen, artist, 0, language)

    def click(event: gr.EventData, *settings: Any) -> tuple[Any, ...]:
        *chosen, artist, page, language = settings
        kind, key = event.kind, event.key
        if kind == "painting":
            return artist, page, key, gr.skip(), ANSWER
        if kind == "artist":
            artist, page = "" if key == artist else key, 0
        else:
            page = int(key)
        return artist, page, gr.skip(), show(*chosen, artist, page, language), gr.skip()

    quiet = {"api_visibility": "private", "show_progress": "hidden"}
    gr.on(
        [words.input, styles.change, first_year.input, last_year.input],
        narrow,
        [*filters, artist, language],
        [page, browser],
        trigger_mode="always_last",
        **quiet,
    )
    browser.select(
        click,
        [*filters, artist, page, language],
        [artist, page, asked, browser, tabs],
        **quiet,
    )
    gr.on([tab.select, language.change], show, [*filters, artist, page, language], browser, **quiet)

    def updates(language: Language) -> list[Any]:
        texts = TEXTS[language]
        first_years, last_years = year_choices(retriever().collection)
        return [
            language,
            gr.update(label=texts.browse_words),
            gr.update(
                label=texts.browse_styles, choices=style_choices(retriever().collection, language)
            ),
            gr.update(label=texts.browse_first_year, choices=first_years),
            gr.update(label=texts.browse_last_year, choices=last_years),
        ]

    return Translated([language, *filters], updates)
