"""Turns a question into a link that reopens the page with it; the link never holds a picture."""

from __future__ import annotations

import math
from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from asking import Question
from texts import LANGUAGES

from pinacoteca.collection import Collection
from pinacoteca.query_options import DEFAULTS, MAX_COUNT, MAX_WORDS, OPTIONS, Option, QueryOptions
from pinacoteca.styles import spelled_as

# Separates several values of one name: it needs no escape in a URL and is in no slug.
SEPARATOR = "~"
YEARS = (1, 9999)
Name = TypeVar("Name", bound=str)


def link_of(question: Question) -> str:
    """Returns the query string of the link, from the question mark on, without default values."""
    named = {"painting": question.painting}
    for option in OPTIONS:
        value = getattr(question.options, option.name)
        named[option.address] = "" if value == option.default else _written(value)
    named["language"] = question.language or ""
    return "?" + urlencode({name: value for name, value in named.items() if value})


def question_of(
    parameters: Mapping[str, str], collection: Collection, counts: Sequence[int]
) -> Question:
    """Returns the question of a link; ignores what cannot be used.

    Anybody may have written the link. Unknown names and values count as missing, and numbers out of
    range become the nearest valid ones.

    Args:
        parameters: ``gr.Request.query_params`` of the opened page.
        collection: The paintings, artists and styles that the link may name.
        counts: The numbers of neighbours that the page offers.
    """
    paintings = collection.paintings
    read = {option.name: _read(parameters.get(option.address), option) for option in OPTIONS}
    # Only the collection and the page know which of these values exist.
    read["artists"] = _some_of(read["artists"], {each.artist_slug for each in paintings})
    read["styles"] = _styles_of(read["styles"], {each.style for each in paintings if each.style})
    read["count"] = _nearest(_number(parameters.get("count"), 1, MAX_COUNT), counts)
    # The page can only show the years of a whole century.
    if not century_of_years(read["first_year"], read["last_year"]):
        read["first_year"] = read["last_year"] = None
    return Question(
        painting=_one_of(parameters.get("painting"), {each.image_id for each in paintings}) or "",
        options=QueryOptions(**read),
        language=_one_of(parameters.get("language"), LANGUAGES),
    )


def century_of_years(first: int | None, last: int | None) -> int:
    """Returns the century of the years, 19 for 1801 to 1900; 0 if they are not a century."""
    if first is None or last is None or last % 100 or last - first != 99:
        return 0
    return last // 100


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        # Unknown painters have an empty slug, which alone would look like a missing value.
        return SEPARATOR.join(value) or SEPARATOR
    return f"{value:g}" if isinstance(value, float) else str(value)


def _read(text: str | None, option: Option) -> Any:
    """Returns the value of an option in a link; its default if there is no valid value."""
    default = option.default
    if isinstance(default, bool):
        return default if text not in ("yes", "no") else text == "yes"
    if isinstance(default, tuple):
        # An empty text means no names; the empty slug of unknown painters is written as "~".
        return tuple(dict.fromkeys(text.split(SEPARATOR))) if text else default
    if option.choices:
        return _one_of(text, option.choices) or default
    if isinstance(default, str):
        return (text or "")[:MAX_WORDS]
    if isinstance(default, float):
        number = _number(text, *(option.range or (-math.inf, math.inf)))
        return default if number is None else number
    year = _number(text, *YEARS)
    return default if year is None else int(year)


def _number(text: str | None, least: float, most: float) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return None if math.isnan(value) else min(max(value, least), most)


def _nearest(value: float | None, choices: Sequence[int]) -> int:
    if value is None:
        return DEFAULTS.count
    return min(choices, key=lambda choice: abs(choice - value))


def _one_of(text: str | None, known: Several[Name]) -> Name | None:
    return next((name for name in known if name == text), None)


def _some_of(names: Sequence[str], known: Several[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in known)


def _styles_of(names: Sequence[str], known: Several[str]) -> tuple[str, ...]:
    spelled = (spelled_as(name, known) for name in names if name)
    return tuple(dict.fromkeys(style for style in spelled if style is not None))
