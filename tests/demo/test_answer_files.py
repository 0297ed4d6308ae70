"""The files that a visitor saves can be opened with common programs."""

from __future__ import annotations

import csv
import io

import pytest
from answer_files import answer_xlsx
from answers import answer
from galleries import painting
from openpyxl import load_workbook

from pinacoteca.answer_table import COLUMNS, answer_csv
from pinacoteca.years import Year

HOSTILE = ('=HYPERLINK("http://evil.example","x")', "+1+1", "-2", "@SUM(A1)", "a;=1+1", "\t=1")


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_csv_holds_the_movements_and_the_neighbours() -> None:
    data = answer_csv(answer(painting(0), painting(1, artist="Ștefan Țară")))

    assert data.startswith(b"\xef\xbb\xbf")
    rows = rows_of(data)
    assert tuple(rows[0]) == COLUMNS
    assert [row["kind"] for row in rows] == ["movement"] * 3 + ["neighbour"] * 2
    assert (rows[0]["movement"], rows[0]["probability"]) == ("Impressionism", "0.62")
    first, second = rows[3:]
    assert (first["rank"], first["year"], first["distance"]) == ("1", "", "0.1")
    assert first["image"] == "https://uploads.wikiart.org/work-0.jpg"
    assert (second["artist"], second["mirrored"]) == ("Ștefan Țară", "yes")
    assert second["page"] == "https://www.wikiart.org/en/painter/work-1"


@pytest.mark.parametrize("title", HOSTILE)
def test_no_cell_of_a_csv_is_a_formula(title: str) -> None:
    data = answer_csv(answer(painting(1, title=title, artist=title, style=title)))

    (row,) = [row for row in rows_of(data) if row["kind"] == "neighbour"]
    for column in ("title", "artist", "style"):
        # With Romanian settings a semicolon starts a new cell, too.
        for cell in row[column].split(";"):
            assert cell.startswith("'") or cell.lstrip()[:1] not in "=+-@", cell
        assert row[column].replace("'", "") == title.replace("'", "")


def test_an_xlsx_is_in_the_language_of_the_page() -> None:
    workbook = load_workbook(io.BytesIO(answer_xlsx(answer(painting(0), painting(1)), "ro")))

    assert workbook.sheetnames == ["Tablouri", "Curente"]
    header, first, second = workbook["Tablouri"].iter_rows(values_only=True)
    assert header[:5] == ("Locul", "Artistul", "Titlul", "Anul", "Stilul")
    assert first[:6] == (1, "Painter", "Work 0", None, "Cubism", 0.1)
    assert (first[7], second[7]) == ("nu", "da")
    movements = list(workbook["Curente"].iter_rows(values_only=True))
    assert movements[1] == ("Impresionism", 0.62)
    english = load_workbook(io.BytesIO(answer_xlsx(answer(painting(1)), "en")))
    assert english.sheetnames == ["Paintings", "Movements"]


@pytest.mark.parametrize("title", HOSTILE)
def test_no_cell_of_an_xlsx_is_a_formula(title: str) -> None:
    data = answer_xlsx(answer(painting(1, title=title)), "en")

    cell = load_workbook(io.BytesIO(data))["Paintings"]["C2"]
    assert (cell.data_type, cell.value) == ("s", title)


def test_an_answer_without_neighbours_can_be_saved_too() -> None:
    assert len(rows_of(answer_csv(answer()))) == 3
    assert load_workbook(io.BytesIO(answer_xlsx(answer(), "en")))["Paintings"].max_row == 1


def test_a_year_that_is_a_range_is_saved_as_it_is_written() -> None:
    known = answer(painting(1, year=Year(1907, 1908, "1907/08")), painting(2, year=1909))

    assert [row["year"] for row in rows_of(answer_csv(known))[3:]] == ["1907/08", "1909"]
    sheet = load_workbook(io.BytesIO(answer_xlsx(known, "en"))).worksheets[0]
    assert [sheet["D2"].value, sheet["D3"].value] == ["1907/08", 1909]
