from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from asking import Question
from galleries import painting
from settings_link import century_of_years, link_of, question_of

from pinacoteca.query_options import OPTIONS, QueryOptions

COUNTS = (5, 10, 20)


class Shelf:
    """A stand-in with the part of a collection that a link needs."""

    paintings = (
        painting(0, artist_slug="ion-popescu", style="Art Nouveau (Modern)"),
        painting(1, artist_slug="ana-ș", style="Naïve Art"),
    )


COLLECTION: Any = Shelf()


def asking(painting: str = "", language: Any = None, **options: Any) -> Question:
    return Question(None, painting, QueryOptions(**options), language)


def read(query: str) -> Question:
    return question_of(dict(parse_qsl(query.removeprefix("?"))), COLLECTION, COUNTS)


@pytest.mark.parametrize(
    "settings",
    [
        Question(),
        asking(language="ro"),
        asking(
            painting="painter_work-1",
            language="en",
            metric="euclidean",
            composition=0.45,
            artists=("ion-popescu", "ana-ș"),
            styles=("Naïve Art", "Art Nouveau (Modern)"),
            first_year=1801,
            last_year=1900,
            count=20,
            one_per_artist=True,
            as_in_report=True,
            words="ploaie & soare = 1/2 #",
        ),
        asking(composition=0.0, words="~"),
    ],
)
def test_a_link_opens_the_settings_that_it_was_made_of(settings: Question) -> None:
    link = link_of(settings)

    assert link.startswith("?")
    assert read(link) == settings


def test_what_is_as_usual_is_not_in_the_link() -> None:
    assert link_of(asking(language="en")) == "?language=en"
    assert link_of(asking(count=10)) == "?count=10"
    assert link_of(asking(first_year=0, last_year=0)) == "?"


@pytest.mark.parametrize(
    "query",
    [
        "metric=manhattan",
        "composition=nan",
        "composition=much",
        "artists=nobody~../../etc/passwd",
        "styles=~~",
        "from=yesterday&to=",
        "from=1885&to=1910",
        "painting=painter_work-9",
        "painting=<script>",
        "language=de",
        "count=",
        "one_per_artist=no&as_in_report=1",
        "path=/etc/passwd&upload=1&__theme=dark",
    ],
)
def test_what_nobody_knows_is_left_out(query: str) -> None:
    assert read(query) == Question()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("composition=7", asking(composition=1.0)),
        ("composition=-inf", asking(composition=0.0)),
        ("count=1000000", asking(count=20)),
        ("count=-3", Question()),
        ("count=11", asking(count=10)),
        ("from=-50&to=100.4", asking(first_year=1, last_year=100)),
        ("artists=nobody~ana-ș~ana-ș", asking(artists=("ana-ș",))),
        ("title=" + "x" * 5000, asking(words="x" * 200)),
    ],
)
def test_what_is_out_of_range_is_brought_into_it(query: str, expected: Question) -> None:
    assert read(query) == expected


def test_the_values_of_the_page_become_settings() -> None:
    held = {"metric": "cosine", "artists": ["ion-popescu"], "styles": [], "words": ""}
    values = [held.get(option.name, option.default) for option in OPTIONS]

    question = Question.of(None, "", *values, "ro")

    assert question == asking(artists=("ion-popescu",), language="ro")
    assert question.component_values() == ["", *values]


@pytest.mark.parametrize(
    ("years", "century"),
    [((1801, 1900), 19), ((1, 100), 1), ((1800, 1899), 0), ((1801, None), 0), ((None, None), 0)],
)
def test_a_century_is_known_by_its_years(years: tuple[int | None, ...], century: int) -> None:
    assert century_of_years(*years) == century


def test_an_address_without_artists_filters_by_none_even_where_one_has_no_name() -> None:
    shelf: Any = Shelf()
    shelf.paintings = (painting(0, artist_slug="", style=""), *Shelf.paintings)

    for query in ({}, {"artists": "", "styles": ""}, {"count": "10"}):
        settings = question_of(query, shelf, COUNTS)
        options = settings.options
        assert (options.artists, options.styles) == ((), ())


def test_every_option_has_a_name_of_its_own_in_an_address() -> None:
    addresses = ["painting", *(option.address for option in OPTIONS), "language"]
    assert len(set(addresses)) == len(addresses)


def test_a_link_keeps_to_painters_whom_nobody_knows() -> None:
    shelf: Any = Shelf()
    shelf.paintings = (painting(0, artist_slug=""), *Shelf.paintings)

    for artists, link in (("",), "?artists=~"), (("", "ana-ș"), "?artists=~ana-%C8%99"):
        question = Question(options=QueryOptions(artists=artists))
        assert link_of(question) == link
        parameters = dict(parse_qsl(link[1:], keep_blank_values=True))
        assert question_of(parameters, shelf, COUNTS) == question
