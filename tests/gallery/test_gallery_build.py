"""PandoraRom is read with all its irregularities, and readable paintings make the collection."""

from __future__ import annotations

import errno
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import artists
import build
import numpy as np
import pytest
from corrections import Correction, write_corrections
from openpyxl import Workbook, load_workbook
from pandorarom import Entry, read_table
from PIL import Image
from trees import write_picture

from pinacoteca.classifier import Analysis, MovementClassifier
from pinacoteca.collection import Collection, Painting
from pinacoteca.errors import DataError
from pinacoteca.movements import MOVEMENTS
from pinacoteca.picture_tree import find_pictures
from pinacoteca.processes import Processes

HEADER = ("image_id", "style", "artist_slug")
ROWS = (
    ("stefan-luchian_anemones-1908", "Symbolism", "stefan-luchian"),
    ("stefan-luchian_the-wash(2)", "Realism", "stefan-luchian"),
    ("ion-țuculescu_ochi-și-flori", "Expressionism", "ion-țuculescu"),
)


def write_table(
    path: Path, rows: Iterable[Sequence[object]], header: Sequence[object] = HEADER
) -> Path:
    """Writes a spreadsheet in which cells that start with = are text, not formulas."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Lista-completa"
    for row, cells in enumerate((header, *rows), start=1):
        for column, value in enumerate(cells, start=1):
            cell = sheet.cell(row, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)
    return path


def entries(path: Path, *rows: Sequence[object], header: Sequence[object] = HEADER) -> list[Entry]:
    return list(read_table(write_table(path / "table.xlsx", rows, header)).entries)


@pytest.fixture
def pandorarom(tmp_path: Path) -> Path:
    for seed, (image_id, _, artist_slug) in enumerate(ROWS):
        folder = tmp_path / "pandorarom" / "Images" / artist_slug.title()
        write_picture(folder / f"{image_id}.jpg", seed)
    write_table(tmp_path / "pandorarom" / "table.xlsx", ROWS)
    return tmp_path / "pandorarom"


def mean_colours(pictures: Iterable[Image.Image]) -> Analysis:
    """Stands in for the network: distinguishes pictures at no cost."""
    colours = np.array([np.asarray(picture).mean((0, 1)) for picture in pictures], np.float32)
    likeness = {name: colours for name in ("hands", "styles", "subjects", "compositions")}
    return Analysis(colours[:, :2] - 100, colours, colours, **likeness)


@pytest.fixture
def classifier() -> Any:
    return SimpleNamespace(
        analyse=mean_colours,
        probabilities=lambda logits: np.full_like(logits, 0.5),
        fingerprint="colours",
        movements=(MOVEMENTS[4], MOVEMENTS[8]),
    )


@pytest.fixture
def built(classifier: Any, tmp_path: Path) -> Callable[..., Collection]:
    def call(directory: Path, per_artist: int | None = None, out: str = "out") -> Collection:
        table = read_table(directory / "table.xlsx")
        made = build.build(table, find_pictures(directory), classifier, tmp_path / out, per_artist)
        assert made is not None
        return made

    return call


def test_a_row_with_the_three_columns_is_enough(tmp_path: Path) -> None:
    (entry,) = entries(tmp_path, ("m.-h.-maxy_at-caf-1925", "Cubism", "m.-h.-maxy"))

    assert entry == Entry(
        image_id="m.-h.-maxy_at-caf-1925",
        artist_slug="m.-h.-maxy",
        style="Cubism",
        artist="M. H. Maxy",
        title="At caf",
        year=1925,
        page_url="https://www.wikiart.org/en/m.-h.-maxy/at-caf-1925",
        image_url=None,
    )


def test_further_columns_are_used_in_any_order_and_case(tmp_path: Path) -> None:
    header = (None, "Title", " artist_slug ", "STYLE", "image_id", "year", "artist", "image_url")
    rows = (
        (1, "Țărancă\ncu  basma", "a", "S", "a_x-1900", 1868.0, "Ștefan A", "https://x/y.jpg"),
        (2, None, "a", "NaN", "a_y-1900", "about 1870", "nan", "javascript:alert(1)"),
    )

    first, second = entries(tmp_path, *rows, header=header)

    assert (first.title, first.year, first.artist) == ("Țărancă cu basma", 1868, "Ștefan A")
    assert first.image_url == "https://x/y.jpg"
    assert (second.title, second.year, second.artist, second.style) == ("Y", 1870, "A", "")
    # An uncertain year is shown as it was written.
    assert str(second.year) == "about 1870"
    assert second.image_url is None


@pytest.mark.parametrize(
    ("slug", "title", "year"),
    [
        ("after-bath", "After bath", None),
        ("after-bath-1908", "After bath", 1908),
        ("spaces-2005(6)", "Spaces", 2005),
        ("1907", "1907", None),
        ("flight-0017", "Flight 0017", None),
        ("number-19089", "Number 19089", None),
        ("(3)", "(3)", None),
    ],
)
def test_titles_and_years_are_cut_from_slugs(
    tmp_path: Path, slug: str, title: str, year: int | None
) -> None:
    (entry,) = entries(tmp_path, (f"a_{slug}", "S", "a"))

    assert (entry.title, entry.year) == (title, year)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("", "Ștefan Luchian"),
        ("Stefan Luchian", "Ștefan Luchian"),
        ("Șt. Luchian", "Șt. Luchian"),
        ("Stefan-Luchian", "Ștefan Luchian"),
    ],
)
def test_names_get_their_diacritics_unless_the_table_knows_better(
    tmp_path: Path, given: str, name: str
) -> None:
    header = ("image_id", "style", "artist_slug", "artist")
    row = ("stefan-luchian_anemones", "Impressionism", "stefan-luchian", given)

    (entry,) = entries(tmp_path, row, header=header)

    assert entry.artist == name


def test_romanian_letters_have_a_comma_and_names_fit_their_slugs() -> None:
    for slug, name in artists.NAMES.items():
        assert not set(name) & set("şţŞŢ"), name
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        # WikiArt sometimes writes "tz" for ț.
        assert letters.replace(" ", "-") in (slug, slug.replace("tz", "t")), slug


def test_page_addresses_are_quoted(tmp_path: Path) -> None:
    (entry,) = entries(tmp_path, ("ion-ț_=1+1/../x?y", "S", "ion-ț"))

    assert entry.page_url == "https://www.wikiart.org/en/ion-%C8%9B/%3D1%2B1%2F..%2Fx%3Fy"


def test_rows_are_sorted_and_each_id_is_there_once(tmp_path: Path) -> None:
    rows = (("b_2", "first", "b"), ("a_1", "S", "a"), ("B_2", "second", "b"), (None, "S", "c"))
    path = write_table(tmp_path / "table.xlsx", (*rows, (None, None, None)))

    table = read_table(path)

    assert [entry.image_id for entry in table.entries] == ["a_1", "b_2"]
    assert table.entries[1].style == "first"
    assert table.duplicates == ("B_2",)
    assert table.rows_without_id == (5,)


def test_formulas_count_with_their_value_or_as_missing(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Lista-completa"
    book.active.append((*HEADER, "title"))
    # openpyxl does not compute formulas, so this one has no value.
    book.active.append(("a_after-rain", "S", "a", '=HYPERLINK("http://evil.example")'))
    book.save(tmp_path / "table.xlsx")

    (entry,) = read_table(tmp_path / "table.xlsx").entries

    assert entry.title == "After rain"


def test_a_wrong_extent_of_the_sheet_loses_nothing(tmp_path: Path) -> None:
    whole = write_table(tmp_path / "table.xlsx", ROWS)
    narrow = tmp_path / "narrow.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(narrow, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b'ref="A1:C4"', b'ref="A1"'))
        assert b'dimension ref="A1:C4"' in source.read("xl/worksheets/sheet1.xml")

    assert read_table(narrow).entries == read_table(whole).entries


@pytest.mark.parametrize("missing", HEADER)
def test_a_missing_column_is_named(tmp_path: Path, missing: str) -> None:
    header = [name for name in HEADER if name != missing]

    with pytest.raises(DataError, match=rf"no column {missing}: .* it names {header[0]}"):
        entries(tmp_path, ("x", "y"), header=header)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"image_id,style,artist_slug\n", r"cannot be read as an \.xlsx"),
        (b"", r"cannot be read as an \.xlsx"),
        (b"\xd0\xcf\x11\xe0 an .xls of 1997", r"cannot be read as an \.xlsx"),
        (b"PK\x05\x06" + bytes(18), r"cannot be read as an \.xlsx"),
    ],
)
def test_what_is_no_spreadsheet_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(content)

    with pytest.raises(DataError, match=sentence) as caught:
        read_table(path)
    assert "\n" not in str(caught.value)


def test_a_missing_spreadsheet_sheet_or_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no spreadsheet"):
        read_table(tmp_path / "table.xlsx")
    book = Workbook()
    book.active.title = "Sheet1"
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(DataError, match="no sheet 'Lista-completa'; it has Sheet1"):
        read_table(tmp_path / "other.xlsx")
    with pytest.raises(DataError, match="no row with an image_id"):
        entries(tmp_path)
    with pytest.raises(DataError, match="it names nothing"):
        entries(tmp_path, header=())


def test_pictures_are_found_by_id_in_either_folder(tmp_path: Path) -> None:
    root = tmp_path / "rom"
    write_picture(root / "IMAGES" / "Ion-Ț" / "Ion-Ț_Ochi.JPG", 1)
    # The same name in the other Unicode form of accents, as some file systems write it.
    write_picture(root / "IMAGES" / "x" / "s\u0326tefan_a.jpeg", 2)
    write_picture(root / "IMAGES" / "x" / "Ion-ț_ochi.png", 3)
    (root / "IMAGES" / "x" / "notes.txt").write_text("no picture")
    (root / "IMAGES" / "x" / ".hidden.jpg").write_text("no picture")

    for folder in (root, root / "IMAGES"):
        pictures = find_pictures(folder)
        assert {key: path.name for key, path in pictures.paths.items()} == {
            "ion-ț_ochi": "Ion-Ț_Ochi.JPG",
            "ștefan_a": "s\u0326tefan_a.jpeg",
        }
        assert [path.name for path in pictures.duplicates] == ["Ion-ț_ochi.png"]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder"):
        find_pictures(tmp_path / "nowhere")
    with pytest.raises(DataError, match="holds no pictures"):
        find_pictures(tmp_path)


def test_builds_what_has_both_a_row_and_a_picture(
    pandorarom: Path, built: Callable[..., Collection], capsys: Any, tmp_path: Path
) -> None:
    images = pandorarom / "Images" / "Stefan-Luchian"
    rows = (
        *ROWS,
        ("a_lost", "S", "a"),
        ("a_broken", "S", "a"),
        ("A_BROKEN", "S", "a"),
        (None, "S", "a"),
    )
    write_table(pandorarom / "table.xlsx", rows)
    (images / "a_broken.jpg").write_bytes(b"this is no picture")
    write_picture(images / "a_alone.jpg", 9)
    write_picture(images / "stefan-luchian_ANEMONES-1908.JPG", 10)

    collection = built(pandorarom)

    assert [painting.image_id for painting in collection.paintings] == [
        "ion-țuculescu_ochi-și-flori",
        "stefan-luchian_anemones-1908",
        "stefan-luchian_the-wash(2)",
    ]
    output = capsys.readouterr().out
    report = re.sub(r"\s+", " ", output)
    assert "1 rows without an image_id row 8 " in report
    assert "1 rows whose image_id an earlier row has A_BROKEN " in report
    assert "1 rows without a picture a_lost " in report
    assert "1 pictures without a row a_alone.jpg " in report
    assert "1 pictures whose name an earlier picture has " in report
    assert "1 pictures that cannot be read a_broken.jpg: The file is not a picture" in report
    assert "Wrote 3 paintings by 2 artists" in report
    loaded = Collection.load(tmp_path / "out", "colours")
    assert loaded.paintings == collection.paintings
    np.testing.assert_allclose(loaded.styles, collection.styles, rtol=1e-3)


def test_a_long_list_ends_with_a_count(tmp_path: Path, pandorarom: Path) -> None:
    rows = [(f"a_{number:02}", "S", "a") for number in range(23)]
    table = read_table(write_table(tmp_path / "long.xlsx", rows))

    lines = [line.strip() for line in build.report(table, find_pictures(pandorarom), {})]

    start = lines.index("23 rows without a picture")
    assert lines[start + 1 : start + 23] == [
        *(f"a_{number:02}" for number in range(20)),
        "and 3 more",
        "3 pictures without a row",
    ]


def test_per_artist_takes_the_first_that_can_be_read(
    pandorarom: Path, built: Callable[..., Collection]
) -> None:
    folder = pandorarom / "Images" / "Stefan-Luchian"
    (folder / "stefan-luchian_anemones-1908.jpg").write_bytes(b"broken")

    collection = built(pandorarom, per_artist=1)

    assert [painting.image_id for painting in collection.paintings] == [
        "ion-țuculescu_ochi-și-flori",
        "stefan-luchian_the-wash(2)",
    ]


def test_building_twice_gives_the_same_bytes(
    pandorarom: Path, built: Callable[..., Collection], tmp_path: Path
) -> None:
    built(pandorarom, out="first")
    built(pandorarom, out="second")

    for name in ("paintings.csv", "embeddings.safetensors"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_nothing_to_embed_is_an_error_and_leaves_no_file(
    pandorarom: Path, built: Callable[..., Collection], tmp_path: Path
) -> None:
    write_table(pandorarom / "table.xlsx", [("a_1", "S", "a"), ("a_2", "S", "a")])

    with pytest.raises(DataError, match="Not one of 2 paintings"):
        built(pandorarom)
    assert not (tmp_path / "out").exists()


def test_the_spreadsheet_types_every_cell_and_runs_nothing(
    pandorarom: Path, built: Callable[..., Collection], tmp_path: Path
) -> None:
    titles = ("=1+1", "+1", "-1", "@A1", "#N/A", "1868", "https://example.org")
    rows = []
    for number, title in enumerate(titles):
        rows.append((f"stefan-luchian_{number}", "=Cubism", "stefan-luchian", title))
        write_picture(pandorarom / "Images" / "x" / f"stefan-luchian_{number}.png", number)
    write_table(pandorarom / "table.xlsx", rows, (*HEADER, "title"))

    collection = built(pandorarom)

    sheet = load_workbook(tmp_path / "out" / build.SPREADSHEET_FILE).active
    assert [cell.value for cell in sheet[1]] == [
        *("image_id", "title", "artist", "style"),
        *("Baroque", "Impressionism"),
    ]
    assert sheet.freeze_panes == "A2"
    assert sheet.max_row == 1 + len(titles)
    written = [sheet.cell(row, 2).value for row in range(2, sheet.max_row + 1)]
    # An error value is not a title; the title comes from the slug.
    assert written == ["=1+1", "+1", "-1", "@A1", "4", "1868", "https://example.org"]
    for row in sheet.iter_rows(min_row=2):
        assert [cell.data_type for cell in row] == ["s"] * 4 + ["n"] * 2
    assert sheet["B2"].quotePrefix
    assert not sheet["C2"].quotePrefix
    assert sheet["F2"].value == pytest.approx(collection.styles[0, 1] - 100, abs=1e-4)


def test_control_characters_cannot_break_the_spreadsheet(tmp_path: Path) -> None:
    painting = Painting("a", "a", "a", "bell\x07 \x00end", None, "", None, None, 1, 1, "")

    build.write_spreadsheet(tmp_path / "x.xlsx", [painting], ["Cubism"], np.ones((1, 1), "f4"))

    assert load_workbook(tmp_path / "x.xlsx").active["B2"].value == "bell end"


@pytest.mark.parametrize(
    ("size", "waves"),
    [((90, 60), (4, 3)), ((60, 60), (4, 3)), ((60, 90), (3, 4)), ((900, 2), (4, 3))],
)
def test_the_hash_has_the_colours_of_the_picture(
    size: tuple[int, int], waves: tuple[int, int]
) -> None:
    import blurhash

    picture = Image.new("RGB", size, (200, 40, 40))
    picture.paste((20, 30, 220), (0, 0, size[0] // 2, size[1]))

    code = build.blurhash_of(picture)

    assert blurhash.components(code) == waves
    row = blurhash.decode(code, 8, 8)[4]
    assert row[0][2] > row[0][0] + 50
    assert row[7][0] > row[7][2] + 50


def test_proportions_are_of_the_upright_picture(
    pandorarom: Path, built: Callable[..., Collection]
) -> None:
    path = pandorarom / "Images" / "Stefan-Luchian" / "stefan-luchian_anemones-1908.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 30)).save(path, exif=exif)

    painting = built(pandorarom).painting("stefan-luchian_anemones-1908")

    assert (painting.width, painting.height) == (30, 60)


def test_bad_paths_are_found_before_the_model_is_loaded(
    pandorarom: Path,
    run_script: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table, model = pandorarom / "table.xlsx", tmp_path / "no-model"
    sources = ("--model", model, "--out", tmp_path / "out")

    with pytest.raises(DataError, match="no folder"):
        run_script(build.main, "--images", tmp_path / "x", "--table", table, *sources)
    with pytest.raises(DataError, match="no spreadsheet"):
        run_script(build.main, "--images", pandorarom, "--table", tmp_path / "x", *sources)
    with pytest.raises(SystemExit):
        run_script(
            build.main, "--images", pandorarom, "--table", table, *sources, "--per-artist", 0
        )
    better = (*sources, "--corrections", tmp_path / "x")
    with pytest.raises(DataError, match="no table of corrections"):
        run_script(build.main, "--images", pandorarom, "--table", table, *better)
    with pytest.raises(SystemExit):
        run_script(build.main, "--images", pandorarom, *better)
    assert "give it with --table" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_gallery_has_its_own_corrections(
    pandorarom: Path, model_folder: Path, tmp_path: Path, run_script: Callable[..., None]
) -> None:
    sources = ("--images", pandorarom, "--table", pandorarom / "table.xlsx")
    wanted = (*sources, "--model", model_folder, "--out", tmp_path / "out")
    image_id = "stefan-luchian_anemones-1908"
    own, other = tmp_path / "out" / "corrections.csv", tmp_path / "other.csv"
    own.parent.mkdir()
    write_corrections(own, [Correction(image_id, "Anemone")])
    write_corrections(other, [Correction(image_id, "Flori")])

    run_script(build.main, *wanted)
    assert Collection.load(own.parent).painting(image_id).title == "Anemone"
    run_script(build.main, *wanted, "--corrections", other)
    assert Collection.load(own.parent).painting(image_id).title == "Flori"


def test_processes_share_the_cores(
    pandorarom: Path,
    model_folder: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Three(Processes):
        def from_main(self, make: Callable[[], Any]) -> Any:
            return make()

        def wait(self) -> None:
            pass

    used = []
    load, pool = MovementClassifier.from_pretrained, build.ThreadPoolExecutor

    def loaded(folder: Path, threads: int) -> MovementClassifier:
        used.append(threads)
        return load(folder, threads=threads)

    def started(threads: int) -> Any:
        used.append(threads)
        return pool(threads)

    monkeypatch.setattr(build, "CORES", 8)
    monkeypatch.setattr(build, "join_processes", lambda _: Three(0, 3))
    monkeypatch.setattr(MovementClassifier, "from_pretrained", loaded)
    monkeypatch.setattr(build, "ThreadPoolExecutor", started)

    run_script(
        build.main, "--images", pandorarom, "--model", model_folder, "--out", tmp_path / "out"
    )

    assert used == [2, 2]
    assert build.cores_of(Processes(0, 9)) == 1


def test_a_merged_cell_counts_for_each_of_its_rows(tmp_path: Path) -> None:
    path = write_table(
        tmp_path / "table.xlsx", [("x1", "Realism", "a"), ("x2",), ("x3", "Cubism", "b")]
    )
    book = load_workbook(path)
    book.active.merge_cells("B2:B3")
    book.active.merge_cells("C2:C3")
    book.save(path)

    found = [(entry.style, entry.artist_slug) for entry in read_table(path).entries]

    assert found == [("Realism", "a"), ("Realism", "a"), ("Cubism", "b")]


@pytest.mark.data
@pytest.mark.parametrize("name", ["emptyfill.xlsx", "strict.xlsx"])
def test_spreadsheets_of_other_programs_are_read(shared_data: Path, name: str) -> None:
    assert len(read_table(shared_data / "field-cases" / "06-xlsx" / name).entries) == 8


@pytest.mark.data
def test_every_painting_of_the_real_data_has_a_picture(shared_data: Path) -> None:
    table = read_table(shared_data / "pandorarom" / "romanian_wikiart_2.xlsx")
    pictures = find_pictures(shared_data / "pandorarom")

    assert len(table.entries) == len(pictures.paths) == 1412
    lines = build.report(table, pictures, {})
    assert all(line.startswith("    0 ") for line in lines)


def test_a_console_that_is_gone_loses_nothing(
    pandorarom: Path, built: Callable[..., Collection], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("sys.stdout", Gone())
    with pytest.raises(BrokenPipeError):
        built(pandorarom)

    assert len(Collection.load(pandorarom.parent / "out")) == 3
