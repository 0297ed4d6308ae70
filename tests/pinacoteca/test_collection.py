"""A collection is written and read as a whole, and files that do not fit are refused."""

from __future__ import annotations

import csv
import io
import json
import os
import random
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import blurhash
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

import pinacoteca.collection as module
from pinacoteca.collection import ARRAYS, Collection, Painting
from pinacoteca.errors import CollectionError
from pinacoteca.selection import Selection
from pinacoteca.years import Year

FINGERPRINT = "0123456789abcdef" * 4


def painting(image_id: str, **values: Any) -> Painting:
    known = Painting(
        image_id=image_id,
        artist_slug="stefan-luchian",
        artist="Ștefan Luchian",
        title="Anemone",
        year=1908,
        style="Post Impressionism",
        page_url="https://www.wikiart.org/en/stefan-luchian/anemone",
        image_url=None,
        width=224,
        height=161,
        blurhash="LxNm+Yxat7t6_Noejsj[xWWBRjj[",
    )
    return replace(known, **values)


def small_collection(**values: Any) -> Collection:
    paintings = (painting("a"), painting("b", year=None, image_url="https://x/b.jpg"))
    styles = np.array([[0.5, 0, 2], [1, -4, 0.25]], np.float32)
    compositions = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32)
    logits = np.array([[0.5, -2], [3, 1]], np.float32)
    hands = subjects = styles[:, :2] + 1
    arrays = (hands, styles, subjects, compositions, logits)
    return replace(Collection(paintings, *arrays, FINGERPRINT), **values)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small_collection().save(tmp_path)
    return tmp_path


def edit_table(folder: Path, edit: Callable[[list[list[str]]], object]) -> None:
    path = folder / "paintings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    edit(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def edit_embeddings(folder: Path, tensor: Any = None, **header: Any) -> None:
    path = folder / "embeddings.safetensors"
    with safe_open(path, framework="numpy") as file:
        known = json.loads(file.metadata()["pinacoteca"])
        arrays = {name: file.get_tensor(name) for name in ARRAYS}
    metadata = {"pinacoteca": json.dumps(known | header)}
    save_file(arrays if tensor is None else arrays | {"styles": tensor}, path, metadata)


def test_a_collection_comes_back_as_it_was(folder: Path) -> None:
    collection = Collection.load(folder, FINGERPRINT)

    assert collection.paintings == small_collection().paintings
    for name in ARRAYS:
        assert getattr(collection, name).dtype == np.float32
        np.testing.assert_array_equal(getattr(collection, name), getattr(small_collection(), name))
    assert collection.model_fingerprint == FINGERPRINT
    assert len(collection) == 2
    assert collection.painting("b").year is None
    assert collection.row("b") == 1


