"""What a distance means: how it compares with the distances within the collection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pinacoteca.search import Metric, PaintingIndex

# Each of so many paintings is compared with so many others, drawn once.
PAINTINGS, OTHERS = 128, 128
SEED = 0
# Settings whose distances are kept: a slider is moved back and forth.
KEPT = 64


class Closeness:
    """The distances between paintings of a collection, as a scale for other distances.

    A cosine or euclidean distance means nothing to a person, and means something else for every
    weight of the parts; "closer than 99 % of pairs" does, whatever the weight.
    """

    def __init__(
        self,
        nearest: PaintingIndex,
        parts: Sequence[npt.NDArray[np.float32]],
    ) -> None:
        """Takes a searcher and the parts that it was made of."""
        self._nearest = nearest
        self._parts = parts
        self._scale = lru_cache(maxsize=KEPT)(self._pair_distances)

    def share_farther(
        self, distances: npt.NDArray[np.float32], weights: Sequence[float], metric: Metric
    ) -> npt.NDArray[np.float64]:
        """Returns the shares, float64 ``[n]``, of pairs that are farther apart than distances.

        A collection of one painting has no pairs, and everything is closer than none: 1.

        Args:
            distances: float32 ``[n]``.
            weights: As they were searched with.
            metric: Likewise.
        """
        pairs = self._scale(tuple(weights), metric)
        if not len(pairs):
            return np.ones(len(distances))
        return 1 - np.searchsorted(pairs, distances, side="right") / len(pairs)

    def _pair_distances(
        self, weights: tuple[float, ...], metric: Metric
    ) -> npt.NDArray[np.float32]:
        count = len(self._nearest)
        dice = np.random.default_rng(SEED)
        rows = dice.choice(count, min(PAINTINGS, count), replace=False)
        distances = []
        for row in rows:
            others = dice.choice(count, min(OTHERS, count), replace=False)
            query = [part[row] for part in self._parts]
            distances.append(self._nearest.distances(query, weights, others[others != row], metric))
        return np.sort(np.concatenate(distances))
