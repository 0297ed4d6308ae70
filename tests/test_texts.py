from __future__ import annotations

import re
from dataclasses import fields

import pytest
from texts import (
    LANGUAGE_NAMES,
    LANGUAGES,
    TEXTS,
    Texts,
    movement_years,
    number,
    percent,
    preferred_language,
)

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


def test_both_languages_fill_in_the_same_words() -> None:
    assert set(TEXTS) == set(LANGUAGES) == set(LANGUAGE_NAMES)
    for field in fields(Texts):
        english, romanian = (getattr(TEXTS[language], field.name) for language in LANGUAGES)
        assert english.strip() and romanian.strip(), field.name
        assert re.findall(r"{\w+}", english) == re.findall(r"{\w+}", romanian), field.name


def test_romanian_is_spelled_with_commas_below() -> None:
    text = " ".join(getattr(TEXTS["ro"], field.name) for field in fields(Texts))

    assert set("ăâîșț") <= set(text)
    # The cedilla letters of old code pages look alike and are wrong.
    assert not set("şţŞŢ") & set(text)


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert (number(0.1234, 3, "en"), number(0.1234, 3, "ro")) == ("0.123", "0,123")
    assert (percent(0.633, "en"), percent(0.633, "ro")) == ("63%", "63 %")


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