def test_equal_collections_have_equal_bytes(folder: Path, tmp_path_factory: Any) -> None:
    again = tmp_path_factory.mktemp("again")
    Collection.load(folder).save(again)

    for name in ("paintings.csv", "embeddings.safetensors"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    assert sorted(path.name for path in again.iterdir()) == [
        "embeddings.safetensors",
        "paintings.csv",
    ]


def test_the_header_says_where_embeddings_come_from(folder: Path) -> None:
    with safe_open(folder / "embeddings.safetensors", framework="numpy") as file:
        metadata = file.metadata()

    assert list(metadata) == ["pinacoteca"]
    header = json.loads(metadata["pinacoteca"])
    assert header["licence"] == "CC-BY-NC-4.0"
    assert header["image_ids"] == ["a", "b"]
    assert header["model_fingerprint"] == FINGERPRINT


def test_an_unknown_painting_is_named() -> None:
    with pytest.raises(CollectionError, match="'mona-lisa'"):
        small_collection().painting("mona-lisa")


HOSTILE = (
    "=1+1",
    "'=1+1",
    "''=1+1",
    "' =1+1",
    " \t=1+1",
    "@SUM(A1)",
    "-2+3",
    "+4",
    "\uff1d1+1",
    "a;=cmd|' /C calc'!A0;b",
    "a;'=1",
    "first\n=1+1",
    "first\r=1+1",
    "first\r\n=1+1",
    '"=1+1"',
    '";=1+1',
    "'s-Hertogenbosch",
    "Brănești, „toamna”; 東京 🎨",
    "nan",
    " padded ",
    "",
)


@pytest.mark.parametrize("title", HOSTILE)
def test_any_title_comes_back_exactly(tmp_path: Path, title: str) -> None:
    paintings = (painting("a", title=title, artist=title, style=title), painting("b"))
    small_collection(paintings=paintings).save(tmp_path)

    assert Collection.load(tmp_path).paintings == paintings


def test_random_texts_come_back_exactly(tmp_path: Path) -> None:
    generator = random.Random(5)
    titles = {"".join(generator.choices("=+-@';,\"\t\r\n a", k=8)) for _ in range(3000)}
    paintings = tuple(painting(f"x{n}", title=title) for n, title in enumerate(sorted(titles)))
    ones = np.ones((len(paintings), 1), np.float32)
    Collection(paintings, ones, ones, ones, ones, ones, FINGERPRINT).save(tmp_path)

    assert Collection.load(tmp_path).paintings == paintings


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_of_a_spreadsheet_starts_a_formula(
    tmp_path: Path, title: str, delimiter: str
) -> None:
    small_collection(paintings=(painting("a", title=title), painting("b"))).save(tmp_path)

    with (tmp_path / "paintings.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=delimiter) for cell in row]
    # The BlurHash is not escaped, because it cannot call a function.
    cells = [cell for cell in cells if painting("a").blurhash not in cell]
    assert cells
    assert not [cell for cell in cells if cell.strip()[:1] in {"=", "+", "-", "@", "\uff1d"}]


def test_columns_are_the_fields_of_a_painting(folder: Path) -> None:
    first = (folder / "paintings.csv").read_text(encoding="utf-8").splitlines()[0]

    assert first == ",".join(f'"{field.name}"' for field in fields(Painting))


@pytest.mark.parametrize("name", ["paintings.csv", "embeddings.safetensors"])
def test_a_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(CollectionError, match=rf"There is no .*{name}.*gallery/build\.py"):
        Collection.load(folder)


def swap_rows(rows: list[list[str]]) -> None:
    rows[1], rows[2] = rows[2], rows[1]


def set_cell(column: str, value: str) -> Callable[[list[list[str]]], None]:
    def edit(rows: list[list[str]]) -> None:
        rows[2][rows[0].index(column)] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (list.clear, "columns of .* are none"),
        (lambda rows: rows[0].pop(), "instead of image_id"),
        (lambda rows: rows[0].reverse(), "columns of .* blurhash, height"),
        (lambda rows: rows[1].append("more"), "Row 1 has 12 values instead of 11"),
        (lambda rows: rows.insert(1, []), "Row 1 has 0 values"),
        (list.pop, r"has 1 paintings and embeddings\.safetensors 2"),
        (set_cell("image_id", "a"), "'a' twice"),
        (set_cell("image_id", ""), "Row 2 .* needs an image_id"),
        (set_cell("year", "yesterday"), "Row 2, b, has year 'yesterday'"),
        (set_cell("width", "wide"), "Row 2 .* width 'wide'"),
        (set_cell("height", "0"), "height '0'"),
        (set_cell("height", ""), "height ''"),
        (set_cell("blurhash", ""), "Row 2, b, has blurhash ''"),
        (set_cell("blurhash", "LxNm"), "blurhash 'LxNm'"),
        (set_cell("blurhash", "~xNm+Yxat7t6_Noejsj[xWWBRjj["), "blurhash '~xNm"),
        (set_cell("blurhash", "LxNm+Yxat7t6_Noejsj[xWWBRjj "), "which is damaged"),
    ],
)
def test_a_bad_table_is_refused(
    folder: Path, edit: Callable[[list[list[str]]], object], sentence: str
) -> None:
    edit_table(folder, edit)

    with pytest.raises(CollectionError, match=sentence) as caught:
        Collection.load(folder)
    assert "\n" not in str(caught.value)
    assert "rebuild the collection" in str(caught.value)


