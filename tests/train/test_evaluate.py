from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import augment_storage
import evaluate
import mistakes
import numpy as np
import pytest
from pandora import movements_in, read_tree
from PIL import Image
from trees import write_pandora, write_picture

from pinacoteca.classifier import MovementClassifier
from pinacoteca.errors import CollectionError, DataError
from pinacoteca.familiarity import Familiarity
from pinacoteca.images import open_image


@pytest.fixture
def model(model_folder: Path, tmp_path: Path) -> Path:
    """The tiny model, recorded as trained on the random split."""
    folder = shutil.copytree(model_folder, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["training"] = {"split": "random", "recipe": "tiny"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for number in (5, 9, 14):
        write_pandora(tmp_path / "tree", range(number, number + 1))
    return tmp_path / "tree"


def measure(model: Path, tree: Path, split: str | None) -> dict[str, Any]:
    classifier = MovementClassifier.from_pretrained(model)
    metrics, _ = evaluate.measure(classifier, evaluate.training_of(model), tree, split)
    return metrics


def test_metrics_say_what_the_model_does(
    model: Path, tree: Path, run_script: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    run_script(evaluate.main, "--model", model, "--data", tree)

    metrics = json.loads((model / "metrics.json").read_text(encoding="utf-8"))
    classifier = MovementClassifier.from_pretrained(model)
    tested = [picture for picture in read_tree(tree) if picture.split_random == "test"]
    probabilities = classifier.predict(open_image(tree / picture.path) for picture in tested)
    right = [
        classifier.movements[row.argmax()] == picture.movement
        for row, picture in zip(probabilities, tested, strict=True)
    ]
    assert metrics["pictures"] == len(tested) == 4
    assert metrics["split"] == "random"
    assert metrics["scores"]["top1"] == pytest.approx(np.mean(right))
    assert metrics["scores"]["top3"] == 1
    assert metrics["scores"]["chance"] == pytest.approx(1 / 3)
    compressed = classifier.predict(
        augment_storage.compressed(open_image(tree / picture.path), 75) for picture in tested
    )
    changed = (compressed.argmax(axis=1) != probabilities.argmax(axis=1)).mean()
    assert metrics["answers_changed"]["compressed as JPEG of quality 75"] == changed
    right_then = [
        classifier.movements[row.argmax()] == picture.movement
        for row, picture in zip(compressed, tested, strict=True)
    ]
    assert metrics["top1_stored_anew"]["compressed as JPEG of quality 75"] == np.mean(right_then)
    assert metrics["model_fingerprint"] == classifier.fingerprint
    assert np.sum(metrics["confusion_matrix"]) == 4
    assert np.trace(metrics["confusion_matrix"]) == sum(right)
    assert {row["pictures"] for row in metrics["per_class"].values()} <= {0, 1, 2, 3, 4}
    printed = capsys.readouterr().out
    assert "46.23 %  18 movements" in printed
    assert "random 80/20 of 17,591" in printed
    assert Image.open(model / "confusion_matrix.png").width > 300


def test_pictures_seen_in_training_are_no_test(model: Path, tree: Path) -> None:
    with pytest.raises(DataError, match="trained on the random split and has seen"):
        measure(model, tree, "artist")


def test_a_tree_of_other_movements_is_refused(model: Path, tmp_path: Path) -> None:
    other = write_pandora(tmp_path / "other", range(17, 19))

    with pytest.raises(DataError, match="no test picture of a movement that the model knows"):
        measure(model, other, None)


def test_the_most_confused_pairs_come_first(model: Path) -> None:
    movements = MovementClassifier.from_pretrained(model).movements
    confusion = np.array([[5, 2, 0], [7, 1, 2], [0, 0, 3]])

    pairs = evaluate.most_confused(movements, confusion)

    assert [pair["pictures"] for pair in pairs] == [7, 2, 2]
    assert pairs[0]["true"] == "09_Impressionism"
    assert pairs[0]["predicted"] == "05_Baroque"
    assert pairs[0]["share"] == pytest.approx(0.7)
    assert pairs[1]["true"] == "05_Baroque"


def test_unreadable_test_pictures_are_named(
    model: Path, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = next(picture.path for picture in read_tree(tree) if picture.split_random == "test")
    (tree / broken).write_bytes(b"\xff\xd8\xff broken")

    metrics = measure(model, tree, None)

    assert metrics["pictures"] == 3
    assert f"Skipped {broken}: " in capsys.readouterr().out


def test_the_interval_holds_what_chance_could_have_given() -> None:
    right = np.arange(400) % 4 < 3

    low, high = evaluate.accuracy_interval(right, range(400))

    # The normal approximation for a share of 0.75 of 400.
    margin = 1.96 * (0.75 * 0.25 / 400) ** 0.5
    assert low == pytest.approx(0.75 - margin, abs=0.01)
    assert high == pytest.approx(0.75 + margin, abs=0.01)
    assert (low, high) == evaluate.accuracy_interval(right, range(400))


def test_paintings_by_one_hand_are_drawn_together() -> None:
    right = np.repeat(np.arange(40) % 4 < 3, 10)

    alone = evaluate.accuracy_interval(right, range(400))
    together = evaluate.accuracy_interval(right, np.repeat(np.arange(40), 10).tolist())

    assert together[1] - together[0] > 2.5 * (alone[1] - alone[0])
    assert evaluate.accuracy_interval(right, ["one hand"] * 400) == (0.0, 1.0)


def test_what_depends_on_other_pictures_is_measured_where_they_are_given(
    model: Path,
    tree: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    photographs, others, sheet = (tmp_path / name for name in ("large", "others", "sheet.png"))
    for index in range(4):
        write_picture(photographs / f"{index}.jpg", seed=index, size=(300, 260))
        write_picture(others / "pages" / f"{index}.jpg", seed=50 + index)
    # Neither an empty kind nor a broken picture costs the other figures.
    (others / "cutouts").mkdir()
    for folder in (photographs, others / "pages"):
        (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    textures = 128
    Familiarity(np.zeros(textures, np.float32), np.eye(textures, dtype=np.float32), 1e9).save(model)

    run_script(
        *(evaluate.main, "--model", model, "--data", tree, "--photographs", photographs),
        *("--strangers", others, "--mistakes", sheet),
    )

    metrics = json.loads((model / "metrics.json").read_text(encoding="utf-8"))
    classifier = MovementClassifier.from_pretrained(model)
    images = [open_image(path) for path in sorted(photographs.glob("[0-9].jpg"))]
    small = [augment_storage.small_copy(image, 90) for image in images]
    assert {image.size for image in small} == {(224, 194)}
    kept = classifier.predict(images).argmax(axis=1) == classifier.predict(small).argmax(axis=1)
    assert metrics["photographs_kept"]["pictures"] == 4
    assert metrics["photographs_kept"]["copies"]["90"]["kept"] == kept.mean()
    sure = classifier.predict(images).max(axis=1) >= 0.5
    assert metrics["photographs_kept"]["sure_pictures"] == sure.sum()
    assert metrics["familiarity"]["paintings_refused"] == 0
    printed = capsys.readouterr().out
    assert f"Skipped {others / 'cutouts'}: it holds no picture." in printed
    assert f"Skipped {photographs / 'broken.jpg'}: " in printed
    assert metrics["familiarity"]["strangers"].keys() == {"pages"}
    pages = metrics["familiarity"]["strangers"]["pages"]
    assert pages["pictures"] == 4
    assert pages["refused"] == 0
    assert 0 <= pages["auroc"] <= 1
    assert Image.open(sheet).width > 1000


def test_mistakes_come_most_confident_first(tree: Path) -> None:
    pictures = read_tree(tree)[:3]
    movements = movements_in(read_tree(tree))
    probabilities = np.array([[0.4, 0.6, 0], [0.9, 0.1, 0], [0.1, 0.2, 0.7]], np.float32)

    wrong = mistakes.mistakes(pictures, movements, probabilities, np.array([0, 0, 1]))

    assert [entry.picture for entry in wrong] == [pictures[2], pictures[0]]
    assert [entry.predicted for entry in wrong] == [movements[2], movements[1]]
    assert wrong[0].confidence == pytest.approx(0.7)


@pytest.mark.parametrize("option", ["photographs", "strangers"])
def test_a_missing_folder_is_named_before_anything_is_measured(
    model: Path, tree: Path, tmp_path: Path, run_script: Callable[..., None], option: str
) -> None:
    with pytest.raises(DataError, match=f"name one with --{option}"):
        run_script(
            *(evaluate.main, "--model", model, "--data", tree),
            *(f"--{option}", tmp_path / "nowhere"),
        )
    assert not (model / "metrics.json").exists()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("photographs", "holds no photograph"),
        ("strangers", "holds no folder of pictures"),
        ("gallery", r"There is no .*paintings\.csv"),
    ],
)
def test_an_empty_folder_is_named_before_anything_is_measured(
    model: Path,
    tree: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    message: str,
) -> None:
    monkeypatch.setattr(evaluate, "tested_pictures", lambda *_: pytest.fail("measured"))
    (tmp_path / "empty").mkdir()

    with pytest.raises((CollectionError, DataError), match=message):
        run_script(
            *(evaluate.main, "--model", model, "--data", tree),
            *(f"--{option}", tmp_path / "empty"),
        )
