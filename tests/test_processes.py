"""Two processes on the processor do what one does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import build
import numpy as np
import pytest
from conftest import REPOSITORY
from trees import write_picture

from pinacoteca.collection import TABLE_FILE, Collection
from pinacoteca.processes import ALONE, join_processes


def launched(*command: object) -> subprocess.CompletedProcess[str]:
    """Runs a script on two processes; the launcher looks for a free port."""
    pytest.importorskip("accelerate", reason="accelerate is of requirements-scale.txt")
    launch = ("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2")
    return subprocess.run(
        [sys.executable, *launch, "--main_process_port", "0", *map(str, command)],
        cwd=REPOSITORY,
        env=os.environ
        | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
        # Where there are cards, the tests leave them alone.
        | {"CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=300,
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
    # Of three batches, the main process took the first and the third.
    assert re.search(r"43/43", result.stderr)
    table = (tmp_path / "one" / TABLE_FILE).read_bytes()
    assert (tmp_path / "two" / TABLE_FILE).read_bytes() == table
    one, two = (Collection.load(tmp_path / name) for name in ("one", "two"))
    np.testing.assert_allclose(two.embeddings, one.embeddings, rtol=2**-10, atol=2**-14)
    assert not list((tmp_path / "two").glob(".build-*"))


@pytest.mark.slow
def test_an_error_of_the_main_process_ends_all(
    folder: Path, model_folder: Path, tmp_path: Path
) -> None:
    sources = ("--images", folder, "--model", model_folder, "--out", tmp_path / "nothing")

    result = launched("gallery/build.py", *sources, "--add")

    assert result.returncode != 0
    assert result.stderr.count("error: There is no") == 1


def test_one_process_is_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("WORLD_SIZE", "ACCELERATE_USE_CPU", "MASTER_ADDR"):
        monkeypatch.delenv(name, raising=False)
    assert join_processes("cpu") is ALONE
    assert capsys.readouterr().out == ""
    # So `accelerate launch --num_processes 2` starts one where it sees no two cards.
    monkeypatch.setenv("ACCELERATE_USE_CPU", "False")
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    assert join_processes("cpu") is ALONE
    assert "say `accelerate launch --multi_gpu`" in capsys.readouterr().out
