"""Reads spreadsheets from strangers, with limits on the size of what they unpack to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, iterparse
from zipfile import ZipFile, is_zipfile

from pinacoteca.errors import DataError

# An XML sheet unpacks to 6 to 10 times its file; a ZIP bomb of kilobytes to gigabytes.
UNPACKED_PER_BYTE = 30
# Any file may unpack to this much, enough for 6,000 paintings.
UNPACKED_BYTES = 5_000_000
PARTS = 1_000
# Without a limit, a cell in the last of 16,384 columns would widen every row.
COLUMNS = 100
# The reader allocates every cell up to the last one, so their number is limited.
CELLS = 5_000_000
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')


def check_bounds(path: Path) -> None:
    """Refuses a file that unpacks to too much data or spans too many cells.

    Files that are not ZIP archives, such as those of Excel before 2007, are not checked.

    Raises:
        DataError: The file is too large.
        Exception: It is damaged, which zipfile and zlib say in many ways.
    """
    with path.open("rb") as file:
        if not is_zipfile(file):
            return
        with ZipFile(file) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
            count = len(parts.infolist())
            allowed = max(UNPACKED_BYTES, UNPACKED_PER_BYTE * path.stat().st_size)
            if unpacked > allowed or count > PARTS:
                raise DataError(
                    f"{path} is too large for a table: it unpacks to {unpacked / 1e6:.0f} MB in "
                    f"{count} parts. Save the table again as .xlsx, or split it."
                )
            spanned = max((_cells_spanned(parts.read(name)) for name in _sheets(parts)), default=0)
            spanned = max([spanned, *(each.cells for each in _ods_sheets(parts))])
    if spanned > CELLS:
        raise DataError(
            f"{path} is too large for a table: a sheet spans {spanned:,} cells. Delete what lies "
            "far below or to the right of the table."
        )


def _sheets(parts: ZipFile) -> list[str]:
    return [name for name in parts.namelist() if name.startswith("xl/worksheets/")]


def _cells_spanned(sheet: bytes) -> int:
    rows = columns = 0
    for letters, number in (match.groups() for match in _CELL.finditer(sheet)):
        rows = max(rows, int(number))
        column = 0
        for letter in letters:
            column = 26 * column + letter - 64
        columns = max(columns, column)
    return rows * columns


Area = tuple[tuple[int, int], tuple[int, int]]
_ODS_CONTENT = "content.xml"
_ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def merged_in_ods(path: Path) -> dict[str, list[Area]]:
    """Returns the merged cells of each sheet of an ODS file: first and last row and column.

    Rows and columns count from 0. Files of other kinds give an empty result.
    """
    with path.open("rb") as file:
        if not is_zipfile(file):
            return {}
        with ZipFile(file) as parts:
            return {sheet.name: sheet.merged for sheet in _ods_sheets(parts)}


@dataclass
class _OdsSheet:
    """Measures how many cells a sheet spans and which of them are merged."""

    name: str
    merged: list[Area] = field(default_factory=list)
    cells: int = 0
    # The position of the current cell and row, and the extent of the values so far.
    row: int = 0
    column: int = 0
    filled: int = 0

    def end_cell(self, cell: Element) -> None:
        """Takes a cell, or a run of equal ones."""
        down, right = _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned")
        if down > 1 or right > 1:
            last = self.row + down - 1, self.column + right - 1
            self.merged.append(((self.row, self.column), last))
        self.column += _number(cell, "number-columns-repeated")
        if len(cell):
            self.filled = self.column

    def end_row(self, row: Element) -> None:
        """Takes a row, or a run of equal ones, after its cells."""
        self.row += _number(row, "number-rows-repeated")
        if self.filled:
            self.cells = max(self.cells, self.row * self.filled)
        self.column = self.filled = 0
        row.clear()


def _number(element: Element, name: str) -> int:
    text = element.get(_ODS_TABLE + name, "1")
    return int(text) if re.fullmatch("[0-9]{1,7}", text) else 1


def _ods_sheets(parts: ZipFile) -> list[_OdsSheet]:
    """Reads the sheets of an ODS file; files of other kinds give an empty list."""
    if _ODS_CONTENT not in parts.namelist():
        return []
    sheets: list[_OdsSheet] = []
    depth = 0
    with parts.open(_ODS_CONTENT) as content:
        for event, element in iterparse(content, ("start", "end")):  # noqa: S314
            kind = element.tag.removeprefix(_ODS_TABLE)
            if kind == "table":
                # A cell may contain a nested table.
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    sheets.append(_OdsSheet(element.get(_ODS_TABLE + "name", "")))
            elif event == "end" and depth == 1:
                if kind in ("table-cell", "covered-table-cell"):
                    sheets[-1].end_cell(element)
                elif kind == "table-row":
                    sheets[-1].end_row(element)
    return sheets


def sheet_rows(path: Path, name: str | None = None) -> list[tuple[object, ...]]:
    """Reads the rows of a sheet, up to 100 columns; formulas give their last computed value.

    Args:
        path: An .xlsx file with any name.
        name: The name of the sheet; None for the active one.

    Raises:
        DataError: The file unpacks to too much data, or has no such sheet.
        Exception: It is not a spreadsheet, which zipfile, XML and openpyxl say in many ways.
    """
    from openpyxl import load_workbook

    check_bounds(path)
    # Given an open file, openpyxl checks the contents and not the name.
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        if name is not None and name not in book.sheetnames:
            raise DataError(f"{path} has no sheet {name!r}; it has {', '.join(book.sheetnames)}.")
        sheet = book.active if name is None else book[name]
        # Some programs declare a wrong extent, which would cut off whole columns.
        sheet.reset_dimensions()
        return list(sheet.iter_rows(values_only=True, max_col=COLUMNS))
