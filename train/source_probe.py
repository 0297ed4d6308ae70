"""Tests whether traces of storage reveal which collection a picture comes from.

    python train/source_probe.py --data ../shared/data/pandora

Six of the 18 movements come from other collections than the first twelve. A linear probe gets
traces of storage (spectrum, grain, 8 x 8 blocks) or thumbnails of 32 px, and must tell the six
movements from the twelve for painters it has not seen. For comparison, it must tell random groups
of the twelve apart: their movements, too, share subjects and centuries, so this shows how much the
pictures themselves explain. Writes ``train/results/source-probe.json`` and prints its table. About
two minutes.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from augment_storage import StoredAnew
from pandora import Picture, painter_keys, read_tree

from pinacoteca.command_line import run
from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.images import open_image

if TYPE_CHECKING:
    from PIL import Image

RESULT = Path(__file__).with_name("results") / "source-probe.json"
# Byzantine icons, the three Renaissances, Realism and Surrealism.
NEW_MOVEMENTS = frozenset({1, 2, 3, 4, 8, 15})
PICTURES_A_MOVEMENT = 110
FOLDS = 5
# Random groupings of the twelve: four against eight, in the proportion of six to twelve.
GROUPINGS = 12
GROUPED = 4
SPECTRUM_BANDS = 24
SEED = 35

Floats = npt.NDArray[np.float64]


def grey_square(picture: npt.NDArray[np.float64]) -> Floats:
    """Returns the middle of a grey picture, float64 ``[side, side]``; 8 divides ``side``."""
    side = min(picture.shape) // 8 * 8
    # Cut at a multiple of eight, so that the blocks of a JPEG stay aligned.
    top, left = ((length - side) // 16 * 8 for length in picture.shape)
    return picture[top : top + side, left : left + side]


def storage_traces(image: Image.Image) -> Floats:
    """Returns the traces of storage in a picture: spectrum, grain and steps at block borders.

    Contrast is divided out, so that dark and pale paintings do not differ by it.
    """
    grey = grey_square(np.asarray(image.convert("L"), dtype=np.float64))
    grey = (grey - grey.mean()) / (grey.std() + 1e-9)
    power = np.abs(np.fft.fftshift(np.fft.fft2(grey * np.outer(*[np.hanning(len(grey))] * 2)))) ** 2
    axis = np.fft.fftshift(np.fft.fftfreq(len(grey)))
    radius = np.hypot(axis[:, None], axis)
    bands = np.minimum((radius * 2 * SPECTRUM_BANDS).astype(int), SPECTRUM_BANDS)
    counts = np.bincount(bands.ravel())
    # A small picture has no pixel in some of the bands.
    spectrum = np.bincount(bands.ravel(), power.ravel()) / np.maximum(counts, 1)
    steps = np.abs(np.diff(grey, axis=1)).mean(axis=0), np.abs(np.diff(grey, axis=0)).mean(axis=1)
    blocks = [step[7::8].mean() / (step.mean() + 1e-9) for step in steps]
    residual = grey[1:-1, 1:-1] - (grey[:-2, 1:-1] + grey[2:, 1:-1]) / 2
    grain = [residual.std(), np.abs(residual).mean() / (residual.std() + 1e-9)]
    return np.concatenate([np.log(spectrum + 1e-9), blocks, grain])


def traces_stored_anew(image: Image.Image) -> Floats:
    """Returns the traces of a picture after the storage augmentation of training."""
    return storage_traces(StoredAnew(1.0)(image))


def thumbnail(image: Image.Image) -> Floats:
    """Returns the colours of a thumbnail of 32 x 32 px."""
    small = image.resize((32, 32))
    return np.asarray(small, dtype=np.float64).ravel() / 255


PROBES = {
    "storage_traces": storage_traces,
    "traces_stored_anew": traces_stored_anew,
    "thumbnails": thumbnail,
}


def told_apart(features: Floats, groups: npt.NDArray[np.bool_], painters: Sequence[str]) -> float:
    """Returns how well a linear probe separates two groups, as area under the ROC curve.

    Folds share no painter. All movements have the same number of pictures, so they weigh equally.
    """
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(
        StandardScaler(),
        PCA(n_components=min(64, features.shape[1], len(features) // 2), random_state=SEED),
        LogisticRegression(C=0.1, max_iter=2000, class_weight="balanced"),
    )
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    scores = cross_val_predict(
        probe, features, groups, groups=painters, cv=folds, method="decision_function"
    )
    return float(roc_auc_score(groups, scores))


def drawn(pictures: Sequence[Picture]) -> list[Picture]:
    """Returns the same number of random pictures of each movement."""
    generator = np.random.default_rng(SEED)
    chosen: list[Picture] = []
    for number in sorted({picture.movement.number for picture in pictures}):
        own = [picture for picture in pictures if picture.movement.number == number]
        rows = generator.permutation(len(own))[:PICTURES_A_MOVEMENT]
        chosen += [own[row] for row in sorted(rows)]
    return chosen


def probed(
    pictures: Sequence[Picture], features: Floats, painters: Sequence[str]
) -> dict[str, Any]:
    """Returns how well the probe separates new from old movements, and groups of the old."""
    numbers = np.array([picture.movement.number for picture in pictures])
    new = np.isin(numbers, list(NEW_MOVEMENTS))
    old = np.unique(numbers[~new])
    generator = np.random.default_rng(SEED)
    within = []
    for _ in range(GROUPINGS):
        group = generator.choice(old, GROUPED, replace=False)
        own = [painter for painter, is_new in zip(painters, new, strict=True) if not is_new]
        within.append(told_apart(features[~new], np.isin(numbers[~new], group), own))
    return {
        "new_from_old": told_apart(features, new, painters),
        "within_old": {
            "mean": float(np.mean(within)),
            "least": min(within),
            "most": max(within),
            "groupings": GROUPINGS,
        },
    }


def features_of(
    pictures: Sequence[Picture], data: Path, of: Callable[[Image.Image], Floats]
) -> Floats:
    """Returns float64 ``[pictures, features]``."""
    return np.array([of(open_image(data / picture.place)) for picture in pictures])


def main() -> None:
    """Probes one tree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the Pandora18K tree")
    parser.add_argument("--out", type=Path, default=RESULT, help="default: %(default)s")
    arguments = parser.parse_args()

    pictures = drawn(read_tree(arguments.data))
    present = {picture.movement.number for picture in pictures}
    if not NEW_MOVEMENTS & present or len(present - NEW_MOVEMENTS) <= GROUPED:
        raise DataError(
            f"{arguments.data} has {len(present)} movements; the probe needs some of "
            f"{sorted(NEW_MOVEMENTS)} and more than {GROUPED} others."
        )
    # Icons have no painter's name; each is a group of its own.
    painters = [
        picture.path if picture.movement.number == 1 else key
        for picture, key in zip(pictures, painter_keys(pictures), strict=True)
    ]
    result: dict[str, Any] = {"pictures": len(pictures)}
    random.seed(SEED)
    for name, of in PROBES.items():
        result[name] = probed(pictures, features_of(pictures, arguments.data, of), painters)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(arguments.out) as path:
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for name in PROBES:
        row, within = result[name], result[name]["within_old"]
        print(
            f"{name:20} new from old {row['new_from_old']:.3f}   within the old "
            f"{within['mean']:.3f} ({within['least']:.3f} to {within['most']:.3f})"
        )
    print(f"Wrote {arguments.out}")


if __name__ == "__main__":
    run(main)
