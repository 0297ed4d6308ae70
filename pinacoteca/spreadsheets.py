"""Cells that a spreadsheet program opens and nothing executes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet


def write_cell(sheet: Worksheet, row: int, column: int, value: str | int | float | None) -> Cell:
    """Writes a number as a number, a text as a text even if it begins with ``=``; returns the cell.

    Control characters, which no spreadsheet can hold, are left out.
    """
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        return sheet.cell(row, column, value)
    cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", value))
    # openpyxl takes "=1+1" for a formula. The type says otherwise, and the quote prefix keeps it
    # text when somebody edits the cell.
    cell.data_type = "s"
    cell.quotePrefix = value.lstrip()[:1] in ("=", "+", "-", "@")
    return cell
