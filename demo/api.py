"""What programs are answered: two endpoints, in plain names and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from asking import MAX_COUNT, MAX_WORDS, ask
from guarded import GuardedBlocks
from lost import without_lost
from painting_input import PaintingInput

from pinacoteca.results import QueryResult
from pinacoteca.retriever import COMPOSITION_WEIGHT, PaintingRetriever
from pinacoteca.search import METRICS, Metric

ANSWER = (
    "the movements, best first, with calibrated probabilities; the nearest paintings of the "
    "collection, each with its label, its links, its distance, its closeness (the share of pairs "
    "of paintings that are farther apart) and whether it is the mirror image that is so near; "
    "nothing_close, which says that even the first is farther than neighbours mostly are; and "
    "whether the picture looks like a painting at all."
)


class Names(gr.Dropdown):  # type: ignore[misc]
    """Any names in a list: which ones there are is known once the collection is loaded."""

    # Without this, Gradio would look for a front end of our own.
    is_template = True

    def api_info(self) -> dict[str, Any]:
        """Returns the type, a list of texts."""
        return {"type": "array", "items": {"type": "string"}}


class LenientBlocks(GuardedBlocks):
    """Blocks whose endpoints for programs may be sent fewer values than they take.

    Gradio's own client fills in the defaults; whoever sends plain JSON need not know of settings
    that came later.
    """

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> Any:
        """Adds the defaults of what was not sent, and marks pictures that are lost."""
        if block_fn.api_visibility == "public":
            inputs = [*inputs, *(block.value for block in block_fn.inputs[len(inputs) :])]
        inputs, lost = without_lost(block_fn.inputs, inputs)
        values = await super().preprocess_data(block_fn, inputs, state, explicit_call)
        return [lost.get(place, value) for place, value in enumerate(values)]


def add_endpoints(retriever: Callable[[], PaintingRetriever], **limits: Any) -> None:
    """Adds ``/query`` and ``/query_painting`` to the page that is being built.

    Args:
        retriever: Returns the retriever that answers.
        limits: How many are answered at once, as Gradio's events take it.
    """

    def query(
        image: str | None,
        metric: Metric,
        composition: float,
        artists: list[str],
        styles: list[str],
        first_year: int | None = None,
        last_year: int | None = None,
        count: int = 5,
        one_per_artist: bool = False,
        as_in_report: bool = False,
        words: str = "",
    ) -> dict[str, Any]:
        if image is None:
            raise gr.Error("Please send a picture as a file.", print_exception=False)
        return _answered(
            retriever,
            image,
            "",
            metric,
            composition,
            artists,
            styles,
            first_year,
            last_year,
            count,
            one_per_artist,
            as_in_report,
            words,
        )

    def query_painting(
        image_id: str,
        metric: Metric,
        composition: float,
        artists: list[str],
        styles: list[str],
        first_year: int | None = None,
        last_year: int | None = None,
        count: int = 5,
        one_per_artist: bool = False,
        as_in_report: bool = False,
        words: str = "",
    ) -> dict[str, Any]:
        if not image_id:
            raise gr.Error("Please send the image_id of a painting.", print_exception=False)
        return _answered(
            retriever,
            None,
            image_id,
            metric,
            composition,
            artists,
            styles,
            first_year,
            last_year,
            count,
            one_per_artist,
            as_in_report,
            words,
        )

    image = PaintingInput(
        label="The picture, as an uploaded file", type="filepath", image_mode=None, visible=False
    )
    image_id = gr.Textbox(label="The image_id of a painting of the collection", visible=False)
    settings = _settings()
    # Nobody clicks these.
    for function, asked, what in (
        (query, image, "For a picture: "),
        (query_painting, image_id, "For a painting of the collection: "),
    ):
        gr.Button(visible=False).click(
            function,
            [asked, *settings],
            gr.JSON(label="The answer", visible=False),
            api_name=function.__name__,
            api_description=what + ANSWER,
            **limits,
        )


def _settings() -> Sequence[gr.components.Component]:
    """Returns what the endpoints take besides the picture; the labels are their documentation."""
    names = {"multiselect": True, "allow_custom_value": True, "visible": False}
    artists = "Only paintings by these artists, as artist_slug of paintings.csv; empty: all"
    styles = "Only paintings of these styles of paintings.csv; empty: all"
    return (
        gr.Radio(list(METRICS), value=METRICS[0], label="The distance", visible=False),
        gr.Number(
            COMPOSITION_WEIGHT,
            label="How much the composition counts beside the style, 0 to 1",
            visible=False,
        ),
        Names([], value=[], label=artists, **names),
        Names([], value=[], label=styles, **names),
        gr.Number(None, label="Only from this year on", precision=0, visible=False),
        gr.Number(None, label="Only up to this year", precision=0, visible=False),
        gr.Number(5, label=f"How many paintings, 1 to {MAX_COUNT}", precision=0, visible=False),
        gr.Checkbox(False, label="At most one painting per artist", visible=False),
        gr.Checkbox(
            False,
            label="Whether to compare the outputs of the network alone, as the report of 2022 did",
            visible=False,
        ),
        gr.Textbox(
            "",
            label=f"Words of the title, up to {MAX_WORDS} letters, case and accents apart",
            visible=False,
        ),
    )


def _answered(retriever: Callable[[], PaintingRetriever], *asked: Any) -> dict[str, Any]:
    result = ask(retriever(), *asked)
    if result is None:
        raise ValueError("a program must ask with something")
    return result_as_json(result)


def result_as_json(result: QueryResult) -> dict[str, Any]:
    """Returns an answer in plain types."""
    return {
        "looks_like_a_painting": result.looks_like_a_painting,
        "strangeness": result.strangeness,
        "nothing_close": result.nothing_close,
        "cropped": result.cropped,
        "other_paintings": result.other_paintings,
        "colourless": result.colourless,
        "movements": [
            {
                "name": entry.movement.english,
                "name_romanian": entry.movement.romanian,
                "probability": entry.probability,
                "in_set": entry.in_set,
            }
            for entry in result.movements
        ],
        "neighbours": [
            vars(neighbour) | {"links": dict(neighbour.links)} for neighbour in result.neighbours
        ],
    }
