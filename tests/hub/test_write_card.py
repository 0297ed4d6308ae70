from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import finished_runs
import pytest
import write_card
from conftest import REPOSITORY
from huggingface_hub import ModelCard

from pinacoteca.errors import DataError, ModelError

METRICS: dict[str, Any] = {
    "primary_metric": "top1",
    "split": "random",
    "pictures": 1234,
    "training": {
        "recipe": "best",
        "epochs": 7,
        "train_pictures": 4321,
        "validation_pictures": 99,
        "split": "random",
    },
    "scores": {
        "top1": 0.6543,
        "top3": 0.9,
        "macro_f1": 0.641,
        "chance": 1 / 3,
        "calibration_error_before": 0.1234,
        "calibration_error_after": 0.0234,
    },
    "per_class": {
        "05_Baroque": {"precision": 0.7, "recall": 0.625, "f1": 0.66, "pictures": 400},
        "09_Impressionism": {"precision": 0.7, "recall": 0.5, "f1": 0.6, "pictures": 400},
        "14_Cubism": {"precision": 0.7, "recall": 0.75, "f1": 0.7, "pictures": 434},
    },
    "top1_interval": [0.63, 0.681],
    "answers_changed": {"compressed as JPEG of quality 75": 0.061},
    "top1_stored_anew": {"compressed as JPEG of quality 75": 0.6128},
    "most_confused": [
        {"true": "05_Baroque", "predicted": "14_Cubism", "pictures": 31, "share": 0.0775}
    ],
}


@pytest.fixture
def model(model_folder: Path, tmp_path: Path) -> Path:
    folder = shutil.copytree(model_folder, tmp_path / "model")
    (folder / "metrics.json").write_text(json.dumps(METRICS), encoding="utf-8")
    return folder


def worse(**changes: Any) -> dict[str, Any]:
    return METRICS | {
        "scores": METRICS["scores"] | {"top1": 0.4321},
        "training": METRICS["training"] | {"recipe": "experiment-1"},
        **changes,
    }


def test_the_card_says_what_was_measured(model: Path) -> None:
    text = write_card.card(model)

    for expected in (
        "| Top-1 accuracy | 65.4 % |",
        "| Calibration error, as shipped | 0.023 |",
        "| Baroque | 62.5 % | 70.0 % | 0.66 | 400 |",
        "Baroque taken for Cubism (31 pictures, 7.8 %)",
        "1,234 test pictures",
        "chance is 33.3 %",
        "**Movements that it knows (3):** Baroque, Impressionism, Cubism.",
        "(15):** Byzantine Iconography, ",
        "Divide the logits by the `temperature` of `config.json` (1.500)",
        "2.2 million parameters",
        "| 46.23 % |",
        "| compressed as JPEG of quality 75 | 6.1 % | 61.3 % |",
    ):
        assert expected in text, expected
    assert "$" not in text


def test_the_front_matter_is_what_the_hub_reads(model: Path) -> None:
    data: Any = ModelCard(write_card.card(model)).data

    assert data.license == "cc-by-nc-4.0"
    assert data.library_name == "timm"
    assert data.pipeline_tag == "image-classification"
    assert data.base_model == "timm/mobilenetv2_100.ra_in1k"
    values = {result.metric_name: result.metric_value for result in data.eval_results}
    assert values == {"Top-1 accuracy": 0.6543, "Top-3 accuracy": 0.9, "Macro-F1": 0.641}


def test_only_runs_on_the_same_pictures_are_compared() -> None:
    others = [worse(), worse(pictures=9), worse(split="artist")]

    lines = write_card.comparison_table(write_card.same_pictures(METRICS, others)).splitlines()

    assert len(lines) == 4
    worst = "| `experiment-1` | 7 | 43.2 % | 63.0 % to 68.1 % | 61.3 % | 90.0 % |"
    assert lines[2].startswith(worst)
    assert lines[3].startswith("| `best` | 7 | 65.4 % |")


def test_our_recipe_is_compared_with_the_reports_on_the_same_pictures() -> None:
    lines = write_card.report_section(METRICS, 29, [worse(), worse(split="artist")]).splitlines()

    assert len(lines) == 4
    assert lines[2].startswith("| `experiment-1` | 7 | 43.2 % |")
    assert lines[3].startswith("| `ours` | 29 | 65.4 % |")


def test_painters_never_seen_have_a_table_of_their_own(model: Path) -> None:
    unseen = METRICS | {"split": "artist", "pictures": 77}
    others = [unseen, worse(split="artist", pictures=77), worse(split="artist", pictures=9)]

    assert write_card.unseen_section([worse()]) == ""
    section = write_card.unseen_section(others)
    assert section.startswith("Painters never seen in training (77 test pictures;")
    assert section.count("| `experiment-1` | 7 | 43.2 % |") == 1
    assert section.count("| `best` | 7 | 65.4 % |") == 1


