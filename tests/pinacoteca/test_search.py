"""The search is exact: it agrees with brute force in float64, and orders ties by row."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from pinacoteca.search import METRICS, NearestPaintings


class OnePart:
    """A search among paintings of one part."""

    def __init__(self, rows: Any) -> None:
        self._nearest = NearestPaintings([np.asarray(rows, np.float32)])

    def search(self, vectors: Any, **settings: Any) -> tuple[Any, Any]:
        return self._nearest.search([vectors], [1], **settings)


def nearest(rows: Any) -> OnePart:
    return OnePart(rows)


def features(generator: np.random.Generator, count: int, dimension: int = 256) -> Any:
    """Returns vectors like the network's: clipped at 0 and rounded to float16."""
    values = np.clip(generator.normal(0.1, 0.5, (count, dimension)), 0, 6)
    return values.astype(np.float16).astype(np.float32)


def brute_force(rows: Any, queries: Any, metric: str) -> Any:
    rows, queries = rows.astype(np.float64), queries.astype(np.float64)
    if metric == "euclidean":
        return np.linalg.norm(queries[:, None] - rows[None], axis=2)
    lengths = np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(rows, axis=1)
    return 1 - queries @ rows.T / lengths


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("count", [1, 2, 7, 8])
def test_a_few_queries_find_the_same_in_blocks_of_rows(
    count: int, together: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinacoteca.search._has_small_products", lambda: together)
    generator = np.random.default_rng(4)
    # More than two blocks, the last one not full.
    rows, queries = features(generator, 1100), features(generator, count)

    distances, indices = nearest(rows).search(queries, k=9)

    for query, its_distances, its_indices in zip(queries, distances, indices, strict=True):
        alone, expected = nearest(rows).search(query[None], k=9)
        np.testing.assert_array_equal(its_indices, expected[0])
        np.testing.assert_array_equal(its_distances, alone[0])
    # Like the style of a picture and of its mirror image.
    twice = np.repeat(queries[:1], 2, axis=0)
    np.testing.assert_array_equal(nearest(rows).search(twice, k=9)[1], indices[[0, 0]])


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("k", [1, 5, 300])
def test_agrees_with_brute_force(metric: Any, k: int) -> None:
    generator = np.random.default_rng(1)
    rows, queries = features(generator, 300), features(generator, 40)

    distances, indices = nearest(rows).search(queries, k=k, metric=metric)

    reference = brute_force(rows, queries, metric)
    assert (distances.dtype, indices.dtype) == (np.float32, np.int64)
    assert distances.shape == indices.shape == (40, k)
    # Compare distances, not rows: the float32 ranking may tie what float64 distinguishes.
    found = np.take_along_axis(reference, indices, axis=1)
    np.testing.assert_allclose(distances, found, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(distances, np.sort(reference, axis=1)[:, :k], rtol=1e-6, atol=1e-7)
    assert all(len(set(row)) == k for row in indices.tolist())


@pytest.mark.parametrize("metric", METRICS)
def test_ties_are_in_the_order_of_rows_in_any_batch(metric: Any) -> None:
    generator = np.random.default_rng(2)
    rows = features(generator, 200)
    copies = np.array([3, 64, 65, 66, 127, 199])
    rows[copies] = rows[3]
    search = nearest(rows)
    # Queries near the copies, and near other rows.
    queries = np.concatenate([rows[3:4] + 0.01, features(generator, 299)])

    whole = search.search(queries, k=7, metric=metric)
    np.testing.assert_array_equal(whole[1][0, :6], copies)
    assert len(set(whole[0][0, :6].tolist())) == 1
    for size in (1, 2, 7, 33):
        for start in range(0, 34, size):
            part = search.search(queries[start : start + size], k=7, metric=metric)
            np.testing.assert_array_equal(part[0], whole[0][start : start + size])
            np.testing.assert_array_equal(part[1], whole[1][start : start + size])


@pytest.mark.parametrize("metric", METRICS)
def test_a_tie_at_the_last_place_goes_to_the_first_row(metric: Any) -> None:
    rows = np.tile(features(np.random.default_rng(3), 1), (50, 1))

    distances, indices = nearest(rows).search(rows[:1], k=4, metric=metric)

    np.testing.assert_array_equal(indices, [[0, 1, 2, 3]])
    np.testing.assert_allclose(distances, 0, atol=1e-7)


@pytest.mark.parametrize("scale", [1e-3, 1, 1e4])
def test_a_painting_is_at_no_distance_from_itself(scale: float) -> None:
    # Far from the origin and close together: expanding the square would leave only rounding errors.
    generator = np.random.default_rng(4)
    rows = (1000 + generator.normal(0, 1e-3, (100, 64))).astype(np.float32) * np.float32(scale)
    search = nearest(rows)

    for metric, tolerance in (("cosine", 1e-7), ("euclidean", 0)):
        distances, indices = search.search(rows, k=1, metric=metric)
        assert distances.max() <= tolerance
        if metric == "euclidean":
            np.testing.assert_array_equal(indices[:, 0], np.arange(100))
    distances, _ = search.search(rows, k=5, metric="euclidean")
    reference = np.sort(brute_force(rows, rows, "euclidean"), axis=1)[:, :5]
    np.testing.assert_allclose(distances, reference, rtol=1e-6)


def test_zero_vectors_are_at_cosine_distance_one() -> None:
    search = nearest([[0, 0], [1, 0], [-1, 0]])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        distances, indices = search.search([[2, 0], [0, 0]], k=3)

    np.testing.assert_array_equal(distances, [[0, 1, 2], [1, 1, 1]])
    np.testing.assert_array_equal(indices, [[1, 0, 2], [0, 1, 2]])


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_extreme_lengths_neither_overflow_nor_vanish(metric: Any, scale: float) -> None:
    rows = features(np.random.default_rng(6), 20) + 0.01
    query = (rows[7:8] * np.float32(scale)).astype(np.float32)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        distances, indices = nearest(rows).search(query, k=20, metric=metric)

    assert np.isfinite(distances).all()
    if metric == "cosine":
        assert indices[0, 0] == 7
        assert distances[0, 0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("metric", METRICS)
def test_a_mask_hides_rows(metric: Any) -> None:
    generator = np.random.default_rng(7)
    rows = features(generator, 60)
    mask = generator.random(60) < 0.3
    allowed = np.flatnonzero(mask)

    distances, indices = nearest(rows).search(rows[:9], k=len(allowed), metric=metric, mask=mask)

    expected = nearest(rows[allowed]).search(rows[:9], k=len(allowed), metric=metric)
    np.testing.assert_array_equal(distances, expected[0])
    np.testing.assert_array_equal(indices, allowed[expected[1]])


def test_no_queries_give_no_answers() -> None:
    none = nearest(np.eye(4)).search(np.empty((0, 4)), k=2)

    assert none[0].shape == none[1].shape == (0, 2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"k": 5}, r"1 to 4 paintings; got 5"),
        ({"k": 0}, r"got 0"),
        ({"k": -1}, r"got -1"),
        ({"k": 1.5}, r"got 1\.5"),
        ({"k": 3, "mask": np.array([True, False, True, False])}, r"1 to 2 paintings; got 3"),
        ({"k": 1, "mask": np.zeros(4, bool)}, r"1 to 0 paintings; got 1"),
        ({"k": 1, "mask": np.ones(4)}, r"bool of shape \[4\]; got float64 of \[4\]"),
        ({"k": 1, "mask": np.ones(3, bool)}, r"got bool of \[3\]"),
        ({"metric": "manhattan"}, r"cosine, euclidean; got 'manhattan'"),
        ({"vectors": [[1, 2, 3]]}, r"\[q, 4\]; got \[1, 3\]"),
        ({"vectors": [1, 0, 0, 0]}, r"\[q, 4\]; got \[4\]"),
        ({"vectors": np.ones((1, 1, 4))}, r"got \[1, 1, 4\]"),
        ({"vectors": 1.0}, r"got \[\]"),
        ({"vectors": [[0, 0, 0, 0], [0, np.nan, 0, 0]]}, r"got nan in row 1, column 1"),
        ({"vectors": [[0, 0, 0, -np.inf]]}, r"got -inf in row 0, column 3"),
        ({"vectors": [[1e300, 0, 0, 0]]}, r"got inf in row 0, column 0"),
    ],
)
def test_bad_arguments_are_shown(arguments: dict[str, Any], sentence: str) -> None:
    known = {"vectors": [[1, 0, 0, 0]], "k": 2}

    with pytest.raises(ValueError, match=sentence):
        nearest(np.eye(4)).search(**(known | arguments))


