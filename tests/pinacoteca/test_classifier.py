from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from timm.data import create_transform, resolve_model_data_config

from pinacoteca.classifier import MovementClassifier
from pinacoteca.errors import ModelError
from pinacoteca.images import reduced


@pytest.fixture(scope="module")
def classifier(model_folder: Path) -> MovementClassifier:
    return MovementClassifier.from_pretrained(model_folder)


@pytest.fixture
def copy(model_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(model_folder, tmp_path / "copy")


def pictures(count: int) -> list[Image.Image]:
    generator = np.random.default_rng(3)
    return [
        Image.fromarray(generator.integers(0, 256, (70 + index, 90, 3), dtype=np.uint8))
        for index in range(count)
    ]


def change_config(folder: Path, **settings: object) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(config | settings), encoding="utf-8")


def test_timm_loads_the_same_bytes_to_the_same_logits(
    classifier: MovementClassifier, model_folder: Path
) -> None:
    network = timm.create_model(f"local-dir:{model_folder}", pretrained=True, num_classes=3).eval()
    transform = create_transform(**resolve_model_data_config(network), is_training=False)

    logits, embeddings, *_ = classifier.analyse(pictures(3))

    with torch.inference_mode():
        batch = torch.stack([transform(picture) for picture in pictures(3)])
        assert np.allclose(logits, network(batch).numpy(), atol=1e-4)
        network.reset_classifier(0)
        assert np.allclose(embeddings, network(batch).numpy(), atol=1e-4)


def test_probabilities_are_calibrated_by_the_stored_temperature(
    classifier: MovementClassifier,
) -> None:
    logits = classifier.analyse(pictures(2))[0].astype(np.float64) / 1.5

    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    probabilities = classifier.predict(pictures(2))
    assert probabilities.dtype == np.float32
    assert np.allclose(probabilities, expected, atol=1e-6)


def test_the_result_does_not_depend_on_the_batch(classifier: MovementClassifier) -> None:
    many = classifier.embed(pictures(40))

    assert many.shape == (40, classifier.dimension)
    assert many.dtype == np.float32
    alone = classifier.embed(pictures(40)[35:36])
    assert np.allclose(many[35], alone[0], atol=1e-4)
    assert classifier.predict([]).shape == (0, 3)


def test_a_model_has_one_fingerprint(classifier: MovementClassifier, copy: Path) -> None:
    assert MovementClassifier.from_pretrained(copy).fingerprint == classifier.fingerprint
    # Labels and calibration do not change the embeddings.
    change_config(copy, temperature=3.0)
    assert MovementClassifier.from_pretrained(copy).fingerprint == classifier.fingerprint
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    change_config(copy, pretrained_cfg=config["pretrained_cfg"] | {"crop_mode": "center"})
    assert MovementClassifier.from_pretrained(copy).fingerprint != classifier.fingerprint


def test_a_missing_model_is_refused(tmp_path: Path, copy: Path) -> None:
    with pytest.raises(ModelError, match=r"has no config\.json"):
        MovementClassifier.from_pretrained(tmp_path)
    (copy / "model.safetensors").unlink()
    # The file that timm would load instead.
    torch.save({}, copy / "pytorch_model.bin")
    with pytest.raises(ModelError, match="There are no weights"):
        MovementClassifier.from_pretrained(copy)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"label_names": ["05_Baroque"]}, "names 1 labels for 3 outputs"),
        ({"label_names": None}, "names no labels"),
        ({"label_names": ["05_Baroque", "06_Rococo", "cats"]}, "unknown label.*cats"),
        ({"temperature": 0}, "temperature .* is 0"),
        ({"temperature": "warm"}, "temperature .* is 'warm'"),
        ({"pretrained_cfg": None}, "not a timm model configuration"),
        ({"architecture": "resnet18", "model_args": {}}, "cannot be loaded"),
    ],
)
def test_a_damaged_configuration_is_refused(
    copy: Path, settings: dict[str, Any], message: str
) -> None:
    change_config(copy, **settings)

    with pytest.raises(ModelError, match=message):
        MovementClassifier.from_pretrained(copy)


@pytest.mark.parametrize("content", [b"", b"{}", b"not json"])
def test_a_file_that_is_no_configuration_is_refused(copy: Path, content: bytes) -> None:
    (copy / "config.json").write_bytes(content)

    with pytest.raises(ModelError, match="export the model anew"):
        MovementClassifier.from_pretrained(copy)


def test_truncated_weights_are_refused(copy: Path) -> None:
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1_000_000])

    with pytest.raises(ModelError, match="cannot be loaded"):
        MovementClassifier.from_pretrained(copy)


def test_a_large_picture_is_seen_as_its_small_copy(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    plain = MovementClassifier.from_pretrained(copy)
    (copy / "config.json").write_text(json.dumps(config | {"largest_side": 40}), encoding="utf-8")
    classifier = MovementClassifier.from_pretrained(copy)
    (large,) = pictures(1)
    assert max(large.size) > 40
    small = reduced(large, 40)

    assert np.array_equal(classifier.embed([large]), classifier.embed([small]))
    assert not np.allclose(plain.embed([large]), plain.embed([small]))
    # Embeddings with and without this step must not be compared.
    assert classifier.fingerprint != plain.fingerprint


@pytest.mark.parametrize("side", [-1, "224", True, 1.5])
def test_a_wrong_largest_side_is_named(copy: Path, side: object) -> None:
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    (copy / "config.json").write_text(json.dumps(config | {"largest_side": side}), encoding="utf-8")

    with pytest.raises(ModelError, match="largest_side"):
        MovementClassifier.from_pretrained(copy)
