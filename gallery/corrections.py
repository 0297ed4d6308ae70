"""The corrections of a collection: titles and years as they are written, by ``image_id``.

``gallery/corrections.csv`` overrides what the spreadsheet and the slugs say. Its note names where
a row comes from: ``dictionary`` is ``gallery/restore_titles.py``, ``listing`` the picture source's
own list (``gallery/fetch_pictures.py``); any other is by hand and is never written over.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from pandorarom import Table

from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.picture_tree import picture_key
from pinacoteca.tables import decoded, numbered_rows

CORRECTIONS_FILE = "corrections.csv"
DICTIONARY, LISTING = "dictionary", "listing"
# What a later run may write over, and what comes before what.
RANK = {DICTIONARY: 0, LISTING: 1}


@dataclass(frozen=True)
class Correction:
    """What is known better of one painting; an empty field says nothing.

    Attributes:
        id: The ``image_id``.
        title: The title as it is written.
        title_ro: The title in Romanian, where that is another one.
        year: Four digits.
        note: Where this comes from.
    """

    id: str
    title: str = ""
    title_ro: str = ""
    year: str = ""
    note: str = ""


COLUMNS = tuple(field.name for field in fields(Correction))


def read_corrections(path: Path) -> dict[str, Correction]:
    """Reads a table of corrections, by ``picture_key``; one that is not there is empty.

    Raises:
        DataError: The file is not such a table.
    """
    if not path.is_file():
        return {}
    found: dict[str, Correction] = {}
    try:
        text = decoded(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read as a table of corrections: {error}.") from None
    # Spreadsheet programs put a mark before the text, and divide it as their country does.
    separator = max(",;\t", key=text.split("\n", 1)[0].count)
    header, *rows = [row for _, row in numbered_rows(text, separator, path)] or [[]]
    if tuple(header) != COLUMNS:
        raise DataError(f"The columns of {path} must be {', '.join(COLUMNS)}.")
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        if len(row) != len(COLUMNS):
            raise DataError(f"Row {number} of {path} must have {len(COLUMNS)} cells.")
        correction = Correction(*(cell.strip() for cell in row))
        _check(correction, found, f"Row {number} of {path}")
        found[picture_key(correction.id)] = correction
    return found


def write_corrections(path: Path, corrections: Iterable[Correction]) -> None:
    """Writes a table of corrections in the order of the ids, whole or not at all."""
    with (
        written_whole(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(astuple, sorted(corrections, key=lambda each: each.id)))


def merged(
    old: Mapping[str, Correction], new: Iterable[Correction], kind: str
) -> dict[str, Correction]:
    """Returns corrections with all rows of one kind replaced; those of a higher rank stay.

    Args:
        old: By ``picture_key``.
        new: All of ``kind``.
        kind: ``DICTIONARY`` or ``LISTING``.
    """
    kept = {key: each for key, each in old.items() if each.note != kind}
    for correction in new:
        before = kept.get(picture_key(correction.id))
        if before is None or RANK.get(before.note, len(RANK)) < RANK[kind]:
            kept[picture_key(correction.id)] = correction
    return kept


def corrected(table: Table, corrections: Mapping[str, Correction]) -> Table:
    """Returns a table with titles and years as the corrections give them."""
    entries = []
    for entry in table.entries:
        correction = corrections.get(picture_key(entry.image_id), Correction(entry.image_id))
        year = int(correction.year) if correction.year else entry.year
        entries.append(replace(entry, title=correction.title or entry.title, year=year))
    return replace(table, entries=tuple(entries))


def _check(correction: Correction, found: Mapping[str, Correction], where: str) -> None:
    if not correction.id:
        raise DataError(f"{where} has no id: give it an image_id of the collection.")
    if picture_key(correction.id) in found:
        raise DataError(f"{where} has the id {correction.id!r} of an earlier row: keep one.")
    if correction.year and not re.fullmatch("1[0-9]{3}|20[0-9]{2}", correction.year):
        raise DataError(f"{where} has the year {correction.year!r}: write four digits or nothing.")
