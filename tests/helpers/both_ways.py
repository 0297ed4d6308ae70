"""Runs a picture through ONNX Runtime and PyTorch, and checks that they agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from pinacoteca.classifier import MovementClassifier
from pinacoteca.forward import Branch, Forward


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def passes(folder: Path, pictures: list[Image.Image]) -> tuple[Forward, Forward]:
    both = [MovementClassifier.from_pretrained(folder, backend=each) for each in ("onnx", "torch")]
    first, second = (next(each.passes(pictures)) for each in both)
    return first, second


def assert_alike(first: Forward, second: Forward) -> None:
    for name in ("logits", "pooled", "cells"):
        one, other = getattr(first, name), getattr(second, name)
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, other, atol=1e-3, err_msg=name)
    assert len(first.stages) == 8
    for one, other in zip(first.stages, second.stages, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)
    assert (first.second is None) == (second.second is None)
    if first.second and second.second:
        assert_branches_alike(first.second, second.second)


def assert_branches_alike(first: Branch, second: Branch) -> None:
    for name in ("pooled", "cells"):
        one, other = getattr(first, name), getattr(second, name)
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, other, atol=1e-3, err_msg=name)
    assert len(first.stages) == 5
    for one, other in zip(first.stages, second.stages, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)