def test_the_card_has_unseen_painters_and_sets_if_measured(model: Path) -> None:
    sets = {
        "promised": 0.9,
        "coverage": 0.913,
        "mean_size": 2.4,
        "per_movement": {"05_Baroque": 0.87},
    }
    strangers = {
        "pictures": 321,
        "artists": 12,
        "top1": 0.5,
        "top3": 0.8,
        "macro_f1": 0.4,
        "calibration_error": 0.041,
        "sure_answers": {"at_least": 0.8, "share": 0.2, "right": 0.88},
        "prediction_sets": sets,
    }
    assert "`train/evaluate.py --gallery DIR` measures it" in write_card.card(model)
    assert "`train/calibrate.py` makes them" in write_card.card(model)

    path = model / "metrics.json"
    measured = METRICS | {"painters_never_seen": strangers, "prediction_sets": sets}
    path.write_text(json.dumps(measured), encoding="utf-8")
    text = write_card.card(model)

    for expected in (
        "321 paintings by 12 Romanian artists",
        "| Calibration error | 0.041 |",
        "| Of these, right | 88.0 % |",
        "they have 2.40 movements on average",
        "| Baroque | 87.0 % |",
    ):
        assert expected in text, expected


def test_a_readme_without_a_place_for_the_table_is_refused() -> None:
    readme = "before\n<!-- results -->\nold\n<!-- end of results -->\nafter"

    text = write_card.readme_with_results(readme, METRICS)
    assert text.startswith("before\n<!-- results -->\n| Movements | painters that it learned")
    assert "| Top-1 accuracy | 65.4 % |  |" in text
    assert text.endswith("\n<!-- end of results -->\nafter")
    assert "old" not in text
    with pytest.raises(ModelError, match="has lost the marks"):
        write_card.readme_with_results("nothing", METRICS)


def test_the_readme_has_unseen_painters_and_neighbours_if_measured() -> None:
    sets = {"coverage": 0.913, "mean_size": 2.44}
    strangers = {"pictures": 321, "top1": 0.5, "top3": 0.8, "macro_f1": 0.4}
    metrics = METRICS | {"painters_never_seen": strangers, "prediction_sets": sets}
    scores = {"artist_precision": 0.25, "other_hands_precision": 0.2}
    names = ("ours", "report, euclidean, all paintings", "chance")
    ways = {name: {"scores": scores} for name in names}

    text = write_card.results_section(metrics, {"ways": ways})

    for expected in (
        "| Top-1 accuracy | 65.4 % | 50.0 % |",
        "| Prediction set holds the right movement | 91.3 % |  |",
        "| Movements in a set | 2.4 |  |",
        "| by the same artist | 25.0 % | 25.0 % | 25.0 % |",
        "| of the same subject, by another artist |  |  |  |",
    ):
        assert expected in text, expected


def test_an_unmeasured_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"measure it again with train/evaluate\.py"):
        write_card.read_metrics(tmp_path)


def test_unmeasured_neighbours_are_refused_with_the_script_that_measures_them(
    tmp_path: Path,
) -> None:
    with pytest.raises(ModelError, match=r"measure it again with gallery/evaluate_neighbours\.py"):
        write_card.read_neighbours(tmp_path)


def test_the_shipped_texts_are_the_ones_that_the_metrics_make() -> None:
    others = [
        write_card.read_metrics(path.parent)
        for path in sorted(write_card.RESULTS.glob("*/metrics.json"))
    ]
    shipped = write_card.read_metrics(REPOSITORY / "model")

    card = (REPOSITORY / "model_card.md").read_text(encoding="utf-8")
    assert card == write_card.card(REPOSITORY / "model")
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    neighbours = write_card.read_neighbours(write_card.GALLERY)
    assert readme == write_card.readme_with_results(readme, shipped, neighbours)
    training = (REPOSITORY / write_card.TRAINING_PAGE).read_text(encoding="utf-8")
    assert training == write_card.training_page_with_cost(training)
    page = (REPOSITORY / "docs" / "experiments.md").read_text(encoding="utf-8")
    assert page == write_card.experiments(shipped, others)


