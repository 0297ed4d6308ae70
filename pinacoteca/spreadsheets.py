"""Writes cells that a spreadsheet program does not execute as formulas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

Value = TypeVar("Value")

# Where a cell may start: with Romanian settings, programs split CSV at semicolons, even in quotes.
_CELL_START = r"(?:^|(?<=[;\t\r\n]))"
# The start of a formula (OWASP, "CSV Injection"), including full-width signs.
_FORMULA = r"(?=[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20])"


def defused(value: Value) -> Value | str:
    """Puts an apostrophe before each part of a text that a spreadsheet would run as a formula.

    This is for CSV, which has no types. A part that already has apostrophes gets one more, so that
    removing one restores the text. Other values are returned unchanged.
    """
    return re.sub(_CELL_START + _FORMULA, "'", value) if isinstance(value, str) else value


def restored(value: str) -> str:
    """Undoes ``defused``."""
    return re.sub(_CELL_START + "'" + _FORMULA, "", value)


def write_cell(sheet: Worksheet, row: int, column: int, value: str | int | float | None) -> Cell:
    """Writes a number, or a text that stays text even if it begins with ``=``; returns the cell.

    Control characters, which a spreadsheet cannot hold, are removed.
    """
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        return sheet.cell(row, column, value)
    cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", value))
    # openpyxl takes "=1+1" for a formula. The type makes it a text, and the quote prefix keeps it
    # one when somebody edits the cell.
    cell.data_type = "s"
    cell.quotePrefix = value.lstrip()[:1] in ("=", "+", "-", "@")
    return cell
