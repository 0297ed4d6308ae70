from __future__ import annotations

import pytest
from galleries import painting

from pinacoteca.selection import Selection

PAINTINGS = (
    painting(0, artist_slug="stefan-luchian", style="Symbolism", year=1905, title="Brănești"),
    painting(1, artist_slug="stefan-luchian", style="Impressionism", year=1912, title="Anemones"),
    painting(2, artist_slug="max-herman-maxy", style="Cubism", year=None, title="Still life, port"),
)


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), [0, 1, 2]),
        (Selection(artists=("stefan-luchian",)), [0, 1]),
        (Selection(styles=("Cubism", "Symbolism")), [0, 2]),
        (Selection(first_year=1906), [1]),
        (Selection(last_year=1905), [0]),
        (Selection(first_year=1905, last_year=1912), [0, 1]),
        (Selection(words="branesti"), [0]),
        (Selection(words="LIFE still"), [2]),
        (Selection(words="anemones life"), []),
        (Selection(artists=("stefan-luchian",), styles=("Cubism",)), []),
    ],
)
def test_a_painting_meets_all_conditions(selection: Selection, found: list[int]) -> None:
    mask = selection.mask(PAINTINGS)

    assert mask.dtype == bool
    assert mask.nonzero()[0].tolist() == found
