"""Two processes on the CPU give the results of one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import build
import numpy as np
import pytest
import torch
from conftest import REPOSITORY
from safetensors.torch import load_file
from tiny_training import TINY
from trees import write_pandora, write_picture

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import TABLE_FILE, Collection
from pinacoteca.processes import ALONE, join_processes

FIRST_EPOCH = "process-0-0.safetensors"
# Trains with the recipes of a folder, and saves the final state of each process.
TRAINING = """
import os, sys
sys.path[:0] = [{room!r}]
from pathlib import Path
import recipe, train
from safetensors.torch import save_file
recipe.FOLDER = Path({recipes!r})
train_epoch = train.train_epoch
def watched(training, network, painters, average, optimizer, epoch, progress):
    row = train_epoch(training, network, painters, average, optimizer, epoch, progress)
    state = {{}}
    for name, part in (("network", network), ("painters", painters), ("average", average)):
        state |= {{f"{{name}} {{key}}": each for key, each in part.state_dict().items()}}
        state |= {{
            f"gradient {{name}} {{key}}": each.grad
            for key, each in part.named_parameters()
            if each.grad is not None
        }}
    for place, slots in optimizer.state_dict()["state"].items():
        state |= {{f"optimizer {{place}} {{key}}": each for key, each in slots.items()}}
    state = {{key: each.contiguous().clone() for key, each in state.items()}}
    save_file(state, training.out / f"process-{{training.processes.index}}-{{epoch}}.safetensors")
    return row
train.train_epoch = watched
if os.environ.get("STATISTICS") == "kept":
    train.set_training_mode = lambda network, blocks: network.eval()
from pinacoteca.command_line import run
run(train.main)
"""


def run(*command: object) -> subprocess.CompletedProcess[str]:
    """Runs a script without graphics cards."""
    settings = {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=REPOSITORY,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=300,
    )


def launched(*command: object) -> subprocess.CompletedProcess[str]:
    """Runs a script on two processes; the launcher looks for a free port."""
    pytest.importorskip("accelerate", reason="accelerate is of requirements-scale.txt")
    launch = ("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2")
    return run(*launch, "--main_process_port", "0", *command)


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
def training(tmp_path: Path, backbone: Path) -> Callable[..., tuple[object, ...]]:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "tiny.toml").write_text(TINY, encoding="utf-8")
    text = TRAINING.format(room=str(REPOSITORY / "train"), recipes=str(tmp_path / "recipes"))
    (tmp_path / "training.py").write_text(text, encoding="utf-8")
    tree = write_pandora(tmp_path / "tree", range(5, 11))

    def command(out: str, *further: object) -> tuple[object, ...]:
        sources = ("--recipe", "tiny", "--data", tree, "--weights", backbone, "--device", "cpu")
        return (tmp_path / "training.py", *sources, "--out", tmp_path / out, *further)

    return command


@pytest.mark.slow
def test_training_keeps_two_processes_in_step(
    training: Callable[..., tuple[object, ...]], tmp_path: Path
) -> None:
    result = launched(*training("run", "--set", "batch_size=8"))

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
    resumed = run(*training("run", "--set", "batch_size=8", "--resume"))
    assert resumed.returncode == 2
    assert "processes was 2, is None" in resumed.stderr


@pytest.mark.slow
def test_two_processes_compute_the_gradient_of_one(
    training: Callable[..., tuple[object, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One step on the whole training part. The pictures are independent: neither mixed nor
    # normalised by the rest of the batch.
    monkeypatch.setenv("STATISTICS", "kept")
    changes = ("--set", "batch_size=24", "--set", "mixed_epochs=0", "--epochs", "1")

    two = launched(*training("two", *changes))
    one = run(*training("one", *changes))

    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
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
    training: Callable[..., tuple[object, ...]], tmp_path: Path
) -> None:
    result = launched(*training("run", "--set", "batch_size=6"))

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
