"""Reads tables from workbooks and text files of any program, and finds their headers.

A table may be an xlsx, xlsm, xlsb, xls or ods workbook, or a text with commas, semicolons, tabs or
bars between the cells, in UTF-8, UTF-16 or cp1250. Its header need not be the first row, nor its
sheet the first one. Only letters and digits of column names count, so "Image ID" is ``image_id``.
A header with other names for the columns counts if none has their own names.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pinacoteca.errors import DataError
from pinacoteca.spelling import visible
from pinacoteca.workbooks import CELLS, check_bounds, merged_in_ods

TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
SEPARATORS = ",;\t|"
# The header must be among the first rows; rows above it are a title.
HEADER_ROWS = 20
TEXT_BYTES = 100_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Row = Sequence[object]
Key = Callable[[str], str]


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a text file.

    Attributes:
        name: The name of the sheet; empty for a text.
        rows: The cells of each row.
        numbers: The number of each row, as a spreadsheet program or an editor shows it.
        strict: Whether a row with more cells than the header is an error, because it was split at
            the wrong places.
    """

    name: str
    rows: Sequence[Row]
    numbers: Sequence[int]
    strict: bool = False


@dataclass(frozen=True)
class Columns:
    """The columns of a table.

    Attributes:
        required: The columns that a table must have.
        others: The columns that it may have.
        synonyms: Other names of a column, by the column; earlier ones are preferred.
        instead: For a required column, one of the others that may stand in for it.
    """

    required: tuple[str, ...]
    others: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FoundTable:
    """The rows of a table below its header.

    Attributes:
        where: The file, and the sheet if there are several, for messages.
        columns: The index of each column that the table has.
        rows: The number of each row and its cells.
    """

    where: str
    columns: Mapping[str, int]
    rows: Sequence[tuple[int, Row]]


