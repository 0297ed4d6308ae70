"""The tables of the docs are those of the results."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest
from conftest import REPOSITORY

from pinacoteca.errors import DataError

DOCS = REPOSITORY / "docs"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    return importlib.import_module("write_speed")


@pytest.mark.parametrize(
    "page", ["speed.md", "pictures-and-titles.md", "framed-and-printed.md", "scaling.md"]
)
def test_the_tables_are_those_of_the_results(script: ModuleType, page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")

    assert script.written(page, text, script.RESULTS) == text


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

    text = script.written("speed.md", (DOCS / "speed.md").read_text(encoding="utf-8"), tmp_path)

    assert "| memory at rest | 2 MB | 8 MB | 0.25 | 0.45 |" in text
    assert "A machine. Not measured: build (the time was over)." in text
    assert "| of 200 answers, the same as | the movement |" in text
    assert "| PyTorch | 99.5 % |" in text


def test_how_soon_pictures_come_is_on_the_page_on_pictures(
    script: ModuleType, tmp_path: Path
) -> None:
    times = {"first_median": 0.04, "first_slowest": 0.456, "all_median": 0.5, "all_slowest": 1.25}
    found = {"pictures": 240, "share": 0.95, "wrong": 0, "requests": 500} | times
    kept = {"queries": 48, "machine": "A machine.", "results": {"in the lists": found}}
    (tmp_path / "pictures.json").write_text(json.dumps(kept))
    page = "pictures-and-titles.md"

    text = script.written(page, (DOCS / page).read_text(encoding="utf-8"), tmp_path)

    assert "| in the lists | 228 of 240 | 0 | 0.04 s | 0.46 s | 1.25 s |" in text
    assert "48 photographs; A machine." in text


def test_a_page_without_its_marks_is_refused(script: ModuleType, tmp_path: Path) -> None:
    kept = {"machine": "", "rows": [], "left_out": {}}
    (tmp_path / "serving.json").write_text(json.dumps(kept))

    with pytest.raises(DataError, match="no marks around section 'serving'"):
        script.written("speed.md", "# Speed\n", tmp_path)
