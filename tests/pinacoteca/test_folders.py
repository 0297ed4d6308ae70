"""Folders with system files, links, and names that are not valid text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandora
import pytest
from trees import write_pandora, write_picture

from pinacoteca.folders import contents_of, is_of_the_system, left_out
from pinacoteca.picture_tree import find_pictures, find_pictures_by_path

SYSTEM = ("@eaDir", "#recycle", "$RECYCLE.BIN", ".Trash-1000", "__MACOSX", "lost+found", ".git")


def names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in contents_of(folder).pictures]


def test_what_the_system_keeps_is_left_out_and_counted(tmp_path: Path) -> None:
    write_picture(tmp_path / "Luchian" / "a.jpg", 1)
    for folder in SYSTEM:
        write_picture(tmp_path / folder / "b.jpg", 2)
        write_picture(tmp_path / "Luchian" / folder / "deeper" / "c.jpg", 3)
    for name in ("Thumbs.db", "._a.jpg", ".DS_Store", "desktop.ini", "~$table.xlsx"):
        (tmp_path / "Luchian" / name).write_bytes(b"\xff\xd8\xff")
    (tmp_path / "notes.txt").write_text("BM")

    assert names(tmp_path) == ["Luchian/a.jpg"]
    assert list(find_pictures(tmp_path).paths) == ["a"]
    pictures = find_pictures_by_path(tmp_path)
    assert list(pictures.paths) == ["luchian:a"]
    system, others = pictures.left_out
    assert system.split()[0] == "19" and "$RECYCLE.BIN" in system and "and 14 more" in system
    assert others.strip() == "1 files that are no pictures: notes.txt"


@pytest.mark.parametrize(
    "name",
    [
        *("#SynoRecycle", "RECYCLED", "$Extend", "OneDriveTemp", "Network Trash Folder"),
        *("Temporary Items", "Smart Previews.lrdata", "Photos Library.photoslibrary"),
    ],
)
def test_servers_and_photo_programs_keep_folders_too(name: str) -> None:
    assert is_of_the_system(name)


@pytest.mark.parametrize("name", ["#1", "@", "Recycled glass", "snapshot", "found", "$", "thumbs"])
def test_a_painter_may_have_a_strange_name(name: str) -> None:
    assert not is_of_the_system(name)


def test_a_linked_folder_is_followed_once(tmp_path: Path) -> None:
    write_picture(tmp_path / "share" / "Luchian" / "a.jpg", 1)
    write_picture(tmp_path / "in" / "Zed" / "b.jpg", 2)
    (tmp_path / "in" / "Luchian").symlink_to(tmp_path / "share" / "Luchian")
    (tmp_path / "in" / "Again").symlink_to(tmp_path / "share" / "Luchian")
    (tmp_path / "in" / "Another").symlink_to(tmp_path / "in" / "Zed")
    (tmp_path / "in" / "Zed" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "share" / "Luchian" / "self").symlink_to(tmp_path / "share" / "Luchian")
    (tmp_path / "in" / "c.jpg").symlink_to(tmp_path / "in" / "Zed" / "b.jpg")
    folder = tmp_path / "in"

    assert names(folder) == ["Again/a.jpg", "Zed/b.jpg", "c.jpg"]
    (line,) = left_out(contents_of(folder), folder)
    assert line.strip() == (
        "4 linked folders that lead to what is read already: Again/self, Another, Luchian, Zed/up"
    )


def test_the_folder_itself_may_be_a_link_or_hidden(tmp_path: Path) -> None:
    write_picture(tmp_path / ".hidden" / "a.jpg", 1)
    (tmp_path / "link").symlink_to(tmp_path / ".hidden")

    assert names(tmp_path / "link") == names(tmp_path / ".hidden") == ["a.jpg"]


def test_a_link_to_nothing_is_a_picture_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")

    assert names(tmp_path) == ["gone.jpg"]


def test_a_link_to_itself_ends_nothing(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", 1)
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "there").symlink_to("back")
    (tmp_path / "back").symlink_to("there")

    assert names(tmp_path) == ["a.jpg"]
    (line,) = left_out(contents_of(tmp_path), tmp_path)
    assert line.strip() == "3 files that are no pictures: back, circle, there"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_pipes_and_devices_are_named_and_never_opened(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", 1)
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "device.jpg").symlink_to(os.devnull)

    assert names(tmp_path) == ["a.jpg"]
    (line,) = left_out(contents_of(tmp_path), tmp_path)
    assert line.strip() == "2 files that are no pictures: device.jpg, pipe.jpg"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root opens anything")
def test_a_folder_that_may_not_be_opened_is_named(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", 1)
    (tmp_path / "closed").mkdir(mode=0)

    assert left_out(contents_of(tmp_path), tmp_path) == [
        "    1 folders that may not be opened: closed"
    ]


def test_pandora_is_read_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = write_pandora(tmp_path, range(4, 6))
    pictures = pandora.read_tree(tree)
    artist = tree / pictures[0].path
    write_picture(artist.parent / "@eaDir" / "a.jpg", 1)
    write_picture(tree / "@eaDir" / "a.jpg", 1)
    artist.rename(artist.with_suffix(".jfif"))
    (artist.parent / "notes.txt").write_text("no picture")

    again = pandora.read_tree(tree)

    assert len(again) == len(pictures)
    assert pandora.unknown_folders(tree) == []
    assert [line.split()[0] for line in pandora.left_out_of(tree)] == ["1", "1"]


@pytest.mark.parametrize("encoding", ["cp1250", "ascii", "utf-8"])
def test_a_console_shows_any_name(tmp_path: Path, encoding: str) -> None:
    script = "from pinacoteca.command_line import run; run(lambda: print('Ștefan \\udcff 日本'))"

    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"tefan" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_survives_the_manifest(tmp_path: Path) -> None:
    tree = write_pandora(tmp_path / "tree", range(4, 5))
    picture = tree / pandora.read_tree(tree)[0].path
    os.rename(picture, os.fsencode(picture.parent) + b"/fl\xfari.jpg")

    pandora.write_manifest(pandora.read_tree(tree), tmp_path)

    assert "fl\N{REPLACEMENT CHARACTER}ri.jpg" in (tmp_path / "manifest.csv").read_text("utf-8")


@pytest.mark.data
@pytest.mark.parametrize(
    ("case", "count"),
    [("01-jfif-heic-silently-ignored", 8), ("02-synology-eadir", 1)],
)
def test_the_field_cases_give_their_pictures(shared_data: Path, case: str, count: int) -> None:
    assert len(names(shared_data / "field-cases" / case / "in")) == count
