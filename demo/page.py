"""Builds the page from the parts in ``page_parts.py`` and the events in ``page_events.py``."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr
from answer import status_html
from api import LenientBlocks, add_endpoints
from collection_view import add_collection_tabs
from examples_strip import FOLDER
from page_events import ANSWERING, ANSWERS_AT_ONCE, wire_page
from page_parts import PageParts, add_answer, add_dialog, add_header, add_query
from picture_card import PictureOf
from sharing import Sharing
from texts import TEXTS
from uploads import UploadFolder

from pinacoteca.retriever import PaintingRetriever

# Every ten minutes, uploads older than an hour are deleted.
DELETE_SECONDS = (600, 3600)


def build_page(
    retriever: Callable[[], PaintingRetriever],
    picture_of: Callable[[], PictureOf],
    sharing: Sharing,
    uploads: UploadFolder,
) -> gr.Blocks:
    """Builds the page.

    Args:
        retriever: Returns the retriever that answers; called when the first visitor comes.
        picture_of: Returns a function that finds the picture of a painting by its ``image_id``.
        sharing: The state of the public link.
        uploads: Keeps the files that the page makes.
    """
    # Gradio serves files only from its working directory, and the page may start anywhere.
    gr.set_static_paths([FOLDER])
    with LenientBlocks(
        title="Pinacoteca",
        analytics_enabled=False,
        # The style sheet limits the width.
        fill_width=True,
        delete_cache=DELETE_SECONDS,
    ) as page:
        header = add_header()
        # A script or an event that sets this searches with that painting of the collection.
        asked = gr.Textbox("", visible="hidden", elem_id="asked-painting")
        with gr.Tabs(elem_id="tabs") as tabs:
            ask_tab = gr.Tab(TEXTS["en"].ask, id="ask")
            collection = add_collection_tabs(retriever, asked, tabs)
        with ask_tab, gr.Row(elem_classes="workspace"):
            query = add_query(retriever)
            settings = [
                query.painting,
                asked,
                *query.controls.options.values(),
                header.language,
            ]
            answer = add_answer(retriever, picture_of, sharing, settings, uploads, ANSWERING)
        dialog = add_dialog()
        status = gr.HTML(status_html(None, "en"), elem_id="status")
        footer = gr.HTML()
        parts = PageParts(
            header, asked, tabs, ask_tab, collection, query, answer, dialog, status, footer
        )
        wire_page(page, parts, settings, uploads, retriever)
        add_endpoints(retriever, **ANSWERING)
    page.answer_in_turn(ANSWERS_AT_ONCE, ANSWERING["concurrency_id"])
    return page
