from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answer import label_html
from answer_files import answer_xlsx
from answers import answer
from browse import Filter, browse_html
from browse import style_choices as browser_choices
from collection_view import map_texts
from controls import style_choices
from galleries import analysis_of, collection_of, painting
from openpyxl import load_workbook
from settings_link import question_of

from pinacoteca.movements import _STYLES_WITHIN, MOVEMENTS
from pinacoteca.selection import Selection
from pinacoteca.styles import STYLES, spelled_as, style_key, style_name

TABLE = Path(__file__).parents[2] / "gallery" / "paintings.csv"
with TABLE.open(encoding="utf-8", newline="") as file:
    SHIPPED = sorted({row["style"] for row in csv.DictReader(file)})
WORKS = tuple(painting(index, style=style) for index, style in enumerate(SHIPPED))
COLLECTION = collection_of(WORKS, analysis_of([[1, index] for index in range(len(WORKS))]))


@pytest.mark.parametrize(
    ("spelled", "english", "romanian"),
    [
        ("Post Impressionism", "Post-Impressionism", "Postimpresionism"),
        ("Art Nouveau Modern", "Art Nouveau", "Art Nouveau"),
        ("Art Nouveau (Modern)", "Art Nouveau", "Art Nouveau"),
        ("Artă 1900", "Art Nouveau", "Art Nouveau"),
        ("Naive Art Primitivism", "Naïve art", "Artă naivă"),
        ("Fauvism", "Fauvism", "Fovism"),
        ("What nobody knows", "What nobody knows", "What nobody knows"),
        ("", "", ""),
    ],
)
def test_a_style_has_two_names(spelled: str, english: str, romanian: str) -> None:
    assert (style_name(spelled, "en"), style_name(spelled, "ro")) == (english, romanian)


def test_every_shipped_style_and_every_movement_is_named() -> None:
    known = {style_key(style.english) for style in STYLES}
    assert {style_key(style) for style in SHIPPED} <= known
    assert {style_key(movement.english) for movement in MOVEMENTS} <= known
    schools = re.compile("school of|Byzantine|Renaissance|Komnenian")
    within = [name for names in _STYLES_WITHIN.values() for name in names]
    assert {style_key(name) for name in within if not schools.search(name)} <= known


def test_no_two_styles_share_a_spelling() -> None:
    keys = [style_key(name) for style in STYLES for name in {style.english, *style.spellings}]
    assert len(set(keys)) == len(STYLES)
    romanian = " ".join(style.romanian for style in STYLES)
    assert not set("şţŞŢ") & set(romanian)


@pytest.mark.parametrize(
    "name", ["Post Impressionism", "post-impressionism", "Post-Impressionism", "Postimpresionism"]
)
def test_a_style_is_accepted_by_every_name(name: str) -> None:
    assert spelled_as(name, SHIPPED) == "Post Impressionism"
    row = SHIPPED.index("Post Impressionism")
    assert Selection(styles=(name,)).mask(WORKS).nonzero()[0].tolist() == [row]
    assert question_of({"styles": name}, COLLECTION, (5,)).options.styles == ("Post Impressionism",)


def test_an_empty_style_matches_no_other_style() -> None:
    works = (painting(0, style=""), painting(1))
    assert Selection(styles=("",)).mask(works).tolist() == [True, False]
    assert spelled_as("", ["Cubism"]) is None
    assert spelled_as("Gothic", ["Cubism"]) is None


def shown(language: Any) -> Iterator[str]:
    """Yields all texts of the page that name a style in a language, without internal values."""
    for work in WORKS:
        yield label_html(work, language)
    yield browse_html(COLLECTION, Filter(), 0, language)
    yield from (label for label, _ in style_choices(WORKS, language))
    yield from (label for label, _ in browser_choices(COLLECTION, language))
    yield from map_texts(language, WORKS)["styles"].values()
    book = load_workbook(io.BytesIO(answer_xlsx(answer(*WORKS), language)))
    yield from (str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row)


@pytest.mark.parametrize("language", ["en", "ro"])
def test_no_raw_style_is_shown(language: Any) -> None:
    raw = [style for style in SHIPPED if style != style_name(style, language)]
    assert len(raw) > 2
    text = "\n".join(html.unescape(part) for part in shown(language))

    for style in raw:
        assert not re.search(rf"(?<!\w){re.escape(style)}(?!\w)", text), style
    for style in SHIPPED:
        assert style_name(style, language) in text
