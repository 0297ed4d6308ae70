from __future__ import annotations

import numpy as np
import pytest

from pinacoteca import regions
from pinacoteca.likeness import GRID, mirrored
from pinacoteca.regions import matching_regions

CELLS = GRID * GRID


def composition(*marked: tuple[tuple[int, int], int]) -> np.ndarray:
    """Returns equal cells, except for some that each have a feature of their own."""
    cells = np.full((GRID, GRID, 8), 0.01, np.float32)
    for (row, column), feature in marked:
        cells[row, column, feature] = 1
    return cells.reshape(-1)


def test_cells_with_the_same_in_them_are_paired_best_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(regions, "PAIRS", 2)
    first = composition(((0, 1), 3), ((2, 2), 5))
    second = composition(((3, 3), 3), ((1, 0), 5))
    second[0] = 0.02

    matches = matching_regions(first, second, np.full(CELLS * 8, 0.01, np.float32))

    assert {(match.query, match.painting) for match in matches} == {
        ((0, 1), (3, 3)),
        ((2, 2), (1, 0)),
    }
    assert matches[0].similarity >= matches[1].similarity
    assert matches[0].similarity == pytest.approx(1)


def test_no_cell_is_in_two_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "PAIRS", CELLS)
    dice = np.random.default_rng(0)
    first, second = dice.normal(size=(2, CELLS * 5)).astype(np.float32)

    matches = matching_regions(first, second, np.zeros(CELLS * 5, np.float32))

    assert len({match.query for match in matches}) == len({m.painting for m in matches}) == CELLS


def test_a_mirrored_query_is_compared_mirrored_and_shown_unmirrored() -> None:
    first = composition(((1, 0), 2))
    turned = mirrored(first[None])[0]

    match, *_ = matching_regions(turned, first, np.full(CELLS * 8, 0.01, np.float32))

    assert (match.query, match.painting) == ((1, GRID - 1), (1, 0))
    assert match.with_query_mirrored().query == (1, 0)
