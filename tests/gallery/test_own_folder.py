"""A folder of pictures becomes a collection, to which pictures are added and removed."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import build
import numpy as np
import own_folder
import pytest
import remove
from answer import answer_html
from openpyxl import load_workbook
from PIL import Image
from trees import write_picture

from pinacoteca.classifier import Analysis
from pinacoteca.collection import ARRAYS, Collection
from pinacoteca.errors import CollectionError, DataError
from pinacoteca.movements import MOVEMENTS
from pinacoteca.picture_tree import picture_key, picture_paths
from pinacoteca.retriever import PaintingRetriever

NAMES = (
    "Ștefan Luchian/anemones-1908.jpg",
    "Ștefan Luchian/The wash, 1912.JPG",
    "nicolae-darascu/anemones-1908.png",
    "none.jpg",
    "007.jpg",
)
WASH = "Luchian:The wash, 1912"
IDS = [
    "007",
    "nicolae-darascu:anemones-1908",
    "none",
    "Ștefan Luchian:The wash, 1912",
    "Ștefan Luchian:anemones-1908",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed, name in enumerate(NAMES):
        write_picture(tmp_path / "mine" / name, seed)
    return tmp_path / "mine"


@pytest.fixture
def built(
    folder: Path, model_folder: Path, tmp_path: Path, run_script: Callable[..., None]
) -> Callable[..., Collection]:
    def call(*further: object, out: str = "out") -> Collection:
        sources = ("--images", folder, "--model", model_folder, "--out", tmp_path / out)
        run_script(build.main, *sources, *further)
        return Collection.load(tmp_path / out)

    return call


def ids(collection: Collection) -> list[str]:
    return [painting.image_id for painting in collection.paintings]


def sheet_rows(folder: Path) -> dict[str, list[Any]]:
    rows = list(load_workbook(folder / build.SPREADSHEET_FILE).active.values)[1:]
    return {row[0]: list(row) for row in rows}


def test_names_give_artist_title_and_year(built: Callable[..., Collection], tmp_path: Path) -> None:
    collection = built()

    assert ids(collection) == IDS
    facts = {
        painting.image_id: (painting.artist, painting.title, painting.year)
        for painting in collection.paintings
    }
    assert facts == {
        "007": ("", "007", None),
        "none": ("", "None", None),
        "nicolae-darascu:anemones-1908": ("Nicolae Dărăscu", "Anemones", 1908),
        "Ștefan Luchian:The wash, 1912": ("Ștefan Luchian", "The wash", 1912),
        "Ștefan Luchian:anemones-1908": ("Ștefan Luchian", "Anemones", 1908),
    }
    assert {(p.style, p.page_url, p.image_url) for p in collection.paintings} == {("", None, None)}
    assert list(sheet_rows(tmp_path / "out")) == IDS


@pytest.mark.parametrize(
    ("name", "title", "year"),
    [
        ("anemones-1908", "Anemones", 1908),
        ("Anemones 1908", "Anemones", 1908),
        ("Anemones, 1908", "Anemones", 1908),
        ("Anemones (1908)", "Anemones", 1908),
        ("Anemones (2)", "Anemones", None),
        ("IMG_1908", "IMG 1908", None),
        ("lady_with  fan", "Lady with fan", None),
        ("1908", "1908", None),
        ("  ", "  ", None),
        ("Anemones (c. 1907)", "Anemones", 1907),
        ("Anemones, anii 1920", "Anemones", 1920),
        ("anemones-1907-1908", "Anemones", 1907),
        ("Icon [sec. XIX]", "Icon", 1801),
        ("Lady (?)", "Lady (?)", None),
    ],
)
def test_titles_and_years_are_cut_from_names(name: str, title: str, year: int | None) -> None:
    assert own_folder._title_and_year(name) == (title, year)


@pytest.mark.parametrize(
    ("folder", "artist"),
    [
        ("Toulouse-Lautrec", "Toulouse-Lautrec"),
        ("ion-tuculescu", "Ion Țuculescu"),
        ("vincent-van-gogh", "Vincent Van Gogh"),
        ("J.M.W._Turner", "J.M.W. Turner"),
        ("de la Cruz", "de la Cruz"),
        ("2021-05", "2021-05"),
        ("", ""),
    ],
)
def test_a_folder_names_the_painter(folder: str, artist: str) -> None:
    assert own_folder._artist(folder) == artist


def test_ids_are_fit_for_every_file_and_address(tmp_path: Path) -> None:
    write_picture(tmp_path / "J.M.W. Turner" / "a\nb.jpg", 1)
    write_picture(tmp_path / "J.M.W. Turner" / "e\u0301te\u0301.v2.jpg", 2)
    write_picture(tmp_path / ".thumbnails" / "a.jpg", 3)

    table, pictures = own_folder.read_folder(tmp_path)

    assert [entry.image_id for entry in table.entries] == [
        "J.M.W. Turner:a\N{REPLACEMENT CHARACTER}b",
        "J.M.W. Turner:\u00e9t\u00e9.v2",
    ]
    assert {entry.artist for entry in table.entries} == {"J.M.W. Turner"}
    assert set(picture_paths(tmp_path)) > {picture_key(entry.image_id) for entry in table.entries}
    assert len(pictures.paths) == 2


def test_what_cannot_be_read_or_told_apart_is_reported(
    folder: Path, built: Callable[..., Collection], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.jpg").write_bytes(b"this is no picture")
    (folder / "list.csv").write_text("image_id")
    write_picture(folder / "NONE.png", 9)

    collection = built()

    # Capitals sort first, and of two pictures with one name the first is taken.
    assert ids(collection) == sorted("NONE" if each == "none" else each for each in IDS)
    report = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert f"1 pictures that cannot be read {folder / 'broken.jpg'}: The file is not" in report
    assert f"1 pictures whose name an earlier picture has {folder / 'none.jpg'}" in report
    assert "list.csv may say more of these pictures: name it with --table" in report
    assert "rows" not in report
    assert "Wrote 5 paintings by 2 artists into" in report


def test_a_folder_without_a_readable_picture_is_refused(
    tmp_path: Path, model_folder: Path, run_script: Callable[..., None]
) -> None:
    (tmp_path / "empty").mkdir()
    sources = ("--model", model_folder, "--out", tmp_path / "out", "--images", tmp_path / "empty")

    with pytest.raises(DataError, match="holds no pictures: name a folder"):
        run_script(build.main, *sources)
    (tmp_path / "empty" / "a.jpg").write_bytes(b"this is no picture")
    with pytest.raises(DataError, match=r"Not one of 1 paintings .* can be read"):
        run_script(build.main, *sources)
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(DataError, match="no folder"):
        run_script(build.main, *sources[:-1], tmp_path / "nowhere")


def test_new_pictures_are_added_and_the_rest_kept(
    folder: Path, built: Callable[..., Collection], tmp_path: Path, capsys: Any
) -> None:
    before = built()
    rows = sheet_rows(tmp_path / "out")
    # A changed picture with a known id is not embedded again.
    Image.new("RGB", (30, 30)).save(folder / "none.jpg")
    write_picture(folder / "Luchian" / "roses-1910.jpg", 10)
    write_picture(folder / "zz.jpg", 11)

    after = built("--add")

    assert ids(after) == sorted([*IDS, "Luchian:roses-1910", "zz"])
    assert "2 of them new" in capsys.readouterr().out
    for painting in before.paintings:
        assert after.painting(painting.image_id) == painting
    kept = [row for row, each in enumerate(ids(after)) if each in IDS]
    np.testing.assert_array_equal(after.styles[kept], before.styles)
    assert list(sheet_rows(tmp_path / "out")) == ids(after)
    assert {key: sheet_rows(tmp_path / "out")[key] for key in rows} == rows


def test_adding_a_part_gives_what_building_the_whole_gives(
    folder: Path, built: Callable[..., Collection], tmp_path: Path
) -> None:
    whole = built(out="whole")
    hidden = folder.parent / "hidden.jpg"
    (folder / "none.jpg").rename(hidden)
    built()
    hidden.rename(folder / "none.jpg")

    grown = built("--add")

    assert grown.paintings == whole.paintings
    np.testing.assert_allclose(grown.styles, whole.styles, rtol=1e-3, atol=1e-4)


def test_nothing_new_leaves_every_file_as_it_is(
    folder: Path, built: Callable[..., Collection], tmp_path: Path, capsys: Any
) -> None:
    built()
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    (folder / "broken.jpg").write_bytes(b"this is no picture")

    built("--add")

    assert "nothing to add" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_pictures_that_were_renamed_are_one_painting_and_what_is_gone_is_named(
    folder: Path, built: Callable[..., Collection], tmp_path: Path, capsys: Any
) -> None:
    before = built()
    (folder / "Ștefan Luchian").rename(folder / "Luchian")
    (folder / "007.jpg").unlink()
    capsys.readouterr()

    after = built("--add")

    assert ids(after) == sorted(
        ["007", "nicolae-darascu:anemones-1908", "none", "Luchian:anemones-1908", WASH]
    )
    assert after.painting("Luchian:anemones-1908").artist == "Luchian"
    printed = capsys.readouterr().out
    assert "    2 pictures that were renamed\n" in printed
    assert "Ștefan Luchian:anemones-1908 is now Luchian:anemones-1908\n" in printed
    assert "    1 paintings of the gallery have no picture here\n        007\n" in printed
    assert "--prune takes them out" in printed
    assert len(sheet_rows(tmp_path / "out")) == len(before)

    assert "007" not in ids(built("--add", "--prune"))
    with pytest.raises(SystemExit):
        built("--prune")


def test_a_folder_whose_pictures_were_all_renamed_keeps_what_only_the_gallery_knew(
    folder: Path, built: Callable[..., Collection], tmp_path: Path
) -> None:
    collection = built()
    known = replace(collection.painting("none"), year=1907, image_url="https://example.org/a.jpg")
    paintings = [known if each.image_id == "none" else each for each in collection.paintings]
    replace(collection, paintings=tuple(paintings)).save(tmp_path / "out")
    (folder / "all").mkdir()
    for path in list(folder.iterdir()):
        if path.name != "all":
            path.rename(folder / "all" / path.name)

    after = built("--add")

    assert len(after) == len(collection)
    assert after.painting("all:none").year == 1907
    assert after.painting("all:none").image_url == "https://example.org/a.jpg"


def test_a_map_that_is_missing_is_drawn_when_there_is_nothing_to_add(
    built: Callable[..., Collection], tmp_path: Path
) -> None:
    built()
    path = tmp_path / "out" / "map.safetensors"
    before = path.read_bytes()

    for spoil in (path.unlink, lambda: path.write_bytes(before[:-1])):
        spoil()
        built("--add")
        assert path.read_bytes() == before


@pytest.mark.parametrize("step", ["embeddings", "map", "rename"])
def test_a_failure_while_adding_leaves_the_gallery_as_it_was(
    folder: Path,
    built: Callable[..., Collection],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    built()
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    write_picture(folder / "new.jpg", seed=9)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    places = {
        "embeddings": "pinacoteca.collection.save_arrays",
        "map": "pinacoteca.collection_map.save_arrays",
        "rename": "pinacoteca.swap.os.rename",
    }
    with monkeypatch.context() as patched:
        patched.setattr(places[step], fail)
        with pytest.raises(OSError, match="No space"):
            built("--add")

    files = (path for path in (tmp_path / "out").iterdir() if path.is_file())
    assert {path.name: path.read_bytes() for path in files} == before
    assert ids(built("--add")) == sorted([*IDS, "new"])


def test_nothing_is_added_to_the_collection_of_another_model(
    built: Callable[..., Collection], tmp_path: Path
) -> None:
    collection = built()
    other = replace(collection, model_fingerprint="another")
    other.save(tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    with pytest.raises(CollectionError, match="Another model made the embeddings"):
        built("--add")
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    with pytest.raises(CollectionError, match="Embeddings of two models"):
        collection.merged(other)
    with pytest.raises(CollectionError, match="twice"):
        collection.merged(collection)


def test_there_must_be_something_to_add_to(
    built: Callable[..., Collection], tmp_path: Path
) -> None:
    with pytest.raises(CollectionError, match="There is no"):
        built("--add")
    built()
    with pytest.raises(SystemExit):
        built("--add", "--per-artist", 1)
    sheet = tmp_path / "out" / build.SPREADSHEET_FILE
    sheet.write_bytes(sheet.read_bytes()[:1000])
    with pytest.raises(CollectionError, match="cannot be read as what"):
        built("--add")
    sheet.unlink()
    with pytest.raises(CollectionError, match=r"There is no .*\.xlsx"):
        built("--add")


def test_paintings_are_taken_out_and_pictures_left_alone(
    folder: Path, built: Callable[..., Collection], tmp_path: Path, run_script: Any, capsys: Any
) -> None:
    before = built()
    rows = sheet_rows(tmp_path / "out")
    gone = ["none", "Ștefan Luchian:anemones-1908"]

    run_script(remove.main, "--gallery", tmp_path / "out", *gone)

    assert "3 paintings are left" in capsys.readouterr().out
    after = Collection.load(tmp_path / "out")
    assert ids(after) == [each for each in IDS if each not in gone]
    kept = [row for row, each in enumerate(IDS) if each not in gone]
    np.testing.assert_array_equal(after.styles, before.styles[kept])
    left = sheet_rows(tmp_path / "out")
    assert left == {key: row for key, row in rows.items() if key not in gone}
    assert len([path for path in folder.rglob("*") if path.is_file()]) == len(NAMES)
    back = built("--add")
    assert ids(back) == IDS


def test_an_unknown_id_or_all_of_them_take_nothing_out(
    built: Callable[..., Collection], tmp_path: Path, run_script: Any
) -> None:
    built()
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    with pytest.raises(CollectionError, match="no painting 'nobody'"):
        run_script(remove.main, "--gallery", tmp_path / "out", "none", "nobody")
    with pytest.raises(CollectionError, match="leave one or more in"):
        run_script(remove.main, "--gallery", tmp_path / "out", *IDS)
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_the_page_shows_a_painting_of_nobody_in_particular(
    built: Callable[..., Collection], folder: Path, tmp_path: Path, model_folder: Path
) -> None:
    collection = built()
    retriever = PaintingRetriever.from_pretrained(model_folder, tmp_path / "out")

    html = answer_html(retriever.query(folder / "007.jpg"), "en")

    assert 'alt="007"' in html
    assert html.count('<span class="artist">') == 5
    assert html.count('<span class="artist">Unknown painter</span>') == 2
    assert 'src="pictures/nicolae-darascu%3Aanemones-1908"' in html
    paths = picture_paths(folder)
    for painting in collection.paintings:
        assert paths[picture_key(painting.image_id)].is_relative_to(folder)


def test_every_array_of_the_analysis_is_kept_in_step_with_its_painting(tmp_path: Path) -> None:
    for number in range(5):
        Image.new("RGB", (8, 8), (50 * number,) * 3).save(tmp_path / f"{number}.png")
    (tmp_path / "1.png").write_bytes(b"this is no picture")
    table, pictures = own_folder.read_folder(tmp_path)

    def greys(images: list[Image.Image]) -> Analysis:
        values = [[image.getpixel((0, 0))[0]] for image in images]  # type: ignore[index]
        rows = np.array(values, np.float32)
        return Analysis(*[rows + place for place, _ in enumerate(Analysis._fields)])

    stub: Any = SimpleNamespace(analyse=greys, fingerprint="greys", movements=(MOVEMENTS[4],))
    collection = build.build(table, pictures, stub, tmp_path / "out")

    assert collection is not None
    assert ids(collection) == ["0", "2", "3", "4"]
    logits = [row[-1] for row in sheet_rows(tmp_path / "out").values()]
    assert logits == [0, 100, 150, 200]
    for name in ARRAYS:
        # In the stub, each array is the first one plus its position.
        place = Analysis._fields.index(name)
        values = getattr(collection, name)[:, 0].tolist()
        assert values == [value + place for value in (0, 100, 150, 200)]


def test_spellings_of_a_painter_are_one_painter(tmp_path: Path) -> None:
    names = ("Ștefan Luchian", "Ştefan Luchian", "S\u0326tefan Luchian", "Luchian, Ștefan")
    for seed, name in enumerate((*names, "ștefan luchian ", "Ion, Ana")):
        write_picture(tmp_path / name / f"flori-{seed}.jpg", seed)

    table, _ = own_folder.read_folder(tmp_path)

    painters = {(entry.artist_slug, entry.artist) for entry in table.entries}
    assert {slug for slug, _ in painters} == {"ștefan-luchian", "ion,-ana"}
    assert ("ștefan-luchian", "Ștefan Luchian") in painters
