"""Draws a model's most confident mistakes side by side, which shows what they have in common."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pandora import Picture

from pinacoteca.files import written_whole
from pinacoteca.folders import printable
from pinacoteca.images import open_image
from pinacoteca.movements import Movement

DRAWN = 20
COLUMNS = 5


@dataclass(frozen=True)
class Mistake:
    """A picture, the movement it was taken for, and the model's confidence, 0 to 1."""

    picture: Picture
    predicted: Movement
    confidence: float


def mistakes(
    pictures: Sequence[Picture],
    movements: Sequence[Movement],
    probabilities: npt.NDArray[np.float32],
    targets: npt.NDArray[np.int64],
) -> list[Mistake]:
    """Returns the pictures that were taken for another movement, most confident first.

    Args:
        pictures: The ``n`` pictures.
        movements: The movements of the columns of ``probabilities``.
        probabilities: float32 ``[n, movements]``.
        targets: int64 ``[n]``, the true class indices.
    """
    predictions = probabilities.argmax(axis=1)
    return sorted(
        (
            Mistake(pictures[row], movements[predictions[row]], float(probabilities[row].max()))
            for row in np.flatnonzero(predictions != targets).tolist()
        ),
        key=lambda mistake: -mistake.confidence,
    )


def draw_mistakes(wrong: Sequence[Mistake], directory: Path, path: Path) -> None:
    """Draws the first twenty with artist, title, true and predicted movement.

    The sheet shows pictures of the tree, so it may not be published either.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3 * COLUMNS, 3.6 * DRAWN / COLUMNS), layout="constrained")
    for axes, mistake in zip(figure.subplots(DRAWN // COLUMNS, COLUMNS).flat, wrong, strict=False):
        axes.imshow(open_image(directory / mistake.picture.place))
        title = textwrap.shorten(printable(Path(mistake.picture.path).stem.replace("-", " ")), 34)
        axes.set_title(
            f"{printable(mistake.picture.artist)}\n{title}\n{mistake.picture.movement.english} "
            f"-> {mistake.predicted.english} {mistake.confidence:.0%}",
            fontsize=9,
        )
    for axes in figure.axes:
        axes.set_axis_off()
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=90)
