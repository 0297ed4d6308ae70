"""An answer as an XLSX workbook; ``pinacoteca/answer_table.py`` writes CSV."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from texts import TEXTS, Language, movement_name

from pinacoteca.results import QueryResult
from pinacoteca.spreadsheets import write_cell
from pinacoteca.styles import style_name
from pinacoteca.years import as_written

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# Widths of columns in characters, the unit of spreadsheets.
NARROWEST, WIDEST = 8, 48

Cell = str | int | float | None


def answer_xlsx(result: QueryResult, language: Language) -> bytes:
    """Returns a workbook with a sheet of neighbours and a sheet of movements, in a language."""
    from openpyxl import Workbook

    texts = TEXTS[language]
    workbook = Workbook()
    paintings = workbook.active
    paintings.title = texts.sheet_paintings
    header = (
        texts.column_rank,
        texts.column_artist,
        texts.column_title,
        texts.column_year,
        texts.column_style,
        texts.metric,
        texts.column_closeness,
        texts.column_mirrored,
        texts.page,
        texts.column_image,
    )
    rows = [
        (
            neighbour.rank,
            neighbour.artist,
            neighbour.title,
            as_written(neighbour.year),
            style_name(neighbour.style, language),
            round(neighbour.distance, 6),
            round(neighbour.closeness, 6),
            texts.yes if neighbour.mirrored else texts.no,
            neighbour.links.get("page"),
            neighbour.links.get("image"),
        )
        for neighbour in result.neighbours
    ]
    _fill(paintings, header, rows, percent_column=7)
    movements = workbook.create_sheet(texts.sheet_movements)
    probabilities = [
        (movement_name(entry.movement, language), round(entry.probability, 6))
        for entry in result.movements
    ]
    _fill(movements, (texts.movement, texts.column_probability), probabilities, percent_column=2)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _fill(
    sheet: Worksheet,
    header: tuple[str, ...],
    rows: Sequence[tuple[Cell, ...]],
    percent_column: int,
) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for column, name in enumerate(header, start=1):
        write_cell(sheet, 1, column, name).font = Font(bold=True)
        width = max(len(str(row[column - 1] or "")) for row in [header, *rows])
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = min(max(width + 2, NARROWEST), WIDEST)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = write_cell(sheet, number, column, value)
            if column == percent_column:
                cell.number_format = "0.0%"
    sheet.freeze_panes = "A2"