def letters_of(name: object) -> str:
    """Returns the letters and digits of a name, in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", visible(str(name)).casefold())
    return "".join(character for character in decomposed if character.isalnum())


def find_table(path: Path, columns: Columns, sheet_name: str) -> FoundTable:
    """Finds a table in a file, in any sheet and below any title.

    Args:
        path: The file.
        columns: The columns; the header must name the required ones.
        sheet_name: The sheet to use if several have such a header.

    Raises:
        DataError: The file is missing or damaged, or several tables could be meant.
    """
    if not path.is_file():
        raise DataError(f"There is no spreadsheet {path}: {_beside(path)}.")
    sheets = read_sheets(path, columns)
    found = _with_header(sheets, columns, own_names=True) or _with_header(sheets, columns)
    named = [pair for pair in found if pair[0].name == sheet_name] or [
        pair for pair in found if letters_of(pair[0].name) == letters_of(sheet_name)
    ]
    if not found:
        raise DataError(_no_header(path, sheets, columns, sheet_name))
    if len(named or found) > 1:
        names = ", ".join(sheet.name for sheet, _ in named or found)
        raise DataError(
            f"{path} has several sheets with the columns {', '.join(columns.required)}: {names}. "
            f"Rename the right one to {sheet_name}."
        )
    sheet, header = (named or found)[0]
    return _table_of(path, sheet, header, columns, is_only=len(sheets) == 1)


def read_sheets(path: Path, columns: Columns) -> list[Sheet]:
    """Returns the sheets of a workbook, or a text file as a single sheet.

    Raises:
        DataError: The file is neither, is damaged, or unpacks to too much data.
    """
    with path.open("rb") as file:
        start = file.read(1024)
    if start.startswith((b"PK", _OLE)):
        return _workbook_sheets(path)
    called_workbook = path.suffix.casefold() in WORKBOOK_SUFFIXES
    if re.match(
        rb"\s*(<!doctype html|<html|<table|<meta)", start.removeprefix(b"\xef\xbb\xbf"), re.I
    ):
        raise DataError(
            f"{path} is a web page, despite its name: open it in a spreadsheet program and "
            "save it as .xlsx."
        )
    if not called_workbook:
        return [text_sheet(path, columns)]
    try:
        sheet = text_sheet(path, columns)
    except DataError:
        sheet = Sheet("", (), ())
    # Many programs write a text file and name it .xls.
    header = _header_row(sheet, columns)
    if header is None or header + 1 >= len(sheet.rows):
        raise DataError(_unreadable(path, "it is neither a workbook nor a table as text"))
    return [sheet]


def text_sheet(path: Path, columns: Columns) -> Sheet:
    """Reads a table from a text file, with the separator that gives the right header.

    Raises:
        DataError: The file is not a text, is too long, or a row is damaged.
    """
    if path.stat().st_size > TEXT_BYTES:
        raise DataError(
            f"{path} is too large for a table: it has more than {TEXT_BYTES / 1e6:.0f} MB."
        )
    text, skipped = _without_declaration(decoded(path))
    start = "\n".join(text.split("\n", HEADER_ROWS + 1)[: HEADER_ROWS + 1])
    attempts = []
    for separator in SEPARATORS:
        try:
            rows = list(
                csv.reader(io.StringIO(start.replace("\0", ""), newline=""), delimiter=separator)
            )
        except csv.Error:
            # A cell is too long; ``numbered_rows`` says in which row.
            rows = []
        shows = _header_row(Sheet("", rows, range(len(rows))), columns) is not None
        attempts.append((shows, max(map(len, rows), default=0), separator))
    separator = max(attempts, key=lambda attempt: attempt[:2])[2]
    numbers, rows = [], []
    for number, row in numbered_rows(text, separator, path, skipped):
        numbers.append(number)
        rows.append(row)
    return Sheet("", rows, numbers, strict=True)


def plain_rows(path: Path) -> list[list[str]]:
    """Reads the rows of a text that begins with its header, up to the last one that is not empty.

    Raises:
        DataError: The file is not a text, or a row is damaged.
        OSError: It cannot be read.
    """
    text, skipped = _without_declaration(decoded(path))
    # Spreadsheet programs use the separator of their locale.
    separator = max(SEPARATORS, key=text.split("\n", 1)[0].count)
    rows = [row for _, row in numbered_rows(text, separator, path, skipped)]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows


def is_header(cells: Sequence[str], columns: Sequence[str]) -> bool:
    """Returns whether cells are the names of these columns, in their order, and nothing else."""
    named, more = cells[: len(columns)], cells[len(columns) :]
    same = list(map(letters_of, named)) == list(map(letters_of, columns))
    return same and not any(cell.strip() for cell in more)


def _without_declaration(text: str) -> tuple[str, int]:
    """Returns a text without the line "sep=;" in which Excel declares the separator, and its lines.

    Returns:
        The rest of the text, and how many lines were taken off.
    """
    first, _, rest = text.partition("\n")
    return (rest, 1) if re.fullmatch(r"\"?sep=.\"?\r?", first, re.IGNORECASE) else (text, 0)


def numbered_rows(
    text: str, separator: str, path: Path, skipped: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of a text with the number of the line on which each begins.

    Raises:
        DataError: A row is damaged.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True
    )
    while True:
        number = reader.line_num + 1 + skipped
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"Row {number} of {path} cannot be read ({error}): check the quotes in it, or "
                "open the table in a spreadsheet program and save it as .xlsx."
            ) from None
        yield number, row


def decoded(path: Path) -> str:
    """Returns the text of a file in UTF-8, UTF-16 or cp1250, without a byte order mark.

    Raises:
        DataError: The encoding is another one, or the text is damaged.
    """
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif 4 * data[:1000].count(0) > len(data[:1000]):
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    encodings = [encoding]
    if encoding == "utf-8-sig" and not _is_damaged_utf8(data):
        encodings.append("cp1250")
    row = 1
    for each in encodings:
        try:
            text = data.decode(each)
        except UnicodeDecodeError as error:
            row = data.count(b"\n", 0, error.start) + 1
            continue
        if "\0" not in text:
            return text
        row = text.count("\n", 0, text.index("\0")) + 1
    raise DataError(
        f"Row {row} of {path} holds bytes that are not text: save the table again, as UTF-8 text "
        "or as .xlsx."
    )


def _is_damaged_utf8(data: bytes) -> bool:
    """Returns whether most non-ASCII bytes are valid UTF-8, which is rare in cp1250."""
    letters = [each for each in data.decode("utf-8-sig", "surrogateescape") if not each.isascii()]
    broken = sum("\ud800" <= each <= "\udfff" for each in letters)
    return broken < len(letters) - broken


def _workbook_sheets(path: Path) -> list[Sheet]:
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

    sheet_name = ""
    try:
        check_bounds(path)
        spans = merged_in_ods(path)
        sheets = []
        # Given an open file, the library detects the format by the contents and not by the name.
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            for about in book.sheets_metadata:
                if about.typ != SheetTypeEnum.WorkSheet:
                    continue
                sheet_name = about.name
                sheet = book.get_sheet_by_name(sheet_name)
                if sheet.total_height * sheet.total_width > CELLS:
                    raise DataError(
                        f"The sheet {sheet_name} of {path} is too large for a table: it spans "
                        f"{sheet.total_height * sheet.total_width:,} cells. Delete what lies far "
                        "below or to the right of the table."
                    )
                rows = sheet.to_python(skip_empty_area=False)
                _fill(rows, [*(sheet.merged_cell_ranges or ()), *spans.get(sheet_name, ())], path)
                sheets.append(Sheet(sheet_name, rows, range(1, len(rows) + 1)))
        return sheets
    except PasswordError:
        raise DataError(f"{path} asks for a password: save it without one.") from None
    except DataError:
        raise
    # A damaged spreadsheet fails in zipfile, zlib, lzma, struct or calamine, each with exceptions
    # of its own; to the user all mean the same.
    except Exception as error:
        at = f"its sheet {sheet_name}: " if sheet_name else ""
        raise DataError(_unreadable(path, f"{at}{error}")) from None


def _unreadable(path: Path, reason: str) -> str:
    return (
        f"{path} cannot be read as an .xlsx spreadsheet ({reason}): open it in a spreadsheet "
        "program and save it anew as .xlsx."
    )


def _fill(
    rows: list[list[Any]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    path: Path,
) -> None:
    """Copies the value of merged cells into every row that they span."""
    filled = 0
    for (top, left), (bottom, right) in merged:
        for row in rows[top + 1 : bottom + 1]:
            row[left : right + 1] = rows[top][left : right + 1]
            filled += right + 1 - left
        if filled > CELLS:
            raise DataError(f"{path} is too large for a table: it merges {filled:,} cells.")


def _keys(columns: Columns) -> dict[str, tuple[str, int]]:
    """Returns the column of each spelling, with 0 for its own name and more for synonyms."""
    keys = {
        letters_of(word): (name, rank)
        for name in (*columns.required, *columns.others)
        for rank, word in enumerate(columns.synonyms.get(name, ()), start=1)
    }
    return keys | {letters_of(name): (name, 0) for name in (*columns.required, *columns.others)}


def _with_header(
    sheets: Sequence[Sheet], columns: Columns, own_names: bool = False
) -> list[tuple[Sheet, int]]:
    found = ((sheet, _header_row(sheet, columns, own_names)) for sheet in sheets)
    return [(sheet, row) for sheet, row in found if row is not None]


def _header_row(sheet: Sheet, columns: Columns, own_names: bool = False) -> int | None:
    """Returns the index of the first row that names all required columns.

    Args:
        sheet: The sheet.
        columns: The columns.
        own_names: Whether synonyms do not count.
    """
    keys = _keys(columns)
    for place, row in enumerate(sheet.rows[:HEADER_ROWS]):
        cells = (keys.get(letters_of(cell)) for cell in row if isinstance(cell, str))
        named = {name for name, rank in filter(None, cells) if rank == 0 or not own_names}
        if own_names:
            is_header = named.issuperset(columns.required)
        else:
            is_header = all({name, columns.instead.get(name)} & named for name in columns.required)
        if is_header:
            return place
    return None


def _table_of(path: Path, sheet: Sheet, header: int, columns: Columns, is_only: bool) -> FoundTable:
    where = f"the sheet {sheet.name} of {path}" if sheet.name and not is_only else str(path)
    keys = _keys(columns)
    places: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(sheet.rows[header]):
        name, rank = keys.get(letters_of(cell), (None, 0)) if isinstance(cell, str) else (None, 0)
        if name is None:
            continue
        if name not in places or rank < places[name][0]:
            places[name] = rank, place
        elif rank == places[name][0]:
            raise DataError(
                f"Row {sheet.numbers[header]} of {where} names the column {name} twice: keep one."
            )
    width = len(sheet.rows[header])
    names = [(place, letters_of(sheet.rows[header][place])) for _, place in places.values()]
    rows = []
    for number, row in zip(sheet.numbers[header + 1 :], sheet.rows[header + 1 :], strict=True):
        if all(place < len(row) and letters_of(row[place]) == name for place, name in names):
            # The header again, as on each page of a printed list.
            continue
        if sheet.strict and any(str(cell).strip() for cell in row[width:]):
            raise DataError(
                f"Row {number} of {where} has {len(row)} cells where the header names {width}: put "
                "quotes around what holds a separator, or save the table as .xlsx."
            )
        rows.append((number, row))
    return FoundTable(where, {name: place for name, (_, place) in places.items()}, rows)


def _no_header(path: Path, sheets: Sequence[Sheet], columns: Columns, sheet_name: str) -> str:
    """Returns a sentence about what a file has instead of the table."""
    named = [each for each in sheets if letters_of(each.name) == letters_of(sheet_name)]
    text = [each for each in sheets if not each.name]
    sheet, there = _nearest_header(named or text or sheets, columns)
    names = ", ".join(there[:20]) or "nothing"
    wanted = ", ".join(columns.required)
    if not named and not text:
        there_are = ", ".join(each.name for each in sheets) or "none"
        nearest = f"; {sheet.name} comes nearest, it names {names}" if sheet else ""
        return (
            f"{path} has no sheet {sheet_name!r}; it has {there_are}. Nor does another "
            f"sheet name {wanted} in one of its first rows{nearest}."
        )
    letters = {letters_of(name) for name in there}
    missing = [name for name in columns.required if letters_of(name) not in letters]
    where = f"The sheet {sheet.name} of {path}" if sheet and sheet.name else str(path)
    return (
        f"{where} has no column {' and no column '.join(missing)}: one of its first rows must name "
        f"{wanted}; it names {names}."
    )


def _nearest_header(
    sheets: Sequence[Sheet], columns: Columns
) -> tuple[Sheet | None, tuple[str, ...]]:
    """Returns the sheet and the cells of the row that names the most required columns."""
    keys = _keys(columns)
    rows = [
        (sheet, tuple(_text(cell) for cell in row if _text(cell)))
        for sheet in sheets
        for row in sheet.rows[:HEADER_ROWS]
        if any(map(_text, row))
    ]
    nothing = (sheets[0] if sheets else None, ())
    return max(
        rows,
        key=lambda pair: len(
            {keys[letters_of(cell)][0] for cell in pair[1] if letters_of(cell) in keys}
        ),
        default=nothing,
    )


def _text(cell: object) -> str:
    return visible(str(cell)) if cell is not None else ""


def _beside(path: Path) -> str:
    """Suggests the tables in the folder of a missing one."""
    try:
        names = sorted(
            each.name
            for each in path.parent.iterdir()
            if each.suffix.casefold() in TEXT_SUFFIXES + WORKBOOK_SUFFIXES
        )
    except OSError:
        names = []
    if not names:
        return "name the table with --table"
    return f"name another with --table; there is {', '.join(names[:5])}"


def is_table(path: Path) -> bool:
    """Returns whether a file has the suffix of a table."""
    return path.suffix.casefold() in (".csv", ".tsv", *WORKBOOK_SUFFIXES)
