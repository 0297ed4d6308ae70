"""Measures how reliable a model's probabilities and prediction sets are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pinacoteca.files import written_whole
from pinacoteca.metrics import CALIBRATION_BINS
from pinacoteca.movements import Movement
from pinacoteca.prediction_sets import PredictionSets

RELIABILITY_PICTURE = "reliability.png"
# Answers with at least this confidence count as sure in ``sure_answers``.
HIGH_CONFIDENCE = 0.8

Probabilities = npt.NDArray[np.float32]
Targets = npt.NDArray[np.int64]


def sure_answers(probabilities: Probabilities, targets: Targets) -> dict[str, float]:
    """Returns the share of answers with ``HIGH_CONFIDENCE`` or more, and the accuracy of those."""
    sure = probabilities.max(axis=1) >= HIGH_CONFIDENCE
    right = probabilities.argmax(axis=1) == targets
    return {
        "at_least": HIGH_CONFIDENCE,
        "share": float(sure.mean()),
        "right": float(right[sure].mean()) if sure.any() else 1.0,
    }


def coverage(
    sets: PredictionSets,
    movements: Sequence[Movement],
    probabilities: Probabilities,
    targets: Targets,
) -> dict[str, Any]:
    """Returns the coverage of the sets, overall and by movement, and their mean size.

    Args:
        sets: Makes the sets.
        movements: In the order of the columns.
        probabilities: float32 ``[n, movements]``, calibrated.
        targets: int64 ``[n]``, the true class indices.
    """
    members = sets.members(probabilities)
    held = members[np.arange(len(targets)), targets]
    sizes = members.sum(axis=1)
    return {
        "promised": sets.coverage,
        "coverage": float(held.mean()),
        "mean_size": float(sizes.mean()),
        "sizes": np.bincount(sizes, minlength=len(movements) + 1)[1:].tolist(),
        "per_movement": {
            movement.folder: float(held[targets == index].mean())
            for index, movement in enumerate(movements)
            if (targets == index).any()
        },
    }


def plot_reliability(
    probabilities: Probabilities,
    targets: Targets,
    covered: dict[str, Any] | None,
    movements: Sequence[Movement],
    path: Path,
) -> None:
    """Draws accuracy over confidence and, if there are sets, their coverage by movement."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == targets
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    counts = np.bincount(bins, minlength=CALIBRATION_BINS)
    filled = counts > 0
    said = np.bincount(bins, confidence, CALIBRATION_BINS)[filled] / counts[filled]
    true = np.bincount(bins, right, CALIBRATION_BINS)[filled] / counts[filled]

    figure = Figure(figsize=(10, 4.4), layout="constrained")
    left, other = figure.subplots(1, 2)
    left.plot([0, 1], [0, 1], color="#999", linestyle="--", label="honest")
    left.scatter(said, true, s=8 + 200 * counts[filled] / counts.max(), color="#7a3b2e")
    left.plot(said, true, color="#7a3b2e", label="measured")
    left.set(xlabel="probability given", ylabel="share of right answers", xlim=(0, 1), ylim=(0, 1))
    left.set_title("Reliability")
    left.legend()
    if covered is None:
        other.set_axis_off()
    else:
        english = {movement.folder: movement.english for movement in movements}
        names = [english[folder] for folder in covered["per_movement"]]
        other.barh(names, list(covered["per_movement"].values()), color="#2e5d7a")
        other.axvline(covered["promised"], color="#7a3b2e", linestyle="--")
        other.invert_yaxis()
        other.set_xlim(0, 1)
        other.xaxis.set_major_formatter(PercentFormatter(1.0))
        other.set_title("Paintings whose set holds the right movement")
    for axes in (left, other):
        axes.grid(alpha=0.3)
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=110)
