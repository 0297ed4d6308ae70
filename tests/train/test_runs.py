"""Runs that are repeated or stopped, whose pictures move, or that run out of disk or memory."""

# ruff: noqa: F811

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import calibrate
import confusion
import evaluate
import numpy as np
import pandora
import pytest
import recipe as recipes
import run_folder
import test_part
import torch
import workers
from parts import Parts
from safetensors.torch import load_file, save_file
from tiny_training import nothing_but_weights, tiny_recipe, train_tiny  # noqa: F401
from trees import write_picture

import train
from pinacoteca.classifier import MovementClassifier
from pinacoteca.command_line import disk_sentence, run
from pinacoteca.errors import DataError, ModelError
from pinacoteca.movements import MOVEMENTS

ONE_EPOCH = ("--set", "epochs=1")
pytestmark = pytest.mark.usefixtures("nothing_but_weights")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def interrupt_at(monkeypatch: pytest.MonkeyPatch, stop: int, then: Callable[[], object]) -> None:
    """Stops the next run before its epoch ``stop``, after calling ``then``."""
    train_epoch = train.train_epoch

    def stopped(*arguments: Any) -> Any:
        *_, epoch, _ = arguments
        if epoch == stop:
            then()
            monkeypatch.setattr(train, "train_epoch", train_epoch)
            raise KeyboardInterrupt
        return train_epoch(*arguments)

    monkeypatch.setattr(train, "train_epoch", stopped)


def of_part(out: Path, part: str) -> list[str]:
    with open(out / "parts.csv", encoding="utf-8", newline="") as file:
        return [row["path"] for row in csv.DictReader(file) if row["part"] == part]


def test_a_folder_that_holds_a_run_is_refused_and_left_as_it_is(
    train_tiny: Callable[..., Path],
) -> None:
    out = train_tiny("run", *ONE_EPOCH)
    before = contents(out)

    with pytest.raises(DataError, match=r"holds a run already .*--resume.*--out.*--overwrite"):
        train_tiny("run", *ONE_EPOCH)
    with pytest.raises(DataError, match="epochs was 1, is 2"):
        train_tiny("run", "--set", "epochs=2", "--resume")
    assert contents(out) == before

    train_tiny("run", "--set", "epochs=1", "--set", "seed=3", "--overwrite")
    assert json.loads((out / "settings.json").read_text())["seed"] == 3


