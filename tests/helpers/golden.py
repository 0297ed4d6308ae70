"""Writes the shipped model's results for 24 generated pictures, for later comparison.

    PYTHONPATH=. python tests/helpers/golden.py

Run it (`make golden`) after an intended change of `model/` or `gallery/`, check the changes in
`tests/helpers/golden.json`, and commit everything together. `tests/end_to_end/test_golden.py`
compares every way of running the network with the file, and the ways with each other. Takes five
seconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from pinacoteca.classifier import MovementClassifier
from pinacoteca.command_line import run
from pinacoteca.files import written_whole
from pinacoteca.query_options import QueryOptions
from pinacoteca.retriever import PaintingRetriever

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL, GALLERY = REPOSITORY / "model", REPOSITORY / "gallery"
GOLDEN = Path(__file__).resolve().parent / "golden.json"
COUNT, SEED = 24, 2026
# An embedding is stored as this many wave-weighted sums: few numbers, but all of it counts.
WAVES = 4
NEIGHBOURS = 5
Array = npt.NDArray[np.float32]


def pictures() -> list[Image.Image]:
    """Draws 24 RGB pictures with sides of 40 to 900 px, in integers, so that all machines agree."""
    dice = np.random.default_rng(SEED)
    return [Image.fromarray(_drawn(dice, turn)) for turn in range(COUNT)]


def _drawn(dice: np.random.Generator, turn: int) -> npt.NDArray[np.uint8]:
    """Returns patches, stripes, grain or a slope, or all of them, uint8 ``[height, width, 3]``."""
    height, width = (int(side) for side in dice.integers(40, 900, 2))
    cell = int(dice.integers(5, 90))
    patches = dice.integers(0, 256, (height // cell + 1, width // cell + 1, 3))
    layers = [patches.repeat(cell, 0).repeat(cell, 1)[:height, :width]]
    rows, columns = np.mgrid[:height, :width]
    if turn % 2:
        stripes = (rows * int(dice.integers(1, 9)) + columns * int(dice.integers(1, 9))) // cell
        layers.append((stripes % 2 * 255)[..., None].repeat(3, 2))
    if turn % 3:
        layers.append(dice.integers(0, 256, (height, width, 3)))
    if turn % 4 == 0:
        slope = 255 * (rows + columns) // (height + width)
        layers.append(slope[..., None] * dice.integers(0, 2, 3))
    if turn % 8 == 7:
        layers = [layer.sum(2, keepdims=True).repeat(3, 2) // 3 for layer in layers]
    mean: npt.NDArray[np.int64] = np.sum(layers, axis=0) // len(layers)
    return mean.astype(np.uint8)


def fingerprint(drawn: Sequence[Image.Image]) -> str:
    """Returns a hash that shows whether a file was made with the same pictures."""
    total = hashlib.sha256()
    for picture in drawn:
        total.update(repr(picture.size).encode() + picture.tobytes())
    return total.hexdigest()


def seen(
    classifier: MovementClassifier, drawn: Sequence[Image.Image], at_once: int
) -> dict[str, Array]:
    """Returns the logits and the wave sums of the other parts, each ``[pictures, numbers]``.

    Args:
        classifier: The model.
        drawn: The pictures.
        at_once: The batch size; the last batch is filled up with the first picture.
    """
    parts = []
    for start in range(0, len(drawn), at_once):
        batch = [drawn[(start + place) % len(drawn)] for place in range(at_once)]
        analysis = classifier.analyse(batch)
        parts.append([array[: len(drawn) - start] for array in analysis])
    whole = dict(zip(analysis._fields, map(np.concatenate, zip(*parts, strict=True)), strict=True))
    return {name: array if name == "logits" else _waved(array) for name, array in whole.items()}


def _waved(numbers: Array) -> Array:
    """Returns scaled sums of all numbers, weighted by waves, ``[n, WAVES]``."""
    places = np.arange(1, numbers.shape[1] + 1)
    waves = np.cos(places[:, None] * np.arange(WAVES))
    return np.asarray(numbers.astype(np.float64) @ waves / len(places) ** 0.5, np.float32)


def found(retriever: PaintingRetriever, drawn: Sequence[Image.Image]) -> dict[str, Any]:
    """Returns the nearest paintings of each picture and their distances."""
    options = QueryOptions(count=NEIGHBOURS)
    answers = [retriever.query(picture, options).neighbours for picture in drawn]
    return {
        "neighbours": [[each.image_id for each in answer] for answer in answers],
        "distances": [[each.distance for each in answer] for answer in answers],
    }


def main() -> None:
    """Writes the file."""
    drawn = pictures()
    retriever = PaintingRetriever.from_pretrained(MODEL, GALLERY)
    arrays = seen(retriever.classifier, drawn, 1)
    numbers = {name: array.tolist() for name, array in arrays.items()} | found(retriever, drawn)
    golden = {
        "model": retriever.classifier.fingerprint,
        "pictures": fingerprint(drawn),
        **{name: _shortened(value) for name, value in numbers.items()},
    }
    with written_whole(GOLDEN) as path:
        # One line for each picture, so that a diff is readable.
        text = json.dumps(golden, indent=1)
        path.write_text(_one_line_each(text) + "\n", encoding="utf-8")
    print(f"Wrote {GOLDEN}")


def _shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [_shortened(each) for each in value]
    return round(value, 5) if isinstance(value, float) else value


def _one_line_each(text: str) -> str:
    """Joins the lines of the innermost lists of a JSON text."""
    lines: list[str] = []
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        if depth >= 3 or (depth == 2 and line.strip().startswith("]")):
            lines[-1] += line.strip() + (" " if line.endswith(",") and depth >= 3 else "")
        else:
            lines.append(line)
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    run(main)
