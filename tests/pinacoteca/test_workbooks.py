"""Spreadsheets that unpack to far too much are refused cheaply."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from pinacoteca.errors import DataError
from pinacoteca.workbooks import COLUMNS, sheet_rows

READ = """
import re, sys, time
from pathlib import Path
from pandorarom import read_table
from pinacoteca.errors import DataError
for path in sys.argv[1:]:
    start = time.process_time()
    try:
        read_table(Path(path))
        outcome = "read"
    except DataError as error:
        outcome = str(error)
    # Not getrusage, whose peak starts with the memory of the parent process.
    peak = int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
    print(time.process_time() - start, peak, outcome, sep="\\t")
"""


def workbook(path: Path, parts: dict[str, bytes]) -> Path:
    """Writes a small workbook with replaced parts."""
    book = Workbook()
    book.active.title = "Lista-completa"
    book.active.append(["image_id", "style"])
    book.active.append(["a_b", "Cubism"])
    whole = path.with_suffix(".whole.xlsx")
    book.save(whole)
    with ZipFile(whole) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for part in source.namelist():
            target.writestr(part, parts.pop(part, b"") or source.read(part))
        for part, data in parts.items():
            target.writestr(part, data)
    whole.unlink()
    return path


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
ROWS = b'<row><c t="inlineStr"><is><t>a</t></is></c></row>'
WIDE = b'<row><c r="XFD1"><v>1</v></c></row>'
STRINGS = "xl/sharedStrings.xml"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "'
    + b"ha" * 1000
    + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + step, b"&%c;" % (97 + step) * 10) for step in range(8))
    + b"]><sst><si><t>&i;</t></si></sst>"
)


def test_bombs_cost_little(tmp_path: Path) -> None:
    bombs = [
        workbook(tmp_path / "rows.xlsx", {SHEET: HEAD + ROWS * 300_000 + TAIL}),
        workbook(tmp_path / "spaces.xlsx", {SHEET: HEAD + b" " * 40_000_000 + TAIL}),
        workbook(tmp_path / "parts.xlsx", {f"x/{number}": b"" for number in range(2_000)}),
        workbook(tmp_path / "wide.xlsx", {SHEET: HEAD + WIDE * 5_000 + TAIL}),
        workbook(tmp_path / "far.xlsx", {SHEET: HEAD + b'<row r="1048576"><c/></row>' + TAIL}),
        workbook(tmp_path / "laughs.xlsx", {STRINGS: LAUGHS}),
    ]

    command = [sys.executable, "-c", READ, *map(str, bombs)]
    root = Path(__file__).resolve().parents[2]
    environment = {"PYTHONPATH": f"{root}:{root / 'gallery'}"}
    result = subprocess.run(command, capture_output=True, text=True, env=environment)

    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert len(lines) == len(bombs), result.stderr
    for bomb, (seconds, peak, outcome) in zip(bombs, lines, strict=True):
        assert float(seconds) < 10, (bomb.name, seconds)
        assert float(peak) < 400, (bomb.name, peak)
        refused = bomb.stem in ("rows", "spaces", "parts")
        assert ("unpacks to" in outcome) == refused, (bomb.name, outcome)


def test_an_ordinary_sheet_is_read_as_it_is(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["image_id", "number", "formula"])
    book.active.append(["007", 7.5, "=1+1"])
    book.save(tmp_path / "a.xlsx")

    header, row = sheet_rows(tmp_path / "a.xlsx")

    assert header[:4] == ("image_id", "number", "formula", None)
    assert row[:3] == ("007", 7.5, None)
    assert len(header) == COLUMNS
    assert load_workbook(tmp_path / "a.xlsx").active.max_column == 3
    with pytest.raises(DataError, match="has no sheet 'B'; it has Sheet"):
        sheet_rows(tmp_path / "a.xlsx", "B")


LINKS = "xl/externalLinks/externalLink1.xml"
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "%s">]>'


@pytest.mark.parametrize("where", ["file", "http"])
def test_nothing_outside_a_spreadsheet_is_read(where: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("blue-elephant")
    with socket.create_server(("127.0.0.1", 0)) as source:
        source.setblocking(False)
        port = source.getsockname()[1]
        address = secret.as_uri() if where == "file" else f"http://127.0.0.1:{port}/blue-elephant"
        entity = DTD % address.encode()
        link = f'<externalLink><externalBook r:id="rId1" target="{address}"/></externalLink>'
        cell = (
            b'<row><c t="inlineStr"><is><t>&e;</t></is></c></row>'
            b"<row><c><f>[1]Sheet1!A1</f></c><c><f>WEBSERVICE(%s)</f></c></row>" % address.encode()
        )
        for number, parts in enumerate(
            (
                {SHEET: entity + HEAD + cell + TAIL},
                {STRINGS: entity + b"<sst><si><t>&e;</t></si></sst>"},
                {SHEET: HEAD + cell.replace(b"&e;", b"a") + TAIL, LINKS: link.encode()},
            )
        ):
            path = workbook(tmp_path / f"{number}.xlsx", parts)
            try:
                rows = sheet_rows(path)
            # A file that is not a spreadsheet raises many types of error; the caller makes a
            # sentence of them.
            except Exception as error:
                assert "blue-elephant" not in str(error).replace(address, "")
            else:
                assert "blue-elephant" not in str(rows).replace(address, "")
        with pytest.raises(BlockingIOError):
            source.accept()
