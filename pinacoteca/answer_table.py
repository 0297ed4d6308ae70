"""Answers as CSV for programs, with the same column names in every language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pinacoteca.results import Neighbour, QueryResult
from pinacoteca.spreadsheets import defused
from pinacoteca.years import as_written

COLUMNS = (
    "kind",
    "rank",
    "movement",
    "probability",
    "in_set",
    "artist",
    "title",
    "year",
    "style",
    "distance",
    "closeness",
    "mirrored",
    "image_id",
    "page",
    "image",
)

Cell = str | int | float | None


def answer_csv(result: QueryResult) -> bytes:
    """Returns the movements and the neighbours as one CSV table in UTF-8.

    The column ``kind`` is ``movement`` or ``neighbour``. No cell is a formula.
    """
    # Without a byte order mark, Excel does not recognise UTF-8.
    file = io.StringIO("\N{ZERO WIDTH NO-BREAK SPACE}")
    file.seek(0, io.SEEK_END)
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(answer_rows(result))
    return file.getvalue().encode("utf-8")


def answer_rows(result: QueryResult) -> Iterator[dict[str, Cell]]:
    """Yields a row for each movement and each neighbour, by the names of ``COLUMNS``."""
    for rank, entry in enumerate(result.movements, start=1):
        yield {
            "kind": "movement",
            "rank": rank,
            "movement": entry.name,
            "probability": round(entry.probability, 6),
            "in_set": "yes" if entry.in_set else "no",
        }
    for neighbour in result.neighbours:
        yield {name: defused(value) for name, value in _row(neighbour).items()}


def _row(neighbour: Neighbour) -> dict[str, Cell]:
    return {
        "kind": "neighbour",
        "rank": neighbour.rank,
        "artist": neighbour.artist,
        "title": neighbour.title,
        "year": as_written(neighbour.year),
        "style": neighbour.style,
        "distance": round(neighbour.distance, 6),
        "closeness": round(neighbour.closeness, 6),
        "mirrored": "yes" if neighbour.mirrored else "no",
        "image_id": neighbour.image_id,
        "page": neighbour.links.get("page"),
        "image": neighbour.links.get("image"),
    }
