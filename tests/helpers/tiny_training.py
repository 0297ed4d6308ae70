"""Fixtures to import: a recipe that trains in seconds, and a tree of a few pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import recipe as recipes
from galleries import unlearned_likeness
from trees import write_pandora

import train

TINY = """
epochs = 3
batch_size = 16
optimizer = "adamw"
learning_rate = 1e-3
weight_decay = 0.05
layer_decay = 0.9
schedule = "cosine"
step_epochs = 0
warmup_epochs = 0.5
frozen_blocks = 1
average_decay = 0.9
label_smoothing = 0.1
mixup_alpha = 0.2
cutmix_alpha = 1.0
mixed_epochs = 2
stored_anew_share = 0.5
largest_side = 40
smallest_crop = 0.5
painter_weight = 0.3
painter_balance = 0.5
movement_balance = 0.0
epoch_pictures = 0
grey_share = 0.0
resolutions = [32, 48]
test_resolution = 48
crop_mode = "squash"
seed = 35
"""


@pytest.fixture
def tiny_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
    monkeypatch.setattr(recipes, "FOLDER", folder)
    return "tiny"


@pytest.fixture
def train_tiny(
    tmp_path: Path, tiny_recipe: str, backbone: Path, run_script: Callable[..., None]
) -> Callable[..., Path]:
    tree = write_pandora(tmp_path / "tree", range(5, 8))

    def call(out: str, *further: str) -> Path:
        arguments = ("--recipe", tiny_recipe, "--data", tree, "--weights", backbone)
        # Starting other processes takes longer than reading so few pictures.
        here = ("--device", "cpu", "--workers", "0")
        run_script(train.main, *arguments, "--out", tmp_path / out, *here, *further)
        return tmp_path / out

    return call


@pytest.fixture
def nothing_but_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skips the curves and the likeness of a run, which take longer than its training."""
    monkeypatch.setattr(train, "plot_curves", lambda *_: None)
    monkeypatch.setattr(train, "learn_likeness", lambda *_: unlearned_likeness())
