"""Labels photographs of known paintings with movements, by the dates that museums give.

``dated_photographs.csv`` has a row for each of the 36 photographs, of 48, that fit one of the 18
movements. The others are Japanese and Chinese, Neoclassicist or American Regionalist, which are
none of the 18, or by painters of the salons, whose dates decide nothing. Where catalogues differ, a
row names several movements.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from pinacoteca.classifier import MovementClassifier
from pinacoteca.images import open_image

LABELS = Path(__file__).with_name("dated_photographs.csv")


def movements_of_photographs() -> dict[str, frozenset[str]]:
    """Returns the class folders of the fitting movements for each file name."""
    with open(LABELS, encoding="utf-8", newline="") as file:
        return {
            row["file_name"]: frozenset(row["movements"].split("|")) for row in csv.DictReader(file)
        }


def photographs_named(classifier: MovementClassifier, directory: Path) -> dict[str, Any]:
    """Returns how many labelled photographs are classified correctly, and the wrong answers.

    Args:
        classifier: The model.
        directory: Photographs; those without a label are left out.

    Returns:
        Their number (``pictures``), how many answers are right (``right``), how many prediction
        sets hold a right one (``in_set``, where the model has sets), and the wrong answers by file
        name (``wrong``); empty if no photograph has a label.
    """
    labels = {
        name: fitting
        for name, fitting in movements_of_photographs().items()
        if (directory / name).is_file()
    }
    if not labels:
        return {}
    probabilities = classifier.predict(open_image(directory / name) for name in labels)
    folders = [movement.folder for movement in classifier.movements]
    answers = dict(zip(labels, (folders[row] for row in probabilities.argmax(axis=1)), strict=True))
    wrong = {name: answers[name] for name in labels if answers[name] not in labels[name]}
    result: dict[str, Any] = {
        "pictures": len(labels),
        "right": len(labels) - len(wrong),
        "wrong": wrong,
    }
    if classifier.prediction_sets is not None:
        members = classifier.prediction_sets.members(probabilities)
        result["in_set"] = sum(
            any(inside and folder in fitting for inside, folder in zip(row, folders, strict=True))
            for row, fitting in zip(members, labels.values(), strict=True)
        )
    return result
