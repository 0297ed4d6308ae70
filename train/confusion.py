"""Measures which movements the model confuses with which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pinacoteca.files import written_whole
from pinacoteca.movements import Movement

CONFUSED_PAIRS = 10


def per_class(
    movements: Sequence[Movement],
    predictions: npt.NDArray[np.int64],
    targets: npt.NDArray[np.int64],
) -> dict[str, dict[str, float | None]]:
    """Returns precision, recall, F1 and the number of pictures of each movement.

    For a movement without a test picture, everything except the number is None: it was not
    measured.
    """
    from sklearn.metrics import precision_recall_fscore_support

    table = precision_recall_fscore_support(
        targets, predictions, labels=range(len(movements)), zero_division=0
    )
    return {
        movement.folder: {
            "precision": float(precision) if support else None,
            "recall": float(recall) if support else None,
            "f1": float(f1) if support else None,
            "pictures": int(support),
        }
        for movement, precision, recall, f1, support in zip(movements, *table, strict=True)
    }


def most_confused(
    movements: Sequence[Movement], confusion: npt.NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Returns the pairs of true and predicted movement with the most pictures, most first."""
    pairs = [
        (int(confusion[true, predicted]), true, predicted)
        for true in range(len(movements))
        for predicted in range(len(movements))
        if true != predicted and confusion[true, predicted]
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1:]))
    return [
        {
            "true": movements[true].folder,
            "predicted": movements[predicted].folder,
            "pictures": count,
            "share": count / int(confusion[true].sum()),
        }
        for count, true, predicted in pairs[:CONFUSED_PAIRS]
    ]


def plot_confusion(
    movements: Sequence[Movement], confusion: npt.NDArray[np.int64], title: str, path: Path
) -> None:
    """Draws the confusion matrix, one row for each true movement, in percent of the row."""
    from matplotlib.figure import Figure

    shares = 100 * confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    names = [movement.english for movement in movements]
    side = 2.6 + 0.52 * len(movements)
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    for (true, predicted), share in np.ndenumerate(shares):
        if share >= 0.5:
            color = "white" if share > 55 else "black"
            axes.text(predicted, true, f"{share:.0f}", ha="center", va="center", color=color)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(title)
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=110)
