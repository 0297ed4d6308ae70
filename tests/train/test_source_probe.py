"""The probe finds traces of storage."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import source_probe
from PIL import Image
from trees import write_picture

from pinacoteca.errors import DataError
from pinacoteca.images import compressed
from pinacoteca.movements import MOVEMENTS


def noisy(seed: int) -> Image.Image:
    """Returns a picture with detail at every scale."""
    generator = np.random.default_rng(seed)
    layers = [
        np.asarray(
            Image.fromarray(generator.integers(0, 256, (side, side), dtype=np.uint8)).resize(
                (96, 96)
            ),
            dtype=np.float64,
        )
        for side in (4, 12, 48, 96)
    ]
    mean = np.mean(layers, axis=0)
    return Image.fromarray(mean.astype(np.uint8)).convert("RGB")


def test_the_probe_detects_compression_but_not_a_random_label() -> None:
    pictures = [noisy(seed) for seed in range(40)]
    stored = [compressed(each, 15 if row % 2 else 90) for row, each in enumerate(pictures)]
    features = np.array([source_probe.storage_traces(each) for each in stored])
    painters = [str(row // 2) for row in range(40)]

    told = source_probe.told_apart(features, np.arange(40) % 2 == 1, painters)
    coin = source_probe.told_apart(features, np.arange(40) // 2 % 2 == 1, painters)

    assert told > 0.95
    assert coin < 0.8


def test_storing_anew_hides_how_a_picture_was_stored() -> None:
    random.seed(0)
    pictures = [compressed(noisy(seed), 15 if seed % 2 else 90) for seed in range(60)]
    odd = np.arange(60) % 2 == 1
    painters = [str(row // 2) for row in range(60)]

    before, after = (
        source_probe.told_apart(np.array([of(each) for each in pictures]), odd, painters)
        for of in (source_probe.storage_traces, source_probe.traces_stored_anew)
    )

    assert after < before


def test_the_probe_writes_what_it_found(
    tmp_path: Path, run_script: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    for movement in MOVEMENTS:
        for number in range(6):
            name = f"painter {movement.number} {number % 3}/{number}.jpg"
            seed = 10 * movement.number + number
            write_picture(tmp_path / "tree" / movement.folder / name, seed=seed)

    run_script(source_probe.main, "--data", tmp_path / "tree", "--out", tmp_path / "probe.json")

    result = json.loads((tmp_path / "probe.json").read_text(encoding="utf-8"))
    assert result["pictures"] == 18 * 6
    for name in source_probe.PROBES:
        within = result[name]["within_old"]
        assert 0 <= within["least"] <= within["mean"] <= within["most"] <= 1
        assert 0 <= result[name]["new_from_old"] <= 1
    assert "new from old" in capsys.readouterr().out


def test_a_tree_without_the_movements_is_refused(
    tmp_path: Path, run_script: Callable[..., None]
) -> None:
    for seed in range(5):
        write_picture(tmp_path / "05_Baroque" / "a painter" / f"{seed}.jpg", seed=seed)

    with pytest.raises(DataError, match="has 1 movements; the probe needs"):
        run_script(source_probe.main, "--data", tmp_path, "--out", tmp_path / "probe.json")
