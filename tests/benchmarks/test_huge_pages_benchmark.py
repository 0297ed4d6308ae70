"""The benchmark of huge pages trains with both settings and computes the right ratio."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace

import pytest
from conftest import REPOSITORY


@pytest.mark.skipif(sys.platform != "linux", reason="GLIBC_TUNABLES is glibc's, on Linux")
def test_the_ratio_divides_the_usual_step_by_the_one_on_huge_pages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    benchmark = importlib.import_module("huge_pages")
    read_recipe = benchmark.read_recipe
    monkeypatch.setattr(
        benchmark,
        "read_recipe",
        lambda name: replace(read_recipe(name), batch_size=2, resolutions=(32,)),
    )
    monkeypatch.setattr(benchmark, "ROUNDS", 1)
    monkeypatch.setattr(benchmark, "RECIPES", ("best",))

    benchmark.main()

    line = capsys.readouterr().out.splitlines()[-1]
    _, recipe, usual, huge, ratio, _ = (cell.strip() for cell in line.split("|"))
    assert recipe == "`best`"
    before, after = float(usual.removesuffix(" s")), float(huge.removesuffix(" s"))
    assert before > 0 and after > 0
    assert float(ratio) == pytest.approx(before / after, rel=0.02)
