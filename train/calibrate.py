"""Makes a model's probabilities honest for painters that it knows and for those it does not.

    python train/calibrate.py --model runs/best/averaged \
        --strangers-model runs/best-artist/averaged --data ../shared/data/pandora

A network is surer of painters it has seen. Its validation part shows those, and that of the same
recipe trained on the split by artist shows painters that a network of this kind never saw. One
temperature is fitted to both, each with half the weight; the prediction sets are set by the
second alone, so that their promise holds for strangers. Writes ``temperature`` and
``prediction_sets`` into the ``config.json`` of both models, and prints what the test parts of both
runs say of them. A minute on two cores.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pandora import parts_of, read_tree
from tested import analysed, training_of

from pinacoteca.classifier import CONFIG_FILE, MovementClassifier
from pinacoteca.command_line import run
from pinacoteca.errors import ModelError
from pinacoteca.files import written_whole
from pinacoteca.metrics import expected_calibration_error
from pinacoteca.prediction_sets import PredictionSets

# Chosen for the smallest sets on the validation part.
PENALTIES = (0.0, 0.01, 0.02, 0.05, 0.1)
UNPENALISED = (2, 3, 4)

Logits = npt.NDArray[np.float32]
Targets = npt.NDArray[np.int64]


def logits_of(model: Path, data: Path, part: str) -> tuple[Logits, Targets]:
    """Returns the logits, float32 ``[n, movements]``, and targets, int64 ``[n]``, of one part."""
    classifier = MovementClassifier.from_pretrained(model)
    pictures = read_tree(data)
    parts = parts_of(pictures, training_of(model).get("split", "random"), data)
    chosen = [picture for picture, its in zip(pictures, parts, strict=True) if its == part]
    analysis, targets, _ = analysed(classifier, data, chosen)
    return analysis.logits, targets


def shared_temperature(groups: list[tuple[Logits, Targets]]) -> float:
    """Returns the temperature that minimises the mean of the groups' losses.

    Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
    """
    from scipy.optimize import minimize_scalar

    def loss(exponent: float) -> float:
        total = 0.0
        for logits, targets in groups:
            probabilities = softmax(logits, np.exp(exponent))
            total -= float(np.log(probabilities[np.arange(len(targets)), targets] + 1e-12).mean())
        return total

    best = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return float(np.exp(best.x))


def softmax(logits: Logits, temperature: float) -> npt.NDArray[np.float64]:
    """Returns probabilities, float64 of the shape of ``logits``."""
    from scipy.special import softmax as plain

    return np.asarray(plain(logits.astype(np.float64) / temperature, axis=1))


def smallest_sets(probabilities: npt.NDArray[np.float64], targets: Targets) -> PredictionSets:
    """Returns the calibrated sets whose mean size is least."""
    candidates = [
        PredictionSets.calibrated(probabilities, targets, penalty, unpenalised)
        for penalty in PENALTIES
        for unpenalised in UNPENALISED
    ]
    return min(candidates, key=lambda sets: float(sets.members(probabilities).sum()))


def write_into(model: Path, temperature: float, sets: PredictionSets) -> None:
    """Writes both into the model's configuration; everything else in it stays."""
    path = model / CONFIG_FILE
    config = json.loads(path.read_text(encoding="utf-8"))
    config |= {"temperature": temperature, "prediction_sets": sets.settings}
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Calibrates one model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder in hub layout")
    parser.add_argument(
        "--strangers-model", type=Path, required=True, help="the recipe, on the split by artist"
    )
    parser.add_argument("--data", type=Path, required=True, help="the Pandora18K tree")
    arguments = parser.parse_args()
    if training_of(arguments.strangers_model).get("split") != "artist":
        raise ModelError(
            f"{arguments.strangers_model} was not trained on the split by artist: train it with "
            "train/train.py --split artist."
        )

    known = logits_of(arguments.model, arguments.data, "validation")
    strangers = logits_of(arguments.strangers_model, arguments.data, "validation")
    temperature = shared_temperature([known, strangers])
    sets = smallest_sets(softmax(strangers[0], temperature), strangers[1])
    for model in (arguments.model, arguments.strangers_model):
        write_into(model, temperature, sets)
    print(f"temperature {temperature:.3f}, {sets}")
    for name, model in (("known", arguments.model), ("unknown", arguments.strangers_model)):
        logits, targets = logits_of(model, arguments.data, "test")
        probabilities = softmax(logits, temperature)
        members = sets.members(probabilities)
        held = members[np.arange(len(targets)), targets].mean()
        print(
            f"{name} painters, {len(targets):,} test pictures: calibration error "
            f"{expected_calibration_error(probabilities.astype(np.float32), targets):.3f}, "
            f"sets hold the right movement in {held:.1%} and have "
            f"{members.sum(axis=1).mean():.2f} movements"
        )


if __name__ == "__main__":
    run(main)
