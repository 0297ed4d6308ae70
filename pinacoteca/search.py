"""Exact search for the nearest paintings."""

from __future__ import annotations

import operator
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from pinacoteca.collection import Collection

Metric = Literal["cosine", "euclidean"]
METRICS: tuple[Metric, ...] = get_args(Metric)

_Floats = npt.NDArray[np.float32]
_Doubles = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.int64]

_EPSILON = float(np.finfo(np.float32).eps)
# Queries at a time, so that many queries against many rows stay within memory.
_CHUNK = 256


class NearestPaintings:
    """The rows of a collection, ready to be searched.

    One matrix product in float32 bounds every distance from below and above. Only the rows that the
    bounds cannot rule out are measured in float64, each by itself: the answer is exact, a painting
    is at distance 0 from itself (the expanded square ``|a|^2 + |b|^2 - 2ab`` would cancel), and
    equal embeddings are equally far however many queries come at once, which a matrix product does
    not promise.
    """

    def __init__(self, collection: Collection) -> None:
        self._embeddings = collection.embeddings
        self._norms = _norms(self._embeddings)
        self._units = _units(self._embeddings, self._norms)

    def search(
        self,
        vectors: npt.ArrayLike,
        k: int = 5,
        metric: Metric = "cosine",
        mask: npt.NDArray[np.bool_] | None = None,
    ) -> tuple[_Floats, _Rows]:
        """Returns the distances and rows of the ``k`` nearest paintings, nearest first.

        Equal distances are ordered by row. The cosine distance is 1 minus the cosine, 0 to 2;
        a vector of zeros has no direction and is at distance 1 from everything.

        Args:
            vectors: Finite queries, ``[q, d]``, or one, ``[d]``.
            k: The number of neighbours, 1 to the number of rows that may be found.
            metric: ``cosine`` or ``euclidean``.
            mask: bool ``[n]``, True for the rows that may be found; None for all.

        Returns:
            Distances, float32 ``[q, k]``, and rows, int64 ``[q, k]``; ``q`` is 1 for one vector.

        Raises:
            ValueError: An argument is out of range; the text shows what was given.
        """
        queries = self._checked_queries(vectors)
        hidden = self._hidden_rows(mask)
        k = _checked_k(k, len(hidden) - int(hidden.sum()))
        if metric not in METRICS:
            raise ValueError(f"metric must be one of {', '.join(METRICS)}; got {metric!r}")
        distances = np.empty((len(queries), k), np.float32)
        rows = np.empty((len(queries), k), np.int64)
        for start in range(0, len(queries), _CHUNK):
            chunk = queries[start : start + _CHUNK]
            lower, upper = self._bounds(chunk, metric)
            lower[:, hidden] = upper[:, hidden] = np.inf
            limits = np.partition(upper, k - 1)[:, k - 1]
            for place, query in enumerate(chunk):
                candidates = np.flatnonzero(lower[place] <= limits[place])
                exact = self._exact(query, candidates, metric)
                # Candidates come in the order of rows, which a stable sort keeps among equals.
                order = np.argsort(exact, kind="stable")[:k]
                distances[start + place] = exact[order]
                rows[start + place] = candidates[order]
        return distances, rows

    def _bounds(self, queries: _Floats, metric: Metric) -> tuple[_Doubles, _Doubles]:
        """Returns values below and above every distance, or its square, ``[q, n]`` each."""
        norms = _norms(queries)[:, None]
        cosines = (_units(queries, norms[:, 0]) @ self._units.T).astype(np.float64)
        # Twice the bound on the rounding of a dot product of unit vectors (Higham, "Accuracy and
        # Stability of Numerical Algorithms", 2002, section 3.1), and of the units themselves.
        error = (self._embeddings.shape[1] + 4) * _EPSILON
        if metric == "cosine":
            return 1 - cosines - error, 1 - cosines + error
        squares = norms**2 + self._norms**2 - 2 * norms * self._norms * cosines
        slack = error * (norms + self._norms) ** 2
        return squares - slack, squares + slack

    def _exact(self, query: _Floats, rows: _Rows, metric: Metric) -> _Floats:
        candidates = self._embeddings[rows].astype(np.float64)
        if metric == "euclidean":
            return np.asarray(np.sqrt(((candidates - query) ** 2).sum(axis=1)), np.float32)
        products = (candidates * query).sum(axis=1)
        scales = self._norms[rows] * _norms(query[None])
        cosines = np.divide(products, scales, out=np.zeros_like(products), where=scales > 0)
        return np.asarray(np.clip(1 - cosines, 0, 2), np.float32)

    def _checked_queries(self, vectors: npt.ArrayLike) -> _Floats:
        with np.errstate(over="ignore"):
            queries = np.asarray(vectors, dtype=np.float32)
        dimension = self._embeddings.shape[1]
        if queries.ndim not in (1, 2) or queries.shape[-1] != dimension:
            raise ValueError(
                f"vectors must have the shape [q, {dimension}] or [{dimension}]; "
                f"got {list(queries.shape)}"
            )
        queries = np.atleast_2d(queries)
        broken = np.argwhere(~np.isfinite(queries))
        if broken.size:
            row, column = broken[0].tolist()
            raise ValueError(
                f"vectors must be finite; got {queries[row, column]} in row {row}, column {column}"
            )
        return queries

    def _hidden_rows(self, mask: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_]:
        count = len(self._embeddings)
        if mask is None:
            return np.zeros(count, np.bool_)
        if mask.dtype != np.bool_ or mask.shape != (count,):
            raise ValueError(
                f"mask must be bool of shape [{count}]; got {mask.dtype} of {list(mask.shape)}"
            )
        return ~mask


def _checked_k(k: int, available: int) -> int:
    try:
        whole = operator.index(k)
    except TypeError:
        whole = 0
    if not 1 <= whole <= available:
        raise ValueError(f"k must be a whole number from 1 to {available} paintings; got {k!r}")
    return whole


def _norms(vectors: _Floats) -> _Doubles:
    # In float64 no square of a float32 overflows or vanishes.
    return np.asarray(np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=1)))


def _units(vectors: _Floats, norms: _Doubles) -> _Floats:
    """Returns vectors of length 1 in the same directions; zeros stay zeros."""
    return np.asarray(vectors / np.where(norms > 0, norms, 1)[:, None], np.float32)
