from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import learn_statistics_head as learning
import numpy as np
import pandora
import pytest
from calibrate import Group

from pinacoteca.errors import DataError
from pinacoteca.movements import MOVEMENTS
from pinacoteca.statistics_head import StatisticsHead


def test_no_painter_gives_more_pictures_than_the_limit() -> None:
    pictures = [
        pandora.Picture(f"05_Baroque/{painter}/{number}.jpg", MOVEMENTS[4], painter)
        for painter, count in {"much": 9, "little": 2}.items()
        for number in range(count)
    ]

    kept = learning.some_of_each_painter(pictures, 3)

    assert Counter(picture.artist for picture in kept) == {"much": 3, "little": 2}
    assert kept == learning.some_of_each_painter(pictures, 3)
    assert len(set(kept)) == 5


def test_the_layer_takes_statistics_as_the_network_gives_them() -> None:
    dice = np.random.default_rng(0)
    targets = np.arange(200) % 2
    # Far from zero and of very unlike sizes; one tells the targets, one is silent.
    telling = 500 + 40 * targets + dice.normal(0, 4, 200)
    statistics = np.stack([telling, dice.normal(0, 1e-2, 200), np.full(200, 7.0)], axis=1)

    layer, bias = learning.fitted(
        statistics.astype(np.float32), targets, np.ones(200), movements=2, decay=0.01
    )

    assert ((statistics @ layer + bias).argmax(axis=1) == targets).all()
    assert not layer[2].any()


def test_a_trial_says_how_good_the_sum_of_both_layers_is() -> None:
    dice = np.random.default_rng(0)
    targets = dice.integers(0, 3, 300)
    statistics = (np.eye(3)[targets] + dice.normal(0, 0.2, (300, 3))).astype(np.float32)
    blind = Group(np.zeros((300, 3), np.float32), targets)
    seen = learning.Seen(blind, statistics)

    even = np.full(3, 1 / 3)

    tried = list(learning.trials(seen, np.ones(300), even, seen, np.ones(300)))

    assert [(trial.decay, trial.head.share, trial.adjustment) for trial in tried] == [
        (decay, share, adjustment)
        for decay in learning.DECAYS
        for share in learning.SHARES
        for adjustment in learning.ADJUSTMENTS
    ]
    assert all(trial.accuracy > 0.95 for trial in tried)
    assert all(trial.loss < np.log(3) / 2 for trial in tried)


def test_the_adjustment_takes_log_frequencies_from_the_sum_of_both_layers() -> None:
    head = StatisticsHead(np.eye(2, dtype=np.float32), np.zeros(2, np.float32), 0.8)
    logits, statistics = np.ones((1, 2), np.float32), np.ones((1, 2), np.float32)
    frequencies = np.array([0.9, 0.1])

    moved = learning.adjusted(head, frequencies, 0.5)

    difference = moved.combined(logits, statistics) - head.combined(logits, statistics)
    assert difference[0] == pytest.approx(-0.5 * np.log(frequencies), abs=1e-5)


def test_of_equally_good_trials_the_one_with_the_smallest_share_is_kept() -> None:
    def trial(loss: float, adjustment: float, share: float) -> learning.Trial:
        head = StatisticsHead(np.eye(2, dtype=np.float32), np.zeros(2, np.float32), share)
        return learning.Trial(head, 0.01, adjustment, 1.0, 0.5, loss)

    within, beyond = 1 + learning.EQUAL / 2, 1 + learning.EQUAL * 2
    tried = [trial(1, 0.5, 0.9), trial(within, 0.4, 0.8), trial(beyond, 0.3, 0.4)]

    assert learning.least_reliant(tried) is tried[1]


def test_movements_with_few_pictures_decide_as_their_weights_say() -> None:
    """Nine paintings of ten are of one movement, and what is seen tells them apart poorly."""
    dice = np.random.default_rng(0)
    targets = (np.arange(400) % 10 == 0).astype(np.int64)
    statistics = (np.eye(2)[targets] + dice.normal(0, 0.8, (400, 2))).astype(np.float32)
    seen = learning.Seen(Group(np.zeros((400, 2), np.float32), targets), statistics)
    frequencies = np.array([0.9, 0.1])
    alike = np.where(targets == 1, 9.0, 1.0)

    plain, fair = (
        min(
            learning.trials(seen, np.ones(400), frequencies, seen, weights),
            key=lambda trial: trial.loss,
        )
        for weights in (np.ones(400), alike)
    )

    assert fair.adjustment > plain.adjustment
    rare = statistics[targets == 1], np.zeros((40, 2), np.float32)
    found = [
        (trial.head.combined(rare[1], rare[0]).argmax(axis=1) == 1).mean()
        for trial in (plain, fair)
    ]
    assert found[1] > found[0] + 0.2


def test_a_missing_tree_is_named(
    model_folder: Path, tmp_path: Path, run_script: Callable[..., None]
) -> None:
    with pytest.raises(DataError, match="name the Pandora18K tree with --data"):
        run_script(learning.main, "--model", model_folder, "--data", tmp_path / "none")
