"""The tables of docs/speed.md are those of the results."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest
from conftest import REPOSITORY

from pinacoteca.errors import DataError

PAGE = REPOSITORY / "docs" / "speed.md"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    return importlib.import_module("write_speed")


def test_the_tables_are_those_of_the_results(script: ModuleType) -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert script.written(text, script.RESULTS) == text


def test_what_is_measured_comes_into_its_section(script: ModuleType, tmp_path: Path) -> None:
    row = {"name": "memory at rest", "unit": "MB", "ours": 2.0, "other": 8.0, "goal": 0.45}
    kept = {
        "machine": "A machine.",
        "rows": [{**row, "ratio": 0.25}],
        "left_out": {"build": "the time was over"},
    }
    (tmp_path / "serving.json").write_text(json.dumps(kept))
    same = {"PyTorch": {"the movement": 0.995}}
    found = {"pictures": 200, "of": 248, "the same": same}
    (tmp_path / "agreement.json").write_text(json.dumps(found))

    text = script.written(PAGE.read_text(encoding="utf-8"), tmp_path)

    assert "| memory at rest | 2 MB | 8 MB | 0.25 | 0.45 |" in text
    assert "A machine. Not measured: build (the time was over)." in text
    assert "| of 200 answers, the same as | the movement |" in text
    assert "| PyTorch | 99.5 % |" in text


def test_a_page_without_its_marks_is_refused(script: ModuleType, tmp_path: Path) -> None:
    kept = {"machine": "", "rows": [], "left_out": {}}
    (tmp_path / "serving.json").write_text(json.dumps(kept))

    with pytest.raises(DataError, match="no section 'serving'"):
        script.written("# Speed\n", tmp_path)
