"""Cells: a collection divided so that a query is compared only with paintings near it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pinacoteca.search import unit_vectors

# Smaller cells would be more precise, but Milvus Lite takes longer to create a cell the more it
# has.
ROWS_A_CELL = 500
# The smallest number that the k-means of faiss accepts without a warning.
SAMPLES_A_CELL = 39
BLOCK = 4_096
_ITERATIONS = 10

_Floats = npt.NDArray[np.float32]
_Rows = npt.NDArray[np.int64]
# Parts may be stored as float16 and mapped from a file.
Parts = Sequence[npt.NDArray[np.floating[Any]]]


@dataclass(frozen=True, eq=False)
class Cells:
    """The inverted file of Sivic and Zisserman ("Video Google", 2003), without its words.

    Attributes:
        centres: float32 ``[c, d]``, means of the rows that ``units`` returns.
        sizes: The number of rows in each cell, int64 ``[c]``.
    """

    centres: _Floats
    sizes: _Rows

    def nearest(self, query: _Floats, rows: float) -> _Rows:
        """Returns the cells nearest to a query, ``[d]``, that together hold ``rows`` rows or more.

        The number of cells follows from their sizes, so that a query costs about the same wherever
        it falls.
        """
        order = np.argsort(-(self.centres @ query), kind="stable")
        enough = int(np.searchsorted(np.cumsum(self.sizes[order]), rows)) + 1
        return order[:enough]


def divide(parts: Parts) -> tuple[Cells, _Rows]:
    """Divides paintings into cells by k-means, the same way every time.

    Returns:
        The cells, none of them empty, and the cell of each row, int64 ``[n]``.
    """
    import faiss

    count = len(parts[0])
    cells = max(1, count // ROWS_A_CELL)
    generator = np.random.default_rng(0)
    sample = np.sort(
        generator.choice(count, min(count, cells * SAMPLES_A_CELL), replace=False, shuffle=False)
    )
    means = faiss.Kmeans(
        sum(part.shape[1] for part in parts),
        cells,
        niter=_ITERATIONS,
        seed=0,
        min_points_per_centroid=1,
        max_points_per_centroid=SAMPLES_A_CELL,
    )
    means.train(units(parts, sample))
    found = np.concatenate([means.assign(units(parts, rows))[1] for rows in blocks(count)])
    used, cell_of_row, sizes = np.unique(found, return_inverse=True, return_counts=True)
    return Cells(np.asarray(means.centroids)[used], sizes), cell_of_row


def blocks(count: int) -> Iterator[_Rows]:
    """Yields the numbers from 0 to ``count`` in pieces that fit into memory as vectors."""
    for start in range(0, count, BLOCK):
        yield np.arange(start, min(start + BLOCK, count))


def units(parts: Parts, rows: _Rows) -> _Floats:
    """Returns some rows as float32 ``[r, d]``: their parts, scaled to length 1, side by side.

    If the parts of a query are scaled the same way and multiplied by their weights, the inner
    product is the weighted mean of the parts' cosines. One index therefore serves all weights.
    """
    return np.concatenate([unit_vectors(part[rows].astype(np.float32)) for part in parts], axis=1)