@pytest.mark.parametrize("weights", [(1, 0), (0, 1), (0.7, 0.3), (2, 2)])
@pytest.mark.parametrize("metric", METRICS)
def test_parts_are_weighed(metric: Any, weights: tuple[float, float]) -> None:
    generator = np.random.default_rng(8)
    parts = [features(generator, 200, dimension) for dimension in (20, 300)]
    queries = [features(generator, 30, dimension) for dimension in (20, 300)]

    distances, indices = NearestPaintings(parts).search(queries, weights, k=7, metric=metric)

    first, second = (
        brute_force(rows, vectors, metric) for rows, vectors in zip(parts, queries, strict=True)
    )
    one, other = np.array(weights) / sum(weights)
    if metric == "euclidean":
        reference = np.sqrt(one * first**2 + other * second**2)
    else:
        reference = one * first + other * second
    found = np.take_along_axis(reference, indices, axis=1)
    np.testing.assert_allclose(distances, found, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(distances, np.sort(reference, axis=1)[:, :7], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("queries", "weights", "sentence"),
    [
        ([np.ones((1, 2))], (1, 1), "2 parts, as the paintings have; got 1"),
        ([np.ones((1, 2)), np.ones((2, 3))], (1, 1), "number of vectors in every part; got 1, 2"),
        ([np.ones((1, 2)), np.ones((1, 3))], (1,), r"2 numbers from 0; got \[1\]"),
        ([np.ones((1, 2)), np.ones((1, 3))], (1, -1), r"got \[1, -1\]"),
        ([np.ones((1, 2)), np.ones((1, 3))], (1, np.nan), "got .*nan"),
        ([np.ones((1, 2)), np.ones((1, 3))], (0, 0), "must not all be 0"),
    ],
)
def test_bad_parts_and_weights_are_shown(queries: Any, weights: Any, sentence: str) -> None:
    search = NearestPaintings([np.ones((4, 2), np.float32), np.ones((4, 3), np.float32)])

    with pytest.raises(ValueError, match=sentence):
        search.search(queries, weights, k=1)
