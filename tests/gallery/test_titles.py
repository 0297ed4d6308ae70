from __future__ import annotations

import csv
import errno
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import restore_titles
from corrections import Correction, corrected, merged, read_corrections, write_corrections
from galleries import painting
from pandorarom import Entry
from restore_titles import read_names, replace_restored, restore, title_in_id
from spreadsheet import GALLERY_FILES, SPREADSHEET_FILE, write_spreadsheet
from title_words import chunks_of
from titles import Restorer

from pinacoteca.collection import Collection
from pinacoteca.errors import DataError
from pinacoteca.locks import BusyError, alone_in

GALLERY = Path(__file__).parents[2] / "gallery"
ROMANIAN = """
    a albă alb albastru apus bărci batoză câmp cu cană can de doi din două flori grâului grai
    împărțirea în în la lui malul mării mort moartă natură peisaj și vii pe roșu soare stradă
    strada țară țărm vas violete bătrân bătrână Argeș Iași Huși
"""
ENGLISH = """
    a artist the wife valley houses in that left all hourglass king mad of from Romanian with
    figures house Venice blue
"""


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return Restorer.of_words(
        ROMANIAN.split(), ENGLISH.split(), ["Balcic", "la țară", "Villefranche-sur-Mer"]
    )


@pytest.mark.parametrize(
    ("slug", "title"),
    [
        ("Mp r irea gr ului", "Împărțirea grâului"),
        ("Rm cu dou b rci", "Țărm cu două bărci"),
        ("Natur moart cu vas i flori", "Natură moartă cu vas și flori"),
        ("Malul m rii", "Malul mării"),
        ("Flori n vas", "Flori în vas"),
        ("Peisaj la ar", "Peisaj la țară"),
        ("Arge valley", "Argeș valley"),
        ("Houses in hu i", "Houses in Huși"),
        ("The artist s wife", "The artist's wife"),
        ("All that s left", "All that's left"),
        ("The mad king i m the king", "The mad king I'm the king"),
        ("Hourglass iv", "Hourglass IV"),
        ("Houses from villefranche sur mer", "Houses from Villefranche-sur-Mer"),
        ("Houses in venice 2", "Houses in Venice 2"),
        ("Flori cu vas albastru", "Flori cu vas albastru"),
    ],
)
def test_letters_that_a_slug_lost_are_restored(restorer: Restorer, slug: str, title: str) -> None:
    assert restorer.restored(slug) == title


@pytest.mark.parametrize("slug", ["B tr n", "Houses in z q", "Peisaj cu xq rv"])
def test_an_uncertain_title_stays(restorer: Restorer, slug: str) -> None:
    assert restorer.restored(slug) is None


