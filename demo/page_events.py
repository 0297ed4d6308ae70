"""All events of the page and the functions that answer them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
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
from asking import Question, ask, query_source
from collection_view import ANSWER, query_place
from controls import COUNTS
from crop import corners_of, cropped
from examples_strip import example_path, examples_html
from lost import MARK, LostPictureError
from page_parts import PageParts
from painting_dialog import dialog_html, unknown_dialog_html, view_of
from painting_input import uploaded_path
from settings_link import century_of_years, question_of
from texts import TEXTS, Language, preferred_language
from translated import Translated
from uploads import UploadFolder

from pinacoteca.collection import Painting
from pinacoteca.errors import CollectionError, ImageError
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever

# Two cores answer two questions at a time; more would only wait for each other.
ANSWERS_AT_ONCE = 2
ANSWERING: dict[str, Any] = {"concurrency_limit": ANSWERS_AT_ONCE, "concurrency_id": "answers"}
PRIVATE: dict[str, Any] = {"api_visibility": "private"}
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# Reads the mark of a lost picture in the answer, if there is one.
_LOST = "document.querySelector('#answer [data-lost]')?.dataset.lost"
# A new picture replaces the painting in the question; a lost picture leaves its mark there.
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
SET_LANGUAGE = "code => { document.documentElement.lang = code; }"


def wire_page(
    page: gr.Blocks,
    parts: PageParts,
    settings: Sequence[gr.components.Component],
    uploads: UploadFolder,
    retriever: Callable[[], PaintingRetriever],
) -> None:
    """Adds all events to the page that is being built.

    Args:
        page: The page.
        parts: Its parts.
        settings: The components that ``Question.of`` reads, in its order.
        uploads: Keeps the parts of pictures that visitors search with.
        retriever: Returns the retriever that answers.
    """
    show = shower(retriever)
    shown = [parts.answer.answer, parts.status, parts.query.asked_with, parts.collection.map]
    _wire_languages(page, parts, settings, shown, show, retriever)
    _wire_questions(parts, settings, shown, show)
    _wire_drawings(parts, uploads)
    _wire_dialog(parts, settings, shown, show, retriever)


def shower(retriever: Callable[[], PaintingRetriever]) -> Callable[..., Sequence[Any]]:
    """Returns the function that makes all outputs of an answer."""

    def show(*settings: Any) -> Sequence[Any]:
        question, language = Question.of(*settings), settings[-1]

        def nothing(html: str) -> Sequence[Any]:
            place = query_place(retriever(), None, language)
            return html, status_html(None, language), "", place

        try:
            result = ask(retriever(), question)
        except LostPictureError as error:
            return nothing(lost_html(error.kind, error.heading(language), language))
        except ImageError as error:
            return nothing(unreadable_html(str(error), language))
        except CollectionError:
            return nothing(unknown_html(language))
        if result is None:
            return nothing(empty_html(language))
        return (
            answer_html(result, language),
            status_html(result, language),
            asked_html(result.asked, language),
            query_place(retriever(), result, language),
        )

    return show


def _wire_languages(
    page: gr.Blocks,
    parts: PageParts,
    settings: Sequence[gr.components.Component],
    shown: Sequence[gr.components.Component],
    show: Callable[..., Sequence[Any]],
    retriever: Callable[[], PaintingRetriever],
) -> None:
    """Shows all texts in the visitor's language, and opens the question in the page's address."""
    translated = [
        _translated(parts, retriever),
        parts.query.controls.translated,
        parts.collection,
        parts.answer.downloads,
        parts.answer.share_notice,
    ]
    components = [component for part in translated for component in part.components]

    def translate(*values: Any) -> list[Any]:
        updates = [update for part in translated for update in part.updates(values[-1])]
        return [*updates, *show(*values)]

    def greet(picture: str | None, request: gr.Request) -> list[Any]:
        linked = question_of(dict(request.query_params), retriever().collection, COUNTS)
        accepted = request.headers.get("accept-language", "")
        language = linked.language or preferred_language(accepted)
        values = [*linked.component_values(), language]
        century = century_of_years(linked.options.first_year, linked.options.last_year)
        return [*values, *translate(picture, *values), century]

    # The choices of the century must be set before its value, so the texts come first.
    greeted = [*settings[1:], *components, *shown, parts.query.controls.century]
    page.load(greet, parts.query.painting, greeted, **QUIET)
    language = parts.header.language
    language.input(translate, settings, [*components, *shown], **QUIET)
    language.change(None, language, js=SET_LANGUAGE)


def _translated(parts: PageParts, retriever: Callable[[], PaintingRetriever]) -> Translated:
    """Returns the texts that belong to no other part."""
    header, query = parts.header, parts.query

    def updates(code: Language) -> list[Any]:
        texts = TEXTS[code]
        return [
            header_html(code),
            gr.update(label=texts.language),
            gr.update(label=texts.ask),
            gr.update(label=texts.painting, placeholder=texts.drop_here),
            examples_html(code),
            footer_html(retriever().classifier.movements, code),
        ]

    components = [
        header.title,
        header.language,
        parts.ask_tab,
        query.painting,
        query.examples,
        parts.footer,
    ]
    return Translated(components, updates)


def _wire_questions(
    parts: PageParts,
    settings: Sequence[gr.components.Component],
    shown: Sequence[gr.components.Component],
    show: Callable[..., Sequence[Any]],
) -> None:
    """Answers again whenever the question changes."""
    answer, asked, query = parts.answer.answer, parts.asked, parts.query
    controls = query.controls
    answering = {**PRIVATE, **ANSWERING, "show_progress_on": answer}

    def show_picture(*values: Any) -> Sequence[Any]:
        lost = (values[1] or "").startswith(MARK)
        return (values[1] if lost else "", *show(*values))

    changed = [each.input for each in (*controls.options.values(), controls.century)]
    gr.on(changed, show, settings, shown, trigger_mode="always_last", **answering)
    query.painting.change(
        show_picture,
        settings,
        [asked, *shown],
        js=ASK_WITH_PICTURE,
        trigger_mode="always_last",
        **answering,
    )
    answer.submit(None, None, [query.painting, asked], js=TAKE_OFF, **PRIVATE)
    asked.change(lambda _: ANSWER, asked, parts.tabs, js=TELL_ASKED, **QUIET)
    asked.change(show, settings, shown, trigger_mode="always_last", **answering).then(
        None, js=TELL_ANSWERED, **PRIVATE
    )
    every_control = [*controls.options.values(), controls.century]
    controls.reset.click(controls.defaults, None, every_control, **QUIET).then(
        show, settings, shown, **answering
    )


def _wire_drawings(parts: PageParts, uploads: UploadFolder) -> None:
    """Uses dropped files and clicked drawings as the picture."""
    painting = parts.query.painting

    def hang_example(event: gr.EventData) -> str | None:
        return example_path(_told(event, "example"))

    def hang_upload(language: Language, event: gr.EventData) -> list[Any]:
        path = uploaded_path(_told(event, "address") or "")
        if path is None:
            gr.Warning(TEXTS[language].no_file)
            return [gr.skip(), gr.skip()]
        return [path, ANSWER]

    def hang_part(picture: str | None, event: gr.EventData) -> Any:
        corners = corners_of(_told(event, "part"))
        # If the picture is lost, the next answer says so.
        with suppress(ImageError):
            if picture is not None and corners is not None:
                return uploads.keep("painting.jpg", cropped(picture, corners))
        return gr.skip()

    parts.dialog.example_select(hang_example, None, painting, **QUIET)
    parts.dialog.apply(hang_part, painting, painting, **QUIET, **ANSWERING)
    parts.query.examples.upload(hang_upload, parts.header.language, [painting, parts.tabs], **QUIET)


def _wire_dialog(
    parts: PageParts,
    settings: Sequence[gr.components.Component],
    shown: Sequence[gr.components.Component],
    show: Callable[..., Sequence[Any]],
    retriever: Callable[[], PaintingRetriever],
) -> None:
    """Opens the large view of a painting, and filters by its artist."""
    dialog = parts.dialog

    def open_dialog(event: gr.EventData, *values: Any) -> str:
        question, language = Question.of(*values), values[-1]
        source: Painting | str | None = None
        result: QueryResult | None = None
        try:
            # Computes the answer again: with gr.State, each tab would keep a connection open, and
            # browsers allow six.
            with suppress(ImageError):
                source = query_source(retriever(), question.picture, question.painting)
                result = ask(retriever(), question)
            view = view_of(retriever(), _told(event, "painting"), source, result)
        except CollectionError:
            return unknown_dialog_html(language)
        return dialog_html(view, language)

    def keep_to_artist(event: gr.EventData) -> list[str]:
        artist = _told(event, "artist")
        known = {painting.artist_slug for painting in retriever().collection.paintings}
        return [artist] if artist in known else []

    dialog.select(open_dialog, settings, dialog, **QUIET, **ANSWERING)
    artists = parts.query.controls.options["artists"]
    dialog.submit(keep_to_artist, None, artists, **QUIET).then(
        show, settings, shown, **PRIVATE, **ANSWERING, show_progress_on=parts.answer.answer
    )


def _told(event: gr.EventData, name: str) -> str:
    """Returns the text that the browser sends with an event; empty if it is not a text."""
    value = event._data.get(name) if isinstance(event._data, dict) else None
    return value if isinstance(value, str) else ""
