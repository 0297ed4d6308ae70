"""Tables from other programs, with headers in unusual places."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import ZipFile

import build
import pytest
from matching import matched
from openpyxl import Workbook
from pandorarom import SHEET, read_table
from workbook_files import write_ods, write_xls

from pinacoteca.errors import DataError
from pinacoteca.picture_tree import Pictures, picture_key

HEADER = ("image_id", "style", "artist_slug", "title", "artist")
ROWS = (
    ("a_1", "Realism", "a", "Țărancă; cu basma", "Ștefan A"),
    ("a_2", "Cubism", "a", 'The "wash", twice', "Ștefan A"),
)


def text_of(separator: str, header: Sequence[str] = HEADER, above: str = "") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows((header, *ROWS))
    return above + file.getvalue()


def write_xlsx(path: Path, *rows: Sequence[object], sheet: str = SHEET) -> Path:
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def check(path: Path) -> None:
    first, second = read_table(path).entries
    assert (first.image_id, first.style, first.artist_slug) == ("a_1", "Realism", "a")
    assert (first.title, first.artist) == ("Țărancă; cu basma", "Ștefan A")
    assert (second.image_id, second.title) == ("a_2", 'The "wash", twice')


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250"])
def test_a_text_is_read_with_any_separator_in_any_coding(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    text = text_of(separator)
    if encoding == "cp1250":
        # This coding only has the letters with a cedilla.
        text = text.replace("Ț", "Ţ").replace("Ș", "Ş")
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))

    check(path)


def test_a_cell_that_is_too_long_is_named(tmp_path: Path) -> None:
    text = text_of(",") + f"a_3,Realism,{'A' * 200_000}\n"
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")

    with pytest.raises(DataError, match=r"Row 4 of .* cannot be read"):
        read_table(tmp_path / "table.csv")


@pytest.mark.parametrize("name", ["table.tsv", "table.txt", "table.xls", "table.xlsx", "table"])
def test_a_text_is_read_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(text_of("\t"), encoding="utf-8")

    check(tmp_path / name)


def test_what_excel_writes_before_a_text_is_no_row(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(text_of(";", above="sep=;\r\n"), encoding="utf-8-sig")

    check(tmp_path / "table.csv")


@pytest.mark.parametrize(
    "header",
    [
        ("Image ID", "STYLE", "Artist Slug", "Title", "Artist"),
        ("\ufeffimage_id", "style\u00a0", "\u00a0artist_slug", "ti\u00adtle", "artist\u200b"),
        ("image-id", "Style:", "artist slug", "Titlu", "Autor"),
    ],
)
def test_columns_are_known_by_their_letters(tmp_path: Path, header: Sequence[str]) -> None:
    check(write_xlsx(tmp_path / "table.xlsx", header, *ROWS))
    (tmp_path / "table.csv").write_text(text_of(";", header), encoding="utf-8")
    check(tmp_path / "table.csv")


@pytest.mark.parametrize(
    "header",
    [
        ("Cod imagine", "Stil", "Slug artist", "Titlul lucrării", "Pictor"),
        ("Filename", "Movement", "slug", "Title of work", "Artist's name"),
        ("Nr. inventar", "Curent artistic", "artist_slug", "Denumire", "Nume artist"),
    ],
)
def test_a_header_may_use_other_words(tmp_path: Path, header: Sequence[str]) -> None:
    check(write_xlsx(tmp_path / "table.xlsx", header, *ROWS, header, sheet="Foaie1"))
    (tmp_path / "table.csv").write_text(text_of(";", header), encoding="utf-8")
    check(tmp_path / "table.csv")


def test_painters_need_no_slug(tmp_path: Path) -> None:
    header = ("Fișier", "Stil", "Pictor", "Anul execuției")
    rows = [
        ("1.jpg", "", "Ştefan Luchian", "c. 1907"),
        ("2.jpg", "", "Ștefan Luchian", ""),
        ("3.jpg", "", "", ""),
        ("4.jpg", "", "stefan-luchian", ""),
    ]

    entries = read_table(write_xlsx(tmp_path / "table.xlsx", header, *rows)).entries

    assert [(each.image_id, each.artist, each.artist_slug) for each in entries] == [
        ("1", "Ștefan Luchian", "ștefan-luchian"),
        ("2", "Ștefan Luchian", "ștefan-luchian"),
        ("3", "", ""),
        ("4", "Ștefan Luchian", "stefan-luchian"),
    ]
    assert str(entries[0].year) == "c. 1907"
    # WikiArt has no page of a painting that somebody else numbered.
    assert {each.page_url for each in entries} == {None}


def test_the_own_names_of_columns_come_first(tmp_path: Path) -> None:
    other = ("Fișier", "Stil", "Pictor")
    sheets = {"Inventar": (other, ("x", "y", "z")), "Lista": (HEADER, *ROWS)}
    check(write_ods(tmp_path / "table.ods", sheets))

    path = write_xlsx(tmp_path / "table.xlsx", ("ID", *HEADER), ("7", *ROWS[0]), ("8", *ROWS[1]))
    check(path)


def test_a_table_without_the_columns_lists_those_that_it_has(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "table.xlsx", ["2024"], ["Pictura", "Stil", "Pictor"], *ROWS, sheet="Foaie1"
    )

    with pytest.raises(DataError, match="Foaie1 comes nearest, it names Pictura, Stil, Pictor"):
        read_table(path)


def test_spaces_may_stand_before_quotes(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text_of(",").replace(",", ", ").replace(", twice", "; twice"), "utf-8")

    assert [each.image_id for each in read_table(path).entries] == ["a_1", "a_2"]


def test_a_title_may_stand_above_the_header(tmp_path: Path) -> None:
    check(write_xlsx(tmp_path / "table.xlsx", ["Our paintings, 2024"], [], HEADER, *ROWS))
    (tmp_path / "table.csv").write_text(text_of(",", above="Our paintings\n\n"), encoding="utf-8")
    check(tmp_path / "table.csv")


@pytest.mark.parametrize("sheet", ["Sheet1", "lista-completa", "LISTA COMPLETA ", "Foaie1"])
def test_the_sheet_is_found_by_its_columns(tmp_path: Path, sheet: str) -> None:
    path = write_xlsx(tmp_path / "table.xlsx", HEADER, *ROWS, sheet=sheet)

    check(path)


def test_of_two_sheets_one_must_be_named(tmp_path: Path) -> None:
    sheets = {"Old": (HEADER, *ROWS[:1]), "New": (HEADER, *ROWS)}

    with pytest.raises(DataError, match=r"several sheets .* Old, New\. Rename the right one"):
        read_table(write_ods(tmp_path / "table.ods", sheets))
    check(write_ods(tmp_path / "table.ods", {"Old": sheets["Old"], SHEET: sheets["New"]}))


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "table.xlsx", [*HEADER, "Image ID"], *ROWS)

    with pytest.raises(DataError, match=r"Row 1 of .* names the column image_id twice"):
        read_table(path)


@pytest.mark.parametrize("write", [write_ods, write_xls])
def test_workbooks_of_other_programs_are_read(tmp_path: Path, write: Callable[..., Path]) -> None:
    """Including their merged cells."""
    rows = (
        ("image_id", "style", "artist_slug"),
        ("x1", "Realism", "ion-tuculescu"),
        ("x2", "", ""),
        ("x3", "Cubism", ""),
    )
    path = write(tmp_path / "table.any", {"Other": (), SHEET: rows}, {(1, 1): 2, (1, 2): 3})

    found = [(entry.image_id, entry.style, entry.artist) for entry in read_table(path).entries]

    assert found == [
        ("x1", "Realism", "Ion Țuculescu"),
        ("x2", "Realism", "Ion Țuculescu"),
        ("x3", "Cubism", "Ion Țuculescu"),
    ]


def test_an_open_document_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "table.ods", {SHEET: (HEADER, *ROWS)})

    with ZipFile(path) as parts:
        content = parts.read("content.xml").replace(
            b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">'
        )
    with ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", content)

    with pytest.raises(DataError, match=r"spans [\d,]+ cells"):
        read_table(path)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda text: text.replace('"The ""wash""', '"The "wash""'), r"Row 3 of .*table\.csv"),
        (lambda text: text.replace("Cubism", '"Cubism'), r"Row 3 of .*table\.csv"),
        (lambda text: text.replace("Cubism", "Cubism,and,more"), r"Row 3 .* has 7 cells where"),
        (lambda text: text.replace("Cubism", "Cub\0ism"), r"Row 3 of .* not text"),
        (lambda text: text.replace("image_id", "image"), "has no column image_id.* it names image"),
        (lambda text: text[: text.index("a_1")], "has no row with an image_id"),
        (lambda text: "<html><table>" + text, "is a web page"),
        (lambda text: "", "has no column image_id.* it names nothing"),
    ],
)
def test_a_damaged_text_is_named_with_its_row(
    tmp_path: Path, damage: Callable[[str], str], sentence: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(damage(text_of(",")), encoding="utf-8", newline="")

    with pytest.raises(DataError, match=sentence) as caught:
        read_table(path)
    assert "\n" not in str(caught.value)


def test_a_damaged_letter_is_named_with_its_row(tmp_path: Path) -> None:
    data = text_of(",").encode().replace("Ștefan".encode(), b"\xc8tefan", 1)
    (tmp_path / "table.csv").write_bytes(data)

    with pytest.raises(DataError, match=r"Row 2 of .* holds bytes that are not text"):
        read_table(tmp_path / "table.csv")


def test_a_flipped_bit_of_a_workbook_is_named(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "table.xlsx", HEADER, *ROWS)
    data = bytearray(path.read_bytes())
    data[data.index(b"xl/worksheets/sheet1.xml") + 60] ^= 4
    path.write_bytes(data)

    with pytest.raises(DataError, match=r"table\.xlsx cannot be read .* save it anew"):
        read_table(path)


def test_a_missing_table_names_those_beside_it(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("x")

    with pytest.raises(DataError, match=r"no spreadsheet .*there is list\.csv"):
        read_table(tmp_path / "list.xlsx")


def test_years_are_read_and_what_is_none_is_listed(tmp_path: Path) -> None:
    years = (1907.0, "c. 1907", "1907/08", "sec. XIX", datetime.date(1907, 5, 1), None, "Paris")
    rows = [(f"a_{number}", "S", "a", year) for number, year in enumerate(years)]
    header = ("image_id", "style", "artist_slug", "An")

    table = read_table(write_xlsx(tmp_path / "table.xlsx", header, *rows))

    shown = [None if each.year is None else str(each.year) for each in table.entries]
    assert shown == ["1907", "c. 1907", "1907/08", "sec. XIX", "1907-05-01", None, None]
    assert table.unreadable_years == ("row 8, a_6: Paris",)


def pictures_of(*names: str) -> Pictures:
    paths = {picture_key(Path(name).stem): Path(name) for name in names}
    return Pictures(paths, ())


@pytest.mark.parametrize(
    "written",
    [
        *("a_flori", "a_flori.JPG", "A_Flori", "a_fl\u00adori", "\ufeffa_flori"),
        *("a_flori\u200e.jpeg", "a_flori\u00a0", "Images/a/a_flori.jpg", "C:\\a\\a_flori.tif"),
    ],
)
def test_an_id_is_the_name_of_its_picture_however_it_is_written(
    tmp_path: Path, written: str
) -> None:
    path = write_xlsx(tmp_path / "table.xlsx", HEADER, (written, *ROWS[0][1:]))

    (entry,) = matched(read_table(path), pictures_of("a_flori.jpg")).entries

    assert entry.image_id.casefold() == "a_flori"


@pytest.mark.parametrize(
    ("row", "picture"),
    [("7", "007"), ("007", "7"), ("IMG 12", "IMG_0012"), ("tarancă", "țaranca"), ("ţuţ", "țuț")],
)
def test_a_row_matches_its_picture_in_spite_of_leading_zeros_and_the_like(
    tmp_path: Path, row: str, picture: str
) -> None:
    table = read_table(write_xlsx(tmp_path / "table.xlsx", HEADER, (row, *ROWS[0][1:])))

    found = matched(table, pictures_of(f"{picture}.jpg", "other.jpg"))

    assert [entry.image_id for entry in found.entries] == [picture]
    assert found.matched == (f"{row} is {picture}",)


def test_an_ambiguous_picture_is_not_matched(tmp_path: Path) -> None:
    table = read_table(write_xlsx(tmp_path / "table.xlsx", HEADER, ("7", *ROWS[0][1:])))

    assert matched(table, pictures_of("007.jpg", "07.jpg")) == table


def test_unmatched_rows_are_shown_with_the_nearest_name(tmp_path: Path) -> None:
    rows = [("stefan-luchian_\u0430nemones", "S", "a"), ("x", "S", "a")]
    table = read_table(write_xlsx(tmp_path / "table.xlsx", HEADER[:3], *rows))

    report = re.sub(
        r"\s+", " ", "\n".join(build.report(table, pictures_of("stefan-luchian_anemones.jpg"), {}))
    )

    assert (
        "2 rows without a picture stefan-luchian_\u0430nemones, nearest is stefan-luchian_anemones "
        "(one of them has U+0430) x 1 pictures without a row" in report
    )


@pytest.mark.data
@pytest.mark.parametrize(
    ("case", "painters", "years"),
    [
        ("11b-merged-cells-plain-ids", {"Ștefan Luchian", "Nicolae Tonitza"}, 0),
        ("12-years", {"Ștefan Luchian"}, 12),
        ("15-id-with-suffix-or-invisible", {"Ștefan Luchian"}, 2),
    ],
)
def test_tables_of_the_field_give_all_that_they_hold(
    shared_data: Path, case: str, painters: set[str], years: int
) -> None:
    folder = shared_data / "field-cases" / case

    table, pictures = build.read_sources(folder / "in", folder / "table.xlsx")

    assert {entry.artist for entry in table.entries} == painters
    assert sum(entry.year is not None for entry in table.entries) == years
    assert {picture_key(entry.image_id) for entry in table.entries} == set(pictures.paths)
    assert table.unreadable_years == ()


@pytest.mark.data
def test_spellings_of_a_painter_in_field_tables_are_one_painter(shared_data: Path) -> None:
    table, _ = build.read_sources(shared_data / "field-cases" / "14-cedilla-comma-nfd" / "in", None)

    assert {(entry.artist_slug, entry.artist) for entry in table.entries} == {
        ("ștefan-luchian", "Ștefan Luchian")
    }
