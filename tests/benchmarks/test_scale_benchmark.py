"""The benchmark of large collections runs, and its arithmetic is right."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from conftest import REPOSITORY

pytest.importorskip("pymilvus", reason="needs pip install -r requirements-scale.txt")
pytest.importorskip("milvus_lite", reason="needs pip install -r requirements-scale.txt")


@pytest.fixture
def scale(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``benchmarks/scale.py``, importable by the processes that it starts."""
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    module = importlib.import_module("scale")
    generator = np.random.default_rng(0)
    base = [generator.normal(size=(30, width)).astype(np.float32) for width in (3, 12, 8)]
    monkeypatch.setattr(module, "base_parts", lambda gallery: base)
    monkeypatch.setattr(module, "QUERIES", 10)
    monkeypatch.setattr(module, "PICTURES", 2)
    return module


def test_the_table_is_kept_and_the_extrapolation_printed(
    scale: ModuleType,
    model_folder: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A busy machine may take longer than 20 ms.
    monkeypatch.setattr(scale, "EXACT_MILLISECONDS", 60_000)
    out = tmp_path / "scale.json"
    run_script(scale.main, "--sizes", 200, "--model", model_folder, "--out", out)

    kept = json.loads(out.read_text())
    assert kept["dimension"] == 23
    assert [(row["engine"], row["paintings"], row["recall"]) for row in kept["rows"]] == [
        ("exact (NumPy)", 200, 1.0),
        ("Milvus Lite", 200, 1.0),
    ]
    text = capsys.readouterr().out
    assert "Exact search stays under 60000 ms with all 200 paintings." in text
    assert "- Index: 60,000,000 x (23 bytes + 32 links x 4 bytes + 8 bytes of key)" in text


def test_exact_search_is_left_out_where_it_does_not_fit(
    scale: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = scale.base_parts(tmp_path)
    scale.write_copies(base, 60, tmp_path)
    monkeypatch.setattr(scale, "_free_memory", lambda: scale.EXACT_BYTES * 60 * 23 - 1)
    asked = [part[:10] for part in base]
    out = tmp_path / "scale.json"

    scale.keep_table(tmp_path, [30, 60], asked, out)

    rows = json.loads(out.read_text())["rows"]
    assert [(row["engine"], row["paintings"]) for row in rows] == [
        ("exact (NumPy)", 30),
        ("Milvus Lite", 30),
        ("Milvus Lite", 60),
    ]


def test_copies_are_near_their_painting_and_in_any_blocks(
    scale: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "BLOCK", 64)
    base = scale.base_parts(tmp_path)
    scale.write_copies(base, 150, tmp_path)
    parts = scale.read_parts(tmp_path, 150)

    for part, paintings in zip(parts, base, strict=True):
        np.testing.assert_array_equal(part[:30], paintings.astype(np.float16))
        copies = part[30:, None].astype(np.float32)
        distances = np.linalg.norm(copies - paintings, axis=2).min(axis=1)
        lengths = np.linalg.norm(paintings, axis=1)
        assert distances.min() > 0 and distances.max() <= 0.31 * lengths.max()

    queries = scale.jittered(base, 5, np.random.default_rng(1))
    whole = scale.NearestPaintings([np.asarray(part, np.float32) for part in parts])
    right = whole.search(queries, scale.WEIGHTS)[1]
    np.testing.assert_array_equal(scale.exact_answers(parts, queries), right)


def test_the_limit_of_exact_search_lies_between_two_sizes(
    scale: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A stand-in that takes ten milliseconds for a thousand rows.
    monkeypatch.setattr(scale, "_asked", lambda nearest, queries: (None, [len(nearest) / 100]))

    scale.print_exact_limit([np.ones((9_000, 3), np.float32)], [np.ones((1, 3), np.float32)])

    assert "up to about 2,000 paintings (14.1 ms at 1,412, 28.2 ms at 2,824)" in (
        capsys.readouterr().out
    )


def test_the_arithmetic_of_the_extrapolation(
    scale: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    scale.print_extrapolation(rate=30, dimension=512)

    text = capsys.readouterr().out
    assert "/ 3,600 = 556 core-hours; at $0.04 an hour $22, once" in text
    assert "60,000,000 x 512 numbers x 2 bytes = 61 GB" in text
    assert "60,000,000 x 648 bytes = 39 GB of memory" in text
    assert "= 2 of 8 cores and 32 GB; 2 replicas: 4" in text
    assert "Cost: 6 x (8 x $0.04 + 32 x $0.005) = $2.88 an hour" in text