def test_photographs_and_other_pictures_are_reported_if_measured() -> None:
    assert write_card.photographs_section(METRICS) == "Not measured for this model."
    assert write_card.familiarity_section(METRICS) == "Not measured for this model."
    assert write_card.last_layer_sentence(METRICS) == ""

    pages = {"pictures": 9, "auroc": 0.9876, "refused": 0.5}
    measured = {"threshold": 1.5, "paintings_refused": 0.031, "strangers": {"pages": pages}}
    metrics = METRICS | {
        "photographs_kept": {
            "pictures": 40,
            "sure_pictures": 20,
            "copies": {"90": {"kept": 0.925, "kept_of_sure": 1.0}},
        },
        "familiarity": measured,
    }
    assert "40 photographs" in write_card.photographs_section(metrics)
    kept = "| JPEG of quality 90 | 92.5 % | 100.0 % |"
    assert kept in write_card.photographs_section(metrics)
    wrong = {
        "file_name": "ophelia.jpg",
        "why": "Millais, 1851-1852",
        "movements": ["07_Romanticism", "08_Realism"],
        "answer": "09_Impressionism",
    }
    named = {"photographs_named": {"pictures": 3, "right": 2, "in_set": 3, "wrong": [wrong]}}
    section = write_card.photographs_section(metrics | named)
    assert "3 of them belong" in section and "2 get it, and 3 prediction sets hold it" in section
    assert "| Millais, 1851-1852 |" in section
    assert "| Romanticism or Realism | Impressionism |" in section
    alone = write_card.last_layer_sentence(METRICS | {"last_layer_alone": 0.6121})
    assert "right for 61.2 % of the test pictures instead of 65.4 %" in alone
    text = write_card.familiarity_section(metrics)
    assert "3.1 % of the test paintings are refused" in text
    assert "| pages | 9 | 0.988 | 50.0 % |" in text


def test_the_storage_table_has_benefit_and_cost() -> None:
    def measured(share: float, fingerprint: str) -> dict[str, Any]:
        return METRICS | {
            "model_fingerprint": fingerprint,
            "training": METRICS["training"] | {"stored_anew_share": share},
            "photographs_kept": {"copies": {"95": {"kept": 0.925}}},
        }

    ours = {"scores": {"other_hands_precision": 0.26, "ndcg": 0.4}}
    retrieval = {"model_fingerprint": "one", "ways": {"ours": ours}}
    runs = [(measured(0.2, "one"), retrieval), (measured(0.8, "two"), retrieval)]

    section = write_card.storing_section([*runs, (METRICS, retrieval)]).splitlines()

    assert section[2:] == [
        "| 0.2 | 65.4 % | 61.3 % | 6.1 % | 92.5 % | 0.260 | 0.400 |",
        # Another model embedded the gallery.
        "| 0.8 | 65.4 % | 61.3 % | 6.1 % | 92.5 % |  |  |",
    ]


def write_run(folder: Path, accuracies: list[float], **settings: Any) -> None:
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps({"epochs": 3} | settings), encoding="utf-8")
    rows = [f"{place},0.6,{accuracy},30" for place, accuracy in enumerate(accuracies, start=1)]
    header = "epoch,train_accuracy,validation_accuracy,seconds"
    (folder / "summary.csv").write_text("\n".join([header, *rows]), encoding="utf-8")


def test_runs_are_compared_in_a_table(tmp_path: Path) -> None:
    assert write_card.ablation_section(finished_runs.read_runs(tmp_path / "nowhere")).startswith(
        "Not meas"
    )
    write_run(tmp_path / "recipe", [0.4, 0.5, 0.45], split="random", train_pictures=90)
    write_run(tmp_path / "again", [0.4, 0.3, 0.6], split="random", train_pictures=90, seed=36)
    write_run(tmp_path / "artist", [0.3, 0.2], split="artist", train_pictures=45)
    other = {"batch_size": 16, "crop_mode": "center"}
    write_run(tmp_path / "small", [0.35], split="random", train_pictures=90, **other)
    runs = finished_runs.read_runs(tmp_path)

    ablation = write_card.ablation_section(runs).splitlines()
    assert ablation[2:] == [
        "| nothing: the recipe | 55.0 % (2 seeds) | 30.0 % | 1 |",
        '| `batch_size=16, crop_mode="center"` | 35.0 % |  | 0 |',
    ]
    curve = write_card.learning_curve_section(runs).splitlines()
    assert curve[2:] == [
        "| 45 | 30.0 % | 60.0 % |",
        "| 90 | 60.0 % | 60.0 % |",
        "| 90 | 50.0 % | 60.0 % |",
        "| 90 | 35.0 % | 60.0 % |",
    ]

    for each in runs:
        each.settings["recipe"] = "best" if each.name == "artist" else f"experiment-{each.epochs}"
    saturation = write_card.saturation_section(runs).splitlines()
    assert saturation[2:] == [
        "| random | `experiment-1` | 1 | 60.0 % | 35.0 % | 1 |",
        "| random | `experiment-3` | 3 | 60.0 % | 50.0 % | 2 |",
        "| artist | `best` | 2 | 60.0 % | 30.0 % | 1 |",
    ]

    base = finished_runs.read_run(tmp_path / "recipe")
    base.settings.update(epoch_pictures=6494, recipe="best")
    cost = write_card.cost_sentence([base, base])
    assert "`best` and `best`, 6 epochs of 6,494 pictures, took 3 minutes" in cost

    (tmp_path / "small" / "summary.csv").unlink()
    with pytest.raises(DataError, match="is no finished run"):
        finished_runs.read_runs(tmp_path)