def test_a_restored_title_would_leave_the_same_slug() -> None:
    with (GALLERY / "corrections.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 400
    for row in rows:
        if row["note"] == "dictionary":
            slug = painting(0, image_id=row["id"], artist_slug=row["id"].partition("_")[0])
            assert chunks_of(row["title"]) == chunks_of(title_in_id(slug)), row["id"]


def test_the_shipped_table_has_the_corrected_titles() -> None:
    corrections = read_corrections(GALLERY / "corrections.csv")
    with (GALLERY / "paintings.csv").open(encoding="utf-8", newline="") as file:
        titles = {row["image_id"]: row["title"] for row in csv.DictReader(file)}
    assert {each.id: each.title for each in corrections.values() if each.title}.items() <= (
        titles.items()
    )
    assert "Împărțirea grâului batoza lui Malaxa" in titles.values()


def test_a_report_counts_gaps_and_capitals_apart(restorer: Restorer) -> None:
    slugs = ("flori-n-vas-1920", "houses-in-venice", "b-tr-n", "vas(2)")
    works = [painting(0, image_id=f"painter_{slug}") for slug in slugs]

    restored = restore(works, restorer)

    assert [(each.id, each.title, each.note) for each in restored.corrections] == [
        ("painter_flori-n-vas-1920", "Flori în vas", "dictionary"),
        ("painter_houses-in-venice", "Houses in Venice", "dictionary"),
    ]
    assert (restored.filled, restored.left) == (1, ("B tr n",))


def entry(image_id: str) -> Entry:
    return Entry(image_id, "painter", "Cubism", "Painter", "Gr u", 1900, None, None)


def test_corrections_come_before_the_table() -> None:
    rows = (entry("painter_a"), entry("painter_b"), entry("painter_c"))
    corrections = {
        "painter_a": Correction("painter_a", "Grâu"),
        "painter_b": Correction("painter_b", year="1910"),
    }

    entries = corrected(rows, corrections)

    assert [(each.title, each.year) for each in entries] == [
        ("Grâu", 1900),
        ("Gr u", 1910),
        ("Gr u", 1900),
    ]


def test_rows_written_by_hand_are_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    by_hand = Correction("a", "Mine", note="seen in the museum")
    listed = Correction("b", "Listed", year="1910", note="listing")
    old = Correction("c", "Old", note="dictionary")
    write_corrections(path, [old, listed, by_hand])
    assert list(read_corrections(path).values()) == [by_hand, listed, old]

    new = [Correction(key, "New", note="dictionary") for key in "abd"]
    replace_restored(path, new)
    rows = read_corrections(path)
    assert rows == {"a": by_hand, "b": listed, "d": new[2]}

    later = [Correction(key, "Now", note="listing") for key in "ab"]
    rows = merged(rows, [*later, Correction("d", year="1911", note="listing")])
    assert rows["d"] == Correction("d", "New", year="1911", note="listing")
    assert {key: row.title for key, row in rows.items()} == {"a": "Mine", "b": "Listed", "d": "New"}


def test_corrections_are_read_however_a_program_saves_them(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    rows = ["ID;Title;Title RO;Year;Note;", "a;Grâu;;c. 1907;;", "b;;;1910,0;seen;", ";;;;;", ""]
    path.write_text("\r\n".join(["sep=;", *rows]), encoding="utf-8-sig", newline="")

    first, second = corrected((entry("a"), entry("b")), read_corrections(path))

    assert (first.title, first.year, str(first.year)) == ("Grâu", 1907, "c. 1907")
    assert (second.title, second.year) == ("Gr u", 1910)


@pytest.fixture
def corrected_gallery(gallery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole gallery with one correction that its table does not have yet."""
    folder = tmp_path / "gallery"
    shutil.copytree(gallery, folder)
    paintings = Collection.load(folder).paintings
    logits = np.zeros((len(paintings), 1))
    write_spreadsheet(folder / SPREADSHEET_FILE, paintings, ["Cubism"], logits)
    by_hand = Correction("painter_work-1", "Mine", year="c. 1905", note="seen")
    write_corrections(folder / "corrections.csv", [by_hand])
    monkeypatch.setattr(restore_titles, "dictionary_words", lambda _: ["work"])
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_corrections_are_put_into_the_table_and_the_rest_stays(
    corrected_gallery: Path, run_script: Callable[..., None]
) -> None:
    before = files_of(corrected_gallery)

    run_script(restore_titles.main, "--gallery", corrected_gallery, "--apply")

    painting = Collection.load(corrected_gallery).painting("painter_work-1")
    assert (painting.title, str(painting.year)) == ("Mine", "c. 1905")
    after = files_of(corrected_gallery)
    changed = [name for name in GALLERY_FILES if after[name] != before[name]]
    assert changed == ["paintings.csv", SPREADSHEET_FILE]


def test_a_gallery_that_another_program_changes_is_left_alone(
    corrected_gallery: Path, run_script: Callable[..., None]
) -> None:
    before = files_of(corrected_gallery)

    with alone_in(corrected_gallery), pytest.raises(BusyError, match="Another program"):
        run_script(restore_titles.main, "--gallery", corrected_gallery, "--apply")

    assert files_of(corrected_gallery) == before


@pytest.mark.parametrize("step", ["write_spreadsheet", "Collection.save"])
def test_corrections_are_put_into_all_files_or_none(
    corrected_gallery: Path,
    run_script: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    before = files_of(corrected_gallery)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(f"restore_titles.{step}", full)
    with pytest.raises(OSError, match="No space"):
        run_script(restore_titles.main, "--gallery", corrected_gallery, "--apply")

    after = files_of(corrected_gallery)
    assert {name: after[name] for name in GALLERY_FILES} == {
        name: before[name] for name in GALLERY_FILES
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,title\na,b\n", "must be id, title, title_ro, year, note"),
        ("id,title,title_ro,year,note\na,b\n", "Row 2 of .* must have 5 cells"),
        ("id,title,title_ro,year,note\n,b,,,\n", "Row 2 of .* has no id"),
        ("id,title,title_ro,year,note\na,b,,19,\n", "has the year '19'"),
        ("id,title,title_ro,year,note\na,b,,,\nA.jpg,b,,,\na,c,,,\n", "of an earlier row"),
    ],
)
def test_a_damaged_table_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_corrections(path)


def test_the_list_of_names_is_sound() -> None:
    names = read_names(GALLERY / "title_names.csv")
    assert len(names) == len({chunks_of(name) for name in names})


def test_without_a_dictionary_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, str(GALLERY / "restore_titles.py"), "--gallery", str(GALLERY)),
            *("--dictionaries", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "install hunspell-ro and hunspell-en-us" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
