"""Runs a fixed corpus of broken files; tests/fuzz/run.py searches for more."""

from __future__ import annotations

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
