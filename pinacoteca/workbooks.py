"""Sheets of spreadsheets that come from strangers: what they unpack to is bounded."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from pinacoteca.errors import DataError

# A sheet in XML takes 6 to 10 times what its file takes; bombs of a few kilobytes take gigabytes.
UNPACKED_PER_BYTE = 30
# As much may come of any file: 6,000 paintings.
UNPACKED_BYTES = 5_000_000
PARTS = 1_000
# A single cell in the last of 16,384 columns would widen every row.
COLUMNS = 100
# As many as a reader may hold that keeps a place for every cell up to the last one.
CELLS = 5_000_000
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')


def check_bounds(path: Path) -> None:
    """Refuses a file that unpacks to more than a spreadsheet should, or spans more cells.

    A file that is no ZIP archive, as those of Excel before 2007, is left to its reader.

    Raises:
        DataError: It does.
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
                    f"{path} is no ordinary spreadsheet: it unpacks to {unpacked / 1e6:.0f} MB in "
                    f"{count} parts. Save the table anew as .xlsx, or split it."
                )
            spanned = max((_cells_spanned(parts.read(name)) for name in _sheets(parts)), default=0)
    if spanned > CELLS:
        raise DataError(
            f"{path} is no ordinary spreadsheet: a sheet spans {spanned:,} cells. Delete what lies "
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


def sheet_rows(path: Path, name: str | None = None) -> list[tuple[object, ...]]:
    """Reads the rows of a sheet, the first 100 columns; formulas with the value last computed.

    Args:
        path: An .xlsx file, whatever it is called.
        name: Of the sheet; None for the one that is shown first.

    Raises:
        DataError: The file unpacks to more than a spreadsheet should, or has no such sheet.
        Exception: It is no spreadsheet, which zipfile, XML and openpyxl say in many ways.
    """
    from openpyxl import load_workbook

    check_bounds(path)
    # From an open file, openpyxl judges by the contents and not by the name.
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        if name is not None and name not in book.sheetnames:
            raise DataError(f"{path} has no sheet {name!r}; it has {', '.join(book.sheetnames)}.")
        sheet = book.active if name is None else book[name]
        # Some programs write a wrong extent, by which whole columns would be lost.
        sheet.reset_dimensions()
        return list(sheet.iter_rows(values_only=True, max_col=COLUMNS))
