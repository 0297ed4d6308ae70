"""Runs a fixed corpus of broken files; tests/fuzz/run.py searches for more."""

from __future__ import annotations

import struct
import time

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
    assert any(outcomes) == (name not in ("table", "model_config"))
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
