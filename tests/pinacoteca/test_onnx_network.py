from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from both_ways import assert_alike, noise, passes
from conftest import REPOSITORY
from safetensors.numpy import load_file, save_file

from pinacoteca.classifier import MovementClassifier
from pinacoteca.errors import ModelError
from pinacoteca.images import open_image
from pinacoteca.onnx_network import check_weights
from pinacoteca.preprocessing import DEFAULTS, Preprocessing


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"crop_mode": "squash", "crop_pct": 1.0},
        {"crop_mode": "squash", "crop_pct": 0.9, "input_size": (3, 40, 60)},
        {"crop_pct": 1.0, "interpolation": "bilinear", "input_size": (3, 64, 64)},
    ],
)
def test_pixels_are_those_of_timm(changes: dict[str, object]) -> None:
    from timm.data import create_transform

    settings = {**DEFAULTS, **changes}
    pictures = [noise(90, 71), noise(71, 90), noise(400, 30), noise(64, 64)]

    made = Preprocessing.from_config(settings).batch(pictures)

    transform = create_transform(**settings)
    assert made.dtype == np.float32
    for picture, pixels in zip(pictures, made, strict=True):
        np.testing.assert_array_equal(pixels, transform(picture).numpy())


@pytest.mark.parametrize(
    "changes",
    [
        {"crop_mode": "border"},
        {"interpolation": "random"},
        {"crop_pct": 1.2},
        {"mean": [0.5]},
        {"std": [0, 1, 1]},
        {"input_size": [1, 64, 64]},
        {"input_size": 64},
        {"input_size": [3, 64, 80]},
    ],
)
def test_preprocessing_that_is_not_known_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=r"cannot be followed .*: export the model anew"):
        Preprocessing.from_config({**DEFAULTS, **changes})


def test_both_ways_see_the_examples_alike() -> None:
    examples = sorted((REPOSITORY / "demo" / "examples").iterdir())

    assert_alike(*passes(REPOSITORY / "model", [open_image(path) for path in examples]))


def test_both_ways_agree_where_a_map_is_smaller_than_the_cells(model_folder: Path) -> None:
    # From 64 px a side, the last feature map is 2 x 2.
    assert_alike(*passes(model_folder, [noise(64, 64), noise(50, 90)]))


Damage = Callable[[dict[str, np.ndarray]], object]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda tensors: tensors.pop("blocks.3.1.bn2.running_var"), "running_var is missing"),
        (lambda tensors: tensors.update(extra=np.zeros(1, np.float32)), "extra is too much"),
        (
            lambda tensors: tensors.update({"conv_stem.weight": np.zeros((3, 3), np.float32)}),
            r"conv_stem\.weight is of shape \[3, 3\]",
        ),
        (lambda tensors: tensors["bn1.bias"].fill(np.nan), r"bn1\.bias holds numbers"),
    ],
)
def test_weights_of_another_network_are_refused(
    model_folder: Path, damage: Damage, reason: str
) -> None:
    tensors = load_file(model_folder / "model.safetensors")
    check_weights(tensors, 3)
    damage(tensors)

    with pytest.raises(ValueError, match=reason):
        check_weights(tensors, 3)


def test_a_model_of_more_movements_than_its_weights_is_refused(
    model_folder: Path, tmp_path: Path
) -> None:
    tensors = load_file(model_folder / "model.safetensors")
    tensors["classifier.bias"] = np.zeros(18, np.float32)
    save_file(tensors, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_bytes((model_folder / "config.json").read_bytes())

    with pytest.raises(ModelError, match=r"cannot be loaded \(classifier\.bias .*copy or export"):
        MovementClassifier.from_pretrained(tmp_path)


def test_a_way_to_run_that_is_not_known_is_refused(model_folder: Path) -> None:
    with pytest.raises(ValueError, match="backend must be one of onnx, torch; got 'jax'"):
        MovementClassifier.from_pretrained(model_folder, backend="jax")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="backend must be 'torch' where device is 'cuda'"):
        MovementClassifier.from_pretrained(model_folder, "cuda")


WITHOUT_TORCH = """
import sys
sys.path[:0] = {paths!r}
import build
import app
from options import Options
app.OPTIONS = Options(model={model!r}, gallery={gallery!r})
from PIL import Image
app.retriever().query(Image.new("RGB", (80, 60)))
print(sorted({{"torch", "timm", "torchvision"}} & sys.modules.keys()))
"""


def test_neither_the_page_nor_a_build_loads_torch(model_folder: Path, gallery: Path) -> None:
    rooms = [str(REPOSITORY / room) for room in ("", "gallery", "demo")]
    code = WITHOUT_TORCH.format(paths=rooms, model=str(model_folder), gallery=str(gallery))

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)

    assert done.stdout.strip() == "[]", done.stderr


def test_the_page_needs_nothing_that_training_has_not() -> None:
    def required(name: str) -> set[str]:
        lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
        return {line for line in lines if line and not line.startswith("#")}

    beyond = required("requirements.txt") - required("requirements-demo.txt")

    assert required("requirements-demo.txt") < required("requirements.txt")
    assert {line.split(">")[0] for line in beyond} == {"-e .", "torch", "torchvision", "timm"}


def test_threads_that_have_nothing_to_do_keep_no_core_busy(model_folder: Path) -> None:
    classifier = MovementClassifier.from_pretrained(model_folder, threads=2)
    classifier.predict([noise(64, 64)])

    before = time.process_time()
    time.sleep(0.2)

    # Threads that spin take more than 0.02 s.
    assert time.process_time() - before < 0.01
