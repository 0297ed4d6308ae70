"""The controls that steer a search, and their texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from texts import TEXTS, Language, century_name
from translated import Translated

from pinacoteca.collection import Painting
from pinacoteca.retriever import COMPOSITION_WEIGHT, PaintingRetriever
from pinacoteca.search import METRICS
from pinacoteca.selection import plain
from pinacoteca.styles import style_name

COUNTS = (5, 10, 20)
# The century and the years that it sets, in the browser: no round trip for a subtraction.
SET_YEARS = "century => century ? [100 * century - 99, 100 * century] : [0, 0]"


@dataclass(frozen=True)
class Steering:
    """The controls.

    Attributes:
        settings: What ``ask`` takes after the picture and the painting, in its order.
        artists: Of these, the choice of artists.
        as_in_report: Of these, whether to search as the report did.
        century: Sets the first and the last year.
        reset: The button that sets everything back.
        translated: What a change of the language updates.
    """

    settings: Sequence[gr.components.Component]
    artists: gr.Dropdown
    as_in_report: gr.Checkbox
    century: gr.Radio
    reset: gr.Button
    translated: Translated

    def defaults(self) -> list[Any]:
        """Returns the values of ``settings`` and ``century`` at the start."""
        return [component.value for component in (*self.settings, self.century)]


def add_steering(retriever: Callable[[], PaintingRetriever]) -> Steering:
    """Adds the controls where the page is being built.

    Args:
        retriever: Returns the retriever, whose collection has the artists, styles and centuries;
            called when the language is set.
    """
    composition = gr.Slider(
        0, 1, value=COMPOSITION_WEIGHT, step=0.05, buttons=[], elem_id="composition"
    )
    with gr.Accordion(open=False, elem_id="steering") as accordion:
        count = gr.Radio([(str(each), each) for each in COUNTS], value=COUNTS[0], elem_id="count")
        one_per_artist = gr.Checkbox(value=False, elem_id="one-per-artist")
        artists = gr.Dropdown([], value=[], multiselect=True, elem_id="artists")
        styles = gr.Dropdown([], value=[], multiselect=True, elem_id="styles")
        century = gr.Radio([(TEXTS["en"].any_century, 0)], value=0, elem_id="century")
        words = gr.Textbox("", max_length=200, elem_id="words")
        metric = gr.Radio(list(METRICS), value=METRICS[0], elem_id="metric")
        as_in_report = gr.Checkbox(value=False, elem_id="as-in-report")
        reset = gr.Button(variant="secondary", elem_id="reset")
    years = [gr.Number(0, precision=0, visible="hidden") for _ in range(2)]
    century.input(None, century, years, js=SET_YEARS, api_visibility="private")

    def updates(language: Language) -> list[Any]:
        texts, paintings = TEXTS[language], retriever().collection.paintings
        return [
            gr.update(label=texts.composition, info=texts.composition_hint),
            gr.update(label=texts.steering),
            gr.update(label=texts.count),
            gr.update(label=texts.one_per_artist),
            gr.update(label=texts.artists, choices=artist_choices(paintings)),
            gr.update(label=texts.styles, choices=style_choices(paintings, language)),
            gr.update(
                label=texts.century,
                info=texts.century_hint,
                choices=[(texts.any_century, 0), *century_choices(paintings, language)],
            ),
            gr.update(label=texts.words),
            gr.update(
                label=texts.distance, choices=[(getattr(texts, name), name) for name in METRICS]
            ),
            gr.update(label=texts.as_in_report, info=texts.as_in_report_hint),
            gr.update(value=texts.reset),
        ]

    translated = (
        composition,
        accordion,
        count,
        one_per_artist,
        artists,
        styles,
        century,
        words,
        metric,
        as_in_report,
        reset,
    )
    settings = (
        metric,
        composition,
        artists,
        styles,
        *years,
        count,
        one_per_artist,
        as_in_report,
        words,
    )
    return Steering(
        settings, artists, as_in_report, century, reset, Translated(translated, updates)
    )


def artist_choices(paintings: Sequence[Painting]) -> list[tuple[str, str]]:
    """Returns names and slugs of the artists, by name; accents do not count."""
    names = {painting.artist_slug: painting.artist for painting in paintings}
    return sorted(
        ((name, slug) for slug, name in names.items()), key=lambda choice: plain(choice[0])
    )


def style_choices(
    paintings: Sequence[Painting], language: Language = "en"
) -> list[tuple[str, str]]:
    """Returns the styles by name, each as it is shown and as the table has it."""
    styles = {each.style for each in paintings if each.style}
    named = ((style_name(style, language), style) for style in styles)
    return sorted(named, key=lambda choice: plain(choice[0]))


def century_choices(paintings: Sequence[Painting], language: Language) -> list[tuple[str, int]]:
    """Returns the centuries that paintings are of, from the first, which began with the year 1."""
    centuries = {
        (painting.year + 99) // 100
        for painting in paintings
        if painting.year is not None and painting.year > 0
    }
    return [(century_name(century, language), century) for century in sorted(centuries)]
