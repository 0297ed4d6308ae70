"""The serving benchmark keeps finished rows when a later measurement fails."""

from __future__ import annotations

import importlib
import json
import ssl
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType

import pytest
from conftest import REPOSITORY
from packaging.requirements import Requirement

PARTS = ("measured", "installed", "page_process")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    return {name: importlib.import_module(name) for name in PARTS}


def test_each_row_is_kept_as_it_comes_and_an_error_costs_only_the_rest_of_its_part(
    parts: dict[str, ModuleType], tmp_path: Path
) -> None:
    measured = parts["measured"]
    path = tmp_path / "results" / "serving.json"
    results = measured.Results(path, time.monotonic() + 60)
    seen = []

    def broken() -> Iterator[object]:
        yield measured.Row("first", "ms", 1.0, 4.0, 0.6)
        seen.append(json.loads(path.read_text())["rows"])
        raise OSError("no page")

    results.measure("pages", broken)
    results.measure("search", lambda: [measured.Row("second", "ms", 3.0, 2.0)])
    results.deadline = time.monotonic() - 1
    results.measure("build", lambda: [measured.Row("third", "ms", 1.0, 1.0)])

    assert [row["name"] for row in seen[0]] == ["first"]
    kept = json.loads(path.read_text())
    assert [(row["name"], row["ratio"]) for row in kept["rows"]] == [
        ("first", 0.25),
        ("second", 1.5),
    ]
    assert kept["left_out"] == {"pages": "OSError: no page", "build": "the time was over"}
    text = path.with_suffix(".md").read_text()
    assert "| first | 1 ms | 4 ms | 0.25 | 0.60 |" in text
    assert "| second | 3 ms | 2 ms | 1.50 |  |" in text
    assert "Not measured: build (the time was over)." in text
    assert "cores" in text


def test_two_ways_take_turns_until_the_deadline(parts: dict[str, ModuleType]) -> None:
    calls: list[str] = []

    def slow() -> None:
        calls.append("slow")
        time.sleep(0.02)

    slower, faster = parts["measured"].in_turns(
        slow, lambda: calls.append("fast"), 3, time.monotonic() + 60
    )
    assert calls == ["slow", "fast"] * 4
    assert slower >= 20 > faster

    calls.clear()
    parts["measured"].in_turns(slow, lambda: calls.append("fast"), 100, time.monotonic() - 1)
    # One warm-up call and one measured call.
    assert calls == ["slow", "fast"] * 2


def test_the_install_size_includes_all_dependencies(parts: dict[str, ModuleType]) -> None:
    installed = parts["installed"]
    page = installed.requirements_of(REPOSITORY / "requirements-demo.txt")

    found = installed.closure(page)

    assert {"gradio", "onnxruntime", "fastapi", "pydantic-core"} <= found.keys()
    assert {"torch", "timm"}.isdisjoint(found)
    alone = sum(
        path.stat().st_size
        for file in distribution("safetensors").files or ()
        if (path := Path(str(file.locate()))).is_file()
    )
    assert installed.megabytes([Requirement("safetensors")]) == pytest.approx(alone / 1e6)
    with pytest.raises(PackageNotFoundError, match="no-such-package-here"):
        installed.closure([Requirement("no-such-package-here")])


def test_a_page_that_stops_is_reported(parts: dict[str, ModuleType], tmp_path: Path) -> None:
    script = tmp_path / "page.py"
    script.write_text("raise SystemExit(1)")

    with pytest.raises(parts["page_process"].PageError, match="stopped before it answered"):
        parts["page_process"].Page([str(script)], ("a.jpg", b""), 60)


# Answers as a page of Gradio does.
PAGE = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

ANSWERS = {
    "startup-events": [],
    "info": {"named_endpoints": {"/query": {"parameters": [{}, {"parameter_default": 5}]}}},
    "upload": ["a.jpg"],
    "query": {"event_id": "one"},
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.end_headers()
        answer = ANSWERS.get(self.path.split("/")[-1])
        self.wfile.write(b"event: complete" if answer is None else json.dumps(answer).encode())

    do_POST = do_GET


HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_a_query_is_timed_without_the_certificates_of_a_client(
    parts: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "page.py"
    script.write_text(PAGE)
    page = parts["page_process"].Page([str(script), "PORT"], ("a.jpg", b""), 60)
    loaded = []
    monkeypatch.setattr(
        ssl.SSLContext, "load_verify_locations", lambda *_, **__: loaded.append(True)
    )

    try:
        seconds = page.query(("a.jpg", b""))
    finally:
        page.stop()

    assert seconds > 0
    assert page.asked == 2
    assert not loaded
