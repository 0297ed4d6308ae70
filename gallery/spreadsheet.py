"""Writes the spreadsheet of the report of 2022: a row a painting, a logit for each movement."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pinacoteca.collection import EMBEDDINGS_FILE, TABLE_FILE, Collection, Painting
from pinacoteca.collection_map import MAP_FILE
from pinacoteca.errors import CollectionError
from pinacoteca.files import written_whole
from pinacoteca.spreadsheets import write_cell
from pinacoteca.workbooks import sheet_rows

if TYPE_CHECKING:
    import pandas as pd

SPREADSHEET_FILE = "romanian_paintings_with_features.xlsx"
# The files of a gallery. They are replaced together, so that they always fit each other.
GALLERY_FILES = (TABLE_FILE, EMBEDDINGS_FILE, MAP_FILE, SPREADSHEET_FILE)
# The text columns of the spreadsheet and their widths in characters.
TEXT_COLUMNS = (("image_id", 44), ("title", 40), ("artist", 26), ("style", 24))
# A 32-bit float of this size has no more digits.
DECIMAL_PLACES = 6


def write_spreadsheet(
    path: Path,
    paintings: Sequence[Painting],
    movements: Sequence[str],
    logits: npt.NDArray[np.floating[Any]],
) -> None:
    """Writes four columns of text, then a number for each movement, atomically.

    Args:
        path: The file.
        paintings: One for each row.
        movements: The names of the columns of ``logits``.
        logits: ``[paintings, movements]``.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "Paintings"
    header = [name for name, _ in TEXT_COLUMNS] + list(movements)
    for column, name in enumerate(header, start=1):
        write_cell(sheet, 1, column, name).font = Font(bold=True)
        # Two characters wider than the name, for the arrow of a filter.
        sheet.column_dimensions[get_column_letter(column)].width = len(name) + 2
    for column, (_, width) in enumerate(TEXT_COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, (painting, values) in enumerate(zip(paintings, logits, strict=True), start=2):
        for column, (name, _) in enumerate(TEXT_COLUMNS, start=1):
            write_cell(sheet, row, column, getattr(painting, name))
        for column, value in enumerate(values.tolist(), start=len(TEXT_COLUMNS) + 1):
            cell = write_cell(sheet, row, column, round(value, DECIMAL_PLACES))
            cell.number_format = "0.000"
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    with written_whole(path) as temporary:
        book.save(temporary)


def stored_logits(collection: Collection, folder: Path) -> pd.DataFrame:
    """Reads the logits: float64, a row for each ``image_id`` in order, a column for each movement.

    Raises:
        CollectionError: The spreadsheet is missing or damaged, or lacks a painting.
    """
    import pandas as pd

    path = folder / SPREADSHEET_FILE
    if not path.is_file():
        raise CollectionError(f"There is no {path}: build it with gallery/build.py.")
    try:
        header, *rows = sheet_rows(path)
        table = pd.DataFrame(rows, columns=[str(name or "") for name in header])
        # The reader pads every row to a fixed number of columns.
        table = table.drop(columns="", errors="ignore").dropna(subset="image_id")
        table = table.set_index(table.pop("image_id").astype(str))
        table = table.drop(columns=[name for name, _ in TEXT_COLUMNS if name != "image_id"])
        logits: pd.DataFrame = table.astype(np.float64)
    # A damaged spreadsheet fails in zipfile, openpyxl or pandas, with different errors.
    except Exception as error:
        raise CollectionError(
            f"{path} cannot be read as what gallery/build.py writes ({error}): build it anew."
        ) from None
    ids = [painting.image_id for painting in collection.paintings]
    if missing := [image_id for image_id in ids if image_id not in logits.index]:
        raise CollectionError(
            f"{path} lacks {len(missing)} paintings of the collection, such as {missing[0]}: "
            "build it from the same pictures."
        )
    return logits.loc[ids]
