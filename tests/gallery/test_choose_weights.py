from __future__ import annotations

import choose_weights
import numpy as np
import pytest
from evaluate_neighbours import Measure
from galleries import analysis_of, collection_of, painting

from pinacoteca.errors import DataError

WEIGHTS = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.5, 0.0), (0.0, 0.5, 0.5)]


def test_each_position_of_the_slider_has_its_own_aim() -> None:
    values = np.array(
        [[0.1, 0.5, 0.1], [0.4, 0.2, 0.2], [0.2, 0.1, 0.5], [0.3, 0.4, 0.1], [0.4, 0.2, 0.4]]
    )

    best = {
        name: WEIGHTS[choose_weights.best(WEIGHTS, values, aim)]
        for name, aim in choose_weights.AIMS.items()
    }

    assert best == {
        "MANNER_END": (1.0, 0.0, 0.0),
        "BALANCE": (0.0, 0.5, 0.5),
        "SUBJECT_END": (0.0, 0.0, 1.0),
    }


def test_what_one_half_of_the_artists_chooses_is_reported_on_the_other() -> None:
    artists = np.repeat([f"artist-{number}" for number in range(10)], 3)
    one, other = choose_weights.halves(artists)
    assert not set(artists[one]) & set(artists[other])

    def measures(on_one: float, on_other: float) -> dict[str, Measure]:
        values = np.where(one, on_one, on_other)
        return {
            name: Measure(values, artists, np.arange(len(artists)))
            for name in choose_weights.MEASURES
        }

    # The first mixture is good for one half only, the second for the other.
    found = [measures(0.9, 0.1), measures(0.2, 0.8), *[measures(0.1, 0.1)] * 3]

    halves = choose_weights.honest(WEIGHTS, found, artists, choose_weights.AIMS["BALANCE"])

    assert [half["chosen"] for half in halves] == [WEIGHTS[0], WEIGHTS[1]]
    np.testing.assert_allclose(halves[0]["reported"], [0.1] * 3)
    np.testing.assert_allclose(halves[1]["reported"], [0.2] * 3)


def test_no_other_mixture_beats_one_on_the_frontier() -> None:
    values = np.array([[0.3, 0.3, 0.3], [0.2, 0.2, 0.2], [0.1, 0.4, 0.1]])

    assert choose_weights.frontier(values).tolist() == [True, False, True]


def test_a_gallery_that_lacks_a_measure_is_refused() -> None:
    paintings = [painting(row, artist_slug=artist) for row, artist in enumerate("abc")]
    collection = collection_of(paintings, analysis_of([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]))

    with pytest.raises(DataError, match=r"no two paintings .* \(artist; .*\): choose"):
        choose_weights.report(collection)
