"""Measures an exported model on the test part of its split and writes metrics.json.

    python train/evaluate.py --model model --data ../shared/data/pandora \
        --photographs ../shared/data/queries --strangers runs/strangers --mistakes runs/mistakes.png

Writes ``metrics.json``, ``confusion_matrix.png`` and ``reliability.png`` into ``--out`` (default:
the model's own folder) and prints the figures with those of the literature. Takes about three
minutes for 2,849 pictures on two cores. Each picture is analysed three times, and once more for a
model with a statistics head. For the shipped model the figures equal those of
``model/metrics.json``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from calibrate import Group, cross_fitted, known_painters, unknown_painters
from confusion import most_confused, per_class, plot_confusion
from dated_photographs import photographs_named
from mistakes import Mistake, draw_mistakes, mistakes
from pandora import SPLITS_HELP, Picture, name_unknown_folders, painter_keys, split_name
from parts import Parts
from reliability import (
    HIGH_CONFIDENCE,
    RELIABILITY_PICTURE,
    coverage,
    plot_reliability,
    sure_answers,
)
from robustness import (
    kinds_of_strangers,
    photographs_kept,
    predictions_stored_anew,
    strangers_recognised,
)
from splits import SEED
from test_part import analysed, tested_pictures, training_of

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection
from pinacoteca.command_line import run
from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.literature import REPORTED_RESULTS
from pinacoteca.metrics import expected_calibration_error, top_k_accuracy
from pinacoteca.model_files import METRICS_FILE
from pinacoteca.movements import Movement

PRIMARY_METRIC = "top1"
CONFUSION_PICTURE = "confusion_matrix.png"
RESAMPLES = 2000


def accuracy_interval(
    right: npt.NDArray[np.bool_], groups: Sequence[object]
) -> tuple[float, float]:
    """Returns the 95 % interval of the share of right answers (percentile bootstrap).

    Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 1979. Groups are
    drawn, not rows, because the answers to paintings by one artist are correlated.

    Args:
        right: bool ``[n]``.
        groups: ``n`` keys; rows with equal keys are drawn together.

    Returns:
        The lower and upper end, 0 to 1; the whole range if there are fewer than two groups.
    """
    from scipy.stats import bootstrap

    _, places = np.unique([str(group) for group in groups], return_inverse=True)
    rights, counts = np.bincount(places, weights=right), np.bincount(places)
    if len(counts) < 2:
        return 0.0, 1.0
    interval = bootstrap(
        (rights, counts),
        lambda rights, counts, axis=-1: rights.sum(axis=axis) / counts.sum(axis=axis),
        paired=True,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(interval.low), float(interval.high)


def scores(
    classifier: MovementClassifier,
    logits: npt.NDArray[np.float32],
    targets: npt.NDArray[np.int64],
) -> Iterator[tuple[str, float]]:
    """Yields the name and the value of each measure; all are between 0 and 1."""
    from scipy.special import softmax
    from sklearn.metrics import f1_score

    probabilities = classifier.probabilities(logits)
    yield "top1", top_k_accuracy(probabilities, targets, 1)
    yield "top3", top_k_accuracy(probabilities, targets, 3)
    # A movement without test pictures is not measured and is left out of the mean.
    tested = np.unique(targets)
    yield (
        "macro_f1",
        f1_score(
            targets, probabilities.argmax(axis=1), labels=tested, average="macro", zero_division=0
        ),
    )
    yield "chance", 1 / len(classifier.movements)
    uncalibrated = softmax(logits, axis=1)
    yield "calibration_error_before", expected_calibration_error(uncalibrated, targets)
    yield "calibration_error_after", expected_calibration_error(probabilities, targets)


def measure(
    classifier: MovementClassifier,
    training: dict[str, Any],
    data: Path,
    split: str | None,
    photographs: Path | None = None,
    strangers: Path | None = None,
    recorded: Parts | None = None,
    plot: Path | None = None,
) -> tuple[dict[str, Any], list[Mistake]]:
    """Returns everything that metrics.json holds, and the mistakes, most confident first.

    Args:
        classifier: The model.
        training: What ``training_of`` returns for it.
        data: The Pandora18K tree.
        split: The split to test; None for the one that the model was trained on.
        photographs: A folder of large photographs of paintings; None leaves this measure out.
        strangers: A folder of folders of pictures that are no paintings; None leaves them out.
        recorded: The parts that the model was trained with; None if the model folder has no record.
        plot: The file for the reliability diagram; None draws none.

    Raises:
        DataError: There is nothing to test, or the model has seen it in training.
    """
    from sklearn.metrics import confusion_matrix

    # An error in these shows before the test part is measured, which takes minutes.
    kinds = kinds_of_strangers(strangers) if strangers is not None else {}
    of_photographs = (
        {
            "photographs_kept": photographs_kept(classifier, photographs),
            "photographs_named": photographs_named(classifier, photographs),
        }
        if photographs is not None
        else {}
    )
    split = split or training.get("split") or "random"
    tested = tested_pictures(classifier, data, split, training, recorded)
    analysis, targets, measured = analysed(classifier, data, tested)
    predictions = analysis.logits.argmax(axis=1)
    # A split by artist holds out painters, so the bootstrap draws painters.
    groups = painter_keys(measured) if split == "artist" else range(len(measured))
    stored_anew = dict(predictions_stored_anew(classifier, data, measured))
    probabilities = classifier.probabilities(analysis.logits)
    confusion = confusion_matrix(targets, predictions, labels=range(len(classifier.movements)))
    metrics = {
        "primary_metric": PRIMARY_METRIC,
        "split": split,
        "pictures": len(targets),
        "model_fingerprint": classifier.fingerprint,
        "temperature": classifier.temperature,
        "training": training,
        "scores": dict(scores(classifier, analysis.logits, targets)),
        "top1_interval": accuracy_interval(predictions == targets, groups),
        "answers_changed": {
            name: float((copies != predictions).mean()) for name, copies in stored_anew.items()
        },
        "top1_stored_anew": {
            name: float((copies == targets).mean()) for name, copies in stored_anew.items()
        },
        "sure_answers": sure_answers(probabilities, targets),
        "per_class": per_class(classifier.movements, predictions, targets),
        "most_confused": most_confused(classifier.movements, confusion),
        "confusion_matrix": confusion.tolist(),
    }
    if classifier.statistics_head is not None:
        metrics["last_layer_alone"] = last_layer_alone(classifier, data, measured)
    if classifier.prediction_sets is not None:
        metrics["prediction_sets"] = coverage(
            classifier.prediction_sets,
            classifier.movements,
            probabilities,
            targets,
        )
    metrics |= of_photographs
    if classifier.familiarity is not None:
        metrics["familiarity"] = strangers_recognised(
            classifier, classifier.familiarity, analysis.textures, kinds
        )
    if plot is not None:
        covered = metrics.get("prediction_sets")
        plot_reliability(probabilities, targets, covered, classifier.movements, plot)
    return metrics, mistakes(measured, classifier.movements, probabilities, targets)


def last_layer_alone(
    classifier: MovementClassifier, data: Path, pictures: Sequence[Picture]
) -> float:
    """Returns the top-1 accuracy without the statistics head: what timm alone would answer."""
    alone = copy(classifier)
    alone.statistics_head = None
    analysis, targets, _ = analysed(alone, data, pictures)
    return float((analysis.logits.argmax(axis=1) == targets).mean())


def painters_never_seen(
    classifier: MovementClassifier, group: Group, artists: npt.NDArray[np.str_], known: Group
) -> dict[str, Any]:
    """Returns the measures on a gallery's paintings, whose painters the network never saw.

    Calibration and sets are measured on artists that did not calibrate them
    (``calibrate.cross_fitted``).

    Args:
        classifier: The model.
        group: The paintings, from ``unknown_painters``.
        artists: The artist of each.
        known: The validation part of the model's split, which also calibrates.
    """
    from sklearn.metrics import f1_score

    probabilities = classifier.probabilities(group.logits)
    fitted = cross_fitted(known, group, artists)
    result: dict[str, Any] = {
        "pictures": len(group.targets),
        "artists": len(np.unique(artists)),
        "top1": top_k_accuracy(probabilities, group.targets, 1),
        "top3": top_k_accuracy(probabilities, group.targets, 3),
        "macro_f1": f1_score(
            group.targets,
            probabilities.argmax(axis=1),
            labels=np.unique(group.targets),
            average="macro",
            zero_division=0,
        ),
        "calibration_error": fitted["calibration_error"],
        "sure_answers": {
            "at_least": HIGH_CONFIDENCE,
            "share": fitted["sure"],
            "right": fitted["sure_right"],
        },
    }
    if classifier.prediction_sets is not None:
        result["prediction_sets"] = {
            "promised": classifier.prediction_sets.coverage,
            "coverage": fitted["coverage"],
            "mean_size": fitted["mean_size"],
        }
    return result


def report(metrics: dict[str, Any], movements: Sequence[Movement]) -> None:
    """Prints the figures, and those of the literature with their protocols."""
    english = {movement.folder: movement.english for movement in movements}
    print(f"\n{metrics['split']} split, {metrics['pictures']:,} test pictures")
    for name, value in metrics["scores"].items():
        print(f"  {name:28}{value:8.4f}")
    if alone := metrics.get("last_layer_alone"):
        print(f"  top1 of the last layer alone{alone:8.4f}")
    low, high = metrics["top1_interval"]
    print(f"  top1, 95 % interval         {low:8.4f} to {high:.4f}")
    if sure := metrics.get("sure_answers"):
        print(
            f"  of {sure['share']:.1%} given as {sure['at_least']:.0%} sure or more, "
            f"{sure['right']:.1%} are right"
        )
    if sets := metrics.get("prediction_sets"):
        print(
            f"  sets of {sets['mean_size']:.2f} movements hold the right one in "
            f"{sets['coverage']:.1%}; {sets['promised']:.0%} are promised"
        )
    if unseen := metrics.get("painters_never_seen"):
        print(
            f"  {unseen['pictures']} paintings by Romanian painters, none of them seen: top1 "
            f"{unseen['top1']:.1%}, calibration error {unseen['calibration_error']:.3f}"
        )
    print("\nwhen the same pictures are           answers that change  top1 then")
    for name, share in metrics["answers_changed"].items():
        print(f"  {name:36}{share:18.1%}{metrics['top1_stored_anew'][name]:11.1%}")
    if "photographs_kept" in metrics:
        for quality, copy in metrics["photographs_kept"]["copies"].items():
            print(
                f"  kept by large photographs as 224 px JPEG of quality {quality}: "
                f"{copy['kept']:.1%}, of sure answers {copy['kept_of_sure']:.1%}"
            )
    if named := metrics.get("photographs_named"):
        print(
            f"  {named['right']} of {named['pictures']} photographs of known date get their "
            "movement"
        )
    for name, kind in metrics.get("familiarity", {}).get("strangers", {}).items():
        print(f"  {name}: AUROC {kind['auroc']:.3f}, refused {kind['refused']:.1%}")
    if "familiarity" in metrics:
        print(f"  paintings refused {metrics['familiarity']['paintings_refused']:.1%}")
    print("\nmovement                   recall  precision  pictures")
    for folder, row in metrics["per_class"].items():
        recall, precision = (
            "-" if row[name] is None else f"{row[name]:.1%}" for name in ("recall", "precision")
        )
        print(f"  {english[folder]:24}{recall:>7}{precision:>11}{row['pictures']:10}")
    if unmeasured := [
        english[folder] for folder, row in metrics["per_class"].items() if not row["pictures"]
    ]:
        print(
            f"  not measured, no test pictures: {', '.join(unmeasured)}; macro-F1 is "
            "that of the others"
        )
    print("\nmost confused (true -> taken for)")
    for pair in metrics["most_confused"]:
        print(
            f"  {english[pair['true']]} -> {english[pair['predicted']]}: "
            f"{pair['pictures']} ({pair['share']:.0%})"
        )
    print("\nreported elsewhere; other pictures, other splits, so not comparable")
    for row in REPORTED_RESULTS:
        print(f"  {row.accuracy:>6} %  {row.movements} movements  {row.system}; {row.protocol}")


def main() -> None:
    """Measures one model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder in hub layout")
    parser.add_argument("--data", type=Path, required=True, help="the Pandora18K tree")
    parser.add_argument(
        "--split", type=split_name, help=f"default: the one it was trained on; {SPLITS_HELP}"
    )
    parser.add_argument("--photographs", type=Path, help="large photographs of paintings")
    parser.add_argument("--strangers", type=Path, help="what train/strangers.py gathered")
    parser.add_argument(
        "--gallery", type=Path, help="gallery of painters never seen, embedded by the model"
    )
    parser.add_argument("--mistakes", type=Path, help="draw the most confident ones to this file")
    parser.add_argument("--out", type=Path, help="default: the model folder")
    arguments = parser.parse_args()

    for option in ("photographs", "strangers"):
        folder = getattr(arguments, option)
        if folder is not None and not folder.is_dir():
            raise DataError(f"There is no folder {folder}: name one with --{option}.")
    classifier = MovementClassifier.from_pretrained(arguments.model)
    unknown = None
    if arguments.gallery is not None:
        collection = Collection.load(arguments.gallery, classifier.fingerprint)
        unknown = unknown_painters(classifier, collection)
    folder = arguments.out or arguments.model
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.data.is_dir():
        name_unknown_folders(arguments.data)
    metrics, wrong = measure(
        classifier,
        training_of(arguments.model),
        arguments.data,
        arguments.split,
        arguments.photographs,
        arguments.strangers,
        Parts.load(arguments.model),
        folder / RELIABILITY_PICTURE,
    )
    if unknown is not None:
        known = known_painters(classifier, arguments.model, arguments.data)
        metrics["painters_never_seen"] = painters_never_seen(classifier, *unknown, known)
    plot_confusion(
        classifier.movements,
        np.array(metrics["confusion_matrix"]),
        f"{metrics['pictures']:,} test pictures of the {metrics['split']} split: "
        f"{metrics['scores'][PRIMARY_METRIC]:.1%} right",
        folder / CONFUSION_PICTURE,
    )
    with written_whole(folder / METRICS_FILE) as path:
        path.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    report(metrics, classifier.movements)
    print(f"\nWrote {folder / METRICS_FILE} and {CONFUSION_PICTURE}")
    # Drawing opens pictures again and may fail, so the figures are written first.
    if arguments.mistakes is not None:
        draw_mistakes(wrong, arguments.data, arguments.mistakes)


if __name__ == "__main__":
    run(main)
