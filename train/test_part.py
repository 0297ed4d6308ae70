"""Finds the pictures that a model is measured on, and analyses them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
from pandora import Picture, parts_of, read_tree
from parts import PARTS_FILE, Parts
from splits import Part

from pinacoteca.classifier import Analysis, MovementClassifier
from pinacoteca.errors import DataError, ImageError
from pinacoteca.images import open_image
from pinacoteca.model_files import CONFIG_FILE

if TYPE_CHECKING:
    from PIL import Image


def training_of(model: Path) -> dict[str, Any]:
    """Returns what ``train.py`` wrote about the model's training run; empty if there is no file."""
    config = json.loads((model / CONFIG_FILE).read_text(encoding="utf-8"))
    return cast(dict[str, Any], config.get("training", {}))


def pictures_of_part(model: Path, directory: Path, part: str) -> list[Picture]:
    """Returns the pictures of a tree that a model had in ``train`` or ``validation``.

    The model's own record of them counts; without one, its split is drawn anew from the tree.

    Raises:
        DataError: There is no record, and the tree is not the one that the model was trained on.
    """
    pictures = read_tree(directory)
    recorded = Parts.load(model)
    parts: Sequence[str | None] = (
        parts_drawn_anew(pictures, training_of(model), directory)
        if recorded is None
        else recorded.parts_now(directory, pictures)
    )
    return [picture for picture, had in zip(pictures, parts, strict=True) if had == part]


def parts_drawn_anew(
    pictures: Sequence[Picture], training: dict[str, Any], directory: Path
) -> list[Part]:
    """Returns the part that each picture of a tree had in a training run without a record.

    Args:
        pictures: What ``read_tree`` returns for ``directory``.
        training: What ``training_of`` returns for the model.
        directory: The tree.

    Raises:
        DataError: The parts have other sizes than in the run, so they hold other pictures.
    """
    parts = parts_of(pictures, training.get("split", "random"), directory)
    now = Counter(parts)
    for part, then in _sizes_of_parts(training).items():
        if now[part] != then:
            raise DataError(
                f"{directory} is not the tree that the model was trained on: it gives {now[part]} "
                f"{part} pictures instead of {then}. Name that tree with --data, or copy "
                f"{PARTS_FILE}, which lists the pictures, from the run into the model folder."
            )
    return parts


def _sizes_of_parts(training: dict[str, Any]) -> dict[Part, int]:
    """Returns the numbers of pictures that a model's settings record."""
    sizes: dict[Part, int] = {}
    if "train_pictures" in training:
        sizes["train"] = training["train_pictures"] - training.get("further_pictures", 0)
    if "validation_pictures" in training:
        sizes["validation"] = training["validation_pictures"]
    # Models trained before this was recorded lack it.
    if "test_pictures" in training:
        sizes["test"] = training["test_pictures"]
    return sizes


def tested_pictures(
    classifier: MovementClassifier,
    directory: Path,
    split: str,
    training: dict[str, Any],
    recorded: Parts | None = None,
) -> list[Picture]:
    """Returns the test part of ``split`` among the movements that the model knows.

    Args:
        classifier: The model.
        directory: The Pandora18K tree.
        split: The split to test.
        training: What ``training_of`` returns for the model.
        recorded: The record of its parts; without it, the split is drawn again from the tree.

    Raises:
        DataError: The model was trained on some of those pictures, or there are none, or the tree
            is another and there is no record.
    """
    known = {movement.number for movement in classifier.movements}
    pictures = read_tree(directory)
    parts = parts_of(pictures, split, directory)
    trained_split = training.get("split", "")
    trained_parts: Sequence[str] = parts
    if recorded is None and trained_split:
        trained_parts = parts_drawn_anew(pictures, training, directory)
    elif recorded is not None:
        had = recorded.parts_now(directory, pictures)
        trained_parts = [part or "test" for part in had]
        if split == trained_split:
            parts = ["train" if part is None else part for part in had]
            _name_new(had)
    tested = [
        (picture, trained_part)
        for picture, part, trained_part in zip(pictures, parts, trained_parts, strict=True)
        if part == "test" and picture.movement.number in known
    ]
    if not tested:
        raise DataError(
            "The tree has no test picture of a movement that the model knows: check --data."
        )
    if seen := sum(trained_part != "test" for _, trained_part in tested):
        raise DataError(
            f"The model was trained on the {trained_split} split and has seen {seen} of the "
            f"{len(tested)} test pictures of the {split} split: "
            f"train another with train/train.py --split {split}."
        )
    return [picture for picture, _ in tested]


def _name_new(had: Sequence[str | None]) -> None:
    if new := sum(part is None for part in had):
        print(
            f"{new} pictures of the tree were not there in the training run: its own test part is "
            "measured, without them."
        )


def readable_images(paths: Iterable[Path]) -> Iterator[tuple[Path, Image.Image]]:
    """Yields each readable picture with its path, and prints the names of the others."""
    for path in paths:
        try:
            yield path, open_image(path)
        except ImageError as error:
            print(f"Skipped {path}: {error}")


def analysed(
    classifier: MovementClassifier,
    directory: Path,
    pictures: Sequence[Picture],
    change: Callable[[Image.Image], Image.Image] = lambda image: image,
) -> tuple[Analysis, npt.NDArray[np.int64], list[Picture]]:
    """Returns the network's outputs, the class indices, int64 ``[n]``, and the pictures.

    Unreadable pictures are named and left out; ``change`` is applied to the others first.
    """
    from tqdm import tqdm

    class_of = {movement.number: index for index, movement in enumerate(classifier.movements)}
    measured: list[Picture] = []

    def images() -> Iterator[Image.Image]:
        for picture in tqdm(pictures, desc="Evaluating", unit="picture"):
            try:
                image = open_image(directory / picture.place)
            except ImageError as error:
                print(f"Skipped {picture.path}: {error}")
                continue
            measured.append(picture)
            yield change(image)

    analysis = classifier.analyse(images())
    targets = [class_of[picture.movement.number] for picture in measured]
    return analysis, np.array(targets, dtype=np.int64), measured
