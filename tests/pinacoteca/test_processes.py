"""Two processes on the CPU give the results of one."""

# ruff: noqa: F811

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import build
import numpy as np
import pytest
import recipe as recipes
import torch
from conftest import REPOSITORY
from safetensors.torch import load_file
from tiny_training import nothing_but_weights, tiny_recipe  # noqa: F401
from trees import write_pandora, write_picture
from watched_training import statistics_kept, watched

import train
from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import TABLE_FILE, Collection
from pinacoteca.command_line import run
from pinacoteca.processes import ALONE, join_processes

FIRST_EPOCH = "process-0-0.safetensors"
TRAINING = REPOSITORY / "tests" / "helpers" / "watched_training.py"


def launched(*command: object) -> subprocess.CompletedProcess[str]:
    """Runs a script in two processes without graphics cards."""
    pytest.importorskip("accelerate", reason="accelerate is of requirements-scale.txt")
    launch = ("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2")
    # The launcher looks for a free port.
    port = ("--main_process_port", "0")
    paths = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "train")])
    settings = {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [sys.executable, *launch, *port, *map(str, command)],
        cwd=REPOSITORY,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=900,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed in range(75):
        write_picture(tmp_path / "mine" / f"{seed % 3}" / f"{seed}.jpg", seed)
    (tmp_path / "mine" / "0" / "0.jpg").write_bytes(b"this is no picture")
    return tmp_path / "mine"


@pytest.mark.slow
def test_a_gallery_is_shared_out(
    folder: Path, model_folder: Path, tmp_path: Path, run_script: Callable[..., None]
) -> None:
    sources = ("--images", folder, "--model", model_folder, "--out")
    run_script(build.main, *sources, tmp_path / "one")

    result = launched("gallery/build.py", *sources, tmp_path / "two")

    assert result.returncode == 0, result.stderr
    assert result.stdout.count("1 pictures that cannot be read") == 1
    assert result.stdout.count("Wrote 74 paintings") == 1
    # The main process took the first and the third of three batches.
    assert re.search(r"43/43", result.stderr)
    table = (tmp_path / "one" / TABLE_FILE).read_bytes()
    assert (tmp_path / "two" / TABLE_FILE).read_bytes() == table
    one, two = (Collection.load(tmp_path / name) for name in ("one", "two"))
    np.testing.assert_allclose(two.styles, one.styles, rtol=2**-10, atol=2**-14)
    assert not list((tmp_path / "two").glob(".build-*"))


@pytest.fixture
def options(tmp_path: Path, tiny_recipe: str, backbone: Path) -> Callable[..., tuple[object, ...]]:
    """Returns the options of a training, given the name of its output folder."""
    tree = write_pandora(tmp_path / "tree", range(5, 11))

    def options_of(out: str, *further: object) -> tuple[object, ...]:
        sources = ("--recipe", tiny_recipe, "--data", tree, "--weights", backbone)
        return (*sources, "--device", "cpu", "--out", tmp_path / out, *further)

    return options_of


@pytest.mark.slow
def test_training_keeps_two_processes_in_step(
    options: Callable[..., tuple[object, ...]],
    tmp_path: Path,
    run_script: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = launched(TRAINING, recipes.FOLDER, *options("run", "--set", "batch_size=8"))

    assert result.returncode == 0, result.stderr
    assert result.stdout.count("Wrote ") == 1
    out = tmp_path / "run"
    for epoch in range(3):
        one, two = (load_file(out / f"process-{each}-{epoch}.safetensors") for each in (0, 1))
        assert one.keys() == two.keys()
        kinds = {"network", "painters", "average", "optimizer", "gradient"}
        assert {name.split()[0] for name in one} == kinds
        for name, value in one.items():
            assert torch.equal(two[name], value), (epoch, name)
    classifier = MovementClassifier.from_pretrained(out / "model")
    assert len(classifier.labels) == 6
    config = json.loads((out / "model" / "config.json").read_text(encoding="utf-8"))
    assert config["training"]["processes"] == 2
    assert len((out / "summary.csv").read_text(encoding="utf-8").splitlines()) == 4
    with pytest.raises(SystemExit) as resumed:
        again = options("run", "--set", "batch_size=8", "--resume")
        run_script(lambda: run(train.main), *again)
    assert resumed.value.code == 2
    assert "processes was 2, is None" in capsys.readouterr().err


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Makes this process compute on one thread, as each of the two does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
def test_two_processes_compute_the_gradient_of_one(
    options: Callable[..., tuple[object, ...]],
    one_thread: None,
    nothing_but_weights: None,
    tmp_path: Path,
    run_script: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # One step on the whole training part. The pictures are independent: neither mixed nor
    # normalised by the rest of the batch.
    monkeypatch.setenv("STATISTICS", "kept")
    changes = ("--set", "batch_size=24", "--set", "mixed_epochs=0", "--epochs", "1")

    two = launched(TRAINING, recipes.FOLDER, *options("two", *changes))
    monkeypatch.setattr(train, "train_epoch", watched(train.train_epoch))
    monkeypatch.setattr(train, "set_training_mode", statistics_kept)
    run_script(train.main, *options("one", *changes))

    assert two.returncode == 0, two.stderr
    found, expected = (load_file(tmp_path / each / FIRST_EPOCH) for each in ("two", "one"))
    gradients = [name for name in expected if name.startswith("gradient ")]
    assert {"gradient network classifier.weight", "gradient painters weight"} < set(gradients)
    for name in gradients:
        # Some processors compute in bfloat16. The gradient of one share alone would be off by half
        # or more.
        assert (found[name] - expected[name]).norm() < 0.02 * expected[name].norm(), name
    loss, expected_loss = (
        float((tmp_path / each / "summary.csv").read_text().splitlines()[1].split(",")[2])
        for each in ("two", "one")
    )
    assert loss == pytest.approx(expected_loss, rel=1e-4)


@pytest.mark.slow
def test_a_batch_that_cannot_be_shared_is_refused(
    options: Callable[..., tuple[object, ...]], tmp_path: Path
) -> None:
    result = launched(TRAINING, recipes.FOLDER, *options("run", "--set", "batch_size=6"))

    assert result.returncode != 0
    assert "A batch of 6 cannot be divided among 2 processes" in result.stderr
    assert not (tmp_path / "run" / "checkpoint.pth").exists()


@pytest.mark.slow
def test_an_error_of_the_main_process_ends_all(
    folder: Path, model_folder: Path, tmp_path: Path
) -> None:
    sources = ("--images", folder, "--model", model_folder, "--out", tmp_path / "nothing")

    result = launched("gallery/build.py", *sources, "--add")

    assert result.returncode != 0
    assert result.stderr.count("error: There is no") == 1


def test_a_single_process_does_not_join_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("WORLD_SIZE", "ACCELERATE_USE_CPU", "MASTER_ADDR"):
        monkeypatch.delenv(name, raising=False)
    assert join_processes("cpu") is ALONE
    assert capsys.readouterr().out == ""
    # `accelerate launch --num_processes 2` starts one process like this if it sees fewer than two
    # cards.
    monkeypatch.setenv("ACCELERATE_USE_CPU", "False")
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    assert join_processes("cpu") is ALONE
    assert "say `accelerate launch --multi_gpu`" in capsys.readouterr().out
