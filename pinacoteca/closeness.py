"""What a distance means, compared with the distances within the collection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pinacoteca.search import Metric, PaintingIndex

# Each of 128 paintings is compared with 128 others, all drawn at random with a fixed seed.
PAINTINGS, OTHERS = 128, 128
SEED = 0
# The distances for so many settings are cached, because people move a slider back and forth.
KEPT = 64


class Closeness:
    """The distances between paintings of a collection, as a scale for other distances.

    A cosine or euclidean distance means nothing to most people, and its meaning changes with the
    weights of the parts. "Closer than 99 % of pairs" means the same for all weights.
    """

    def __init__(
        self,
        nearest: PaintingIndex,
        parts: Sequence[npt.NDArray[np.float32]],
    ) -> None:
        """Takes a searcher and the parts that it was built from."""
        self._nearest = nearest
        self._parts = parts
        self._scale = lru_cache(maxsize=KEPT)(self._pair_distances)

    def share_farther(
        self, distances: npt.NDArray[np.float32], weights: Sequence[float], metric: Metric
    ) -> npt.NDArray[np.float64]:
        """Returns for each distance the share of pairs that are farther apart, float64 ``[n]``.

        The share is 1 for a collection of one painting, which has no pairs.

        Args:
            distances: float32 ``[n]``.
            weights: The weights of the search.
            metric: The metric of the search.
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
