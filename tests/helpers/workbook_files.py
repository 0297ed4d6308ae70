"""Generates spreadsheets like those of several programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile

Rows = Sequence[Sequence[str]]
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def write_ods(
    path: Path, sheets: Mapping[str, Rows], spans: Mapping[tuple[int, int], int] | None = None
) -> Path:
    """Writes an OpenDocument spreadsheet; ``spans`` gives the number of rows of merged cells."""
    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(_ods_row(row, number, spans or {}) for number, row in enumerate(rows))
        # LibreOffice ends a sheet in this way.
        + '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{_OFFICE}:office:1.0" xmlns:table="{_OFFICE}:table:1.0" '
        f'xmlns:text="{_OFFICE}:text:1.0" office:version="1.3"><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_OFFICE}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    with ZipFile(path, "w") as parts:
        parts.writestr("mimetype", kind)
        parts.writestr("content.xml", content)
        parts.writestr("META-INF/manifest.xml", manifest)
    return path


def _ods_row(row: Sequence[str], number: int, spans: Mapping[tuple[int, int], int]) -> str:
    cells = []
    for column, text in enumerate(row):
        span = spans.get((number, column))
        covered = any(
            place[1] == column and place[0] < number < place[0] + rows
            for place, rows in spans.items()
        )
        kind = "covered-table-cell" if covered else "table-cell"
        merged = f' table:number-rows-spanned="{span}" table:number-columns-spanned="1"' * bool(
            span
        )
        inside = f"<text:p>{escape(text)}</text:p>" if text else ""
        value = ' office:value-type="string"' if text else ""
        cells.append(f"<table:{kind}{merged}{value}>{inside}</table:{kind}>")
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def write_xls(
    path: Path, sheets: Mapping[str, Rows], spans: Mapping[tuple[int, int], int] | None = None
) -> Path:
    """Writes a workbook of Excel 97."""
    import xlwt

    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                if span := (spans or {}).get((number, column)):
                    sheet.write_merge(number, number + span - 1, column, column, text)
                elif text:
                    sheet.write(number, column, text)
    book.save(str(path))
    return path
