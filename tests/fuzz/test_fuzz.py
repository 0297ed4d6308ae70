"""Runs a fixed corpus of broken files; tests/fuzz/run.py searches for more."""

from __future__ import annotations

import json
import math
import struct
import time
from typing import Any

import pytest

from fuzz.mutations import mutations
from fuzz.targets import TARGETS, checked, seeds

COUNTS = {"picture": 250, "spreadsheet": 150, "table": 120, "address": 200, "model_config": 60}


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_wrong_files_are_taken_or_refused_in_a_sentence(name: str) -> None:
    outcomes = []
    for data in mutations(seeds(name), COUNTS[name]):
        started = time.process_time()
        outcomes.append(checked(TARGETS[name], data))
        assert time.process_time() - started < 10
    # Some must be accepted and some refused.
    assert len(outcomes) > COUNTS[name]
    assert any(outcomes)
    assert all(outcomes) == (name == "address")


def test_the_corpus_is_fixed() -> None:
    assert list(mutations([b"a sound file"], 50)) == list(mutations([b"a sound file"], 50))


# What starts each entry of the list at the end of an archive.
LISTED = b"PK\x01\x02"


def listed_with(at: int, number: int) -> bytes:
    """Returns a spreadsheet with another number of 16 bits at a place of each list entry."""
    changed = bytearray(seeds("spreadsheet")[0])
    start = changed.find(LISTED)
    while start >= 0:
        struct.pack_into("<H", changed, start + at, number)
        start = changed.find(LISTED, start + 1)
    return bytes(changed)


@pytest.mark.parametrize(
    "data",
    [
        # "zip file version 25.4", found by tests/fuzz/run.py.
        pytest.param(listed_with(6, 254), id="of a later version"),
        pytest.param(listed_with(10, 99), id="packed in an unknown way"),
        pytest.param(listed_with(8, 1), id="encrypted"),
        pytest.param(listed_with(8, 1 << 5), id="patched"),
    ],
)
def test_a_damaged_archive_is_refused_in_a_sentence(data: bytes) -> None:
    assert not checked(TARGETS["spreadsheet"], data)


BEYOND_FLOATS = 10**400


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": BEYOND_FLOATS},
        {"prediction_sets": 1},
        {"prediction_sets": "x"},
        {"prediction_sets": {"threshold": BEYOND_FLOATS}},
        {"prediction_sets": {"penalty": math.inf}},
        {"label_names": [[], [], []]},
        {"pretrained_cfg": {"crop_pct": BEYOND_FLOATS}},
        {"pretrained_cfg": {"crop_pct": 1e-300}},
        {"pretrained_cfg": {"mean": [0.5, 0.5, math.nan]}},
        {"pretrained_cfg": {"std": [0.5, math.nan, math.nan]}},
        {"pretrained_cfg": {"std": [0.5, BEYOND_FLOATS, 0.5]}},
        {"pretrained_cfg": {"input_size": [3, math.inf, math.inf]}},
        {"pretrained_cfg": {"input_size": [3, 10**6, 10**6]}},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_config_with_impossible_values_is_refused_in_a_sentence(changes: dict[str, Any]) -> None:
    config = json.loads(seeds("model_config")[0])
    for name, value in changes.items():
        config[name] = config[name] | value if isinstance(value, dict) else value

    assert not checked(TARGETS["model_config"], json.dumps(config).encode())
