"""Reads the spreadsheet of PandoraRom as it really is.

Its sheet ``Lista-completa`` has at least the columns ``image_id``
(``<artist_slug>_<title-slug[-year]>``), ``style`` and ``artist_slug``.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from zipfile import BadZipFile

from artists import NAMES

from pinacoteca.errors import DataError
from pinacoteca.picture_tree import picture_key
from pinacoteca.workbooks import check_bounds

SHEET = "Lista-completa"
REQUIRED_COLUMNS = ("image_id", "style", "artist_slug")
# What spreadsheets and pandas leave in a cell that has no value.
_NO_VALUE = frozenset({"", "nan", "none", "null", "#n/a", "#ref!", "#value!", "#name?", "#div/0!"})
_YEARS = range(1000, 2100)


@dataclass(frozen=True)
class Entry:
    """One painting of the spreadsheet; what it leaves out is taken from the slugs.

    Attributes:
        image_id: The key, and the name of the picture without its suffix.
        artist_slug: The painter as WikiArt's addresses spell the name.
        style: WikiArt's style; empty where the cell is.
        artist: The painter's name.
        title: The title of the painting.
        year: The year of the painting, None where neither column nor slug gives one.
        page_url: WikiArt's page of the painting, or None.
        image_url: The address of its picture, or None.
    """

    image_id: str
    artist_slug: str
    style: str
    artist: str
    title: str
    year: int | None
    page_url: str | None
    image_url: str | None


@dataclass(frozen=True)
class Table:
    """The paintings that are to be embedded.

    Attributes:
        entries: One for each ``image_id``, in the order of the ids.
        duplicates: The ids of rows that were left out because an earlier row has the same.
        rows_without_id: The numbers, as a spreadsheet shows them, of rows left out for lack of one.
        is_spreadsheet: False if the names of the pictures stand in for one.
    """

    entries: tuple[Entry, ...]
    duplicates: tuple[str, ...]
    rows_without_id: tuple[int, ...]
    is_spreadsheet: bool = True


def read_table(path: Path) -> Table:
    """Reads the sheet ``Lista-completa``; formulas count with the value that was last computed.

    Raises:
        DataError: The file is missing or no spreadsheet, or lacks the sheet, a column or any row.
    """
    header, rows = _read_cells(path)
    columns = {str(name).strip().casefold(): place for place, name in enumerate(header) if name}
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    if missing:
        raise DataError(
            f"The sheet {SHEET} of {path} has no column {' and no column '.join(missing)}: its "
            f"first row must name {', '.join(REQUIRED_COLUMNS)}; it names "
            f"{', '.join(columns) or 'nothing'}."
        )
    entries: dict[str, Entry] = {}
    duplicates, rows_without_id = [], []
    for number, row in enumerate(rows, start=2):
        cells = {
            name: text
            for name, place in columns.items()
            if place < len(row) and (text := _text(row[place]))
        }
        if not cells:
            continue
        if "image_id" not in cells:
            rows_without_id.append(number)
        elif picture_key(cells["image_id"]) in entries:
            duplicates.append(cells["image_id"])
        else:
            entries[picture_key(cells["image_id"])] = _entry(cells)
    if not entries:
        raise DataError(f"The sheet {SHEET} of {path} has no row with an image_id.")
    in_order = sorted(entries.values(), key=lambda entry: entry.image_id)
    return Table(tuple(in_order), tuple(duplicates), tuple(rows_without_id))


def title_and_year(slug: str) -> tuple[str, int | None]:
    """Cuts ``peasant-with-bag-1868(2)``, the second of that name, into its title and 1868."""
    slug = re.sub(r"(?<=.)\(\d+\)$", "", slug)
    match = re.fullmatch(r"(.+)-(\d{4})", slug)
    year = _year(match[2]) if match else None
    words = (match[1] if match and year else slug).replace("-", " ").strip()
    return words[:1].upper() + words[1:], year


def _read_cells(path: Path) -> tuple[Sequence[object], Iterable[Sequence[object]]]:
    """Returns the first row of the sheet and the others."""
    from python_calamine import CalamineError, CalamineWorkbook

    if not path.is_file():
        raise DataError(f"There is no spreadsheet {path}: name PandoraRom's .xlsx with --table.")
    try:
        check_bounds(path)
        # From an open file, the kind is told by the contents and not by the name.
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            if SHEET not in book.sheet_names:
                raise DataError(
                    f"{path} has no sheet {SHEET!r}; it has {', '.join(book.sheet_names)}."
                )
            sheet = book.get_sheet_by_name(SHEET)
            rows = sheet.to_python(skip_empty_area=False)
            merged = sheet.merged_cell_ranges or []
    except DataError:
        raise
    # A damaged spreadsheet fails in zipfile, zlib or calamine, each with errors of its own.
    except (CalamineError, BadZipFile, OSError, ValueError, zlib.error) as error:
        raise DataError(
            f"{path} cannot be read as an .xlsx spreadsheet ({error}): save it anew as .xlsx."
        ) from None
    for (top, left), (bottom, right) in merged:
        # What is written once for several rows counts for each of them.
        for row in rows[top + 1 : bottom + 1]:
            row[left : right + 1] = rows[top][left : right + 1]
    return (rows[0], rows[1:]) if rows else ((), ())


def _text(value: object) -> str:
    """Returns a cell as one line of text; empty if it holds no value."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Control characters cannot be written to a spreadsheet, lone surrogates not to any file.
    printable = "".join(
        character if unicodedata.category(character) not in ("Cc", "Cs") else " "
        for character in str(value if value is not None else "")
    )
    text = unicodedata.normalize("NFC", " ".join(printable.split()))
    return "" if text.casefold() in _NO_VALUE else text


def _entry(cells: Mapping[str, str]) -> Entry:
    image_id = cells["image_id"]
    first, _, rest = image_id.partition("_")
    artist_slug = cells.get("artist_slug", first)
    prefix = f"{artist_slug}_"
    title_slug = image_id.removeprefix(prefix) if image_id.startswith(prefix) else rest or image_id
    title, year = title_and_year(title_slug)
    return Entry(
        image_id=image_id,
        artist_slug=artist_slug,
        style=cells.get("style", ""),
        artist=_artist(cells.get("artist", ""), artist_slug),
        title=cells.get("title", title),
        year=_year(cells.get("year", "")) or year,
        page_url=f"https://www.wikiart.org/en/{quote(artist_slug)}/{quote(title_slug, safe='')}",
        image_url=_address(cells.get("image_url", "")),
    )


def _artist(given: str, slug: str) -> str:
    """Returns the name in the table, or, where that is no more than the slug, the written name."""
    spelled = slug.replace("-", " ").title()
    return given if given.casefold() not in ("", spelled.casefold()) else NAMES.get(slug, spelled)


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{4}", text) and int(text) in _YEARS else None


def _address(text: str) -> str | None:
    # The page makes links of these, and a link of another kind could run a script.
    return text if text.startswith(("https://", "http://")) else None