@pytest.mark.parametrize("waves", [(1, 1), (9, 9), (4, 3), (9, 1)])
def test_every_blurhash_that_can_be_drawn_is_accepted(folder: Path, waves: tuple[int, int]) -> None:
    code = blurhash.encode(np.eye(12)[..., None].repeat(3, 2) * 255, *waves)
    edit_table(folder, set_cell("blurhash", str(code)))

    assert Collection.load(folder).paintings[1].blurhash == code


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'"image_id', b""])
def test_a_file_that_is_no_table_is_refused(folder: Path, content: bytes) -> None:
    (folder / "paintings.csv").write_bytes(content)

    with pytest.raises(CollectionError, match=r"paintings\.csv"):
        Collection.load(folder)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tensor": np.ones((2, 3), np.float32)}, "styles of type float32 .* matrix of float16"),
        ({"tensor": np.ones(2, np.float16)}, r"shape \(2,\) where a matrix"),
        ({"tensor": np.ones((3, 3), np.float16)}, r"shape \(3, 3\) .* with 2 rows"),
        ({"tensor": np.array([[0, 1, 2], [3, np.nan, 5]], np.float16)}, "'b' .* not finite"),
        ({"tensor": np.array([[np.inf, 1, 2], [3, 4, 5]], np.float16)}, "'a' .* not finite"),
        ({"image_ids": ["a", "c"]}, "Row 2 is 'b' in .* but 'c'"),
        ({"image_ids": ["a"]}, "with 1 rows"),
        ({"image_ids": [1, 2]}, "format version 4"),
        ({"format_version": 3}, "format version 4"),
        ({"model_fingerprint": None}, "format version 4"),
    ],
)
def test_bad_embeddings_are_refused(folder: Path, changes: dict[str, Any], sentence: str) -> None:
    edit_embeddings(folder, **changes)

    with pytest.raises(CollectionError, match=sentence) as caught:
        Collection.load(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "metadata", [None, {"other": "1"}, {"pinacoteca": "{"}, {"pinacoteca": "[]"}]
)
def test_embeddings_without_a_header_are_refused(
    folder: Path, metadata: dict[str, str] | None
) -> None:
    arrays = {name: np.ones((2, 3), np.float16) for name in ARRAYS}
    save_file(arrays, folder / "embeddings.safetensors", metadata)

    with pytest.raises(CollectionError, match=r"embeddings\.safetensors"):
        Collection.load(folder)


def test_a_file_that_is_no_safetensors_is_refused(folder: Path) -> None:
    whole = (folder / "embeddings.safetensors").read_bytes()
    for content in (b"", b"\x80\x04pickle", whole[:-1], whole + b"x"):
        (folder / "embeddings.safetensors").write_bytes(content)
        with pytest.raises(CollectionError, match="holds no embeddings"):
            Collection.load(folder)


def test_another_model_is_refused(folder: Path) -> None:
    with pytest.raises(CollectionError, match=r"012345.*fedcba.*gallery/build\.py"):
        Collection.load(folder, "fedcba" * 8)


def test_a_stop_while_saving_leaves_the_old_collection(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    other = small_collection(paintings=(painting("a"), painting("c")))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with monkeypatch.context() as patched:
        patched.setattr("safetensors.numpy.save_file", stop)
        with pytest.raises(KeyboardInterrupt):
            other.save(folder)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    # A mixture of old and new files is noticed.
    other.save(tmp_path / "other")
    (folder / "paintings.csv").write_bytes((tmp_path / "other" / "paintings.csv").read_bytes())
    with pytest.raises(CollectionError, match=r"Row 2 is 'c' in .* but 'b'"):
        Collection.load(folder)


def test_a_table_that_cannot_be_written_leaves_the_old_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(path: Path, _: object) -> None:
        path.write_text("half a", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_write_table", stop)
    with pytest.raises(KeyboardInterrupt):
        small_collection(paintings=(painting("x"), painting("y"))).save(folder)

    assert Collection.load(folder).paintings == small_collection().paintings


def test_values_beyond_float16_are_refused_before_anything_is_written(folder: Path) -> None:
    large = small_collection(styles=np.array([[1, 2, 3], [1, 2, 1e6]], np.float32))

    with pytest.raises(CollectionError, match=r"'b' .* not finite"):
        large.save(folder)
    np.testing.assert_array_equal(Collection.load(folder).styles, small_collection().styles)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"styles": np.ones((2, 3))}, "styles must be float32 .* float64"),
        ({"compositions": np.ones(2, np.float32)}, r"compositions .* shape \(2,\)"),
        ({"logits": np.ones((3, 3), np.float32)}, "2 paintings but 3 logits"),
        ({"styles": np.full((2, 3), np.nan, np.float32)}, "styles of 'a' .* not finite"),
        ({"paintings": (painting("a"), painting("a"))}, "'a' twice"),
    ],
)
def test_what_does_not_fit_is_no_collection(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CollectionError, match=sentence):
        small_collection(**changes)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_one_flipped_bit_of_the_numbers_is_noticed(tmp_path: Path, share: float) -> None:
    small_collection().save(tmp_path)
    path = tmp_path / "embeddings.safetensors"
    data = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    data[start + int(share * (len(data) - start - 1))] ^= 1
    path.write_bytes(data)

    with pytest.raises(CollectionError, match=r"is damaged|not finite"):
        Collection.load(tmp_path)


