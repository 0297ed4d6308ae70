"""Matches rows and pictures whose names differ slightly.

Excel strips the zeros of ``007``, and people write ``IMG 12`` for ``IMG_12``. A row and a picture
without a partner are matched if their names differ only in such details and no other name fits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from pandorarom import Table

from pinacoteca.folders import printable
from pinacoteca.picture_kinds import without_suffix
from pinacoteca.picture_tree import Pictures, picture_key
from pinacoteca.selection import plain
from pinacoteca.spelling import comma_below, visible, without_zeros

# Smallest similarity of a candidate, from 0 to 1.
ALIKE = 0.7
# Largest number of names to search for the nearest one.
MOST_NAMES = 20_000


def loose_key(name: str) -> str:
    """Returns a key that ignores accents, leading zeros and the kind of word separators."""
    words = re.sub(r"[\W_]+", " ", plain(comma_below(without_suffix(visible(name)))))
    return without_zeros(words)


def matched(table: Table, pictures: Pictures) -> Table:
    """Returns a table whose rows have the names of their pictures wherever the match is certain."""
    rows = {picture_key(entry.image_id): entry.image_id for entry in table.entries}
    rows_left = _by_loose_key(name for key, name in rows.items() if key not in pictures.paths)
    names = {key: picture_name(pictures, key) for key in pictures.paths if key not in rows}
    pictures_left = _by_loose_key(names.values())
    found = {
        rows_left[key][0]: pictures_left[key][0]
        for key in rows_left.keys() & pictures_left.keys()
        if len(rows_left[key]) == len(pictures_left[key]) == 1
    }
    if not found:
        return table
    entries = [
        replace(entry, image_id=found.get(entry.image_id, entry.image_id))
        for entry in table.entries
    ]
    return replace(
        table,
        entries=tuple(sorted(entries, key=lambda entry: entry.image_id)),
        matched=tuple(f"{row} is {picture}" for row, picture in sorted(found.items())),
    )


def picture_name(pictures: Pictures, key: str) -> str:
    """Returns the name of a picture without its suffix."""
    return printable(without_suffix(pictures.paths[key].name))


def with_nearest(rows: Sequence[str], names: Sequence[str], shown: int) -> list[str]:
    """Returns rows without a picture, and for the first ones the most similar picture name.

    Args:
        rows: Their ids.
        names: The names of the pictures without a row.
        shown: The number of rows to search a name for; the search is slow.
    """
    by_key = {loose_key(name): name for name in names[:MOST_NAMES]}
    return [_with_nearest(row, by_key) for row in rows[:shown]] + list(rows[shown:])


def _with_nearest(row: str, by_key: Mapping[str, str]) -> str:
    near = get_close_matches(loose_key(row), by_key, n=1, cutoff=ALIKE)
    if not near:
        return row
    name = by_key[near[0]]
    # Letters of other alphabets may look like Latin ones.
    odd = sorted(each for each in {*row} ^ {*name} if not each.isascii())
    letters = f" (one of them has {', '.join(f'U+{ord(each):04X}' for each in odd)})" if odd else ""
    return f"{row}, nearest is {name}{letters}"


def _by_loose_key(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        found[loose_key(name)].append(name)
    return found
