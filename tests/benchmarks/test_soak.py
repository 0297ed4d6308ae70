"""The table of what was measured says what was measured."""

from __future__ import annotations

import importlib
import json
from types import ModuleType
from typing import Any

import pytest
from conftest import REPOSITORY

from pinacoteca.markdown import with_section

RESULTS = REPOSITORY / "benchmarks" / "results" / "soak.json"
PAGE = REPOSITORY / "docs" / "what-was-thrown-at-it.md"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    return importlib.import_module("soak_table")


def sample(done: int, megabytes: float) -> dict[str, Any]:
    return {"done": done, "megabytes": megabytes, "threads": 30, "descriptors": 40, "files": 2}


def test_what_was_measured_is_said(script: ModuleType) -> None:
    crowd = {"answers_per_second": 20.76, "p50_s": 0.3, "p95_s": 0.55, "clients": 8}
    results = {
        "seconds": 1140.0,
        "machine": "x86_64, 2 cores",
        "questions": {
            "done": 20_000,
            "outcomes": {"refused": 2, "answered": 19_998},
            "growth_percent_after_1000": 1.25,
            "warm": sample(1000, 600.0),
            "samples": [sample(1000, 600.0), sample(20_000, 607.5)],
        },
        "class": {"rounds": 500, "of": 8, "outcomes": {"answered": 4000}},
        "crowd": {
            "few": {**crowd, "answers": 1246, "refused": 0, "wrong": []},
            "many": {**crowd, "answers": 1240, "refused": 3, "clients": 128, "wrong": ["oh"]},
        },
        "kills_training": {"old": 40, "new": 10, "seconds": 60.0},
        "seconds_to_stop": 1.23,
        "tracebacks": 0,
    }

    section = script.soak_section(results)

    assert section.startswith("Measured in 19 minutes on x86_64, 2 cores")
    lines = section.splitlines()[4:]
    assert [line.split(" | ")[1] for line in lines] == [
        "20,000",
        "500 times 8",
        "1,246 answers, 0 refusals",
        "1,240 answers, 3 refusals",
        "1",
        "50",
    ]
    assert (
        "19,998 answered, 2 refused; after the first 1,000, memory grew by 1.2 % to 608" in lines[0]
    )
    assert lines[1].endswith("| all answered |")
    assert "20.8 answers a second" in lines[2]
    assert lines[3].endswith("95 of 100 within 0.6 s; oh |")
    assert lines[4].endswith("| 1.2 s; tracebacks in its log: 0 |")
    assert lines[5].endswith("| whole each time: the old files 40 times, the new 10 times |")


def test_the_docs_show_the_last_results(script: ModuleType) -> None:
    page = PAGE.read_text(encoding="utf-8")
    measured = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else None
    shown = "Not measured yet." if measured is None else script.soak_section(json.loads(measured))

    assert page == with_section(page, "soak", shown)
