"""Tests a model with pictures that are stored differently, and with pictures of other things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from augment_storage import COPIES, small_copy
from pandora import Picture
from test_part import analysed, readable_images

from pinacoteca.classifier import MovementClassifier
from pinacoteca.errors import DataError
from pinacoteca.familiarity import Familiarity
from pinacoteca.folders import contents_of

# JPEG qualities of the small copies of large photographs.
COPY_QUALITIES = (95, 90)
# An answer with at least this probability counts as sure in ``photographs_kept``, as on the page.
MORE_LIKELY_THAN_NOT = 0.5


def predictions_stored_anew(
    classifier: MovementClassifier, directory: Path, pictures: Sequence[Picture]
) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Yields each way of storing pictures and its predictions, int64 ``[n]``."""
    for name, copy in COPIES.items():
        analysis, _, _ = analysed(classifier, directory, pictures, copy)
        yield name, analysis.logits.argmax(axis=1)


def photographs_kept(classifier: MovementClassifier, directory: Path) -> dict[str, Any]:
    """Returns how many large photographs keep their movement when reduced to training size.

    Raises:
        DataError: No photograph of the directory can be read.
    """
    photographs = [image for _, image in readable_images(contents_of(directory).pictures)]
    if not photographs:
        raise DataError(f"{directory} holds no photograph: name a folder with --photographs.")
    probabilities = classifier.predict(photographs)
    answers, sure = probabilities.argmax(axis=1), probabilities.max(axis=1) >= MORE_LIKELY_THAN_NOT
    copies = {}
    for quality in COPY_QUALITIES:
        small = (small_copy(photograph, quality) for photograph in photographs)
        kept = classifier.predict(small).argmax(axis=1) == answers
        copies[str(quality)] = {
            "kept": float(kept.mean()),
            "kept_of_sure": float(kept[sure].mean()) if sure.any() else 1.0,
        }
    return {"pictures": len(photographs), "sure_pictures": int(sure.sum()), "copies": copies}


def kinds_of_strangers(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Returns the pictures of each kind and prints the names of kinds without any.

    Raises:
        DataError: No kind has a picture.
    """
    kinds = {}
    for kind in sorted(path for path in folder.iterdir() if path.is_dir()):
        if pictures := contents_of(kind).pictures:
            kinds[kind.name] = pictures
        else:
            print(f"Skipped {kind}: it holds no picture.")
    if not kinds:
        raise DataError(
            f"{folder} holds no folder of pictures: name one with --strangers that "
            "train/strangers.py filled."
        )
    return kinds


def strangers_recognised(
    classifier: MovementClassifier,
    familiarity: Familiarity,
    paintings: npt.NDArray[np.float32],
    strangers: Mapping[str, Sequence[Path]],
) -> dict[str, Any]:
    """Returns how well the model tells paintings from other pictures.

    Args:
        classifier: Gives the features.
        familiarity: The model's familiarity.
        paintings: float32 ``[n, textures]`` of paintings that it was not trained on.
        strangers: What ``kinds_of_strangers`` returns.

    Returns:
        The share of paintings that are refused, and for each kind with a readable picture the
        share that is refused and the area under the ROC curve.
    """
    from sklearn.metrics import roc_auc_score

    known = familiarity.strangeness(paintings)
    kinds: dict[str, dict[str, float]] = {}
    for kind, files in strangers.items():
        images = (image for _, image in readable_images(files))
        strange = familiarity.strangeness(classifier.analyse(images).textures)
        if not len(strange):
            continue
        truth = np.repeat([0, 1], [len(known), len(strange)])
        kinds[kind] = {
            "pictures": len(strange),
            "auroc": float(roc_auc_score(truth, np.concatenate([known, strange]))),
            "refused": float((strange > familiarity.threshold).mean()),
        }
    return {
        "threshold": familiarity.threshold,
        "paintings_refused": float((known > familiarity.threshold).mean()),
        "strangers": kinds,
    }
