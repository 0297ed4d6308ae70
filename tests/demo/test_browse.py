from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from answer import label_html
from browse import PAGE_SIZE, UNKNOWN, Filter, browse_html, style_choices, year_choices
from collection_view import map_texts, points_of, query_place
from controls import artist_choices, century_choices
from galleries import analysis_of, collection_of, painting
from texts import Language

from pinacoteca.collection import Collection, Painting
from pinacoteca.retriever import PaintingRetriever
from pinacoteca.years import Year


def collection(*paintings: Painting) -> Collection:
    return collection_of(paintings, analysis_of(np.ones((len(paintings), 2))))


def keys(html: str, kind: str) -> list[str]:
    return re.findall(rf'data-kind="{kind}" data-key="([^"]*)"', html)


LUCHIAN = {"artist_slug": "stefan-luchian", "artist": "Ștefan Luchian"}
AMAN = {"artist_slug": "theodor-aman", "artist": "Theodor Aman"}
SMALL = collection(
    painting(1, **LUCHIAN, title="Anemones", year=1908),
    painting(2, **LUCHIAN, title="Washerwoman", year=1899, style="Impressionism"),
    painting(3, **LUCHIAN, title="Roses", year=None),
    painting(4, **AMAN, title="Roses", year=1880, style=""),
)


def test_artists_come_by_surname_with_years_and_counts() -> None:
    html = browse_html(SMALL, Filter(), 0, "en")

    assert keys(html, "artist") == ["theodor-aman", "stefan-luchian"]
    assert "Ștefan Luchian <span>1899–1908 · 3</span>" in html  # noqa: RUF001
    # Sorted by year, with undated ones last.
    assert keys(html, "painting") == [f"painter_work-{index}" for index in (4, 2, 1, 3)]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Filter(words="ROSES"), [4, 3]),
        (Filter(words="roses stefan"), [3]),
        (Filter(styles=("Impressionism",)), [2]),
        (Filter(styles=("",)), [4]),
        (Filter(first_year=1890), [2, 1]),
        (Filter(last_year=1900), [4, 2]),
        (Filter(artist="theodor-aman"), [4]),
        (Filter(words="nothing like it"), []),
    ],
)
def test_a_filter_shows_what_meets_it(chosen: Filter, found: list[int]) -> None:
    html = browse_html(SMALL, chosen, 0, "ro")

    assert keys(html, "painting") == [f"painter_work-{index}" for index in found]
    assert ("Renunță la un filtru" in html) == (not found)


def test_an_artist_alone_leaves_the_others_to_choose_from() -> None:
    html = browse_html(SMALL, Filter(artist="theodor-aman"), 0, "en")

    assert keys(html, "artist") == ["theodor-aman", "stefan-luchian"]
    assert html.count('aria-pressed="true"') == 1


def test_only_a_page_is_drawn() -> None:
    many = collection(*(painting(index) for index in range(2 * PAGE_SIZE + 1)))

    pages = [browse_html(many, Filter(), page, "en") for page in range(3)]

    assert [len(keys(html, "painting")) for html in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert f"{PAGE_SIZE + 1} to {2 * PAGE_SIZE} of {2 * PAGE_SIZE + 1} paintings" in pages[1]
    assert browse_html(many, Filter(), 99, "en") == pages[2]
    assert browse_html(many, Filter(), -1, "en") == pages[0]


def test_what_comes_from_the_table_is_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    html = browse_html(
        collection(
            painting(1, title=evil, artist=evil, style=evil, artist_slug=evil, image_id=evil)
        ),
        Filter(),
        0,
        "en",
    )

    assert "<script" not in html


def test_choices_have_counts_and_decades() -> None:
    assert style_choices(SMALL, "en") == [
        ("Cubism (2)", "Cubism"),
        ("Impressionism (1)", "Impressionism"),
        ("no style (1)", ""),
    ]
    starts, ends = year_choices(SMALL)
    assert starts == [("", 0), ("1880", 1880), ("1890", 1890), ("1900", 1900)]
    assert ends == [("", 0), ("1889", 1889), ("1899", 1899), ("1909", 1909)]
    assert year_choices(collection(painting(0))) == ([("", 0)], [("", 0)])


def test_the_map_knows_what_it_shows(model_folder: Path, gallery: Path) -> None:
    retriever = PaintingRetriever.from_pretrained(model_folder, gallery)
    assert retriever.map is not None

    points = points_of(retriever, retriever.map)

    assert len(points) == 8
    *facts, x, y, proportions = points[3]
    assert facts == ["painter_work-3", "Painter", "Work 3", 1903, "Cubism", 14]
    assert (x, y) == pytest.approx(retriever.map.positions[3].tolist(), abs=1e-4)
    assert proportions == 1.2
    assert map_texts("ro")["movements"][14] == "Cubism"
    assert len(map_texts("en")["movements"]) == 19


def test_a_query_has_its_own_place(model_folder: Path, gallery: Path, picture: Path) -> None:
    retriever = PaintingRetriever.from_pretrained(model_folder, gallery)
    places = retriever.map
    assert places is not None
    answer = retriever.query(picture)
    known = retriever.collection.paintings[3]

    own = query_place(retriever, answer, "en")["place"]
    assert (own["x"], own["y"]) == places.place(answer.neighbours)
    assert own["neighbours"] == [each.image_id for each in answer.neighbours]
    asked = query_place(retriever, replace(answer, asked=known), "en")["place"]
    assert [asked["x"], asked["y"]] == places.positions[3].tolist()
    for nowhere in (None, replace(answer, neighbours=())):
        assert query_place(retriever, nowhere, "en")["place"] is None
    retriever.map = None
    assert query_place(retriever, answer, "en")["place"] is None


def test_painters_whom_nobody_knows_are_called_so_and_can_be_chosen() -> None:
    loose = painting(5, artist_slug="", artist="", title="Loose", year=Year(1907, 1908))
    paintings = (loose, *SMALL.paintings)

    names: dict[Language, str] = {"en": "Unknown painter", "ro": "Pictor necunoscut"}
    for language, name in names.items():
        whole = browse_html(collection(*paintings), Filter(), 0, language)
        assert len(keys(whole, "painting")) == 5
        assert f'<h4 class="artist">{name} <span>1907–1908 · 1</span>' in whole  # noqa: RUF001
        assert f"<span>{name}</span>" in whole
        assert name in label_html(loose, language)
        assert (name, "") in artist_choices(paintings, language)
    assert keys(whole, "artist")[0] == UNKNOWN
    chosen = browse_html(collection(*paintings), Filter(artist=UNKNOWN), 0, "en")
    assert keys(chosen, "painting") == ["painter_work-5"]
    assert f'data-key="{UNKNOWN}" aria-pressed="true"' in chosen


def test_a_year_is_shown_as_it_is_written() -> None:
    exact, range_of_years = (
        painting(1, year=1908),
        painting(2, year=Year(1898, 1905, "între 1898 și 1905")),
    )
    html = browse_html(collection(exact, range_of_years), Filter(first_year=1904), 0, "ro")

    assert "între 1898 și 1905 · " in html
    assert keys(html, "painting") == ["painter_work-2", "painter_work-1"]
    assert "între 1898 și 1905" in label_html(range_of_years, "ro")
    assert [year for _, year in century_choices([range_of_years], "en")] == [19, 20]
    assert year_choices(collection(range_of_years))[1][-1] == ("1909", 1909)
