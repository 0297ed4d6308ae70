from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pytest
from conftest import REPOSITORY
from texts import (
    LANGUAGE_NAMES,
    LANGUAGES,
    TEXTS,
    Language,
    century_name,
    closeness_in_words,
    movement_years,
    number,
    percent,
    place_name,
    preferred_language,
)
from texts_en import Texts

from pinacoteca.images import PIXEL_LIMIT
from pinacoteca.movements import MOVEMENTS


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ro-RO,ro;q=0.9,en;q=0.8", "ro"),
        ("en-GB,en;q=0.9,ro;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,ro;q=0.5", "ro"),
        ("RO", "ro"),
        ("rom,roa", "en"),
        ("de", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_browsers_first_language_of_ours_wins(header: str, language: str) -> None:
    assert preferred_language(header) == language


def texts_of(language: Any) -> Iterator[tuple[str, str]]:
    """Yields every text of a language with its name."""
    for field in fields(Texts):
        value = getattr(TEXTS[language], field.name)
        if isinstance(value, str):
            yield field.name, value
        else:
            entries = value.items() if isinstance(value, Mapping) else enumerate(value)
            yield from ((f"{field.name} {key}", text) for key, text in entries)


def test_both_languages_fill_in_the_same_words() -> None:
    assert set(TEXTS) == set(LANGUAGES) == set(LANGUAGE_NAMES)
    english, romanian = (dict(texts_of(language)) for language in LANGUAGES)
    assert english.keys() == romanian.keys()
    for name, text in english.items():
        assert text.strip() and romanian[name].strip(), name
        blanks = (sorted(re.findall(r"{\w+}", each)) for each in (text, romanian[name]))
        assert next(blanks) == next(blanks), name


def test_romanian_leaves_no_text_in_english() -> None:
    # A missing Romanian text would be the English one, which is its field's default.
    tree = ast.parse((REPOSITORY / "demo" / "texts_ro.py").read_text(encoding="utf-8"))
    (call,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]

    assert [keyword.arg for keyword in call.keywords] == [field.name for field in fields(Texts)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_advice_names_the_limit_on_pixels(language: Language) -> None:
    assert f" {PIXEL_LIMIT // 1_000_000} " in TEXTS[language].unreadable_hint


def test_romanian_is_spelled_with_commas_below() -> None:
    text = " ".join(text for _, text in texts_of("ro"))

    assert set("ăâîșț") <= set(text)
    # The letters with a cedilla, from old code pages, look alike but are wrong.
    assert not set("şţŞŢ") & set(text)


@pytest.mark.parametrize(
    ("closeness", "language", "text"),
    [
        (1.0, "en", "very close: closer than every pair of paintings"),
        (0.99996, "en", "very close: closer than 99.9% of pairs of paintings"),
        (0.998, "en", "very close: closer than 99.8% of pairs of paintings"),
        (0.9949, "en", "close: closer than 99.4% of pairs of paintings"),
        (0.96, "en", "fairly close: closer than 96.0% of pairs of paintings"),
        (0.0, "en", "not close: closer than 0.0% of pairs of paintings"),
        (0.986, "ro", "apropiat: mai apropiat decât 98,6\N{NO-BREAK SPACE}% din perechile"),
        (0.3, "ro", "îndepărtat: mai apropiat decât 30,0\N{NO-BREAK SPACE}% din perechile"),
    ],
)
def test_closeness_is_said_in_words(closeness: float, language: Language, text: str) -> None:
    assert ": ".join(closeness_in_words(closeness, language)).startswith(text)


def test_centuries_are_named_as_each_language_names_them() -> None:
    english = [century_name(century, "en") for century in (1, 2, 3, 11, 19, 20, 21)]
    romanian = [century_name(century, "ro") for century in (1, 4, 9, 14, 19, 20, 21)]

    assert english == ["1st", "2nd", "3rd", "11th", "19th", "20th", "21st"]
    numerals = ["IV", "IX", "XIV", "XIX", "XX", "XXI"]
    assert romanian == ["I", *(f"al {numeral}-lea" for numeral in numerals)]


def test_places_of_a_picture_have_names() -> None:
    assert place_name(0.1, 0.9, "en") == "upper right"
    assert place_name(0.5, 0.5, "en") == "centre"
    assert place_name(0.99, 0.4, "ro") == "jos la mijloc"


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert (number(0.1234, 3, "en"), number(0.1234, 3, "ro")) == ("0.123", "0,123")
    assert (percent(0.633, "en"), percent(0.633, "ro")) == ("63%", "63\N{NO-BREAK SPACE}%")


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100%"), (0.9999, ">99%"), (0.004, "<1%"), (0.006, "1%"), (0.0, "0%")]
)
def test_what_is_not_certain_is_not_said_to_be(share: float, text: str) -> None:
    assert percent(share, "en") == text


def test_a_movement_that_lives_on_has_no_end() -> None:
    by_folder = {movement.folder: movement for movement in MOVEMENTS}

    assert movement_years(by_folder["16_AbstractArt"], "en") == "since 1910"
    assert movement_years(by_folder["16_AbstractArt"], "ro") == "din 1910"
    assert movement_years(by_folder["09_Impressionism"], "ro") == "1867\N{EN DASH}1886"
