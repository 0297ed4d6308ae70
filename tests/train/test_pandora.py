from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandora
import pytest
from PIL import Image
from trees import write_pandora, write_picture

from pinacoteca.errors import DataError
from pinacoteca.movements import MOVEMENTS


def test_every_picture_of_the_real_layout_is_found_with_its_artist(tmp_path: Path) -> None:
    pictures = pandora.read_tree(write_pandora(tmp_path))

    assert len(pictures) == 18 * 6
    assert pandora.movements_in(pictures) == MOVEMENTS
    artists = {(picture.movement.number, picture.artist) for picture in pictures}
    assert (1, "Andrei Rublev") in artists
    assert (16, "Kandinsky_Vassily") in artists
    assert (14, "Ștefan Luchian") in artists
    # Equal names under different artists are different pictures.
    names = Counter(picture.path.rsplit("/", 1)[-1] for picture in pictures)
    assert names == {"untitled.jpg": 36, "Landscape.JPG": 36, "portrait-of-a-man-1470.jpeg": 36}


def test_the_random_split_is_the_one_of_the_report(tmp_path: Path) -> None:
    from sklearn.model_selection import train_test_split

    pictures = pandora.read_tree(write_pandora(tmp_path))

    _, expected = train_test_split(range(len(pictures)), test_size=0.2, random_state=35)
    test = [index for index, picture in enumerate(pictures) if picture.split_random == "test"]
    assert test == sorted(expected)
    parts = Counter(picture.split_random for picture in pictures)
    assert parts["validation"] == 9


def test_no_artist_is_in_two_parts_of_the_artist_split(tmp_path: Path) -> None:
    for index in range(30):
        artist = f"artist-{index}"
        for folder in ("05_Baroque", "06_Rococo"):
            for place in range(3):
                write_picture(tmp_path / folder / artist / f"{place}.jpg", seed=index)
    # A painter with two spellings is one painter.
    write_picture(tmp_path / "05_Baroque" / "0_Artist" / "1.jpg", seed=1)

    parts_of: dict[str, set[str]] = {}
    for picture in pandora.read_tree(tmp_path):
        key = pandora.artist_key(picture.artist)
        parts_of.setdefault(key, set()).add(picture.split_artist)

    assert all(len(parts) == 1 for parts in parts_of.values())
    assert Counter(next(iter(parts)) for parts in parts_of.values())["test"] >= 5


def test_the_stratified_split_gives_each_movement_its_share(tmp_path: Path) -> None:
    pictures = pandora.read_tree(write_pandora(tmp_path, range(5, 9)))

    # Twenty times as many, so that seventy per cent is a whole number.
    parts = pandora.parts_of(pictures * 20, "stratified", tmp_path)

    for number in range(5, 9):
        counted = Counter(
            part
            for picture, part in zip(pictures * 20, parts, strict=True)
            if picture.movement.number == number
        )
        assert counted == {"train": 84, "validation": 18, "test": 18}
    with pytest.raises(DataError, match="too small for a stratified split"):
        pandora.parts_of(pictures[::6], "stratified", tmp_path)


@pytest.mark.parametrize("name", ["fold-0", "fold-", "folds", "Random", ""])
def test_the_name_of_a_split_is_checked(name: str) -> None:
    assert pandora.split_name("fold-12") == "fold-12"
    with pytest.raises(argparse.ArgumentTypeError, match="choose random, artist"):
        pandora.split_name(name)


def test_anonymous_works_may_be_on_both_sides_of_a_split(tmp_path: Path) -> None:
    for index in range(40):
        write_picture(tmp_path / "01_Byzantin_Iconography/Anonym_unidentified" / f"{index}.jpg", 1)

    parts = Counter(picture.split_artist for picture in pandora.read_tree(tmp_path))

    assert parts["test"] == 8
    assert parts["train"] + parts["validation"] == 32


def test_the_split_does_not_depend_on_which_pictures_can_be_read(tmp_path: Path) -> None:
    write_pandora(tmp_path)
    before = pandora.read_tree(tmp_path)
    broken = tmp_path / before[5].path
    broken.write_bytes(broken.read_bytes()[:200])

    after = pandora.read_tree(tmp_path)

    assert after == before
    assert list(pandora.unreadable(tmp_path, after)) == [before[5].path]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Kandinsky_Vassily", "vassily-kandinsky", True),
        ("Gheorghe Petrașcu", "gheorghe-petrascu", True),
        ("edouard-manet", "claude-monet", False),
        ("齐白石", "徐悲鴻", False),
    ],
)
def test_spellings_of_an_artist(one: str, other: str, same: bool) -> None:
    assert (pandora.artist_key(one) == pandora.artist_key(other)) is same


def test_a_subset_keeps_the_numbers_of_pandora18k(
    tmp_path: Path, run_script: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    write_pandora(tmp_path / "tree", range(13, 17))
    write_picture(tmp_path / "tree" / "16_AbstractArt" / "=1+1.jpg", seed=1)
    (tmp_path / "tree" / "Descriptors").mkdir()

    run_script(pandora.main, "--data", tmp_path / "tree", "--out", tmp_path / "out")

    printed = capsys.readouterr().out
    assert "01_Byzantin_Iconography    missing" in printed
    assert "Skipped the folder Descriptors" in printed
    with open(tmp_path / "out" / "manifest.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 25
    assert {(row["movement"], row["label"]) for row in rows} >= {("Fauvism", "13")}
    assert {row["label"] for row in rows} == {"13", "14", "15", "16"}
    sheet = openpyxl.load_workbook(tmp_path / "out" / "manifest.xlsx").active
    assert [cell.value for cell in sheet[1]] == list(pandora.MANIFEST_COLUMNS)
    assert sheet.max_row == 26
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert (16, "=1+1.jpg") in {
        (row[2], str(row[0]).rsplit("/", 1)[-1]) for row in sheet.iter_rows(values_only=True)
    }
    chart = Image.open(tmp_path / "out" / "images_per_class.png")
    colours = chart.convert("RGB").getcolors(maxcolors=1 << 20)
    assert colours is not None and len(colours) > 10


@pytest.mark.parametrize("content", [None, "nothing", "no class"])
def test_a_folder_that_is_no_tree_is_refused(tmp_path: Path, content: str | None) -> None:
    tree = tmp_path / "tree"
    if content:
        tree.mkdir()
    if content == "no class":
        write_picture(tree / "Baroque" / "someone" / "1.jpg", seed=1)

    with pytest.raises(DataError, match="name the"):
        pandora.read_tree(tree)


@pytest.mark.data
def test_the_real_tree_has_its_published_counts(shared_data: Path) -> None:
    pictures = pandora.read_tree(shared_data / "pandora")

    counts = {
        movement.number: count for movement, count in pandora.images_per_class(pictures).items()
    }
    assert counts[5] == 990
    assert counts[16] == 1063
    assert len(counts) == 18
    assert sum(counts.values()) == 14_245
    sides: dict[str, set[Any]] = {"train": set(), "validation": set(), "test": set()}
    # Each anonymous icon counts as a painter of its own.
    for picture, key in zip(pictures, pandora.painter_keys(pictures), strict=True):
        sides[picture.split_artist].add(key)
    assert not sides["train"] & sides["test"]
    assert not sides["validation"] & (sides["train"] | sides["test"])
    tested = Counter(p.movement.number for p in pictures if p.split_artist == "test")
    # High Renaissance is nearly all by one painter, and Surrealism by four, so shares cannot be
    # kept.
    for number in counts.keys() - {4, 15}:
        assert 0.15 < tested[number] / counts[number] < 0.25
    assert tested[4] and tested[15]
