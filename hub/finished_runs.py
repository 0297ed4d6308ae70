"""Reads finished runs back, settings and summary, to set them beside each other."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinacoteca.errors import DataError

# Settings that may differ between two runs of one recipe.
_OF_THE_RUN = ("split", "train_pictures", "validation_pictures", "seed")


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        name: Of its folder.
        settings: Of ``settings.json``.
        validation: The best accuracy on the validation part, 0 to 1.
        best_epoch: The epoch that reached it, from 1.
        epochs: Passes that it made.
        minutes: Of all its epochs.
        train_accuracy: Of the last epoch, 0 to 1, as seen while learning.
    """

    name: str
    settings: dict[str, Any]
    validation: float
    best_epoch: int
    epochs: int
    minutes: float
    train_accuracy: float


def read_run(folder: Path) -> Run:
    """Reads ``settings.json`` and ``summary.csv``, as ``train.py`` writes them.

    Raises:
        DataError: One of them is missing or damaged.
    """
    try:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        with open(folder / "summary.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        best = max(rows, key=lambda row: float(row["validation_accuracy"]))
        return Run(
            name=folder.name,
            settings=settings,
            validation=float(best["validation_accuracy"]),
            best_epoch=int(best["epoch"]),
            epochs=len(rows),
            minutes=sum(float(row["seconds"]) for row in rows) / 60,
            train_accuracy=float(rows[-1]["train_accuracy"]),
        )
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{folder} is no finished run ({error!r}): train it anew.") from None


def read_runs(folder: Path) -> list[Run]:
    """Reads every run in a folder of runs, in the order of their names; none if it is missing."""
    if not folder.is_dir():
        return []
    return [read_run(path) for path in sorted(folder.iterdir()) if path.is_dir()]


def differences(run: Run, base: Run) -> str:
    """Returns the settings in which a run departs from another one, as ``--set`` takes them.

    What it was trained on and its seed are not among them.
    """
    return ", ".join(
        # Of these values, JSON's spelling is TOML's.
        f"{name}={json.dumps(value)}"
        for name, value in run.settings.items()
        if name not in _OF_THE_RUN and value != base.settings.get(name)
    )
