"""The benchmark of agreement counts equal answers correctly."""

from __future__ import annotations

import importlib
import io
import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from conftest import REPOSITORY
from PIL import Image

from pinacoteca.images import light, open_image


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    return importlib.import_module("agreement")


def answer(movement: str, *image_ids: str) -> Any:
    return SimpleNamespace(
        movements=[SimpleNamespace(movement=movement)],
        neighbours=[SimpleNamespace(image_id=image_id) for image_id in image_ids],
    )


def test_shares_count_all_pictures(script: ModuleType, tmp_path: Path) -> None:
    other = {
        "a": answer("Baroque", "1", "2"),
        "b": answer("Baroque", "2", "1"),
        "c": answer("Rococo", "1", "2"),
        "d": answer("Baroque", "1", "3"),
    }
    asked = {"page": lambda path: answer("Baroque", "1", "2"), "other": lambda path: other[path]}

    script.compare(list(other), asked, tmp_path / "agreement.json")

    kept = json.loads((tmp_path / "agreement.json").read_text())
    assert kept == {
        "pictures": 4,
        "of": 4,
        "the same": {
            "other": {
                "the five neighbours, in order": 0.5,
                "the five neighbours": 0.75,
                "the movement": 0.75,
            }
        },
    }


def test_a_picture_can_be_read_at_full_resolution(script: ModuleType) -> None:
    buffer = io.BytesIO()
    Image.new("L", (2100, 1100)).save(buffer, "JPEG")

    with script.in_all_pixels():
        assert light(open_image(buffer.getvalue())).size == (2100, 1100)
    assert light(open_image(buffer.getvalue())).size == (1050, 550)


def test_pictures_are_drawn_evenly(script: ModuleType, tmp_path: Path) -> None:
    for number in range(10):
        Image.new("RGB", (4, 4)).save(tmp_path / f"{number}.png")

    assert [path.stem for path in script.chosen(tmp_path, 4)] == ["0", "3", "6", "9"]
    assert len(script.chosen(tmp_path, 99)) == 10
