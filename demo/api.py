"""Two endpoints for programs, which answer in plain names and numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import gradio as gr
from asking import Question, ask, options_of
from guarded import GuardedBlocks
from lost import without_lost
from painting_input import PaintingInput

from pinacoteca.query_options import OPTIONS, Option
from pinacoteca.retriever import PaintingRetriever

ANSWER = (
    "the movements, best first, with calibrated probabilities; the nearest paintings of the "
    "collection, each with its label, its links, its distance, its closeness (the share of pairs "
    "of paintings that are farther apart) and whether its mirror image is the nearer one; "
    "nothing_close, which says that even the first is farther away than most neighbours; and "
    "whether the picture looks like a painting at all."
)


class Names(gr.Dropdown):  # type: ignore[misc]
    """A list of any names; the valid ones are known only when the collection is loaded."""

    # Without this, Gradio would look for a custom front end.
    is_template = True

    def api_info(self) -> dict[str, Any]:
        """Returns the type, a list of texts."""
        return {"type": "array", "items": {"type": "string"}}


class LenientBlocks(GuardedBlocks):
    """Blocks whose endpoints for programs accept fewer values than they have parameters.

    Gradio's client fills in the defaults. A program that sends plain JSON need not know settings
    that were added later.
    """

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> Any:
        """Adds defaults for missing values, and marks lost pictures."""
        if block_fn.api_visibility == "public":
            inputs = [*inputs, *(block.value for block in block_fn.inputs[len(inputs) :])]
        inputs, lost = without_lost(block_fn.inputs, inputs)
        values = await super().preprocess_data(block_fn, inputs, state, explicit_call)
        return [lost.get(place, value) for place, value in enumerate(values)]


def add_endpoints(retriever: Callable[[], PaintingRetriever], **limits: Any) -> None:
    """Adds ``/query`` and ``/query_painting`` to the page that is being built.

    Args:
        retriever: Returns the retriever that answers.
        limits: Concurrency settings of the Gradio events.
    """

    def query(image: str | None, *values: Any) -> dict[str, Any]:
        if image is None:
            raise gr.Error("Please send a picture as a file.", print_exception=False)
        return _answer(retriever(), Question(image, options=options_of(*values)))

    def query_painting(image_id: str, *values: Any) -> dict[str, Any]:
        if not image_id:
            raise gr.Error("Please send the image_id of a painting.", print_exception=False)
        return _answer(retriever(), Question(None, image_id, options_of(*values)))

    image = PaintingInput(
        label="The picture, as an uploaded file", type="filepath", image_mode=None, visible=False
    )
    image_id = gr.Textbox(label="The image_id of a painting of the collection", visible=False)
    options = [_component(option) for option in OPTIONS]
    # Programs need an event, so each endpoint hangs on a hidden component.
    for function, asked, what in (
        (query, image, "For a picture: "),
        (query_painting, image_id, "For a painting of the collection: "),
    ):
        gr.Button(visible=False).click(
            _with_named_options(function),
            [asked, *options],
            gr.JSON(label="The answer", visible=False),
            api_name=function.__name__,
            api_description=what + ANSWER,
            **limits,
        )


def _answer(retriever: PaintingRetriever, question: Question) -> dict[str, Any]:
    result = ask(retriever, question)
    if result is None:
        raise ValueError("a program must ask with something")
    return result.to_dict()


def _with_named_options(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Returns an endpoint whose parameters have the names of the options."""
    asked, *_ = inspect.signature(function).parameters.values()
    options = (inspect.Parameter(each.name, asked.kind, default=each.default) for each in OPTIONS)
    function.__signature__ = inspect.Signature([asked, *options])  # type: ignore[attr-defined]
    return function


def _component(option: Option) -> gr.components.Component:
    """Returns the component that reads an option; its label is the documentation."""
    default = option.default
    shown = {"label": option.says, "visible": False}
    if isinstance(default, bool):
        return gr.Checkbox(default, **shown)
    if isinstance(default, tuple):
        return Names([], value=[], multiselect=True, allow_custom_value=True, **shown)
    if option.choices:
        return gr.Radio(list(option.choices), value=default, **shown)
    if isinstance(default, str):
        return gr.Textbox(default, **shown)
    if isinstance(default, float):
        return gr.Number(default, **shown)
    return gr.Number(default, precision=0, **shown)
