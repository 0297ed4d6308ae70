"""The downloads: the answer as a table or a picture, and a link to the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import gradio as gr
from answer_files import answer_xlsx
from asking import Question, ask
from picture_card import Asked, PictureOf, card_jpeg, stand_in
from settings_link import link_of
from texts import TEXTS, Language
from translated import Translated
from uploads import UploadFolder

from pinacoteca.answer_table import answer_csv
from pinacoteca.collection import Painting
from pinacoteca.images import open_image
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever

# Makes the browser save a file that Gradio offers.
SAVE = """
file => {
  if (!file) return;
  const link = document.createElement("a");
  link.href = file.url;
  link.download = file.orig_name;
  document.body.append(link);
  link.click();
  link.remove();
}
"""
# Only the browser knows the address under which the visitor sees the page.
COMPLETE = """
link => {
  if (!link) return link;
  const address = new URL(link, window.location.href).href;
  navigator.clipboard?.writeText(address).catch(() => {});
  return address;
}
"""
HIDE = '() => ({__type__: "update", visible: false})'


def add_downloads(
    retriever: Callable[[], PaintingRetriever],
    picture_of: Callable[[], PictureOf],
    settings: Sequence[gr.components.Component],
    uploads: UploadFolder,
    **limits: Any,
) -> Translated:
    """Adds the buttons that save the answer and the one that makes its link.

    Args:
        retriever: Returns the retriever that answers.
        picture_of: Returns a function that finds the picture of a painting by its ``image_id``.
        settings: The components that ``Question.of`` reads, in its order.
        uploads: Keeps the files until they are saved.
        limits: Concurrency settings of the Gradio events.
    """
    english = TEXTS["en"]
    heading = gr.HTML(_heading("en"), elem_classes="take-away")
    with gr.Row(elem_id="take-away"):
        buttons = [
            gr.Button(getattr(english, name), size="sm", min_width=120, elem_id=name)
            for name in ("take_csv", "take_xlsx", "take_card", "take_link")
        ]
    address = gr.Textbox(
        label=english.link_made,
        info=english.link_hint,
        buttons=["copy"],
        interactive=False,
        visible=False,
        elem_id="link",
    )
    file = gr.File(visible="hidden")
    event: dict[str, Any] = {"api_visibility": "private", **limits}
    makers = _file_makers(retriever, picture_of, uploads)
    for button, make in zip(buttons, makers, strict=False):
        button.click(make, settings, file, **event).success(None, file, None, js=SAVE)
    buttons[-1].click(_link, settings, address, **event).success(
        None, address, address, js=COMPLETE
    )
    # A link to an earlier question would mislead.
    gr.on(
        [component.change for component in settings],
        None,
        None,
        address,
        js=HIDE,
        api_visibility="private",
    )

    def updates(language: Language) -> list[Any]:
        texts = TEXTS[language]
        return [
            _heading(language),
            *(getattr(texts, str(button.elem_id)) for button in buttons),
            gr.update(label=texts.link_made, info=texts.link_hint),
        ]

    return Translated([heading, *buttons, address], updates)


def _file_makers(
    retriever: Callable[[], PaintingRetriever],
    picture_of: Callable[[], PictureOf],
    uploads: UploadFolder,
) -> tuple[Callable[..., str], ...]:
    """Returns functions that write the answer as CSV, as XLSX and as a picture."""

    def answer(question: Question) -> QueryResult:
        result = ask(retriever(), question)
        if result is None:
            texts = TEXTS[question.language or "en"]
            raise gr.Error(texts.nothing_to_take, print_exception=False)
        return result

    def as_csv(*values: Any) -> str:
        return uploads.keep("pinacoteca.csv", answer_csv(answer(Question.of(*values))))

    def as_xlsx(*values: Any) -> str:
        workbook = answer_xlsx(answer(Question.of(*values)), values[-1])
        return uploads.keep("pinacoteca.xlsx", workbook)

    def as_card(*values: Any) -> str:
        question = Question.of(*values)
        result = answer(question)
        asked = _asked(result.asked or question.picture, picture_of())
        card = card_jpeg(asked, result, picture_of(), values[-1])
        return uploads.keep("pinacoteca.jpg", card)

    return as_csv, as_xlsx, as_card


def _link(*values: Any) -> Any:
    return gr.update(value=link_of(Question.of(*values)), visible=True)


def _heading(language: Language) -> str:
    return f'<h2 class="eyebrow">{escape(TEXTS[language].take_away)}</h2>'


def _asked(source: str | Painting | None, picture_of: PictureOf) -> Asked:
    if isinstance(source, Painting):
        picture = picture_of(source.image_id) or stand_in(source)
        return Asked(picture, ", ".join(filter(None, (source.artist, source.title))))
    if source is None:
        raise ValueError("a card needs a picture or a painting")
    return Asked(open_image(source))
