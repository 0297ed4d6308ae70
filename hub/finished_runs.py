"""Reads the settings and summaries of finished runs, to compare them."""

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
        name: The name of its folder.
        settings: The contents of ``settings.json``.
        validation: The best accuracy on the validation part, 0 to 1.
        best_epoch: The epoch that reached it, from 1.
        epochs: The number of epochs.
        minutes: The duration of all epochs.
        train_accuracy: Accuracy during training in the last epoch, 0 to 1.
    """

    name: str
    settings: dict[str, Any]
    validation: float
    best_epoch: int
    epochs: int
    minutes: float
    train_accuracy: float


def read_run(folder: Path) -> Run:
    """Reads ``settings.json`` and ``summary.csv``, which ``train.py`` writes.

    Raises:
        DataError: A file is missing or damaged.
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
        raise DataError(f"{folder} is no finished run ({error!r}): train it again.") from None


def read_runs(folder: Path) -> list[Run]:
    """Reads every run in a folder of runs, in the order of their names; none without the folder."""
    if not folder.is_dir():
        return []
    return [read_run(path) for path in sorted(folder.iterdir()) if path.is_dir()]


def differences(run: Run, base: Run) -> str:
    """Returns the settings in which a run differs from another one, as ``--set`` takes them.

    Its training pictures and its seed are not compared.
    """
    return ", ".join(
        # JSON and TOML write these values in the same way.
        f"{name}={json.dumps(value)}"
        for name, value in run.settings.items()
        if name not in _OF_THE_RUN and value != base.settings.get(name)
    )
