"""Chooses the visitor's language, and formats numbers and names in it.

The texts themselves are in ``texts_en.py`` and ``texts_ro.py``.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from texts_en import ENGLISH, Texts
from texts_ro import ROMANIAN

from pinacoteca.collection import Painting
from pinacoteca.movements import Movement
from pinacoteca.styles import style_name

Language = Literal["en", "ro"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# The least closeness for each word. About half of all first neighbours are very close, and most of
# the others are close.
CLOSENESS_WORDS = {"very_close": 0.998, "close": 0.98, "fairly_close": 0.95, "not_close": 0.0}
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "ro": "Română"}
_PERCENT: dict[Language, str] = {"en": "%", "ro": "\N{NO-BREAK SPACE}%"}
TEXTS: dict[Language, Texts] = {"en": ENGLISH, "ro": ROMANIAN}


def preferred_language(accept_language: str) -> Language:
    """Returns the first of our languages that a browser asks for; English if it names neither.

    Args:
        accept_language: The ``Accept-Language`` header (RFC 9110, section 12.5.4), best first, as
            every browser sends it.
    """
    for part in accept_language.lower().split(","):
        code = part.split(";")[0].strip().split("-")[0]
        for language in LANGUAGES:
            if code == language:
                return language
    return "en"


def number(value: float, decimals: int, language: Language) -> str:
    """Returns a number with the decimal mark of the language."""
    text = f"{value:.{decimals}f}"
    return text.replace(".", ",") if language == "ro" else text


def percent(share: float, language: Language) -> str:
    """Returns a share, 0 to 1, in whole percent; 0 and 100 only if they are exact."""
    text = "<1" if 0 < share < 0.005 else ">99" if 0.995 <= share < 1 else f"{100 * share:.0f}"
    return f"{text}{_PERCENT[language]}"


def artist_name(artist: str, language: Language) -> str:
    """Returns the name of a painter, or a text for an unknown one."""
    return artist or TEXTS[language].artist_unknown


def facts_of(painting: Painting, language: Language) -> str:
    """Returns year and style of a painting: "1907 · Cubism"."""
    texts = TEXTS[language]
    year = texts.year_unknown if painting.year is None else str(painting.year)
    return " · ".join(fact for fact in (year, style_name(painting.style, language)) if fact)


def closeness_in_words(closeness: float, language: Language) -> tuple[str, str]:
    """Returns how close and what that means: "close", "closer than 98.5% of pairs of paintings".

    Args:
        closeness: ``Neighbour.closeness``.
        language: Of the words.
    """
    texts = TEXTS[language]
    words = next(
        getattr(texts, name) for name, share in CLOSENESS_WORDS.items() if closeness >= share
    )
    if closeness == 1:
        return words, texts.closer_than_all
    # Rounded down, so that 100 % is never claimed wrongly.
    share = number(math.floor(1000 * closeness) / 10, 1, language)
    return words, texts.closer_than.format(share=f"{share}{_PERCENT[language]}")


def century_name(century: int, language: Language) -> str:
    """Returns the ordinal of a century, e.g. "19th" or "al XIX-lea"."""
    if language == "ro":
        return "I" if century == 1 else f"al {_roman(century)}-lea"
    teens = 10 < century % 100 < 20
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(century % 10, "th")
    return f"{century}{ending}"


def _roman(value: int) -> str:
    numerals = {10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I"}
    text = ""
    for worth, numeral in numerals.items():
        text += numeral * (value // worth)
        value %= worth
    return text


def place_name(row: float, column: float, language: Language) -> str:
    """Returns the part of a picture that a point is in, e.g. "upper left".

    Args:
        row: From the upper edge, 0 to 1, 1 not included.
        column: From the left edge, likewise.
        language: Of the name.
    """
    return TEXTS[language].places[3 * int(3 * row) + int(3 * column)]


def movement_name(movement: Movement, language: Language) -> str:
    """Returns the name of a movement."""
    return movement.romanian if language == "ro" else movement.english


def movement_sentences(movement: Movement, language: Language) -> tuple[str, str]:
    """Returns what a movement is, and how to recognise it."""
    if language == "ro":
        return movement.sentence_romanian, movement.mark_romanian
    return movement.sentence_english, movement.mark_english


def movement_years(movement: Movement, language: Language) -> str:
    """Returns when a movement flourished."""
    if movement.last_year is None:
        return TEXTS[language].since.format(year=movement.first_year)
    return f"{movement.first_year}–{movement.last_year}"  # noqa: RUF001 - an en dash for a range
