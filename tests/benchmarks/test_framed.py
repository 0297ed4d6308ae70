"""The painting is found in the benchmark's copies, and its results meet the goals."""

from __future__ import annotations

import importlib
import json
from types import ModuleType

import numpy as np
import pytest
from conftest import REPOSITORY
from drawn_paintings import drawn_painting

from pinacoteca.painting_within import WHOLE, paintings_within


@pytest.fixture
def framed(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``benchmarks/framed.py``."""
    monkeypatch.syspath_prepend(REPOSITORY / "benchmarks")
    return importlib.import_module("framed")


@pytest.mark.parametrize("enlarged", [1.2, 1.5, 2.2, 2.5])
def test_a_frame_on_a_slanted_wall_is_left_out_at_any_size(
    framed: ModuleType, enlarged: float
) -> None:
    painting = drawn_painting(size=(224, 170))
    scene = framed.Scene(painting, framed.box(0, 0, *painting.size))
    wall = framed.on_a_wall(framed.framed(scene))
    size = (round(wall.picture.width * enlarged), round(wall.picture.height * enlarged))

    (found,) = paintings_within(wall.picture.resize(size))

    corners = np.asarray(found.corners) * size
    assert framed.shared(wall.corners[0] * enlarged, corners, size) >= framed.RIGHT


@pytest.mark.parametrize("copy", ["black and white", "sepia"])
def test_a_copy_without_colour_counts_as_found_if_it_stays_whole(
    framed: ModuleType, copy: str
) -> None:
    painting = drawn_painting()
    scene = framed.Scene(painting, framed.box(0, 0, *painting.size))

    (found,) = paintings_within(framed.COPIES[copy](scene, painting).picture)

    assert found.corners == WHOLE


def test_the_results_meet_the_goals() -> None:
    path = REPOSITORY / "benchmarks" / "results" / "framed.json"
    kept = json.loads(path.read_text(encoding="utf-8"))

    assert kept["paintings"] == 48
    short = {
        name: found["nearest"]
        for name, found in kept["copies"].items()
        if found["nearest"] < kept["goals"].get(name, 0)
    }
    assert short == {}
    cropped = [seen["cropped"] for seen in kept["untouched"].values()]
    pictures = [seen["pictures"] for seen in kept["untouched"].values()]
    assert pictures == [1412, 48, 1000]
    assert cropped[:2] == [[], []]
