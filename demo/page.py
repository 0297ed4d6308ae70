"""The page: what stands where, and what happens when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from answer import answer_html, empty_html, footer_html, header_html, unreadable_html
from collection_view import add_collection_tabs, query_place
from painting_input import PaintingInput
from texts import LANGUAGE_NAMES, LANGUAGES, TEXTS, Language, preferred_language

from pinacoteca.errors import ImageError
from pinacoteca.retriever import PaintingRetriever, QueryResult
from pinacoteca.search import METRICS, Metric

EXAMPLES = Path(__file__).parent / "examples"
# Every ten minutes, uploads older than an hour are deleted.
DELETE_SECONDS = (600, 3600)
# Two cores answer two at a time; more would only wait for each other.
ANSWERS_AT_ONCE = 2
QUEUE_SIZE = 64


def build_page(retriever: Callable[[], PaintingRetriever]) -> gr.Blocks:
    """Builds the page.

    Args:
        retriever: Returns the retriever that answers; called when the first visitor comes.
    """

    def show(path: str | None, asked: str, metric: Metric, language: Language) -> tuple[str, Any]:
        source = retriever().collection.painting(asked) if asked else path
        if source is None:
            return empty_html(language), query_place(retriever(), "", None)
        try:
            result = retriever().query(source, metric=metric)
        except ImageError as error:
            return unreadable_html(str(error), language), query_place(retriever(), "", None)
        answer = answer_html(result, retriever().collection, language)
        return answer, query_place(retriever(), asked, result)

    def query(image: str | None, metric: Metric) -> dict[str, Any]:
        if image is None:
            raise gr.Error("Please send a picture as a file.", print_exception=False)
        try:
            return result_as_json(retriever().query(image, metric=metric))
        except ImageError as error:
            raise gr.Error(str(error), print_exception=False) from None

    def translate(
        path: str | None, asked: str, metric: Metric, language: Language
    ) -> tuple[Any, ...]:
        texts = TEXTS[language]
        metrics = [(getattr(texts, name), name) for name in METRICS]
        return (
            header_html(language),
            gr.update(label=texts.language),
            gr.update(label=texts.painting, placeholder=texts.drop_here),
            gr.update(label=texts.distance, choices=metrics),
            gr.update(label=texts.examples),
            show(path, asked, metric, language)[0],
            *collection_tabs.updates(language),
            footer_html(retriever().classifier.movements, language),
        )

    def greet(path: str | None, asked: str, metric: Metric, request: gr.Request) -> tuple[Any, ...]:
        language = preferred_language(request.headers.get("accept-language", ""))
        return (language, *translate(path, asked, metric, language))

    # Gradio gives out files of its working directory only, and the page may start anywhere.
    gr.set_static_paths([EXAMPLES])
    english = TEXTS["en"]
    with gr.Blocks(
        title="Pinacoteca",
        analytics_enabled=False,
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
        asked = gr.Textbox(visible=False, elem_id="asked-painting")
        with gr.Tabs() as tabs, gr.Tab("Search", id="search"), gr.Row(elem_classes="workspace"):
            with gr.Column(scale=2, min_width=300):
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
                examples = gr.Examples(
                    [[str(path)] for path in sorted(EXAMPLES.glob("*.jpg"))],
                    inputs=painting,
                    label=english.examples,
                    examples_per_page=20,
                    elem_id="examples",
                )
                metric = gr.Radio(
                    [(getattr(english, name), name) for name in METRICS],
                    value=METRICS[0],
                    label=english.distance,
                    elem_id="metric",
                )
            with gr.Column(scale=5, min_width=320):
                answer = gr.HTML(empty_html("en"), elem_id="answer", min_height=420)
        with tabs:
            collection_tabs = add_collection_tabs(retriever, asked)
        footer = gr.HTML()

        settings = [painting, asked, metric, language]
        translated = [header, language, painting, metric, examples.dataset, answer]
        translated += [*collection_tabs.components, footer]
        page.load(
            greet, [painting, asked, metric], [language, *translated], api_visibility="private"
        )
        language.input(
            translate, settings, translated, api_visibility="private", show_progress="hidden"
        )
        language.change(None, language, js="code => { document.documentElement.lang = code; }")
        gr.on(
            [painting.change, asked.change, metric.input],
            show,
            settings,
            [answer, collection_tabs.map],
            api_visibility="private",
            show_progress_on=answer,
            concurrency_limit=ANSWERS_AT_ONCE,
            concurrency_id="answers",
            trigger_mode="always_last",
        )
        asked.change(lambda: gr.Tabs(selected="search"), None, tabs, api_visibility="private")
        # Programs get an answer in names and numbers; nobody clicks this.
        gr.Button(visible=False).click(
            query,
            [painting, metric],
            gr.JSON(visible=False),
            api_name="query",
            api_description=(
                "The movements of a painting, best first, with calibrated probabilities, the five "
                "nearest paintings of the collection by cosine or euclidean distance, and whether "
                "the picture looks like a painting at all."
            ),
            concurrency_limit=ANSWERS_AT_ONCE,
            concurrency_id="answers",
        )
    page.queue(max_size=QUEUE_SIZE)
    return page


def result_as_json(result: QueryResult) -> dict[str, Any]:
    """Returns an answer in plain types, for programs."""
    return {
        "looks_like_a_painting": result.looks_like_a_painting,
        "strangeness": result.strangeness,
        "movements": [
            {
                "name": entry.movement.english,
                "name_romanian": entry.movement.romanian,
                "probability": entry.probability,
            }
            for entry in result.movements
        ],
        "neighbours": [
            vars(neighbour) | {"links": dict(neighbour.links)} for neighbour in result.neighbours
        ],
    }