def test_a_flipped_byte_in_the_name_of_the_checksum_is_noticed(tmp_path: Path) -> None:
    small_collection().save(tmp_path)
    path = tmp_path / "embeddings.safetensors"
    path.write_bytes(path.read_bytes().replace(b"sha256", b"sha257"))

    with pytest.raises(CollectionError, match="format version"):
        Collection.load(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="the system has no such rights")
def test_whoever_may_read_one_file_may_read_the_other(folder: Path) -> None:
    rights = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}

    assert rights["embeddings.safetensors"] == rights["paintings.csv"]


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_table_that_excel_saved_is_read(folder: Path, separator: str) -> None:
    before = Collection.load(folder)
    with (folder / "paintings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with (folder / "paintings.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)

    assert Collection.load(folder).paintings == before.paintings


def edited_with(rows: list[list[str]], separator: str = ",", coding: str = "utf-8") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return file.getvalue().encode(coding)


@pytest.mark.parametrize(
    ("separator", "coding"), [(";", "utf-8-sig"), ("\t", "utf-16"), (";", "cp1250")]
)
def test_a_table_that_was_sorted_and_corrected_keeps_the_corrections(
    folder: Path, separator: str, coding: str
) -> None:
    """Spreadsheet programs add empty rows and columns, and may write a decimal after a comma."""
    before = Collection.load(folder)
    (header, first, second) = list(
        csv.reader(io.StringIO((folder / "paintings.csv").read_text(encoding="utf-8"), newline=""))
    )
    title, year, width = (header.index(name) for name in ("title", "year", "width"))
    first[title], first[year], first[width] = "Anemone, în ulcică", "c. 1900", "224,0"
    first[2] = second[2] = "Stefan Luchian"
    rows = [[*header, ""], [*second, ""], [*first, ""], [""] * 12]
    (folder / "paintings.csv").write_bytes(edited_with(rows, separator, coding))

    after = Collection.load(folder)

    assert [each.image_id for each in after.paintings] == ["a", "b"]
    assert after.painting("a").title == "Anemone, în ulcică"
    assert (after.painting("a").year, str(after.painting("a").year)) == (1900, "c. 1900")
    assert after.painting("a").width == 224
    np.testing.assert_array_equal(after.styles, before.styles)
    after.save(folder)
    again = Collection.load(folder)
    assert again.paintings == after.paintings
    assert str(again.painting("a").year) == "c. 1900"


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda text: "sep=,\r\n" + text, id="declared"),
        pytest.param(lambda text: "\ufeffsep=;\n" + text.replace(",", ";"), id="declared-mark"),
        pytest.param(lambda text: text.replace(",", "|"), id="bars"),
        pytest.param(lambda text: text.replace("image_id", "Image ID", 1), id="header"),
        pytest.param(lambda text: text + "\n  \n\n", id="empty-lines"),
        pytest.param(lambda text: text.replace("Ș", "Ş"), id="cedilla"),
    ],
)
def test_a_table_is_read_however_a_program_saves_it(
    folder: Path, edit: Callable[[str], str]
) -> None:
    before = Collection.load(folder)
    path = folder / "paintings.csv"
    path.write_text(edit(path.read_text("utf-8")), "utf-8")

    assert Collection.load(folder).paintings == before.paintings


def test_a_table_with_another_column_says_how_to_keep_corrections(folder: Path) -> None:
    edit_table(folder, lambda rows: rows[0].append("note"))

    with pytest.raises(CollectionError, match=r"put them back .* keeps your corrections"):
        Collection.load(folder)


def test_ids_that_lost_their_zeros_are_the_ones_that_they_were(folder: Path) -> None:
    ids = ("007", "Ana_08")
    small_collection(paintings=tuple(painting(image_id) for image_id in ids)).save(folder)
    edit_table(
        folder, lambda rows: [set_cell("image_id", "ana_8")(rows), rows[1].__setitem__(0, "7")]
    )

    assert [each.image_id for each in Collection.load(folder).paintings] == ["007", "Ana_08"]


def test_ranges_of_years_are_found_by_each_of_their_years() -> None:
    paintings = [
        painting("a", year=Year(1907, 1910)),
        painting("b", year=1905),
        painting("c", year=None),
    ]

    for first, last, found in (
        (1910, None, [True, False, False]),
        (None, 1906, [False, True, False]),
        (1908, 1908, [True, False, False]),
        (1911, None, [False, False, False]),
    ):
        selection = Selection(first_year=first, last_year=last)
        assert selection.mask(paintings).tolist() == found
