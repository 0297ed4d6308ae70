"""Reads the folds that Pandora18K was published with, from its ``pandoraLabels.mat``.

Its readme says that the file holds folds and labels, but not in which columns. A published row of a
similar file has a path and two numbers; either of them may be the fold. So the reader looks at the
whole table: the number column that agrees with the class folders is the label, the other one is the
fold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from splits import Part, parts, validation_of

from pinacoteca.errors import DataError

FOLDS_FILE = "pandoraLabels.mat"
MOST_FOLDS = 20


def fold_parts(directory: Path, paths: Sequence[str], fold: int) -> list[Part]:
    """Returns the part of each picture, with one published fold as the test part.

    Args:
        directory: The tree, which holds ``pandoraLabels.mat``.
        paths: The paths of all pictures, relative to the tree.
        fold: The number of the fold in the file.

    Raises:
        DataError: The file is missing or cannot be understood, or has no such fold.
    """
    fold_of = read_folds(directory / FOLDS_FILE)
    numbers = [fold_of.get(_key(path)) for path in paths]
    known = sorted({number for number in numbers if number is not None})
    if fold not in known:
        raise DataError(
            f"{directory / FOLDS_FILE} has no fold {fold} among the pictures of the tree; "
            f"its folds are {known}."
        )
    missing = numbers.count(None)
    if missing:
        print(f"{missing} pictures are in no fold of {FOLDS_FILE}; they are trained on.")
    test = [index for index, number in enumerate(numbers) if number == fold]
    rest = [index for index, number in enumerate(numbers) if number != fold]
    return parts(len(paths), test, validation_of(rest))


def read_folds(path: Path) -> dict[str, int]:
    """Returns the fold of each picture, by its path in lower case with forward slashes.

    Raises:
        DataError: The file is missing, is no MATLAB file, or its table cannot be understood.
    """
    from scipy.io import loadmat

    if not path.is_file():
        raise DataError(f"There is no {path}: the folds come with Pandora18K, in this file.")
    try:
        contents = loadmat(path, simplify_cells=True)
    # On a damaged file SciPy raises many types of error: IndexError, zlib.error and more.
    except Exception as error:
        raise DataError(f"{path} cannot be read as a MATLAB file ({error}).") from None
    columns = list(_columns(contents))
    names = [column for column in columns if isinstance(column[0], str)]
    numbers = [column for column in columns if isinstance(column[0], int)]
    for name in names:
        folders = [_class_number(text) for text in name]
        if None in folders:
            continue
        of_length = [column for column in numbers if len(column) == len(name)]
        labels = [column for column in of_length if _follows(column, folders)]
        others = [column for column in of_length if column not in labels]
        folds = [column for column in others if 2 <= len(set(column)) <= MOST_FOLDS]
        if labels and len(folds) == 1:
            return dict(zip(map(_key, name), folds[0], strict=True))
    raise DataError(
        f"{path} holds no table of paths, labels and folds that can be told apart; "
        "take another --split."
    )


def _columns(contents: dict[str, Any]) -> Iterator[list[Any]]:
    """Yields every list of texts or whole numbers in the file, column by column."""
    for name, value in contents.items():
        if name.startswith("__") or not isinstance(value, np.ndarray) or value.ndim not in (1, 2):
            continue
        for column in value.T if value.ndim == 2 else [value]:
            entries = [np.asarray(entry).reshape(-1)[:1].tolist() for entry in column]
            flat = [entry[0] for entry in entries if entry]
            if len(flat) != len(column) or not flat:
                continue
            if all(isinstance(entry, str) for entry in flat):
                yield [entry.strip() for entry in flat]
            elif all(isinstance(entry, int | float) and entry == int(entry) for entry in flat):
                yield [int(entry) for entry in flat]


def _class_number(path: str) -> int | None:
    number = _key(path).split("/")[0].split("_")[0]
    return int(number) if number.isdigit() else None


def _follows(column: Sequence[int], folders: Sequence[int | None]) -> bool:
    """Returns whether the numbers are those of the class folders, counted from 1 or from 0."""
    return len(set(np.subtract(column, np.array(folders, dtype=int)).tolist())) == 1


def _key(path: str) -> str:
    return path.replace("\\", "/").strip("/").casefold()
