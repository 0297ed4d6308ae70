from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from galleries import painting
from settings_link import DEFAULTS, Settings, century_of_years, link_of, settings_of

COUNTS = (5, 10, 20)


class Shelf:
    """The part of a collection that a link needs."""

    paintings = (
        painting(0, artist_slug="ion-popescu", style="Art Nouveau (Modern)"),
        painting(1, artist_slug="ana-ș", style="Naïve Art"),
    )


COLLECTION: Any = Shelf()


def read(query: str) -> Settings:
    return settings_of(dict(parse_qsl(query.removeprefix("?"))), COLLECTION, COUNTS)


@pytest.mark.parametrize(
    "settings",
    [
        DEFAULTS,
        Settings(language="ro"),
        Settings(
            asked="painter_work-1",
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
            language="en",
        ),
        Settings(composition=0.0, words="~"),
    ],
)
def test_a_link_opens_the_settings_that_it_was_made_of(settings: Settings) -> None:
    link = link_of(settings)

    assert link.startswith("?")
    assert read(link) == settings


def test_what_is_as_usual_is_not_in_the_link() -> None:
    assert link_of(Settings(language="en")) == "?language=en"
    assert link_of(Settings(count=10)) == "?count=10"
    assert link_of(Settings(first_year=0, last_year=0)) == "?"


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
    assert read(query) == DEFAULTS


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("composition=7", Settings(composition=1.0)),
        ("composition=-inf", Settings(composition=0.0)),
        ("count=1000000", Settings(count=20)),
        ("count=-3", DEFAULTS),
        ("count=11", Settings(count=10)),
        ("from=-50&to=100.4", Settings(first_year=1, last_year=100)),
        ("artists=nobody~ana-ș~ana-ș", Settings(artists=("ana-ș",))),
        ("title=" + "x" * 5000, Settings(words="x" * 200)),
    ],
)
def test_what_is_out_of_range_is_brought_into_it(query: str, expected: Settings) -> None:
    assert read(query) == expected


def test_the_values_of_the_page_become_settings() -> None:
    values = ("", "cosine", 0.5, ["ion-popescu"], [], None, None, 5, False, False, "", "ro")

    assert Settings.of(*values) == Settings(artists=("ion-popescu",), language="ro")


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
        settings = settings_of(query, shelf, COUNTS)
        assert (settings.artists, settings.styles) == ((), ())
