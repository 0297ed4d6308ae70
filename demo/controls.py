"""The controls that steer a search, and their texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from texts import TEXTS, Language, artist_name, century_name
from translated import Translated

from pinacoteca.collection import Painting
from pinacoteca.likeness import BALANCED
from pinacoteca.query_options import MAX_WORDS, OPTIONS
from pinacoteca.retriever import PaintingRetriever
from pinacoteca.search import METRICS
from pinacoteca.selection import plain
from pinacoteca.styles import style_name
from pinacoteca.years import last_of

COUNTS = (5, 10, 20)
_ANY_CENTURY = (TEXTS["en"].any_century, 0)
# Converts a century to years in the browser, which saves a round trip.
SET_YEARS = "century => century ? [100 * century - 99, 100 * century] : [0, 0]"


@dataclass(frozen=True)
class Controls:
    """The controls.

    Attributes:
        options: The component of each option, by its name, in the order of ``OPTIONS``.
        century: Sets the first and the last year.
        reset: The button that restores the defaults.
        translated: The texts that a change of the language updates.
    """

    options: Mapping[str, gr.components.Component]
    century: gr.Radio
    reset: gr.Button
    translated: Translated

    def defaults(self) -> list[Any]:
        """Returns the default values of the options and of ``century``."""
        return [component.value for component in (*self.options.values(), self.century)]


def add_controls(retriever: Callable[[], PaintingRetriever]) -> Controls:
    """Adds the controls where the page is being built.

    Args:
        retriever: Returns the retriever, whose collection has the artists, styles and centuries;
            called when the language is set.
    """
    composition = gr.Slider(0, 1, value=BALANCED, step=0.05, buttons=[], elem_id="composition")
    with gr.Accordion(open=False, elem_id="steering") as accordion:
        shown: dict[str, gr.components.Component] = {
            "count": gr.Radio(
                [(str(each), each) for each in COUNTS], value=COUNTS[0], elem_id="count"
            ),
            "one_per_artist": gr.Checkbox(value=False, elem_id="one-per-artist"),
            "artists": gr.Dropdown([], value=[], multiselect=True, elem_id="artists"),
            "styles": gr.Dropdown([], value=[], multiselect=True, elem_id="styles"),
            "century": (century := gr.Radio([_ANY_CENTURY], value=0, elem_id="century")),
            "words": gr.Textbox("", max_length=MAX_WORDS, elem_id="words"),
            "metric": gr.Radio(list(METRICS), value=METRICS[0], elem_id="metric"),
            "as_in_report": gr.Checkbox(value=False, elem_id="as-in-report"),
        }
        reset = gr.Button(variant="secondary", elem_id="reset")
    years = {
        name: gr.Number(0, precision=0, visible="hidden") for name in ("first_year", "last_year")
    }
    century.input(None, century, list(years.values()), js=SET_YEARS, api_visibility="private")
    labelled = {"composition": composition} | shown

    def updates(language: Language) -> list[Any]:
        texts, paintings = TEXTS[language], retriever().collection.paintings
        return [
            *(_update(name, language, paintings) for name in labelled),
            gr.update(label=texts.steering),
            gr.update(value=texts.reset),
        ]

    named = labelled | years
    return Controls(
        {option.name: named[option.name] for option in OPTIONS},
        century,
        reset,
        Translated([*labelled.values(), accordion, reset], updates),
    )


def _update(name: str, language: Language, paintings: Sequence[Painting]) -> Any:
    """Returns an update with the label of a control, the text of the same name, and its choices."""
    texts = TEXTS[language]
    changes: dict[str, Any] = {"label": getattr(texts, name)}
    if hint := getattr(texts, f"{name}_hint", ""):
        changes["info"] = hint
    if name == "artists":
        changes["choices"] = artist_choices(paintings, language)
    elif name == "styles":
        changes["choices"] = style_choices(paintings, language)
    elif name == "century":
        changes["choices"] = [(texts.any_century, 0), *century_choices(paintings, language)]
    elif name == "metric":
        changes["choices"] = [(getattr(texts, metric), metric) for metric in METRICS]
    return gr.update(**changes)


def artist_choices(paintings: Sequence[Painting], language: Language) -> list[tuple[str, str]]:
    """Returns names and slugs of the artists, sorted by name without accents."""
    names = {each.artist_slug: artist_name(each.artist, language) for each in paintings}
    return sorted(
        ((name, slug) for slug, name in names.items()), key=lambda choice: plain(choice[0])
    )


def style_choices(paintings: Sequence[Painting], language: Language) -> list[tuple[str, str]]:
    """Returns the styles, sorted by name, as pairs of name and spelling in the table."""
    styles = {each.style for each in paintings if each.style}
    named = ((style_name(style, language), style) for style in styles)
    return sorted(named, key=lambda choice: plain(choice[0]))


def century_choices(paintings: Sequence[Painting], language: Language) -> list[tuple[str, int]]:
    """Returns the centuries of the paintings; the first century began with the year 1."""
    centuries = {
        century
        for painting in paintings
        if painting.year is not None and painting.year > 0
        for century in range((painting.year + 99) // 100, (last_of(painting.year) + 99) // 100 + 1)
    }
    return [(century_name(century, language), century) for century in sorted(centuries)]
