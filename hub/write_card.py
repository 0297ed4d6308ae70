"""Writes model_card.md, and the results in README.md and docs, from the measured figures.

    python hub/write_card.py
    python hub/write_card.py --model runs/mine/model --out runs/mine/model_card.md

Reads ``model/metrics.json``, ``gallery/metrics.json`` and the metrics of other runs in
``train/results``, so that no figure is typed by hand. Takes a second and needs no network.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from string import Template
from typing import Any

from finished_runs import Run, differences, read_run, read_runs

from pinacoteca.command_line import run
from pinacoteca.errors import ModelError
from pinacoteca.files import written_whole
from pinacoteca.literature import REPORTED_RESULTS
from pinacoteca.markdown import table, with_section
from pinacoteca.model_files import CONFIG_FILE, METRICS_FILE, WEIGHTS_FILE
from pinacoteca.movements import MOVEMENTS, Movement, movement_of_folder

REPOSITORY = Path(__file__).resolve().parent.parent
TEMPLATE = Path(__file__).parent / "card_template.md"
EXPERIMENTS = Path(__file__).parent / "experiments_template.md"
# The folders in train/results with the runs of the shipped model, in order.
SHIPPED = "shipped-"
RESULTS = REPOSITORY / "train" / "results"
BY_PAINTER = RESULTS / "by-painter"
# The report's experiments on all 18 movements.
REPORT = RESULTS / "report"
# Runs as long as the full recipe, with another setting.
WHOLE_LENGTH = RESULTS / "whole-length"
GALLERY = REPOSITORY / "gallery"
TRAINING_PAGE = "docs/training.md"
# The way of storing test pictures, of those in evaluate.py, that the comparison uses.
ONE_MORE_JPEG = "compressed as JPEG of quality 75"
SCORE_NAMES = {
    "top1": "Top-1 accuracy",
    "top3": "Top-3 accuracy",
    "macro_f1": "Macro-F1",
    "calibration_error_before": "Calibration error, logits as they are",
    "calibration_error_after": "Calibration error, as shipped",
}


def percent(share: float) -> str:
    """Returns a share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"


def score_text(name: str, value: float) -> str:
    """Returns a score as text: calibration error as a number, others in percent."""
    return f"{value:.3f}" if name.startswith("calibration") else percent(value)


def read_metrics(folder: Path, script: str = "train/evaluate.py") -> dict[str, Any]:
    """Reads what ``script`` wrote into a folder.

    Raises:
        ModelError: There is no such file, or it is damaged.
    """
    path = folder / METRICS_FILE
    try:
        metrics: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path} cannot be read ({error}): measure it again with {script}."
        ) from None
    return metrics


def read_neighbours(folder: Path) -> dict[str, Any]:
    """Reads what ``evaluate_neighbours.py`` wrote into a folder; raises as `read_metrics` does."""
    return read_metrics(folder, "gallery/evaluate_neighbours.py")


