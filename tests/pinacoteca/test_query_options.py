from __future__ import annotations

from typing import Any

import pytest
from galleries import painting

from pinacoteca.errors import OptionError, PinacotecaError
from pinacoteca.query_options import DEFAULTS, OPTIONS, QueryOptions
from pinacoteca.selection import Selection

PAINTINGS = (painting(0, artist_slug="ion-popescu", style="Art Nouveau (Modern)"),)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"metric": "manhattan"}, "use cosine or euclidean"),
        ({"composition": float("nan")}, "number from 0 to 1; got nan"),
        ({"count": 0}, "got 0"),
        ({"count": 2.5}, "got 2.5"),
        ({"words": "a" * 201}, "at most 200 characters"),
    ],
)
def test_what_no_collection_could_answer_is_refused_at_once(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(OptionError, match=sentence) as caught:
        QueryOptions(**changes)

    assert isinstance(caught.value, PinacotecaError) and isinstance(caught.value, ValueError)


def test_changes_take_the_place_of_options() -> None:
    base = QueryOptions(metric="euclidean", count=7)
    selection = Selection(artists=("ion-popescu",), words="sea")

    changed = QueryOptions.of(base, k=3, selection=selection)

    assert (changed.metric, changed.count, changed.selection) == ("euclidean", 3, selection)
    assert QueryOptions.of() == DEFAULTS
    with pytest.raises(TypeError):
        QueryOptions.of(base, colour="blue")


def test_lists_and_the_year_nought_are_what_they_mean() -> None:
    options = QueryOptions(artists=["a", "b"], first_year=0)  # type: ignore[arg-type]

    assert options == QueryOptions(artists=("a", "b"))
    assert hash(options) == hash(QueryOptions(artists=("a", "b")))


def test_names_are_those_of_the_collection() -> None:
    QueryOptions(artists=("ion-popescu",), styles=("Art Nouveau",)).check_names(PAINTINGS)
    for options in (QueryOptions(artists=("nobody",)), QueryOptions(styles=("Vorticism",))):
        with pytest.raises(OptionError, match=r"has no (artist|style) '(nobody|Vorticism)': use"):
            options.check_names(PAINTINGS)


def test_every_option_says_what_it_means() -> None:
    assert [option.name for option in OPTIONS][:2] == ["metric", "composition"]
    for option in OPTIONS:
        assert option.says and option.default == getattr(DEFAULTS, option.name)
