"""Measures of a classifier that the field defines and no library of ours has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

CALIBRATION_BINS = 15


def expected_calibration_error(
    probabilities: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]
) -> float:
    """Returns the mean gap between confidence and accuracy, 0 to 1, over 15 equal bins.

    Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, equation 3.

    Args:
        probabilities: float32 ``[n, classes]``, each row summing to one.
        targets: int64 ``[n]``, the true class indices.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == targets
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=correct - confidence, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(targets))


def top_k_accuracy(
    probabilities: npt.NDArray[np.float32], targets: npt.NDArray[np.int64], k: int
) -> float:
    """Returns the share of rows whose true class is among the ``k`` most probable ones.

    Args:
        probabilities: float32 ``[n, classes]``.
        targets: int64 ``[n]``, the true class indices.
        k: 1 to the number of classes; with as many classes or fewer, the result is 1.
    """
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return float((best == targets[:, None]).any(axis=1).mean())