def same_pictures(
    metrics: dict[str, Any], others: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Returns the runs measured on the same test pictures as ``metrics``, including itself."""
    return [metrics] + [
        other
        for other in others
        if (other["split"], other["pictures"]) == (metrics["split"], metrics["pictures"])
    ]


def unseen_painters(others: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the runs of the split by artist on the same test pictures, or none."""
    runs = [other for other in others if other["split"] == "artist"]
    return same_pictures(runs[0], runs[1:]) if runs else []


def unseen_section(others: Sequence[dict[str, Any]]) -> str:
    """Returns the section on the recipes' results for unseen painters; empty if not measured."""
    runs = unseen_painters(others)
    if not runs:
        return ""
    return (
        f"Painters never seen in training ({runs[0]['pictures']:,} test pictures; the same recipes "
        "trained again on the split by artist, so not the shipped weights):\n\n"
        f"{comparison_table(runs)}"
    )


def results_section(metrics: dict[str, Any], neighbours: dict[str, Any] | None = None) -> str:
    """Returns the figures of the README: movements, and neighbours if they were measured."""
    parts = [movements_in_short(metrics)]
    if neighbours is not None:
        parts.append(neighbours_in_short(neighbours))
    return "\n\n".join(parts)


def movements_in_short(metrics: dict[str, Any]) -> str:
    """Returns the README's table on the movement that the page names."""
    scores, strangers = metrics["scores"], metrics.get("painters_never_seen", {})
    known = {
        "top1": scores["top1"],
        "top3": scores["top3"],
        "macro_f1": scores["macro_f1"],
        "calibration_error": scores["calibration_error_after"],
    }
    titles = SCORE_NAMES | {"calibration_error": "Calibration error"}
    rows: list[tuple[str, ...]] = [
        ("Paintings tested", f"{metrics['pictures']:,}", f"{strangers.get('pictures', 0):,}")
    ]
    rows += [
        (
            titles[name],
            score_text(name, value),
            score_text(name, strangers[name]) if name in strangers else "",
        )
        for name, value in known.items()
    ]
    both = [group.get("prediction_sets") for group in (metrics, strangers)]
    if any(both):
        coverage = [percent(sets["coverage"]) if sets else "" for sets in both]
        size = [f"{sets['mean_size']:.1f}" if sets else "" for sets in both]
        rows.append(("Prediction set holds the right movement", *coverage))
        rows.append(("Movements in a set", *size))
    return table(
        ("Movements", "painters that it learned from", "Romanian painters, never seen"), rows
    )


def neighbours_in_short(neighbours: dict[str, Any]) -> str:
    """Returns the README's table on the neighbours, compared with the report and with chance."""
    ways = {
        "Pinacoteca": "ours",
        "report of 2022": "report, euclidean, all paintings",
        "chance": "chance",
    }
    measures = {
        "by the same artist": "artist_precision",
        "in the same style, by another artist": "other_hands_precision",
        "of the same subject, by another artist": "subject_precision",
    }
    found = {name: neighbours["ways"][way]["scores"] for name, way in ways.items()}
    rows = (
        (title, *(percent(scores[key]) if key in scores else "" for scores in found.values()))
        for title, key in measures.items()
    )
    return table(("Of five neighbours", *found), rows)


def shipped_runs() -> list[Run]:
    """Returns the runs of the shipped model, in order."""
    return [read_run(path) for path in sorted(RESULTS.glob(f"{SHIPPED}*"))]


def cost_sentence(shipped: Sequence[Run]) -> str:
    """Returns a sentence on the duration of the runs."""
    minutes = sum(run.minutes for run in shipped)
    names = [f"`{run.settings['recipe']}`" for run in shipped]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return (
        f"Training {listed}, {sum(run.epochs for run in shipped)} epochs of "
        f"{shipped[0].settings['epoch_pictures']:,} pictures, took {minutes:.0f} minutes on two "
        "CPU cores with bfloat16, which also had other work to do."
    )


def comparison_table(runs: Sequence[dict[str, Any]]) -> str:
    """Returns a table of runs on the same test pictures, the best last."""
    runs = sorted(runs, key=lambda entry: float(entry["scores"]["top1"]))
    return table(
        (
            "recipe",
            "epochs",
            "top-1",
            "95 % interval",
            "top-1 after one more JPEG",
            "top-3",
            "macro-F1",
            "calibration error",
        ),
        (
            (
                f"`{entry['training']['recipe']}`",
                str(entry["training"]["epochs"]),
                score_text("top1", entry["scores"]["top1"]),
                " to ".join(percent(end) for end in entry["top1_interval"]),
                percent(entry["top1_stored_anew"][ONE_MORE_JPEG]),
                *(
                    score_text(name, entry["scores"][name])
                    for name in ("top3", "macro_f1", "calibration_error_after")
                ),
            )
            for entry in runs
        ),
    )


def by_painter_section() -> str:
    """Returns what training like the shipped model's reaches on the split by artist."""
    metrics = read_metrics(BY_PAINTER)
    training = metrics["training"]
    return (
        f"For comparison, `{training['recipe']}` was trained once more with no painter on both "
        f"sides of the split ({training['epochs']} epochs; averaged with a share of "
        f"{training['imagenet_share']:g} of the ImageNet weights, with "
        "a statistics head that is not adjusted for the frequency of movements). These are its "
        f"{metrics['pictures']:,} test pictures, in all {len(metrics['per_class'])} movements:"
        f"\n\n{comparison_table([metrics])}"
    )


def class_table(metrics: dict[str, Any]) -> str:
    """Returns recall, precision and F1 of each movement."""
    return table(
        ("movement", "recall", "precision", "F1", "pictures"),
        (
            (
                movement_of_folder(folder).english,
                *(
                    # Without a test picture there is nothing to measure.
                    ("-", "-", "-")
                    if row["recall"] is None
                    else (
                        percent(row["recall"]),
                        percent(row["precision"]),
                        f"{row['f1']:.2f}",
                    )
                ),
                str(row["pictures"]),
            )
            for folder, row in metrics["per_class"].items()
        ),
    )


def literature_table() -> str:
    """Returns a table of published results, each with its protocol."""
    return table(
        ("system", "protocol", "source", "movements", "accuracy"),
        (
            (row.system, row.protocol, row.source, str(row.movements), f"{row.accuracy} %")
            for row in REPORTED_RESULTS
        ),
    )


def photographs_section(metrics: dict[str, Any]) -> str:
    """Returns the section on large photographs and their copies of training size."""
    kept = metrics.get("photographs_kept")
    if kept is None:
        return "Not measured for this model."
    rows = (
        (f"JPEG of quality {quality}", percent(copy["kept"]), percent(copy["kept_of_sure"]))
        for quality, copy in kept["copies"].items()
    )
    return (
        f"{kept['pictures']} photographs of well-known paintings of up to 1,200 px, and how many "
        "keep their movement when reduced to 224 px. Sure answers have a probability of at "
        f"least one half ({kept['sure_pictures']} of them; many of these paintings belong to "
        "movements that the network does not know):\n\n"
        f"{table(('copy', 'the same movement', 'of sure answers'), rows)}"
        f"{dated_photographs(metrics)}"
    )


def dated_photographs(metrics: dict[str, Any]) -> str:
    """Returns the results on photographs of known movement; empty if none was measured."""
    named = metrics.get("photographs_named")
    if not named:
        return ""
    english = {movement.folder: movement.english for movement in MOVEMENTS}
    rows = [
        (
            photograph["why"],
            " or ".join(english[folder] for folder in photograph["movements"]),
            english[photograph["answer"]],
        )
        for photograph in named["wrong"]
    ]
    in_set = f", and {named['in_set']} prediction sets hold it" if "in_set" in named else ""
    return (
        f"\n\n{named['pictures']} of them belong to a known movement by their museums' dates "
        f"(`train/dated_photographs.csv`): {named['right']} get it{in_set}. The wrong ones:\n\n"
        f"{table(('painting', 'by its date', 'taken for'), rows)}"
    )


def last_layer_sentence(metrics: dict[str, Any]) -> str:
    """Returns what timm alone reads of a model with a statistics head; empty without one."""
    alone = metrics.get("last_layer_alone")
    if alone is None:
        return ""
    return (
        "`statistics_head.safetensors` is a second last layer: it reads the means and standard "
        "deviations of the channels of all blocks in both branches, and its logits are added to "
        "those of the last layer (`pinacoteca/statistics_head.py`). timm reads only the last "
        f"layer, which alone is right for {percent(alone)} of the test pictures instead of "
        f"{percent(metrics['scores'][metrics['primary_metric']])}."
    )


def familiarity_section(metrics: dict[str, Any]) -> str:
    """Returns the section on telling paintings from other pictures, measured or not."""
    measured = metrics.get("familiarity")
    if measured is None:
        return "Not measured for this model."
    rows = [
        (
            name,
            str(kind["pictures"]),
            f"{kind['auroc']:.3f}",
            percent(kind["refused"]),
        )
        for name, kind in measured["strangers"].items()
    ]
    header = ("pictures of", "number", "AUROC", "refused")
    return (
        f"{percent(measured['paintings_refused'])} of the test paintings are refused, at a "
        f"strangeness above {measured['threshold']:.2f}.\n\n{table(header, rows)}"
    )


def ablation_section(runs: Sequence[Run]) -> str:
    """Returns a table of the recipe and its variations, on the validation parts of both splits.

    Runs that differ only in split and seed make one row: their mean accuracy, and the minutes of
    the quickest, because some shared the processor with other work.
    """
    recipe = next((each for each in runs if each.name == "recipe"), None)
    if recipe is None:
        return "Not measured for this recipe."
    rows: dict[str, list[Run]] = {}
    for each in runs:
        rows.setdefault(differences(each, recipe), []).append(each)

    def accuracy(alike: Sequence[Run], split: str) -> str:
        found = [each.validation for each in alike if each.settings["split"] == split]
        seeds = f" ({len(found)} seeds)" if len(found) > 1 else ""
        return percent(mean(found)) + seeds if found else ""

    return table(
        ("what differs", "random split", "split by artist", "minutes"),
        (
            (
                f"`{changes}`" if changes else "nothing: the recipe",
                accuracy(alike, "random"),
                accuracy(alike, "artist"),
                f"{min(each.minutes for each in alike):.0f}",
            )
            for changes, alike in sorted(rows.items())
        ),
    )


def storing_section(runs: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    """Returns a table of the benefit and the cost of storing training pictures anew.

    Args:
        runs: For each model the metrics of ``train/evaluate.py`` and those of
            ``evaluate_neighbours.py``. If another model embedded the gallery, the two cells of the
            latter stay empty.
    """

    def neighbours(metrics: dict[str, Any], retrieval: dict[str, Any]) -> tuple[str, str]:
        if retrieval.get("model_fingerprint") != metrics["model_fingerprint"]:
            return "", ""
        scores = retrieval["ways"]["ours"]["scores"]
        return f"{scores['other_hands_precision']:.3f}", f"{scores['ndcg']:.3f}"

    return table(
        (
            "`stored_anew_share`",
            "top-1",
            "after one more JPEG",
            "answers that it changes",
            "photographs kept, JPEG 95",
            "style, other hands P@5",
            "nDCG@5",
        ),
        (
            (
                str(metrics["training"]["stored_anew_share"]),
                percent(metrics["scores"]["top1"]),
                percent(metrics["top1_stored_anew"][ONE_MORE_JPEG]),
                percent(metrics["answers_changed"][ONE_MORE_JPEG]),
                percent(metrics["photographs_kept"]["copies"]["95"]["kept"]),
                *neighbours(metrics, retrieval),
            )
            for metrics, retrieval in runs
            if "photographs_kept" in metrics
        ),
    )


def saturation_section(runs: Sequence[Run]) -> str:
    """Returns a table of each recipe's best epoch: a row for its longest run on each split."""
    longest: dict[tuple[str, str], Run] = {}
    for each in sorted(runs, key=lambda each: each.epochs):
        longest[each.settings["split"], each.settings["recipe"]] = each
    return table(
        (
            "split",
            "recipe",
            "epochs",
            "training top-1, last epoch",
            "validation top-1, best epoch",
            "best epoch",
        ),
        (
            (
                split,
                f"`{recipe}`",
                str(each.epochs),
                percent(each.train_accuracy),
                percent(each.validation),
                str(each.best_epoch),
            )
            for (split, recipe), each in sorted(
                longest.items(), key=lambda item: (item[0][0] == "artist", item[0][1])
            )
        ),
    )


def learning_curve_section(runs: Sequence[Run]) -> str:
    """Returns a table of the recipe's results with parts of the training pictures."""
    if not runs:
        return "Not measured for this recipe."
    return table(
        ("training pictures", "validation top-1", "training top-1, last epoch"),
        (
            (
                f"{run.settings['train_pictures']:,}",
                percent(run.validation),
                percent(run.train_accuracy),
            )
            for run in sorted(runs, key=lambda run: int(run.settings["train_pictures"]))
        ),
    )


def front_matter(metrics: dict[str, Any]) -> str:
    """Returns the YAML that the hub reads, between its ``---`` lines."""
    from huggingface_hub import EvalResult, ModelCardData

    scores = metrics["scores"]
    results = [
        EvalResult(
            task_type="image-classification",
            dataset_type="pandora18k",
            dataset_name=f"Pandora18K layout, {len(metrics['per_class'])} movements",
            dataset_split=f"test ({metrics['split']} 80/20, seed 35)",
            metric_type=kind,
            metric_name=name,
            metric_value=round(scores[key], 4),
        )
        for key, kind, name in (
            ("top1", "accuracy", "Top-1 accuracy"),
            ("top3", "accuracy", "Top-3 accuracy"),
            ("macro_f1", "f1", "Macro-F1"),
        )
    ]
    data = ModelCardData(
        license="cc-by-nc-4.0",
        library_name="timm",
        pipeline_tag="image-classification",
        tags=["image-classification", "timm", "art", "painting", "image-retrieval"],
        metrics=["accuracy", "f1"],
        base_model="timm/mobilenetv2_100.ra_in1k",
        model_name="Pinacoteca",
        eval_results=results,
    )
    return f"---\n{data.to_yaml()}\n---\n"


def averaged_clause(training: dict[str, Any]) -> str:
    """Returns how the weights were averaged after training, as the end of a sentence."""
    share = training.get("imagenet_share", 0)
    second = ", which continues from `best`" if training["recipe"] == "best-second" else ""
    return second + (
        "; every tensor except the last layer was then averaged with the ImageNet weights, "
        f"{percent(1 - share)} to {percent(share)} (WiSE-FT, Wortsman et al., CVPR 2022), and the "
        "last layer was fitted again"
        if share
        else ""
    )


def further_clause(training: dict[str, Any]) -> str:
    """Returns how many further pictures were trained on, as part of a sentence."""
    further = training.get("further_pictures", 0)
    return f" and {further:,} further ones by nearly the same painters" if further else ""


def unknown_item(unknown: Sequence[Movement]) -> str:
    """Returns a list item on the movements that a model does not know; empty if there are none."""
    if not unknown:
        return ""
    names = ", ".join(movement.english for movement in unknown)
    return (
        f"\n- **Movements of Pandora18K that it does not know ({len(unknown)}):** {names}. A "
        "painting of one of\n  these gets another movement: there was no picture to learn from."
    )


def never_seen_section(metrics: dict[str, Any]) -> str:
    """Returns the section on the shipped weights' results for Romanian painters."""
    strangers = metrics.get("painters_never_seen")
    if not strangers:
        return "Not measured for this model; `train/evaluate.py --gallery DIR` measures it."
    sure = strangers["sure_answers"]
    rows = [
        ("Top-1 accuracy", percent(strangers["top1"])),
        ("Top-3 accuracy", percent(strangers["top3"])),
        ("Macro-F1, of the movements that occur", percent(strangers["macro_f1"])),
        ("Calibration error", f"{strangers['calibration_error']:.3f}"),
        (f"Answers given as {percent(sure['at_least'])} sure or more", percent(sure["share"])),
        ("Of these, right", percent(sure["right"])),
    ]
    if sets := strangers.get("prediction_sets"):
        rows.append(("Prediction sets that hold the right movement", percent(sets["coverage"])))
        rows.append(("Movements in a set, on average", f"{sets['mean_size']:.2f}"))
    return (
        f"{strangers['pictures']:,} paintings by {strangers['artists']} Romanian artists, none of "
        "whom is in the training tree; their styles give the movements. "
        "Calibration, sure answers and sets are measured on the half of the artists that was not "
        "used to calibrate, and are means over many halvings.\n\n"
        f"{table(('measure', 'value'), rows)}"
    )


def source_section() -> str:
    """Returns a table on how far traces of storage reveal the collection of a picture."""
    path = RESULTS / "source-probe.json"
    probed = json.loads(path.read_text(encoding="utf-8"))
    titles = {
        "storage_traces": "traces of storage",
        "traces_stored_anew": "the same, of pictures stored anew as in training",
        "thumbnails": "thumbnails of 32 px",
    }
    rows = (
        (
            title,
            f"{probed[name]['new_from_old']:.2f}",
            f"{within['mean']:.2f} ({within['least']:.2f} to {within['most']:.2f})",
        )
        for name, title in titles.items()
        if (within := probed[name]["within_old"])
    )
    return table(("a linear probe sees", "six from twelve", "groups within the twelve"), rows)


def sets_section(metrics: dict[str, Any], english: dict[str, str]) -> str:
    """Returns the section on the coverage of the prediction sets, by movement."""
    sets = metrics.get("prediction_sets")
    if not sets:
        return "This model has none; `train/calibrate.py` makes them."
    rows = ((english[folder], percent(share)) for folder, share in sets["per_movement"].items())
    return (
        "A prediction set is the smallest set of movements that should hold the right one for "
        f"{percent(sets['promised'])} of paintings by painters never seen (RAPS; Angelopoulos et "
        f"al., ICLR 2021). On the test part {percent(sets['coverage'])} of the sets do; they have "
        f"{sets['mean_size']:.2f} movements on average:\n\n"
        f"{table(('movement', 'paintings whose set holds it'), rows)}"
    )


def report_section(ours: dict[str, Any], epochs: int, runs: Sequence[dict[str, Any]]) -> str:
    """Returns a table of our recipe and the report's experiments on the same test pictures.

    Args:
        ours: The metrics of our recipe.
        epochs: The epochs of all its steps.
        runs: The metrics of all experiments, on any split.
    """
    training = ours["training"] | {"recipe": "ours", "epochs": epochs}
    return comparison_table(same_pictures(ours | {"training": training}, runs))


def experiments(shipped: dict[str, Any], others: Sequence[dict[str, Any]]) -> str:
    """Returns the page of experiments: the report's, and ours from when there were 12 movements.

    Args:
        shipped: The metrics of the shipped model.
        others: The metrics of the runs on twelve movements.
    """
    metrics = read_metrics(RESULTS / "best")
    reports = [read_metrics(path) for path in sorted(REPORT.iterdir())]
    by_painter = read_metrics(BY_PAINTER)
    return Template(EXPERIMENTS.read_text(encoding="utf-8")).substitute(
        report_random=report_section(shipped, sum(run.epochs for run in shipped_runs()), reports),
        report_artist=report_section(by_painter, by_painter["training"]["epochs"], reports),
        report_saturation=saturation_section(read_runs(REPORT)),
        comparison_table=comparison_table(same_pictures(metrics, _others_than(metrics, others))),
        unseen_section=unseen_section(others),
        saturation_section=saturation_section(
            [
                read_run(path.parent)
                for path in sorted(RESULTS.glob("*/summary.csv"))
                if not path.parent.name.startswith(SHIPPED)
            ]
        ),
        ablation_section=ablation_section(read_runs(RESULTS / "ablation")),
        storing_section=storing_section(
            [
                (read_metrics(folder), read_neighbours(folder / "gallery"))
                for folder in sorted(WHOLE_LENGTH.iterdir())
            ]
        ),
        learning_curve_section=learning_curve_section(
            # The run on the whole training part comes from the ablation, here and below.
            [*read_runs(RESULTS / "learning-curve"), read_run(RESULTS / "ablation" / "recipe")]
        ),
        unseen_curve_section=learning_curve_section(
            [
                *read_runs(RESULTS / "unseen-painters"),
                read_run(RESULTS / "ablation" / "recipe-artist"),
            ]
        ),
    )


def _others_than(metrics: dict[str, Any], others: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [other for other in others if other != metrics]


def card(model: Path) -> str:
    """Returns the whole model card."""
    from safetensors import safe_open

    metrics = read_metrics(model)
    config = json.loads((model / CONFIG_FILE).read_text(encoding="utf-8"))
    with safe_open(model / WEIGHTS_FILE, framework="numpy") as weights:
        parameters = sum(
            weights.get_tensor(name).size
            for name in weights.keys()  # noqa: SIM118 - no mapping
            if name.endswith((".weight", ".bias"))
        )
    known = [movement_of_folder(label) for label in config["label_names"]]
    unknown = [movement for movement in MOVEMENTS if movement not in known]
    english = {movement.folder: movement.english for movement in known}
    training = metrics["training"]
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        known_count=len(known),
        known=", ".join(movement.english for movement in known),
        unknown=unknown_item(unknown),
        parameters=f"{parameters / 1e6:.1f} million",
        resolution=config["pretrained_cfg"]["input_size"][-1],
        largest_side=config.get("largest_side", 0),
        recipe=training["recipe"],
        epochs=training["epochs"],
        averaged=averaged_clause(training),
        temperature=f"{config['temperature']:.3f}",
        train_pictures=f"{training['train_pictures'] - training.get('further_pictures', 0):,}",
        further=further_clause(training),
        validation_pictures=f"{training['validation_pictures']:,}",
        test_pictures=f"{metrics['pictures']:,}",
        chance=percent(metrics["scores"]["chance"]),
        scores_table=table(
            ("measure", "value"),
            (
                (title, score_text(name, metrics["scores"][name]))
                for name, title in SCORE_NAMES.items()
            ),
        ),
        source_section=source_section(),
        never_seen_section=never_seen_section(metrics),
        by_painter_section=by_painter_section(),
        sets_section=sets_section(metrics, english),
        changed_table=table(
            ("the same picture", "answers that change", "top-1 then"),
            (
                (name, percent(share), percent(metrics["top1_stored_anew"][name]))
                for name, share in metrics["answers_changed"].items()
            ),
        ),
        photographs_section=photographs_section(metrics),
        familiarity_section=familiarity_section(metrics),
        last_layer_sentence=last_layer_sentence(metrics),
        class_table=class_table(metrics),
        confused="; ".join(
            f"{english[pair['true']]} taken for {english[pair['predicted']]} "
            f"({pair['pictures']} pictures, {percent(pair['share'])})"
            for pair in metrics["most_confused"][:5]
        ),
        literature_table=literature_table(),
    )
    return front_matter(metrics) + text


def readme_with_results(
    readme: str, metrics: dict[str, Any], neighbours: dict[str, Any] | None = None
) -> str:
    """Returns the README with new tables of results.

    Raises:
        ModelError: The README has no marked place for them.
    """
    text = with_section(readme, "results", results_section(metrics, neighbours))
    if text is None:
        raise ModelError("README.md has lost the marks <!-- results --> around its tables.")
    return text


def training_page_with_cost(page: str) -> str:
    """Returns docs/training.md with the cost of the shipped runs.

    Raises:
        ModelError: The page has no marked place for it.
    """
    text = with_section(page, "cost", cost_sentence(shipped_runs()))
    if text is None:
        raise ModelError(f"{TRAINING_PAGE} has lost the marks <!-- cost --> around what it says.")
    return text


def main() -> None:
    """Writes all texts, or only the card of another model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="write the card of this model, into --out")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the card of --model")
    arguments = parser.parse_args()
    if (arguments.model is None) != (arguments.out is None):
        parser.error("--model and --out go together: a folder, and the file of its card")

    others = [read_metrics(path.parent) for path in sorted(RESULTS.glob(f"*/{METRICS_FILE}"))]
    if arguments.model is not None:
        with written_whole(arguments.out) as path:
            path.write_text(card(arguments.model), encoding="utf-8")
        print(f"Wrote {arguments.out}")
        return
    model = REPOSITORY / "model"
    texts = {
        "model_card.md": card(model),
        "docs/experiments.md": experiments(read_metrics(model), others),
    }
    readme, training = (
        (REPOSITORY / name).read_text(encoding="utf-8") for name in ("README.md", TRAINING_PAGE)
    )
    texts["README.md"] = readme_with_results(readme, read_metrics(model), read_neighbours(GALLERY))
    texts[TRAINING_PAGE] = training_page_with_cost(training)
    for name, text in texts.items():
        with written_whole(REPOSITORY / name) as path:
            path.write_text(text, encoding="utf-8")
    print(f"Wrote {', '.join(texts)}")


if __name__ == "__main__":
    run(main)
