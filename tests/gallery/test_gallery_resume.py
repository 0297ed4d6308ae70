"""A stopped build goes on and ends with the same bytes as one that was not stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import build
import pytest
from conftest import REPOSITORY
from PIL import Image
from trees import write_picture

import pinacoteca.classifier
from pinacoteca.classifier import Analysis, MovementClassifier
from pinacoteca.collection import EMBEDDINGS_FILE, TABLE_FILE
from pinacoteca.collection_map import MAP_FILE

PICTURES = 7
# Runs build.py with two pictures in a batch and dies before the third batch.
DYING = f"""
import os, signal, sys
sys.path[:0] = [{str(REPOSITORY / "gallery")!r}]
import build, pinacoteca.classifier as classifiers
classifiers.BATCH_SIZE = 2
analyse, calls = classifiers.MovementClassifier.analyse, []
def until_the_third(self, pictures):
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return analyse(self, pictures)
classifiers.MovementClassifier.analyse = until_the_third
build.main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed in range(PICTURES):
        write_picture(tmp_path / "mine" / f"{seed}.jpg", seed)
    (tmp_path / "mine" / "3.jpg").write_bytes(b"this is no picture")
    return tmp_path / "mine"


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of pictures in each call of the network, at most two."""
    monkeypatch.setattr(pinacoteca.classifier, "BATCH_SIZE", 2)
    analyse, sizes = MovementClassifier.analyse, []

    def counted(self: MovementClassifier, pictures: Iterable[Image.Image]) -> Analysis:
        batch = list(pictures)
        sizes.append(len(batch))
        return analyse(self, batch)

    monkeypatch.setattr(MovementClassifier, "analyse", counted)
    return sizes


@pytest.fixture
def stopped(folder: Path, model_folder: Path, tmp_path: Path) -> list[object]:
    """The arguments of a build that was killed after two of its four batches."""
    out = tmp_path / "stopped"
    sources = ["--images", folder, "--model", model_folder]
    result = subprocess.run(
        [sys.executable, "-c", DYING, *map(str, sources), "--out", str(out)],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        timeout=300,
    )
    assert result.returncode == -signal.SIGKILL
    assert not (out / TABLE_FILE).exists()
    assert len(list(out.glob(".build-*/*.safetensors"))) == 2
    return [*sources, "--out", out]


def test_a_killed_build_goes_on_to_the_same_bytes(
    stopped: list[object], tmp_path: Path, run_script: Callable[..., None], analysed: list[int]
) -> None:
    run_script(build.main, *stopped)
    assert analysed == [2, 1]
    run_script(build.main, *stopped[:-1], tmp_path / "straight")
    assert analysed == [2, 1, 2, 1, 2, 1]

    for name in (TABLE_FILE, EMBEDDINGS_FILE):
        straight = (tmp_path / "straight" / name).read_bytes()
        assert (tmp_path / "stopped" / name).read_bytes() == straight
    assert {path.name for path in (tmp_path / "stopped").iterdir()} == {
        *(TABLE_FILE, EMBEDDINGS_FILE, MAP_FILE, build.SPREADSHEET_FILE)
    }


def test_the_batch_of_a_changed_picture_is_computed_again(
    stopped: list[object],
    folder: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    analysed: list[int],
) -> None:
    write_picture(folder / "1.jpg", 99)

    run_script(build.main, *stopped)

    assert analysed == [2, 2, 1]
    run_script(build.main, *stopped[:-1], tmp_path / "straight")
    for name in (TABLE_FILE, EMBEDDINGS_FILE):
        straight = (tmp_path / "straight" / name).read_bytes()
        assert (tmp_path / "stopped" / name).read_bytes() == straight


def test_a_batch_truncated_by_a_power_cut_is_computed_again(
    stopped: list[object], tmp_path: Path, run_script: Callable[..., None], analysed: list[int]
) -> None:
    for shard in (tmp_path / "stopped").glob(".build-*/*.safetensors"):
        shard.write_bytes(shard.read_bytes()[:100])

    run_script(build.main, *stopped)

    assert analysed == [2, 1, 2, 1]


def test_batches_of_another_model_are_not_reused(
    stopped: list[object],
    tmp_path: Path,
    run_script: Callable[..., None],
    analysed: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load = MovementClassifier.from_pretrained

    def another(folder: Path, threads: int) -> MovementClassifier:
        classifier = load(folder, threads=threads)
        classifier.fingerprint = "another"
        return classifier

    monkeypatch.setattr(MovementClassifier, "from_pretrained", another)

    run_script(build.main, *stopped)

    assert analysed == [2, 1, 2, 1]
    assert not list((tmp_path / "stopped").glob(".build-*"))
