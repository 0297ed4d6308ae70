"""Metrics of classifiers and rankings that our libraries do not offer in this form."""

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


def precision_at_k(relevant: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Returns the share of relevant answers for each query, float64 ``[q]``.

    Manning, Raghavan, Schütze, "Introduction to Information Retrieval", 2008, section 8.4.

    Args:
        relevant: bool ``[q, k]``, whether each answer is relevant, nearest first.
    """
    return np.asarray(relevant.mean(axis=1))


def recall_at_k(
    relevant: npt.NDArray[np.bool_], available: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Returns the share of the relevant paintings that were found, float64 ``[q]``.

    Args:
        relevant: bool ``[q, k]``, nearest first.
        available: int64 ``[q]``, at least 1: how many relevant answers there are for each query.
    """
    return np.asarray(relevant.sum(axis=1) / available)


def average_precision_at_k(
    relevant: npt.NDArray[np.bool_], available: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Returns the precision averaged over the ranks of relevant answers, float64 ``[q]``.

    Manning, Raghavan, Schütze, "Introduction to Information Retrieval", 2008, equation 8.8, cut off
    at ``k``: relevant paintings beyond the ``k`` answers do not lower the result.

    Args:
        relevant: bool ``[q, k]``, nearest first.
        available: int64 ``[q]``, at least 1: how many relevant answers there are for each query.
    """
    places = np.arange(1, relevant.shape[1] + 1)
    precisions = relevant.cumsum(axis=1) / places
    best = np.minimum(available, relevant.shape[1])
    return np.asarray((precisions * relevant).sum(axis=1) / best)


def normalised_gain_at_k(
    gains: npt.NDArray[np.float64], best: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Returns the discounted gain divided by the best possible one, float64 ``[q]``.

    nDCG of Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 2002,
    with the usual discount of log2(place + 1).

    Args:
        gains: float64 ``[q, k]``, the gain of each answer, nearest first.
        best: float64 ``[q, k]``, the highest possible gains, highest first, not all 0.
    """
    discount = 1 / np.log2(np.arange(2, gains.shape[1] + 2))
    return np.asarray((gains @ discount) / (best @ discount))


def hubness(rows: npt.NDArray[np.int64], count: int) -> float:
    """Returns the skewness of how often each painting is among the answers.

    Radovanović, Nanopoulos, Ivanović, "Hubs in Space", JMLR 2010, equation 1: 0 for a symmetric
    distribution; the larger, the fewer paintings dominate the answers.

    Args:
        rows: int64 ``[q, k]``, the answers.
        count: The number of paintings that can be answers.
    """
    occurrences = np.bincount(rows.ravel(), minlength=count).astype(np.float64)
    centred = occurrences - occurrences.mean()
    deviation = occurrences.std()
    return float((centred**3).mean() / deviation**3) if deviation else 0.0


def mean_over_classes(values: npt.NDArray[np.float64], classes: npt.NDArray[np.str_]) -> float:
    """Returns the mean of the classes' means, so that large classes do not dominate.

    Args:
        values: float64 ``[q]``.
        classes: ``[q]``, the class of each query.
    """
    _, places = np.unique(classes, return_inverse=True)
    return float((np.bincount(places, weights=values) / np.bincount(places)).mean())


def half_of_artists(artists: npt.NDArray[np.str_], seed: int) -> npt.NDArray[np.bool_]:
    """Returns which paintings are by a random half of the artists, bool ``[n]``.

    Settings chosen on one half are measured on the other. Halving by artist matters, because
    paintings by one artist are alike.

    Args:
        artists: The artist of each painting, ``[n]``.
        seed: Seeds the draw.
    """
    names = np.unique(artists)
    drawn = np.random.default_rng(seed).permutation(names)[: len(names) // 2]
    return np.isin(artists, drawn)
