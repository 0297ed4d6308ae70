"""Checks each value that a program sends, before Gradio reads it.

Gradio's components accept what they can convert, and fail on the rest with their own messages, some
of them empty. Here every value has one rule and one sentence, in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from texts import TEXTS, Language
from uploads import FULL

from pinacoteca.errors import CollectionError, ImageError, PinacotecaError
from pinacoteca.query_options import MAX_COUNT, MAX_WORDS, OPTIONS, Option
from pinacoteca.search import METRICS

# Nobody chooses more artists than this; a longer list only keeps the server busy.
MAX_NAMES = 1_000
# Long enough for every image_id, short enough to be repeated in a sentence.
MAX_NAME = 300
# No painting is older or younger.
YEARS = (-100_000, 100_000)
_SHOWN = 40

Sentence = Mapping[Language, str]


class ArgumentError(PinacotecaError):
    """An endpoint cannot accept a value.

    Attributes:
        sentence: What is wrong, in each language.
    """

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence["en"])
        self.sentence = sentence


@dataclass(frozen=True)
class Rule:
    """The rule for a value.

    Attributes:
        accepts: Says whether a value follows the rule.
        sentence: The message if it does not; ``{got}`` stands for the value.
    """

    accepts: Callable[[Any], bool]
    sentence: Sentence


def _is_number(value: Any) -> bool:
    # In Python, True counts as an int; in JSON it is not a number.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any, low: int, high: int) -> bool:
    return _is_number(value) and low <= value <= high and value == int(value)


def _is_year(value: Any) -> bool:
    return value is None or _is_whole(value, *YEARS)


def _is_text(value: Any, longest: int) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= longest)


def _are_names(value: Any) -> bool:
    return value is None or (
        isinstance(value, list)
        and len(value) <= MAX_NAMES
        and all(isinstance(name, str) and len(name) <= MAX_NAME for name in value)
    )


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_upload(value: Any) -> bool:
    """Says whether a value has the form of an uploaded file; Gradio checks its path."""
    if value is None:
        return True
    if not isinstance(value, dict):
        return False
    parts = (value.get("path"), value.get("url"))
    return all(part is None or isinstance(part, str) for part in parts) and any(parts)


PICTURE: Sentence = {
    "en": "Please upload the picture itself as a file.",
    "ro": "Încarcă imaginea însăși, ca fișier.",
}


def _rule_of(option: Option) -> Rule:
    """Returns the default rule for an option of its type."""
    kind = type(option.default)
    alike = [each.name for each in OPTIONS if type(each.default) is kind]
    if kind is bool:
        accepts = _is_flag
        english = f"{' and '.join(alike)} are true or false"
        romanian = f"{' și '.join(alike)} sunt true sau false"
    elif kind is tuple:
        accepts = _are_names
        english = f"{' and '.join(alike)} are lists of up to {MAX_NAMES} names"
        romanian = f"{' și '.join(alike)} sunt liste de cel mult {MAX_NAMES} de nume"
    elif option.default is None:
        accepts = _is_year
        english = f"A year ({', '.join(alike)}) is a whole number, or null for any"
        romanian = f"Un an ({', '.join(alike)}) e un număr întreg sau null, pentru orice an"
    else:
        accepts = _is_number
        english, romanian = f"{option.name} is a number", f"{option.name} e un număr"
    return Rule(
        accepts, {"en": f"{english}; got {{got}}.", "ro": f"{romanian}; am primit {{got}}."}
    )


_OF_THEIR_OWN: Mapping[str, Rule] = {
    "image": Rule(_is_upload, PICTURE),
    "image_id": Rule(
        lambda value: _is_text(value, MAX_NAME),
        {
            "en": "Please send the image_id of a painting, a text of paintings.csv; got {got}.",
            "ro": "Trimite image_id-ul unui tablou, un text din paintings.csv; am primit {got}.",
        },
    ),
    "metric": Rule(
        lambda value: isinstance(value, str) and value in METRICS,
        {
            "en": f"There is no distance {{got}}: use {' or '.join(METRICS)} as metric.",
            "ro": f"Nu există distanța {{got}}: folosește {' sau '.join(METRICS)} ca metric.",
        },
    ),
    "composition": Rule(
        lambda value: _is_number(value) and 0 <= value <= 1,
        {
            "en": "composition is a number from 0 to 1; got {got}.",
            "ro": "composition e un număr de la 0 la 1; am primit {got}.",
        },
    ),
    "count": Rule(
        lambda value: _is_whole(value, 1, MAX_COUNT),
        {
            "en": f"count is a whole number from 1 to {MAX_COUNT}; got {{got}}.",
            "ro": f"count e un număr întreg de la 1 la {MAX_COUNT}; am primit {{got}}.",
        },
    ),
    "words": Rule(
        lambda value: _is_text(value, MAX_WORDS),
        {
            "en": f"words is a text of up to {MAX_WORDS} characters; got {{got}}.",
            "ro": f"words e un text de cel mult {MAX_WORDS} de caractere; am primit {{got}}.",
        },
    ),
}
# Every option has a rule: its own, or the default for its type.
RULES: Mapping[str, Rule] = {name: _OF_THEIR_OWN[name] for name in ("image", "image_id")} | {
    option.name: _OF_THEIR_OWN.get(option.name) or _rule_of(option) for option in OPTIONS
}

UNFIT: Sentence = {
    "en": "The request does not have the expected form: see the endpoints under /?view=api.",
    "ro": "Cererea nu are forma așteptată: vezi lista de la /?view=api.",
}
FAILED: Sentence = {
    "en": "Something went wrong on the server: please try again, or reload the page.",
    "ro": "A apărut o eroare pe server: încearcă din nou sau reîncarcă pagina.",
}
_TOO_MANY: Sentence = {
    "en": "The request takes at most {most} values ({names}); got {got}.",
    "ro": "Cererea primește cel mult {most} valori ({names}); am primit {got}.",
}

# English sentences that programs may get, with their Romanian translations.
_ROMANIAN = (
    (r"Please send a picture as a file\.", "Trimite o imagine, ca fișier."),
    (r"Please send the image_id of a painting\.", "Trimite image_id-ul unui tablou."),
    (re.escape(PICTURE["en"]), PICTURE["ro"]),
    (
        re.escape(FULL),
        "S-au trimis prea multe imagini în ultimul minut: încearcă din nou peste un minut.",
    ),
    (
        r"The collection has no artist (.*): use.*",
        r"Colecția nu are artistul \1: folosește un artist_slug din paintings.csv.",
    ),
    (
        r"The collection has no style (.*): use.*",
        r"Colecția nu are stilul \1: folosește un stil din paintings.csv.",
    ),
)


def check_arguments(names: Sequence[str], values: Sequence[Any]) -> None:
    """Checks the values sent to an endpoint, in the order of its parameters; some may be missing.

    Args:
        names: The names of its parameters, all of which are in ``RULES``.
        values: The values, before Gradio converts them.

    Raises:
        ArgumentError: A value breaks its rule, or there are too many values.
    """
    if len(values) > len(names):
        said = {"most": len(names), "names": ", ".join(names), "got": len(values)}
        raise ArgumentError({code: text.format(**said) for code, text in _TOO_MANY.items()})
    for name, value in zip(names, values, strict=False):
        rule = RULES[name]
        if not rule.accepts(value):
            raise ArgumentError(
                {
                    code: text.replace("{got}", _short(value, code))
                    for code, text in rule.sentence.items()
                }
            )


def sentence_of(error: PinacotecaError, language: Language) -> str:
    """Returns the message of an error in a language."""
    if isinstance(error, ArgumentError):
        return error.sentence[language]
    if language == "ro":
        texts = TEXTS[language]
        if isinstance(error, ImageError):
            return f"{texts.unreadable}. {texts.unreadable_hint}"
        if isinstance(error, CollectionError):
            return f"{texts.unknown_painting}. {texts.unknown_painting_hint}"
    return in_language(str(error), language)


def in_language(sentence: str, language: Language) -> str:
    """Returns one of our English sentences in a language; unchanged if there is no translation."""
    if language == "ro":
        for pattern, romanian in _ROMANIAN:
            if found := re.fullmatch(pattern, sentence, re.DOTALL):
                return found.expand(romanian)
    return sentence


def _short(value: Any, language: Language) -> str:
    if value is None:
        return "nimic" if language == "ro" else "nothing"
    text = repr(value) if not isinstance(value, list | dict) else type(value).__name__
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
