"""Cells that a spreadsheet program opens and nothing executes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

Value = TypeVar("Value")

# Where a spreadsheet starts a cell: Romanian settings split CSV at the semicolon, quoted or not.
_CELL_START = r"(?:^|(?<=[;\t\r\n]))"
# What a spreadsheet takes for a formula (OWASP, "CSV Injection"), full-width signs included.
_FORMULA = r"(?=[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20])"


def defused(value: Value) -> Value | str:
    """Puts an apostrophe before everything in a text that a spreadsheet would run as a formula.

    It is for CSV, which has no types. What already bears apostrophes gets one more, so that taking
    one away restores any text. What is no text comes back as it is.
    """
    return re.sub(_CELL_START + _FORMULA, "'", value) if isinstance(value, str) else value


def restored(value: str) -> str:
    """Undoes ``defused``."""
    return re.sub(_CELL_START + "'" + _FORMULA, "", value)


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
