"""Reads made-up folds: the published file's contents are known, but not its columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandora
import pytest
from folds import FOLDS_FILE, read_folds
from scipy.io import savemat
from trees import write_pandora

from pinacoteca.errors import DataError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_pandora(tmp_path / "tree", range(2, 8))


def cells(rows: list[tuple[Any, ...]]) -> np.ndarray:
    table = np.empty((len(rows), len(rows[0])), dtype=object)
    for place, row in enumerate(rows):
        table[place] = row
    return table


def rows_of(tree: Path) -> list[tuple[str, int, int]]:
    """Returns rows of a Windows path, the class counted from 1, and one of four folds."""
    pictures = pandora.read_tree(tree)
    return [
        (picture.path.replace("/", "\\"), picture.movement.number, 1 + place % 4)
        for place, picture in enumerate(pictures)
    ]


LAYOUTS: dict[str, Callable[[list[tuple[str, int, int]]], dict[str, Any]]] = {
    "path, class, fold": lambda rows: {"imageListFile": cells(rows)},
    "path, fold, class": lambda rows: {"list": cells([(p, f, c) for p, c, f in rows])},
    "classes from 0": lambda rows: {"list": cells([(p, c - 1, f) for p, c, f in rows])},
    "three lists": lambda rows: {
        "names": cells([(p,) for p, _, _ in rows]),
        "labels": np.array([c for _, c, _ in rows], float),
        "folds": np.array([[f] for _, _, f in rows]),
    },
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_whole_table_tells_folds_from_labels(tree: Path, layout: str) -> None:
    savemat(tree / FOLDS_FILE, LAYOUTS[layout](rows_of(tree)))

    parts = pandora.parts_of(pandora.read_tree(tree), "fold-3", tree)

    assert [place for place, part in enumerate(parts) if part == "test"] == list(range(2, 36, 4))
    assert parts.count("validation") == 3


def test_pictures_in_no_fold_are_trained_on(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    savemat(tree / FOLDS_FILE, {"list": cells(rows_of(tree)[2:])})

    parts = pandora.parts_of(pandora.read_tree(tree), "fold-1", tree)

    assert "test" not in parts[:2]
    assert "2 pictures are in no fold" in capsys.readouterr().out


def test_what_cannot_be_understood_is_said(tree: Path) -> None:
    pictures = pandora.read_tree(tree)
    with pytest.raises(DataError, match="the folds come with Pandora18K"):
        pandora.parts_of(pictures, "fold-1", tree)

    (tree / FOLDS_FILE).write_bytes(b"no MATLAB here, whatever its name may say")
    with pytest.raises(DataError, match="cannot be read as a MATLAB file"):
        read_folds(tree / FOLDS_FILE)

    rows = rows_of(tree)
    # A column that could be label or fold makes the table ambiguous.
    ambiguous = [(path, number, fold, fold % 2) for path, number, fold in rows]
    for table in (cells(ambiguous), cells([row[:2] for row in rows]), np.eye(3)):
        savemat(tree / FOLDS_FILE, {"list": table})
        with pytest.raises(DataError, match="can be told apart"):
            read_folds(tree / FOLDS_FILE)

    savemat(tree / FOLDS_FILE, {"list": cells(rows)})
    with pytest.raises(DataError, match=r"has no fold 9 .* folds are \[1, 2, 3, 4\]"):
        pandora.parts_of(pictures, "fold-9", tree)
