"""Reads and writes the corrections of a collection: titles and years by ``image_id``.

``corrections.csv`` in the folder of a gallery overrides the spreadsheet and the slugs. The note of
a row names its origin: ``dictionary`` is ``gallery/restore_titles.py``, ``listing`` is the picture
source's own list (``gallery/fetch_pictures.py``). A row with any other note was written by hand and
is never overwritten.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

from pandorarom import Entry

from pinacoteca.collection import Painting
from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.picture_tree import picture_key
from pinacoteca.tables import is_header, plain_rows
from pinacoteca.years import read_year

CORRECTIONS_FILE = "corrections.csv"
DICTIONARY, LISTING = "dictionary", "listing"
# Notes of rows that a script wrote, and their rank: a higher one replaces a lower one.
RANK = {DICTIONARY: 0, LISTING: 1}

Work = TypeVar("Work", Entry, Painting)


@dataclass(frozen=True)
class Correction:
    """Corrections of one painting; an empty field corrects nothing.

    Attributes:
        id: The ``image_id``.
        title: The correct title.
        title_ro: The Romanian title, if it differs.
        year: The year, as ``pinacoteca.years`` reads it.
        note: The origin of the row.
    """

    id: str
    title: str = ""
    title_ro: str = ""
    year: str = ""
    note: str = ""


COLUMNS = tuple(field.name for field in fields(Correction))


def read_corrections(path: Path) -> dict[str, Correction]:
    """Reads a table of corrections, by ``picture_key``; a missing file gives an empty table.

    Raises:
        DataError: The file is not such a table.
    """
    if not path.is_file():
        return {}
    found: dict[str, Correction] = {}
    try:
        header, *rows = plain_rows(path) or [[]]
    except OSError as error:
        raise DataError(f"{path} cannot be read as a table of corrections: {error}.") from None
    if not is_header(header, COLUMNS):
        raise DataError(f"The columns of {path} must be {', '.join(COLUMNS)}.")
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        if len(row) < len(COLUMNS) or any(row[len(COLUMNS) :]):
            raise DataError(f"Row {number} of {path} must have {len(COLUMNS)} cells.")
        correction = Correction(*(cell.strip() for cell in row[: len(COLUMNS)]))
        _check(correction, found, f"Row {number} of {path}")
        found[picture_key(correction.id)] = correction
    return found


def write_corrections(path: Path, corrections: Iterable[Correction]) -> None:
    """Writes a table of corrections in the order of the ids, atomically."""
    with (
        written_whole(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(astuple, sorted(corrections, key=lambda each: each.id)))


def merged(old: Mapping[str, Correction], new: Iterable[Correction]) -> dict[str, Correction]:
    """Returns corrections with new rows added; old rows of the same or a higher rank stay.

    Args:
        old: The corrections by ``picture_key``.
        new: Rows with the note ``DICTIONARY`` or ``LISTING``.
    """
    rows = dict(old)
    for correction in new:
        key = picture_key(correction.id)
        before = rows.get(key)
        if before is None:
            rows[key] = correction
        elif RANK.get(before.note, len(RANK)) < RANK[correction.note]:
            # Keep a title from the dictionary if the source gives only a year.
            rows[key] = replace(correction, title=correction.title or before.title)
    return rows


def corrected(works: Iterable[Work], corrections: Mapping[str, Correction]) -> tuple[Work, ...]:
    """Returns the rows of a table, or paintings, with corrected titles and years."""
    result = []
    for work in works:
        correction = corrections.get(picture_key(work.image_id), Correction(work.image_id))
        year = read_year(correction.year) or work.year
        result.append(replace(work, title=correction.title or work.title, year=year))
    return tuple(result)


def _check(correction: Correction, found: Mapping[str, Correction], where: str) -> None:
    if not correction.id:
        raise DataError(f"{where} has no id: give it an image_id of the collection.")
    if picture_key(correction.id) in found:
        raise DataError(f"{where} has the id {correction.id!r} of an earlier row: keep one.")
    try:
        read_year(correction.year)
    except ValueError:
        raise DataError(
            f"{where} has the year {correction.year!r}: write 1907, c. 1907, 1907-1908, sec. XIX "
            "or nothing."
        ) from None