def test_a_run_goes_on_without_a_picture_that_vanished_and_with_one_that_moved(
    train_tiny: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tree = tmp_path / "tree"

    def tidy() -> None:
        first, second = of_part(tmp_path / "run", "train")[:2]
        (tree / first).unlink()
        (tree / second).rename(tree / second.rpartition("/")[0] / "moved.jpg")

    interrupt_at(monkeypatch, 1, tidy)
    with pytest.raises(KeyboardInterrupt):
        train_tiny("run", "--set", "epochs=2")
    parts = (tmp_path / "run" / "parts.csv").read_bytes()

    out = train_tiny("run", "--set", "epochs=2", "--resume")

    assert (out / "parts.csv").read_bytes() == parts == (out / "model" / "parts.csv").read_bytes()
    first, second = of_part(out, "train")[:2]
    printed = capsys.readouterr().out
    assert f"Left out {first}: " in printed
    assert f"Left out {second}: " not in printed
    assert len((out / "summary.csv").read_text().splitlines()) == 3


def test_a_tree_that_drops_out_ends_the_run_in_a_sentence(
    train_tiny: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_at(monkeypatch, 1, lambda: (tmp_path / "tree").rename(tmp_path / "gone"))
    with pytest.raises(KeyboardInterrupt):
        train_tiny("run", "--set", "epochs=2")
    (tmp_path / "tree").mkdir()
    for picture in (tmp_path / "gone").rglob("*.[jJ]*"):
        there = tmp_path / "tree" / picture.relative_to(tmp_path / "gone")
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(b"")

    with pytest.raises(DataError, match="batch of pictures has become unreadable") as caught:
        train_tiny("run", "--set", "epochs=2", "--resume")
    assert "\n" not in str(caught.value) and "--resume" in str(caught.value)


def test_a_model_is_measured_on_the_test_part_that_it_was_trained_with(
    train_tiny: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = train_tiny("run", *ONE_EPOCH)
    tree = tmp_path / "tree"
    training = test_part.training_of(out / "model")
    expected = set(of_part(out, "test"))
    folder = next(folder for folder in (tree / "05_Baroque").iterdir())
    write_picture(folder / "a-new-one.jpg", seed=9000)
    drawn_anew = {each.path for each in pandora.read_tree(tree) if each.split_random == "test"}
    assert drawn_anew != expected

    def measured() -> set[str]:
        recorded = Parts.load(out / "model")
        classifier = MovementClassifier.from_pretrained(out / "model")
        return {
            each.path
            for each in test_part.tested_pictures(classifier, tree, "random", training, recorded)
        }

    classifier = MovementClassifier.from_pretrained(out / "model")
    folders = [movement.folder for movement in classifier.movements]
    calibrating = calibrate.known_painters(classifier, out / "model", tree).targets
    assert sorted(folders[row] for row in calibrating) == sorted(
        path.partition("/")[0] for path in of_part(out, "validation")
    )
    assert measured() == expected
    assert "1 pictures of the tree were not there in the training run" in capsys.readouterr().out
    shutil.move(folder, folder.with_name("zurbaran"))
    assert Counter(path.rpartition("/")[2] for path in measured()) == Counter(
        path.rpartition("/")[2] for path in expected
    )
    with pytest.raises(DataError, match="has seen"):
        test_part.tested_pictures(
            MovementClassifier.from_pretrained(out / "model"),
            tree,
            "artist",
            training,
            Parts.load(out / "model"),
        )


def test_without_a_record_a_model_is_measured_on_its_own_tree_alone(
    train_tiny: Callable[..., Path], tmp_path: Path
) -> None:
    out, tree = train_tiny("run", *ONE_EPOCH), tmp_path / "tree"
    model = out / "model"
    classifier, training = MovementClassifier.from_pretrained(model), test_part.training_of(model)
    (model / "parts.csv").unlink()

    tested = test_part.tested_pictures(classifier, tree, "random", training)

    assert [picture.path for picture in tested] == of_part(out, "test")
    assert training["test_pictures"] == len(tested)
    # Drawn anew, the test part of a larger tree would hold pictures that the model has seen.
    folder = next((tree / "05_Baroque").iterdir())
    refusal = r"not the tree .* copy parts\.csv"
    for number in range(3):
        write_picture(folder / f"new-{number}.jpg", seed=9000 + number)
        with pytest.raises(DataError, match=refusal):
            test_part.tested_pictures(classifier, tree, "random", training)
        with pytest.raises(DataError, match=refusal):
            test_part.pictures_of_part(model, tree, "validation")


def test_a_loss_that_is_no_number_ends_the_run_at_once(
    train_tiny: Callable[..., Path], backbone: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"The loss is .* in epoch 1.*lower rate"):
        train_tiny("run", "--set", "learning_rate=1e30", "--set", "batch_size=4")
    assert not (tmp_path / "run" / "model").exists()
    assert not (tmp_path / "run" / "summary.csv").exists()

    weights = load_file(backbone)
    weights["blocks.6.0.conv_pw.weight"][0, 0] = float("nan")
    save_file(weights, tmp_path / "nan.safetensors")
    with pytest.raises(ModelError, match="hold infinite values or NaN"):
        train_tiny("other", "--weights", str(tmp_path / "nan.safetensors"))


def test_without_a_readable_validation_picture_nothing_is_trained(
    train_tiny: Callable[..., Path], tmp_path: Path
) -> None:
    for picture in train.read_tree(tmp_path / "tree"):
        if picture.split_random == "validation":
            (tmp_path / "tree" / picture.path).write_bytes(b"cut short")

    with pytest.raises(DataError, match="None of the 2 validation pictures can be read"):
        train_tiny("run")
    assert not (tmp_path / "run" / "checkpoint.pth").exists()


@pytest.mark.parametrize("size", [0, 100_000])
def test_a_truncated_checkpoint_is_named(
    train_tiny: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    interrupt_at(monkeypatch, 0, lambda: None)
    with pytest.raises(KeyboardInterrupt):
        train_tiny("run")
    checkpoint = recipes.FOLDER.parent / "run" / "checkpoint.pth"
    checkpoint.write_bytes(checkpoint.read_bytes()[:size])

    with pytest.raises(DataError, match=r"checkpoint.pth is damaged .*another copy"):
        train_tiny("run", "--resume")


@pytest.mark.parametrize("missing", ["settings", "history", "best", "network", "optimizer"])
def test_a_file_that_lacks_a_part_of_a_checkpoint_is_named(tmp_path: Path, missing: str) -> None:
    there = {"settings", "history", "best", "network", "optimizer"} - {missing}
    torch.save({name: {"epochs": 1} for name in there}, tmp_path / "checkpoint.pth")
    training: Any = SimpleNamespace(out=tmp_path, settings={})
    network, optimizer = torch.nn.Linear(1, 1), torch.optim.SGD([torch.zeros(1)])

    with pytest.raises(DataError, match=r"is no checkpoint of train\.py"):
        train.Checkpoint(training, network, None, None, optimizer).load()


def test_a_full_disk_is_named_before_anything_is_trained(
    train_tiny: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folder.shutil, "disk_usage", lambda _: SimpleNamespace(free=20_000_000))

    with pytest.raises(DataError, match=r"The disk of .*run is full: a checkpoint takes \d+ MB"):
        train_tiny("run")
    assert not (tmp_path / "run" / "checkpoint.pth").exists()


def test_a_disk_that_fills_up_in_writing_is_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device", "runs/best/curves.png")

    with pytest.raises(SystemExit) as stopped:
        run(full)

    assert stopped.value.code == 2
    assert capsys.readouterr().err.startswith(
        "error: runs/best/curves.png cannot be written, the disk is full"
    )
    assert disk_sentence(Exception("I/O error: No space left on device (os error 28)"))
    assert disk_sentence(Exception("I/O error: File too large (os error 27)"))
    assert disk_sentence(OSError(5, "Input/output error", "x")) is None


def test_little_shared_memory_takes_fewer_workers_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = recipes.read_recipe("experiment-1")
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 4)
    monkeypatch.setattr(workers, "_SAID", set())
    each = 3 * 128 * 3 * 224 * 224 * 4
    for free, expected in ((10**12, 4), (2 * each, 2), (64 * 2**20, 0)):
        monkeypatch.setattr(workers, "free_shared_memory", lambda free=free: free)
        assert workers.worker_count(recipe, None) == expected
    printed = capsys.readouterr().out
    assert "/dev/shm has 67 MB free" in printed and "--shm-size" in printed
    assert workers.worker_count(recipe, 3) == 3


def test_missing_shared_memory_in_training_is_a_sentence() -> None:
    sentence = pytest.raises(DataError, match=r"/dev/shm has .*--workers 0.*--shm-size")
    with sentence, workers.named_failures():
        raise RuntimeError("unable to allocate shared memory(shm) for file </torch_1>")
    with pytest.raises(RuntimeError, match="another"), workers.named_failures():
        raise RuntimeError("another")


def test_without_workers_a_run_ends_with_the_same_weights(
    train_tiny: Callable[..., Path],
) -> None:
    runs = [train_tiny(f"run-{count}", *ONE_EPOCH, "--workers", count) for count in ("0", "2")]

    first, second = (load_file(out / "model" / "model.safetensors") for out in runs)
    assert all(torch.equal(second[name], value) for name, value in first.items())


def test_class_folders_may_be_spelled_differently_and_skipped_folders_are_named(
    train_tiny: Callable[..., Path],
    tmp_path: Path,
    run_script: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tree = tmp_path / "tree"
    (tree / "06_Rococo").rename(tree / "06 rococo")
    (tree / "Drafts").mkdir()

    out = train_tiny("run", *ONE_EPOCH)

    settings = json.loads((out / "settings.json").read_text())
    assert settings["movements"] == ["05_Baroque", "06_Rococo", "07_Romanticism"]
    skipped = "Skipped the folder Drafts: it is no class of Pandora18K."
    assert skipped in capsys.readouterr().out
    monkeypatch.setattr(evaluate, "measure", lambda *_: pytest.fail("unmeasured"))
    with pytest.raises(pytest.fail.Exception, match="unmeasured"):
        run_script(evaluate.main, "--model", out / "model", "--data", tree)
    assert skipped in capsys.readouterr().out


def test_a_movement_without_test_pictures_was_not_measured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    movements = (MOVEMENTS[4], MOVEMENTS[8], MOVEMENTS[13])
    targets, predictions = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])

    rows = confusion.per_class(movements, predictions, targets)

    assert rows["14_Cubism"] == {"precision": None, "recall": None, "f1": None, "pictures": 0}
    classifier = SimpleNamespace(movements=movements, probabilities=lambda logits: logits)
    logits = np.eye(3, dtype=np.float32)[predictions]
    scores = dict(evaluate.scores(classifier, logits, targets))  # type: ignore[arg-type]
    assert scores["macro_f1"] == pytest.approx((1 + 2 / 3) / 2)
    evaluate.report(
        {
            "split": "random",
            "pictures": 4,
            "scores": {},
            "top1_interval": (0, 1),
            "answers_changed": {},
            "per_class": rows,
            "most_confused": [],
        },
        movements,
    )
    assert "not measured, no test pictures: Cubism" in capsys.readouterr().out
