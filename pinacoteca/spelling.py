"""Normalises spellings: names that look the same, or are the same in Romanian, become equal."""

from __future__ import annotations

import re
import unicodedata

# Old keyboards and cp1250 write ş and ţ with a cedilla instead of the Romanian letters.
_COMMA_BELOW = str.maketrans("şţŞŢ", "șțȘȚ")
# Invisible characters whose Unicode category is not that of format characters.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def visible(text: str) -> str:
    """Returns a text in NFC without invisible characters and with single spaces between words.

    Zero-width spaces, soft hyphens, byte order marks and direction marks are removed. Control
    characters and lone surrogates, which spreadsheets and files cannot hold, become spaces.
    """
    kept = []
    for character in text:
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cs"):
            kept.append(" ")
        elif kind != "Cf" and character not in _UNSEEN and not _is_variation(character):
            kept.append(character)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def comma_below(text: str) -> str:
    """Returns a text in NFC with the Romanian ș and ț in place of ş and ţ."""
    return unicodedata.normalize("NFC", text).translate(_COMMA_BELOW)


def without_zeros(text: str) -> str:
    """Returns a text whose numbers have no leading zeros, as after editing in a spreadsheet."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", visible(text).casefold())


def _is_variation(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
