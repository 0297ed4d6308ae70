"""Labels photographs of known paintings with movements, by the dates that museums give.

``dated_photographs.csv`` has a row for each of the 36 photographs, of 48, that fit one of the 18
movements. The others are Japanese and Chinese, Neoclassicist or American Regionalist, which are
none of the 18, or by painters of the salons, whose dates decide nothing. Where catalogues differ, a
row names several movements.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from test_part import readable_images

from pinacoteca.classifier import MovementClassifier

LABELS = Path(__file__).with_name("dated_photographs.csv")


@dataclass(frozen=True)
class Label:
    """What is known of a photograph.

    Attributes:
        movements: The class folders of the movements that fit.
        why: The painter and the date.
    """

    movements: tuple[str, ...]
    why: str


def labels_of_photographs() -> dict[str, Label]:
    """Returns the label of each file name."""
    with open(LABELS, encoding="utf-8", newline="") as file:
        return {
            row["file_name"]: Label(tuple(row["movements"].split("|")), row["why"])
            for row in csv.DictReader(file)
        }


def photographs_named(classifier: MovementClassifier, directory: Path) -> dict[str, Any]:
    """Returns how many labelled photographs are classified correctly, and the wrong answers.

    Args:
        classifier: The model.
        directory: Photographs; those without a label are left out.

    Returns:
        Their number (``pictures``), how many answers are right (``right``), how many prediction
        sets hold a right one (``in_set``, where the model has sets), and the wrong answers
        (``wrong``), each with the file name, the painter and date, the movements that fit, and the
        answer; empty if no readable photograph has a label.
    """
    known = labels_of_photographs()
    there = (directory / name for name in known if (directory / name).is_file())
    images = {path.name: image for path, image in readable_images(there)}
    if not images:
        return {}
    labels = {name: known[name] for name in images}
    probabilities = classifier.predict(images.values())
    folders = [movement.folder for movement in classifier.movements]
    wrong = [
        {"file_name": name, "why": label.why, "movements": label.movements, "answer": folders[best]}
        for (name, label), best in zip(labels.items(), probabilities.argmax(axis=1), strict=True)
        if folders[best] not in label.movements
    ]
    result: dict[str, Any] = {
        "pictures": len(labels),
        "right": len(labels) - len(wrong),
        "wrong": wrong,
    }
    if classifier.prediction_sets is not None:
        members = classifier.prediction_sets.members(probabilities)
        result["in_set"] = sum(
            any(members[row, folders.index(folder)] for folder in label.movements)
            for row, label in enumerate(labels.values())
        )
    return result
