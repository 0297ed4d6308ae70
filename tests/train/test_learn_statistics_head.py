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

    tried = list(learning.trials(seen, np.ones(300), seen))

    assert [(trial.decay, trial.head.share) for trial in tried] == [
        (decay, share) for decay in learning.DECAYS for share in learning.SHARES
    ]
    assert all(trial.accuracy > 0.95 for trial in tried)
    assert all(trial.loss < np.log(3) / 2 for trial in tried)


def test_a_missing_tree_is_named(
    model_folder: Path, tmp_path: Path, run_script: Callable[..., None]
) -> None:
    with pytest.raises(DataError, match="name the Pandora18K tree with --data"):
        run_script(learning.main, "--model", model_folder, "--data", tmp_path / "none")
