"""Calibrates a model's probabilities for painters that it knows and for painters that it does not.

    python train/calibrate.py --model model --data ../shared/data/pandora --gallery gallery

A network is more confident about painters it was trained on. The validation part stands for those.
The Romanian painters of the gallery, none of whom is in the training tree, stand for unknown
painters; the style of each painting gives its movement. One temperature is fitted to both groups,
each with half the weight. The prediction sets are calibrated on the unknown painters alone, so that
their coverage holds for unknown painters. To measure this, half of the artists calibrate and the
other half is measured, averaged over many random halvings. Writes ``temperature`` and
``prediction_sets`` into the model's ``config.json``. Half a minute on two cores.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from reliability import sure_answers
from splits import SEED
from test_part import analysed, pictures_of_part

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection
from pinacoteca.command_line import run
from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.metrics import expected_calibration_error, half_of_artists
from pinacoteca.model_files import CONFIG_FILE
from pinacoteca.movements import movement_of_style
from pinacoteca.prediction_sets import PredictionSets

# The candidate that gives the smallest sets is chosen.
PENALTIES = (0.0, 0.01, 0.02, 0.05, 0.1)
UNPENALISED = (2, 3, 4)
# Random halvings of the unknown artists; the result of a single halving may be luck.
HALVINGS = 12

Logits = npt.NDArray[np.float32]
Targets = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """Paintings with the network's outputs.

    Attributes:
        logits: float32 ``[n, movements]``.
        targets: int64 ``[n]``, the true class indices.
    """

    logits: Logits
    targets: Targets


def known_painters(classifier: MovementClassifier, model: Path, data: Path) -> Group:
    """Returns the validation part of the model's own split."""
    chosen = pictures_of_part(model, data, "validation")
    analysis, targets, _ = analysed(classifier, data, chosen)
    return Group(analysis.logits, targets)


def unknown_painters(
    classifier: MovementClassifier, collection: Collection
) -> tuple[Group, npt.NDArray[np.str_]]:
    """Returns the gallery's paintings of movements that the model knows, and the artist of each.

    Raises:
        DataError: These paintings are by fewer than two artists.
    """
    class_of = {movement.number: index for index, movement in enumerate(classifier.movements)}
    found = [movement_of_style(painting.style) for painting in collection.paintings]
    targets = np.array([class_of.get(each.number, -1) if each else -1 for each in found])
    known = targets >= 0
    artists = np.array([painting.artist_slug for painting in collection.paintings])[known]
    if len(np.unique(artists)) < 2:
        raise DataError(
            "The gallery needs paintings by two or more artists in styles of movements that the "
            "model knows: name another with --gallery."
        )
    return Group(collection.logits[known], targets[known]), artists


def halves(artists: npt.NDArray[np.str_]) -> Iterator[npt.NDArray[np.bool_]]:
    """Yields for each halving a mask of the paintings whose artists calibrate, bool ``[n]``.

    Each half of a halving calibrates once and is measured once.
    """
    for number in range(HALVINGS):
        first = half_of_artists(artists, SEED + number)
        yield first
        yield ~first


def cross_fitted(known: Group, unknown: Group, artists: npt.NDArray[np.str_]) -> dict[str, float]:
    """Returns the mean over all halvings of ``told`` for artists that did not calibrate."""
    found = []
    for calibrating in halves(artists):
        one, other = (
            Group(unknown.logits[rows], unknown.targets[rows])
            for rows in (calibrating, ~calibrating)
        )
        temperature = shared_temperature([known, one])
        found.append(told(other, temperature, smallest_sets(one, temperature)))
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}


def shared_temperature(groups: Sequence[Group]) -> float:
    """Returns the temperature that minimises the mean of the groups' losses.

    Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
    """
    from scipy.optimize import minimize_scalar

    def loss(exponent: float) -> float:
        return sum(float(losses(group, np.exp(exponent)).mean()) for group in groups)

    best = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return float(np.exp(best.x))


def losses(group: Group, temperature: float) -> npt.NDArray[np.float64]:
    """Returns the cross-entropy of each painting of a group, float64 ``[n]``."""
    probabilities = softmax(group.logits, temperature)
    own = probabilities[np.arange(len(group.targets)), group.targets]
    return -np.log(own + 1e-12)


def softmax(logits: Logits, temperature: float) -> npt.NDArray[np.float64]:
    """Returns probabilities, float64 of the shape of ``logits``."""
    from scipy.special import softmax as plain

    return np.asarray(plain(logits.astype(np.float64) / temperature, axis=1))


def smallest_sets(group: Group, temperature: float) -> PredictionSets:
    """Returns the calibrated sets with the smallest mean size."""
    probabilities = softmax(group.logits, temperature)
    candidates = [
        PredictionSets.calibrated(probabilities, group.targets, penalty, unpenalised)
        for penalty in PENALTIES
        for unpenalised in UNPENALISED
    ]
    return min(candidates, key=lambda sets: float(sets.members(probabilities).sum()))


def write_into(model: Path, temperature: float, sets: PredictionSets | None) -> None:
    """Writes both into the model's configuration and keeps everything else in it."""
    path = model / CONFIG_FILE
    config = json.loads(path.read_text(encoding="utf-8"))
    config |= {"temperature": temperature, "prediction_sets": sets.settings if sets else None}
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def told(group: Group, temperature: float, sets: PredictionSets) -> dict[str, float]:
    """Returns accuracy, calibration error, coverage and set size for a group."""
    probabilities = softmax(group.logits, temperature)
    members = sets.members(probabilities)
    sure = sure_answers(probabilities.astype(np.float32), group.targets)
    rows = np.arange(len(group.targets))
    return {
        "pictures": len(group.targets),
        "top1": float((probabilities.argmax(axis=1) == group.targets).mean()),
        "calibration_error": expected_calibration_error(
            probabilities.astype(np.float32), group.targets
        ),
        "coverage": float(members[rows, group.targets].mean()),
        "mean_size": float(members.sum(axis=1).mean()),
        "sure": sure["share"],
        "sure_right": sure["right"],
    }


def main() -> None:
    """Calibrates one model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder in hub layout")
    parser.add_argument("--data", type=Path, required=True, help="the Pandora18K tree")
    parser.add_argument("--gallery", type=Path, required=True, help="gallery of this model")
    arguments = parser.parse_args()

    classifier = MovementClassifier.from_pretrained(arguments.model)
    collection = Collection.load(arguments.gallery, classifier.fingerprint)
    unknown, artists = unknown_painters(classifier, collection)
    known = known_painters(classifier, arguments.model, arguments.data)
    temperature = shared_temperature([known, unknown])
    sets = smallest_sets(unknown, temperature)
    write_into(arguments.model, temperature, sets)
    print(f"temperature {temperature:.3f}, {sets}")
    groups = {
        "known painters": told(known, temperature, sets),
        "unknown painters": cross_fitted(known, unknown, artists),
    }
    for name, measures in groups.items():
        print(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in measures.items()))


if __name__ == "__main__":
    run(main)
