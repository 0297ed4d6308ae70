from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pinacoteca.errors import ModelError
from pinacoteca.prediction_sets import PredictionSets

MADE = PredictionSets(coverage=0.9, threshold=0.8, penalty=0.1, unpenalised=1)


def test_a_set_ends_where_the_score_passes_the_threshold() -> None:
    probabilities = np.array([[0.1, 0.5, 0.15, 0.25], [0.05, 0.9, 0.03, 0.02]])

    # 0.5, then 0.75 + 0.1, which exceeds 0.8. The top movement stays even if it alone exceeds it.
    assert MADE.members(probabilities).tolist() == [[False, True, False, False]] * 2
    wider = PredictionSets(0.9, 0.86, 0.1, 1)
    assert wider.members(probabilities)[0].tolist() == [False, True, False, True]


def test_sets_keep_their_promise_on_paintings_they_were_not_set_by() -> None:
    dice = np.random.default_rng(0)
    logits = dice.normal(0, 2, (4000, 18))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    # The probabilities are calibrated by construction.
    targets = np.array([dice.choice(18, p=row) for row in probabilities])
    known, unseen = slice(0, 2000), slice(2000, None)

    sets = PredictionSets.calibrated(probabilities[known], targets[known], 0.02, 3)
    plain = PredictionSets.calibrated(probabilities[known], targets[known], 0.0, 3)

    members = sets.members(probabilities)
    assert members[unseen][np.arange(2000), targets[unseen]].mean() == pytest.approx(0.9, abs=0.025)
    # The penalty avoids the largest sets at the cost of a few more medium ones.
    largest = plain.members(probabilities).sum(axis=1).max()
    assert members.sum(axis=1).max() <= largest


def test_settings_come_back_as_they_were() -> None:
    assert PredictionSets.of(MADE.settings, "config.json") == MADE


@pytest.mark.parametrize(
    "changes",
    [
        {"coverage": 1.5},
        {"coverage": "much"},
        {"threshold": float("nan")},
        {"threshold": None},
        {"penalty": -1},
        {"unpenalised": -1},
        {"size": 3},
    ],
)
def test_broken_settings_are_one_sentence(changes: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"prediction_sets in config.json .* train/calibrate.py"):
        PredictionSets.of(MADE.settings | changes, "config.json")
