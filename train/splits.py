"""Splits pictures into parts for training, validation and test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pinacoteca.errors import DataError

Part = Literal["train", "validation", "test"]

# The report of 2022 split with scikit-learn's train_test_split(test_size=0.2, random_state=35).
SEED = 35
TEST_SHARE = 0.2
VALIDATION_SHARE = 0.1
# Published notebooks on Pandora18K split 70/15/15, stratified, with this seed.
STRATIFIED_SEED = 42
STRATIFIED_REST = 0.3


def random_parts(count: int) -> list[Part]:
    """Splits as in the report of 2022; a tenth of its training part becomes validation.

    Raises:
        DataError: There are fewer than four pictures.
    """
    from sklearn.model_selection import train_test_split

    if count < 4:
        raise DataError(f"A split needs at least four pictures; the tree has {count}.")
    rest, test = train_test_split(range(count), test_size=TEST_SHARE, random_state=SEED)
    return parts(count, test, validation_of(rest))


def validation_of(rest: Sequence[int]) -> list[int]:
    """Returns the tenth of ``rest`` that is for validation."""
    from sklearn.model_selection import train_test_split

    _, validation = train_test_split(rest, test_size=VALIDATION_SHARE, random_state=SEED)
    return list(validation)


def stratified_parts(labels: Sequence[int]) -> list[Part]:
    """Splits 70/15/15; each movement has the same share in all three parts.

    Raises:
        DataError: A movement has too few pictures.
    """
    from sklearn.model_selection import train_test_split

    everything = list(range(len(labels)))
    try:
        _, rest = train_test_split(
            everything,
            test_size=STRATIFIED_REST,
            random_state=STRATIFIED_SEED,
            stratify=labels,
        )
        validation, test = train_test_split(
            rest,
            test_size=0.5,
            random_state=STRATIFIED_SEED,
            stratify=[labels[index] for index in rest],
        )
    except ValueError as error:
        raise DataError(f"The tree is too small for a stratified split: {error}") from None
    return parts(len(labels), test, validation)


def artist_parts(labels: Sequence[int], painters: Sequence[str]) -> list[Part]:
    """Splits so that no painter is in two parts and each movement is divided alike."""
    everything = list(range(len(labels)))
    test = _held_out_painters(everything, labels, painters, folds=round(1 / TEST_SHARE))
    rest = sorted(set(everything) - set(test))
    validation = _held_out_painters(rest, labels, painters, folds=round(1 / VALIDATION_SHARE))
    return parts(len(labels), test, validation)


def _held_out_painters(
    rows: Sequence[int], labels: Sequence[int], painters: Sequence[str], folds: int
) -> list[int]:
    """Returns the rows of one of ``folds`` folds that share no painters.

    It returns the fold with the most even shares of movements, because a prolific painter can make
    a fold lopsided.
    """
    import warnings

    from sklearn.model_selection import StratifiedGroupKFold

    row_labels = [labels[row] for row in rows]
    row_painters = [painters[row] for row in rows]
    totals = Counter(row_labels)
    folds = min(folds, len(set(row_painters)), max(totals.values()))
    if folds < 2:
        return []
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=SEED)

    def deviation(held_out: Sequence[int]) -> float:
        counts = Counter(row_labels[index] for index in held_out)
        return sum(abs(counts[label] - total / folds) for label, total in totals.items())

    with warnings.catch_warnings():
        # A movement with fewer pictures than folds cannot be in each of them; that is no error.
        warnings.filterwarnings("ignore", message="The least populated class")
        folded = [part.tolist() for _, part in splitter.split(rows, row_labels, row_painters)]
    return [rows[index] for index in min(folded, key=deviation)]


def parts(count: int, test: Sequence[int], validation: Sequence[int]) -> list[Part]:
    """Returns the part of each of ``count`` pictures; those in neither list are for training."""
    all_parts: list[Part] = ["train"] * count
    for index in test:
        all_parts[index] = "test"
    for index in validation:
        all_parts[index] = "validation"
    return all_parts
