"""The page: what stands where, and what happens when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from answer import (
    answer_html,
    asked_html,
    empty_html,
    footer_html,
    header_html,
    lost_html,
    status_html,
    unknown_html,
    unreadable_html,
)
from api import LenientBlocks, add_endpoints
from asking import ask, query_source, selection_of
from collection_view import ANSWER, add_collection_tabs, query_place
from controls import COUNTS, add_steering
from downloads import add_take_away
from examples_strip import FOLDER, example_path, examples_html
from lost import MARK, LostPictureError
from painting_dialog import door_html, unknown_door_html, view_of
from painting_input import PaintingInput, uploaded_path
from picture_card import PictureOf
from settings_link import century_of_years, settings_of
from sharing import Sharing, add_share_notice
from texts import LANGUAGE_NAMES, LANGUAGES, TEXTS, Language, preferred_language
from translated import Translated

from pinacoteca.collection import Painting
from pinacoteca.errors import CollectionError, ImageError
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever

STATIC = Path(__file__).parent / "static"
DIALOG_SCRIPT, DROP_SCRIPT, LOST_SCRIPT = (
    STATIC / name for name in ("painting_dialog.js", "drop_anywhere.js", "lost.js")
)
# Every ten minutes, uploads older than an hour are deleted.
DELETE_SECONDS = (600, 3600)
# Two cores answer two at a time; more would only wait for each other.
ANSWERS_AT_ONCE = 2
# What stands in the answer where a picture is lost, if it does.
_LOST = "document.querySelector('#answer [data-lost]')?.dataset.lost"
# A new picture takes the place of the painting that was asked with; a lost one leaves its mark.
ASK_WITH_PICTURE = (
    f"(painting, asked, ...settings) => {{ const lost = {_LOST}; "
    "return [painting, painting || !lost ? '' : 'lost:' + lost, ...settings]; }"
)
TAKE_OFF = f"() => [null, 'lost:' + ({_LOST} ?? 'anew')]"
TELL_ASKED = (
    "asked => { const detail = asked.startsWith('lost:') ? '' : asked; "
    "window.dispatchEvent(new CustomEvent('pinacoteca-asked', {detail})); return asked; }"
)
TELL_ANSWERED = "() => { window.dispatchEvent(new Event('pinacoteca-answered')); }"


def build_page(
    retriever: Callable[[], PaintingRetriever],
    picture_of: Callable[[], PictureOf],
    sharing: Sharing,
) -> gr.Blocks:
    """Builds the page.

    Args:
        retriever: Returns the retriever that answers; called when the first visitor comes.
        picture_of: Returns what finds the picture of a painting by its ``image_id``.
        sharing: What is known of the public link.
    """
    show = _shower(retriever)

    def open_door(event: gr.EventData, *settings: Any) -> str:
        *values, language = settings
        painting, asked, *_, as_in_report, _ = values
        query: Painting | str | None = None
        result: QueryResult | None = None
        try:
            # Asked again: to remember the answer, each tab would hold a connection for good, and
            # browsers allow six.
            with suppress(ImageError):
                query = query_source(retriever(), painting, asked)
                result = ask(retriever(), *values)
            view = view_of(retriever(), _told(event, "painting"), query, result, as_in_report)
        except CollectionError:
            return unknown_door_html(language)
        return door_html(view, language)

    def hang_example(event: gr.EventData) -> str | None:
        return example_path(_told(event, "example"))

    def hang_upload(language: Language, event: gr.EventData) -> list[Any]:
        path = uploaded_path(_told(event, "address") or "")
        if path is None:
            gr.Warning(TEXTS[language].no_file)
            return [gr.skip(), gr.skip()]
        return [path, ANSWER]

    def keep_to_artist(event: gr.EventData) -> list[str]:
        artist = _told(event, "artist")
        known = {painting.artist_slug for painting in retriever().collection.paintings}
        return [artist] if artist in known else []

    # Gradio gives out files of its working directory only, and the page may start anywhere.
    gr.set_static_paths([FOLDER])
    english = TEXTS["en"]
    with LenientBlocks(
        title="Pinacoteca",
        analytics_enabled=False,
        # Up to the width that the style sheet gives.
        fill_width=True,
        delete_cache=DELETE_SECONDS,
    ) as page:
        with gr.Row(elem_classes="top"):
            header = gr.HTML(header_html("en"), min_width=320)
            language = gr.Radio(
                [(name, code) for code, name in LANGUAGE_NAMES.items()],
                value=LANGUAGES[0],
                label=english.language,
                elem_id="language",
                container=False,
                scale=0,
                min_width=230,
            )
        # Whoever sets it, by script or in an event, searches with this painting of the collection.
        asked = gr.Textbox("", visible="hidden", elem_id="asked-painting")
        with gr.Tabs(elem_id="tabs") as tabs:
            ask_tab = gr.Tab(english.ask, id="ask")
            collection_tabs = add_collection_tabs(retriever, asked, tabs)
        with ask_tab, gr.Row(elem_classes="workspace"):
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
                    examples_html("en"),
                    elem_id="examples",
                    js_on_load=DROP_SCRIPT.read_text(encoding="utf-8"),
                )
                steering = add_steering(retriever)
            with gr.Column(scale=5, min_width=320):
                answer = gr.HTML(
                    empty_html("en"),
                    elem_id="answer",
                    min_height=420,
                    js_on_load=LOST_SCRIPT.read_text(encoding="utf-8"),
                )
                settings = [painting, asked, *steering.settings, language]
                take_away = add_take_away(
                    retriever,
                    picture_of,
                    settings,
                    concurrency_limit=ANSWERS_AT_ONCE,
                    concurrency_id="answers",
                )
                share_notice = add_share_notice(sharing, language)
        door = gr.HTML("", elem_id="door", js_on_load=DIALOG_SCRIPT.read_text(encoding="utf-8"))
        status = gr.HTML(status_html(None, "en"), elem_id="status")
        footer = gr.HTML()

        shown = [answer, status, asked_with, collection_tabs.map]
        answering: dict[str, Any] = {
            "api_visibility": "private",
            "show_progress_on": answer,
            "concurrency_limit": ANSWERS_AT_ONCE,
            "concurrency_id": "answers",
        }
        parts = [
            Translated(
                [header, language, ask_tab, painting, examples, footer],
                lambda code: [
                    header_html(code),
                    gr.update(label=TEXTS[code].language),
                    gr.update(label=TEXTS[code].ask),
                    gr.update(label=TEXTS[code].painting, placeholder=TEXTS[code].drop_here),
                    examples_html(code),
                    footer_html(retriever().classifier.movements, code),
                ],
            ),
            steering.translated,
            collection_tabs,
            take_away,
            share_notice,
        ]
        translated = [component for part in parts for component in part.components]

        def translate(*values: Any) -> list[Any]:
            updates = [update for part in parts for update in part.updates(values[-1])]
            return [*updates, *show(*values)]

        def greet(picture: str | None, request: gr.Request) -> list[Any]:
            linked = settings_of(dict(request.query_params), retriever().collection, COUNTS)
            header = request.headers.get("accept-language", "")
            code = linked.language or preferred_language(header)
            steered = linked.values()
            texts_and_answer = translate(picture, *steered, code)
            return [
                *steered,
                code,
                *texts_and_answer,
                century_of_years(linked.first_year, linked.last_year),
            ]

        page.load(
            greet,
            painting,
            # The choices of the century come with the texts, before what is chosen of them.
            [*settings[1:], *translated, *shown, steering.century],
            api_visibility="private",
            show_progress="hidden",
        )
        language.input(
            translate,
            settings,
            [*translated, *shown],
            api_visibility="private",
            show_progress="hidden",
        )
        language.change(None, language, js="code => { document.documentElement.lang = code; }")

        steered = [component.input for component in steering.settings] + [steering.century.input]
        gr.on(steered, show, settings, shown, trigger_mode="always_last", **answering)
        painting.change(
            lambda *values: (
                values[1] if (values[1] or "").startswith(MARK) else "",
                *show(*values),
            ),
            settings,
            [asked, *shown],
            js=ASK_WITH_PICTURE,
            trigger_mode="always_last",
            **answering,
        )
        answer.submit(None, None, [painting, asked], js=TAKE_OFF, api_visibility="private")
        asked.change(
            lambda _: ANSWER,
            asked,
            tabs,
            js=TELL_ASKED,
            api_visibility="private",
            show_progress="hidden",
        )
        asked.change(show, settings, shown, trigger_mode="always_last", **answering).then(
            None, js=TELL_ANSWERED, api_visibility="private"
        )
        steering.reset.click(
            steering.defaults,
            None,
            [*steering.settings, steering.century],
            api_visibility="private",
            show_progress="hidden",
        ).then(show, settings, shown, **answering)

        door.example_select(
            hang_example,
            None,
            painting,
            api_visibility="private",
            show_progress="hidden",
        )
        examples.upload(
            hang_upload,
            language,
            [painting, tabs],
            api_visibility="private",
            show_progress="hidden",
        )
        door.select(
            open_door,
            settings,
            door,
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=ANSWERS_AT_ONCE,
            concurrency_id="answers",
        )
        door.submit(
            keep_to_artist,
            None,
            steering.artists,
            api_visibility="private",
            show_progress="hidden",
        ).then(show, settings, shown, **answering)
        add_endpoints(retriever, concurrency_limit=ANSWERS_AT_ONCE, concurrency_id="answers")
    page.answer_in_turn(ANSWERS_AT_ONCE, "answers")
    return page


def _shower(retriever: Callable[[], PaintingRetriever]) -> Callable[..., Sequence[Any]]:
    """Returns what makes the answer, its sentence, what was asked with, and the place."""

    def show(*settings: Any) -> Sequence[Any]:
        *values, language = settings
        painting, asked, _, _, artists, styles, first_year, last_year, *_, words = values
        collection = retriever().collection

        def nothing(html: str) -> Sequence[Any]:
            place = query_place(retriever(), "", None, language)
            return html, status_html(None, language), "", place

        try:
            query = query_source(retriever(), painting, asked)
            result = ask(retriever(), *values)
        except LostPictureError as error:
            return nothing(lost_html(error.kind, error.heading(language), language))
        except ImageError as error:
            return nothing(unreadable_html(str(error), language))
        except CollectionError:
            return nothing(unknown_html(language))
        if result is None:
            return nothing(empty_html(language))
        selection = selection_of(
            collection.paintings, artists, styles, first_year, last_year, words
        )
        allowed = int(selection.mask(collection.paintings).sum())
        return (
            answer_html(result, collection, allowed, language),
            status_html(result, language),
            asked_html(None if isinstance(query, str) else query, language),
            query_place(retriever(), asked, result, language),
        )

    return show


def _told(event: gr.EventData, name: str) -> str:
    """Returns what the browser says with an event, nothing where it says anything but a text."""
    value = event._data.get(name) if isinstance(event._data, dict) else None
    return value if isinstance(value, str) else ""
