from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from both_ways import noise

from pinacoteca.classifier import MovementClassifier
from pinacoteca.errors import ModelError
from pinacoteca.statistics_head import STATISTICS_HEAD_FILE, StatisticsHead


@pytest.fixture
def model(model_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model without its likeness, which nothing here needs."""
    for name in ("config.json", "model.safetensors"):
        shutil.copy(model_folder / name, tmp_path)
    return tmp_path


def head_for(classifier: MovementClassifier, share: float, picks: int) -> StatisticsHead:
    """Returns a head that always answers the movement with the index ``picks``."""
    (passed,) = classifier.passes([noise(32, 32)])
    movements = len(classifier.movements)
    bias = np.zeros(movements, np.float32)
    bias[picks] = 100
    return StatisticsHead(
        np.zeros((passed.statistics.shape[1], movements), np.float32), bias, share
    )


def test_both_layers_are_added_by_their_shares() -> None:
    head = StatisticsHead(np.array([[2.0], [-1.0]], np.float32), np.array([0.5], np.float32), 0.25)

    combined = head.combined(np.array([[4.0]], np.float32), np.array([[3.0, 1.0]], np.float32))

    # 0.75 * 4 + 0.25 * (2 * 3 - 1 * 1 + 0.5)
    assert combined.tolist() == [[4.375]]
    assert combined.dtype == np.float32


@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_the_head_of_a_model_folder_decides_its_answers(model: Path, backend: str) -> None:
    pictures = [noise(40, 60), noise(64, 30)]
    alone = MovementClassifier.from_pretrained(model)
    picks = int(1 - alone.predict(pictures[:1]).argmax() % 2)
    head_for(alone, 0.9, picks).save(model)

    helped = MovementClassifier.from_pretrained(model, backend=backend)  # type: ignore[arg-type]

    assert helped.predict(pictures).argmax(axis=1).tolist() == [picks, picks]
    assert helped.analyse([]).logits.shape == (0, len(helped.movements))
    # Old embeddings hold other logits.
    assert helped.fingerprint != alone.fingerprint


def test_a_head_of_another_network_is_refused(model: Path) -> None:
    classifier = MovementClassifier.from_pretrained(model)
    movements = len(classifier.movements)
    StatisticsHead(np.zeros((3, movements), np.float32), np.zeros(movements, np.float32), 0.5).save(
        model
    )

    with pytest.raises(ModelError, match=r"does not fit .* train/learn_statistics_head\.py"):
        MovementClassifier.from_pretrained(model)
    (model / STATISTICS_HEAD_FILE).write_bytes(b"no tensors")
    with pytest.raises(ModelError, match="cannot be read"):
        MovementClassifier.from_pretrained(model)
