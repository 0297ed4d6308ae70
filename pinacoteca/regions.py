"""Finds the regions in which two pictures are alike, to show why a neighbour is near."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pinacoteca.likeness import GRID
from pinacoteca.painting_within import Quadrilateral, point_within
from pinacoteca.search import unit_vectors


@dataclass(frozen=True)
class Match:
    """A pair of similar cells, one from each of two pictures.

    Attributes:
        query: Row and column in the first picture, from its upper left, each 0 to ``GRID - 1``.
        painting: Row and column in the second.
        similarity: The cosine of the two, up to 1.
    """

    query: tuple[int, int]
    painting: tuple[int, int]
    similarity: float

    def with_query_mirrored(self) -> Match:
        """Returns the match with left and right of the first picture exchanged."""
        row, column = self.query
        return replace(self, query=(row, GRID - 1 - column))

    def with_query_within(self, corners: Quadrilateral) -> Match:
        """Returns the match for a picture that contains the first one between ``corners``."""
        row, column = self.query
        x, y = point_within(((column + 0.5) / GRID, (row + 0.5) / GRID), corners)
        return replace(self, query=(min(int(y * GRID), GRID - 1), min(int(x * GRID), GRID - 1)))


# How many pairs are shown.
PAIRS = 3


def matching_regions(
    query: npt.NDArray[np.float32],
    painting: npt.NDArray[np.float32],
    mean: npt.NDArray[np.float32],
) -> tuple[Match, ...]:
    """Returns the most similar pairs of cells, best first; each cell is in at most one pair.

    Args:
        query: The composition of the first picture, float32 ``[d]``.
        painting: The composition of the second picture.
        mean: The mean composition of the collection, float32 ``[d]``. The mean over its cells is
            subtracted from each cell, so that pairs are alike in what sets them apart.
    """
    shape = (GRID * GRID, -1)
    common = mean.reshape(shape).mean(axis=0)
    first, second = (unit_vectors(each.reshape(shape) - common) for each in (query, painting))
    similarities = first @ second.T
    matches = []
    for _ in range(PAIRS):
        place = int(similarities.argmax())
        row, column = divmod(place, GRID * GRID)
        similarity = float(similarities[row, column])
        matches.append(Match(divmod(row, GRID), divmod(column, GRID), similarity))
        similarities[row, :] = similarities[:, column] = -np.inf
    return tuple(matches)
