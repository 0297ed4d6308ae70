"""Simple ways to compare the network's features, as baselines for ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from rankings import Floats, Way, by_vectors, centred, half_whitened

from pinacoteca.forward import Forward
from pinacoteca.likeness import roots
from pinacoteca.second_branch import SHARED_BLOCKS

# Number of principal components of the pooled features, and of the channel statistics.
WHITENED, FEW = 512, 128
# Weight of the movements' cosine, added to the two of the branches.
MOVEMENTS_SHARE = 0.15
# Channels with less than this share of the usual deviation hardly ever respond.
SILENT = 1e-4


def ways_of_features(passes: Iterable[Forward]) -> Iterator[Way]:
    """Yields the ways of each branch, and of both together if there are two.

    Args:
        passes: The network's outputs for the paintings, batch by batch.
    """
    passed = list(passes)
    pooled = _joined(each.pooled for each in passed)
    ours = half_whitened(roots(pooled), WHITENED)
    own = _joined(np.concatenate(each.stages, axis=1) for each in passed)
    yield by_vectors("our pooled features", centred(pooled))
    yield by_vectors("our pooled features, whitened", ours)
    yield by_vectors("statistics of our channels, whitened", half_whitened(_heard(own), FEW))
    second = [(each, each.second) for each in passed if each.second is not None]
    if not second:
        return
    other = half_whitened(roots(_joined(its.pooled for _, its in second)), WHITENED)
    shared = 1 + SHARED_BLOCKS
    others = _joined(np.hstack([*each.stages[:shared], *its.stages]) for each, its in second)
    whitened = half_whitened(_heard(others), FEW)
    yield by_vectors("statistics of the second branch, whitened", whitened)
    together = _joined(each.statistics for each in passed)
    yield by_vectors("statistics of both, whitened", half_whitened(_heard(together), FEW))
    both = _side_by_side([ours, other], [1.0, 1.0])
    yield by_vectors("pooled features of both, cosines added", both)
    movements = centred(_soft_roots(_joined(each.logits for each in passed)))
    three = _side_by_side([ours, other, movements], [1.0, 1.0, 2 * MOVEMENTS_SHARE])
    yield by_vectors("the same, and the movements", three)


def _joined(arrays: Iterable[npt.NDArray[Any]]) -> Floats:
    return np.concatenate(list(arrays)).astype(np.float64)


def _heard(statistics: Floats) -> Floats:
    """Returns the statistics that are not silent, scaled to unit deviation."""
    deviations = statistics.std(axis=0)
    heard = deviations > SILENT * np.median(deviations)
    return np.asarray(statistics[:, heard] / deviations[heard])


def _side_by_side(descriptors: Iterable[Floats], weights: Iterable[float]) -> Floats:
    """Returns vectors whose cosine is the weighted mean of the descriptors' cosines."""
    units = (
        each / np.maximum(np.linalg.norm(each, axis=1, keepdims=True), 1e-12)
        for each in descriptors
    )
    return np.hstack([np.sqrt(weight) * unit for weight, unit in zip(weights, units, strict=True)])


def _soft_roots(logits: Floats) -> Floats:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(np.sqrt(exponentials / exponentials.sum(axis=1, keepdims=True)))
