"""Photographs with a movement known from the museum's date."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import dated_photographs
import numpy as np
import pytest
from trees import write_picture

from pinacoteca.movements import MOVEMENTS


def test_every_label_names_movements_that_there_are() -> None:
    folders = {movement.folder for movement in MOVEMENTS}
    labels = dated_photographs.labels_of_photographs().values()

    assert len(labels) == 36
    assert all(label.movements and {*label.movements} <= folders for label in labels)


@pytest.mark.data
def test_every_label_is_of_a_photograph_that_there_is(shared_data: Path) -> None:
    names = {path.name for path in (shared_data / "queries").iterdir()}

    assert dated_photographs.labels_of_photographs().keys() <= names


def test_right_wrong_and_nearly_right_answers_are_counted(tmp_path: Path) -> None:
    for name in ("birth_of_venus.jpg", "irises.jpg", "senecio.jpg", "not-labelled.jpg"):
        write_picture(tmp_path / name, seed=0)
    # In the order of the labels: Botticelli is right, Klee gets the second of his three movements,
    # the irises are wrong.
    answers = {"birth_of_venus.jpg": 1, "senecio.jpg": 15, "irises.jpg": 8}
    labelled = [name for name in dated_photographs.labels_of_photographs() if name in answers]
    rows = np.full((3, 18), 0.01)
    rows[range(3), [answers[name] for name in labelled]] = 0.9
    sets = SimpleNamespace(members=lambda rows: np.ones_like(rows, dtype=bool))
    classifier = SimpleNamespace(
        movements=MOVEMENTS, prediction_sets=sets, predict=lambda images: rows[: len(list(images))]
    )

    named = dated_photographs.photographs_named(classifier, tmp_path)  # type: ignore[arg-type]

    wrong = {
        "file_name": "irises.jpg",
        "why": dated_photographs.labels_of_photographs()["irises.jpg"].why,
        "movements": ("10_Post_Impressionism",),
        "answer": "09_Impressionism",
    }
    assert named == {"pictures": 3, "right": 2, "wrong": [wrong], "in_set": 3}


def test_photographs_without_labels_are_not_counted(tmp_path: Path) -> None:
    write_picture(tmp_path / "irises-of-somebody-else.jpg", seed=0)

    named = dated_photographs.photographs_named(SimpleNamespace(), tmp_path)  # type: ignore[arg-type]

    assert named == {}
