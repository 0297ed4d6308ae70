"""Spellings of one name: what looks the same, or is the same in Romanian, becomes the same."""

from __future__ import annotations

import re
import unicodedata

# Ş and ţ with a cedilla stand in for the Romanian letters on old keyboards and in cp1250.
_COMMA_BELOW = str.maketrans("şţŞŢ", "șțȘȚ")
# Marks that nobody sees and that are no format characters by their category.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def visible(text: str) -> str:
    """Returns a text in NFC with what can be seen of it: one plain space between words.

    Zero-width spaces, soft hyphens, byte-order marks and marks of direction are left out; control
    characters and lone surrogates, which no spreadsheet and no file can hold, count as spaces.
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
    """Returns a text in NFC with ș and ț where it has ş and ţ, as Romanian is written."""
    return unicodedata.normalize("NFC", text).translate(_COMMA_BELOW)


def without_zeros(text: str) -> str:
    """Returns a text whose numbers have lost their leading zeros, as a spreadsheet takes them."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", visible(text).casefold())


def _is_variation(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
