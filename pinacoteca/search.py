"""Exact search for the nearest paintings."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import cache
from typing import Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

Metric = Literal["cosine", "euclidean"]
METRICS: tuple[Metric, ...] = get_args(Metric)

_Floats = npt.NDArray[np.float32]
_Doubles = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.int64]

_EPSILON = float(np.finfo(np.float32).eps)
# Queries are processed in chunks, so that many queries and many rows fit into memory.
_CHUNK = 256
# With fewer queries than this, BLAS would spend more time on reordering the rows than on
# multiplying them.
_FEW = 8
# A block of rows of this many bytes stays in a core's cache for all of a few queries.
_BLOCK = 1 << 18
# OpenBLAS's names of the processors for which it has products of small matrices.
_SMALL_PRODUCTS = ("SkylakeX", "Cooperlake", "SapphireRapids")


class PaintingIndex(Protocol):
    """An index that finds the nearest paintings of a collection.

    ``NearestPaintings`` compares every row, ``MilvusPaintings`` asks Milvus for candidates. A
    further index needs these three methods and a place in ``PaintingRetriever``.
    """

    def __len__(self) -> int:
        """Returns the number of paintings."""
        ...

    def search(
        self,
        queries: Sequence[npt.ArrayLike],
        weights: Sequence[float],
        k: int = 5,
        metric: Metric = "cosine",
        mask: npt.NDArray[np.bool_] | None = None,
    ) -> tuple[_Floats, _Rows]:
        """Returns distances and rows, ``[q, k]`` each, nearest first."""
        ...

    def distances(
        self, query: Sequence[_Floats], weights: Sequence[float], rows: _Rows, metric: Metric
    ) -> _Floats:
        """Returns the distances, float32 ``[r]``, of one query, ``[d]`` a part, to some rows."""
        ...


class NearestPaintings:
    """The rows of a collection, ready to be searched.

    A painting is described by parts, such as its movement and its subject, and a query gives each
    part a weight. The cosine distance is the weighted mean of the parts' cosine distances; the
    euclidean one is the root of the weighted mean of their squared distances.

    For each part, one matrix product in float32 gives a lower and an upper bound for every
    distance. Rows that the bounds cannot rule out are then computed in float64, one by one. So the
    answer is exact, and a painting is at distance 0 from itself (the expanded square ``|a|^2 +
    |b|^2 - 2ab`` would cancel). Equal vectors have equal distances for any number of queries, which
    a matrix product does not guarantee.
    """

    def __init__(self, parts: Sequence[_Floats]) -> None:
        """Takes the parts of all paintings, float32 ``[n, d]`` each, with a ``d`` of its own."""
        self._parts = tuple(_Part(vectors) for vectors in parts)

    def __len__(self) -> int:
        return len(self._parts[0].vectors)

    def search(
        self,
        queries: Sequence[npt.ArrayLike],
        weights: Sequence[float],
        k: int = 5,
        metric: Metric = "cosine",
        mask: npt.NDArray[np.bool_] | None = None,
    ) -> tuple[_Floats, _Rows]:
        """Returns the distances and rows of the ``k`` nearest paintings, nearest first.

        Equal distances are ordered by row. The cosine distance is 1 minus the cosine, 0 to 2;
        a vector of zeros has no direction and is at distance 1 from everything.

        Args:
            queries: For each part finite vectors, ``[q, d]``.
            weights: A number of 0 or more for each part; they are divided by their sum.
            k: The number of neighbours, 1 to the number of rows that may be found.
            metric: ``cosine`` or ``euclidean``.
            mask: bool ``[n]``, True for the rows that may be found; None for all.

        Returns:
            Distances, float32 ``[q, k]``, and rows, int64 ``[q, k]``.

        Raises:
            ValueError: An argument is out of range; the text shows what was given.
        """
        vectors = checked_queries(queries, [part.vectors.shape[1] for part in self._parts])
        shares = checked_shares(weights, len(self._parts))
        hidden = hidden_rows(mask, len(self))
        k = checked_k(k, len(hidden) - int(hidden.sum()))
        check_metric(metric)
        count = len(vectors[0])
        distances = np.empty((count, k), np.float32)
        rows = np.empty((count, k), np.int64)
        for start in range(0, count, _CHUNK):
            chunk = [part[start : start + _CHUNK] for part in vectors]
            rough, error = self._rough(chunk, shares, metric)
            rough[:, hidden] = np.inf
            limits = np.partition(rough + error, k - 1)[:, k - 1]
            rough -= error
            for place, query in enumerate(zip(*chunk, strict=True)):
                candidates = np.flatnonzero(rough[place] <= limits[place])
                exact = self.distances(query, shares, candidates, metric)
                # The candidates are in row order, and a stable sort keeps that order among equals.
                order = np.argsort(exact, kind="stable")[:k]
                distances[start + place] = exact[order]
                rows[start + place] = candidates[order]
        return distances, rows

    def distances(
        self, query: Sequence[_Floats], weights: Sequence[float], rows: _Rows, metric: Metric
    ) -> _Floats:
        """Returns the distances, float32 ``[r]``, of one query, ``[d]`` a part, to some rows."""
        shares = checked_shares(weights, len(self._parts))
        total = sum(
            share * part.exact(vector, rows, metric)
            for share, part, vector in zip(shares, self._parts, query, strict=True)
            if share
        )
        return np.asarray(np.sqrt(total) if metric == "euclidean" else total, np.float32)

    def _rough(
        self, queries: Sequence[_Floats], shares: Sequence[float], metric: Metric
    ) -> tuple[_Doubles, _Doubles | float]:
        """Returns every distance, or its square, ``[q, n]``, and by how much it may be wrong.

        Each pass over as many numbers costs time, so there are few.
        """
        rough = np.zeros((len(queries[0]), len(self)))
        error: _Doubles | float = 0.0
        for share, part, vectors in zip(shares, self._parts, queries, strict=True):
            if share:
                distances, its_error = part.rough(vectors, metric)
                distances *= share
                rough += distances
                error = error + share * its_error
        return rough, error


class _Part:
    """One part of all paintings, prepared for computing distances."""

    def __init__(self, vectors: _Floats) -> None:
        self.vectors = vectors
        self._norms = _norms(vectors)
        self._units = unit_vectors(vectors)

    def rough(self, queries: _Floats, metric: Metric) -> tuple[_Doubles, _Doubles | float]:
        """Returns every distance, or its square, ``[q, n]``, and by how much it may be wrong."""
        cosines = _products(unit_vectors(queries), self._units).astype(np.float64)
        # Twice the bound on the rounding error of a dot product of unit vectors (Higham, "Accuracy
        # and Stability of Numerical Algorithms", 2002, section 3.1) and of the vectors themselves.
        error = (self.vectors.shape[1] + 4) * _EPSILON
        if metric == "cosine":
            return np.subtract(1, cosines, out=cosines), error
        norms = _norms(queries)[:, None]
        squares = norms**2 + self._norms**2 - 2 * norms * self._norms * cosines
        return squares, error * (norms + self._norms) ** 2

    def exact(self, query: _Floats, rows: _Rows, metric: Metric) -> _Doubles:
        """Returns the distances, or their squares, of one query to some rows, float64 ``[r]``."""
        candidates = self.vectors[rows].astype(np.float64)
        if metric == "euclidean":
            return np.asarray(((candidates - query) ** 2).sum(axis=1))
        products = (candidates * query).sum(axis=1)
        scales = self._norms[rows] * _norms(query[None])
        cosines = np.divide(products, scales, out=np.zeros_like(products), where=scales > 0)
        return np.asarray(np.clip(1 - cosines, 0, 2))


def checked_queries(queries: Sequence[npt.ArrayLike], dimensions: Sequence[int]) -> list[_Floats]:
    """Returns the parts of queries as float32 ``[q, d]``, where ``dimensions`` gives each ``d``.

    Raises:
        ValueError: The number of parts or a shape is wrong, or a value is not finite.
    """
    if len(queries) != len(dimensions):
        raise ValueError(
            f"queries must have {len(dimensions)} parts, as the paintings have; got {len(queries)}"
        )
    checked = [
        checked_vectors(vectors, dimension)
        for vectors, dimension in zip(queries, dimensions, strict=True)
    ]
    if len({len(vectors) for vectors in checked}) > 1:
        raise ValueError(
            "queries must have the same number of vectors in every part; "
            f"got {', '.join(str(len(vectors)) for vectors in checked)}"
        )
    return checked


def checked_vectors(vectors: npt.ArrayLike, dimension: int) -> _Floats:
    """Returns queries as float32 ``[q, dimension]``.

    Raises:
        ValueError: The shape is wrong, or a value is not finite.
    """
    with np.errstate(over="ignore"):
        queries = np.asarray(vectors, dtype=np.float32)
    if queries.ndim != 2 or queries.shape[1] != dimension:
        raise ValueError(f"vectors must have the shape [q, {dimension}]; got {list(queries.shape)}")
    broken = np.argwhere(~np.isfinite(queries))
    if broken.size:
        row, column = broken[0].tolist()
        raise ValueError(
            f"vectors must be finite; got {queries[row, column]} in row {row}, column {column}"
        )
    return queries


def checked_shares(weights: Sequence[float], parts: int) -> list[float]:
    """Returns weights divided by their sum.

    Raises:
        ValueError: Their number is not ``parts``, one is negative or not finite, or all are 0.
    """
    if len(weights) != parts or not all(0 <= weight < math.inf for weight in weights):
        raise ValueError(f"weights must be {parts} numbers from 0; got {list(weights)}")
    if not (total := sum(weights)):
        raise ValueError("weights must not all be 0")
    return [weight / total for weight in weights]


def hidden_rows(mask: npt.NDArray[np.bool_] | None, count: int) -> npt.NDArray[np.bool_]:
    """Returns the rows that the mask hides, bool ``[count]``.

    Raises:
        ValueError: The mask has another type or shape.
    """
    if mask is None:
        return np.zeros(count, np.bool_)
    if mask.dtype != np.bool_ or mask.shape != (count,):
        raise ValueError(
            f"mask must be bool of shape [{count}]; got {mask.dtype} of {list(mask.shape)}"
        )
    return ~mask


def checked_k(k: int, available: int) -> int:
    """Returns ``k`` as a plain number.

    Raises:
        ValueError: It is not a whole number from 1 to ``available``.
    """
    try:
        whole = operator.index(k)
    except TypeError:
        whole = 0
    if not 1 <= whole <= available:
        raise ValueError(f"k must be a whole number from 1 to {available} paintings; got {k!r}")
    return whole


def check_metric(metric: str) -> None:
    """Raises ``ValueError`` if a metric is not one of ``METRICS``."""
    if metric not in METRICS:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}; got {metric!r}")


def unit_vectors(vectors: _Floats) -> _Floats:
    """Returns vectors scaled to length 1, float32 ``[n, d]``; zeros stay zeros."""
    norms = _norms(vectors)
    return np.asarray(vectors / np.where(norms > 0, norms, 1)[:, None], np.float32)


def _products(queries: _Floats, rows: _Floats) -> _Floats:
    """Returns the dot products of all queries and rows, float32 ``[q, n]``.

    The rows are read from memory only once for a few queries.
    """
    if not 1 < len(queries) < _FEW:
        return np.asarray(queries @ rows.T)
    made = np.empty((len(queries), len(rows)), np.float32)
    # A picture and its mirror image have the same movement and hand.
    if (queries == queries[0]).all():
        made[:] = rows @ queries[0]
        return made
    step = max(_BLOCK // max(rows[:1].nbytes, 1), 1)
    columns = np.ascontiguousarray(queries.T)
    together = _has_small_products()
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        if together:
            made[:, start : start + step] = (block @ columns).T
            continue
        for place, query in enumerate(queries):
            np.matmul(block, query, out=made[place, start : start + step])
    return made


@cache
def _has_small_products() -> bool:
    """Returns whether BLAS multiplies small matrices without reordering them first.

    OpenBLAS does so on processors with AVX-512. There, a block is multiplied by all queries in four
    fifths of the time that one query after another takes; elsewhere, in one and a half times.
    """
    from threadpoolctl import threadpool_info

    return any(each.get("architecture") in _SMALL_PRODUCTS for each in threadpool_info())


def _norms(vectors: _Floats) -> _Doubles:
    # In float64, no square of a float32 overflows or underflows.
    return np.asarray(np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=1)))
