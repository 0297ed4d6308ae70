"""The parts of the page: each function adds one where the page is being built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from answer import empty_html, header_html
from collection_view import CollectionTabs
from controls import Controls, add_controls
from downloads import add_downloads
from examples_strip import examples_html
from guarded import LANGUAGE_ID
from painting_input import PaintingInput
from picture_card import PictureOf
from sharing import Sharing, add_share_notice
from texts import LANGUAGE_NAMES, LANGUAGES, TEXTS
from translated import Translated
from uploads import UploadFolder

from pinacoteca.retriever import PaintingRetriever

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Header:
    """The top of the page.

    Attributes:
        title: The name of the page and what it is for.
        language: Chooses the language.
    """

    title: gr.HTML
    language: gr.Radio


@dataclass(frozen=True)
class Query:
    """What a visitor asks with.

    Attributes:
        asked_with: Shows the painting of the collection that is the query.
        painting: Takes a picture.
        examples: The drawings to try.
        controls: The options.
    """

    asked_with: gr.HTML
    painting: PaintingInput
    examples: gr.HTML
    controls: Controls


@dataclass(frozen=True)
class Answer:
    """What a visitor gets.

    Attributes:
        answer: The movement and the neighbours.
        downloads: The buttons that save the answer.
        share_notice: The notice about the public link.
    """

    answer: gr.HTML
    downloads: Translated
    share_notice: Translated


@dataclass(frozen=True)
class PageParts:
    """All parts of the page.

    Attributes:
        header: The top.
        asked: Holds the ``image_id`` of the painting that is the query.
        tabs: The three tabs.
        ask_tab: The first of them.
        collection: The other two.
        query: In the first tab, what is asked with.
        answer: In the first tab, the answer.
        dialog: The large view of a painting; all buttons of the page send their events to it.
        status: The answer in a sentence, for screen readers.
        footer: The bottom.
    """

    header: Header
    asked: gr.Textbox
    tabs: gr.Tabs
    ask_tab: gr.Tab
    collection: CollectionTabs
    query: Query
    answer: Answer
    dialog: gr.HTML
    status: gr.HTML
    footer: gr.HTML


def add_header() -> Header:
    """Adds the title and the choice of the language."""
    with gr.Row(elem_classes="top"):
        title = gr.HTML(header_html("en"), min_width=320)
        language = gr.Radio(
            [(name, code) for code, name in LANGUAGE_NAMES.items()],
            value=LANGUAGES[0],
            label=TEXTS["en"].language,
            elem_id=LANGUAGE_ID,
            container=False,
            scale=0,
            min_width=230,
        )
    return Header(title, language)


def add_query(retriever: Callable[[], PaintingRetriever]) -> Query:
    """Adds what a visitor asks with; see ``add_controls`` for ``retriever``."""
    english = TEXTS["en"]
    with gr.Column(scale=2, min_width=300, elem_classes="query"):
        asked_with = gr.HTML(elem_id="asked-with")
        painting = PaintingInput(
            label=english.painting,
            placeholder=english.drop_here,
            type="filepath",
            image_mode=None,
            sources=["upload", "clipboard", "webcam"],
            buttons=["fullscreen"],
            height=340,
            elem_id="painting",
        )
        examples = gr.HTML(
            examples_html("en"), elem_id="examples", js_on_load=_script("drop_anywhere.js")
        )
        controls = add_controls(retriever)
    return Query(asked_with, painting, examples, controls)


def add_answer(
    retriever: Callable[[], PaintingRetriever],
    picture_of: Callable[[], PictureOf],
    sharing: Sharing,
    settings: Sequence[gr.components.Component],
    uploads: UploadFolder,
    limits: Mapping[str, Any],
) -> Answer:
    """Adds what a visitor gets.

    Args:
        retriever: Returns the retriever that answers.
        picture_of: Returns a function that finds the picture of a painting by its ``image_id``.
        sharing: The state of the public link.
        settings: The components that ``Question.of`` reads, in its order.
        uploads: Keeps the files to take away.
        limits: Concurrency settings of the Gradio events.
    """
    with gr.Column(scale=5, min_width=320):
        answer = gr.HTML(
            empty_html("en"), elem_id="answer", min_height=420, js_on_load=_script("lost.js")
        )
        downloads = add_downloads(retriever, picture_of, settings, uploads, **limits)
        share_notice = add_share_notice(sharing, settings[-1])
    return Answer(answer, downloads, share_notice)


def add_dialog() -> gr.HTML:
    """Adds the place of the large view of a painting, and the script of all buttons."""
    return gr.HTML("", elem_id="door", js_on_load=_script("painting_dialog.js"))


def _script(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
