"""Finds the pictures of a collection, in the layout of PandoraRom or in any folder.

PandoraRom's pictures are ``Images/<Artist-Slug>/<image_id>.jpg``; only their names count, so the
folders may be nested in any way. In any other folder, two pictures may have the same name, so each
is identified by its path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pinacoteca.errors import DataError
from pinacoteca.folders import FolderContents, contents_of, left_out, printable
from pinacoteca.picture_kinds import without_suffix
from pinacoteca.spelling import visible
from pinacoteca.tables import is_table


@dataclass(frozen=True)
class Pictures:
    """The pictures found in a folder.

    Attributes:
        paths: The path of each picture by its key (``picture_key``).
        duplicates: Pictures left out because another has the same key.
        left_out: Lines that say which files were left out.
    """

    paths: Mapping[str, Path]
    duplicates: tuple[Path, ...]
    left_out: tuple[str, ...] = ()


def picture_key(name: str) -> str:
    """Returns the same key for all spellings of a name.

    Case, the encoding of accents, the kind of spaces and invisible characters do not count.
    """
    return visible(name).casefold()


def find_pictures(directory: Path) -> Pictures:
    """Finds the pictures in the folder of PandoraRom or in its folder ``Images``.

    Raises:
        DataError: The folder is missing or holds no picture.
    """
    _check_folder(directory)
    inside = [
        folder
        for folder in sorted(directory.iterdir())
        if folder.is_dir() and folder.name.casefold() == "images"
    ]
    contents = [contents_of(folder) for folder in inside or [directory]]
    files = (file for each in contents for file in each.pictures)
    pictures = _by_key(((without_suffix(file.name), file) for file in files), contents, directory)
    if not pictures.paths:
        raise DataError(
            f"{directory} holds no pictures: name the folder of PandoraRom, which holds "
            "Images/<Artist-Slug>/<image_id>.jpg."
        )
    return pictures


def find_pictures_by_path(directory: Path) -> Pictures:
    """Finds the pictures in any folder and its subfolders, each by its ``path_id``.

    Raises:
        DataError: The folder is missing or holds no picture.
    """
    _check_folder(directory)
    contents = contents_of(directory)
    if not contents.pictures:
        raise DataError(
            f"{directory} holds no pictures: name a folder that holds some, in whatever folders "
            "inside."
        )
    files = ((path_id(file.relative_to(directory)), file) for file in contents.pictures)
    found = _by_key(files, [contents], directory)
    tables = [printable(path.name) for path in contents.others if is_table(path)]
    if not tables:
        return found
    line = f"      {tables[0]} may say more of these pictures: name it with --table if it does"
    return replace(found, left_out=(*found.left_out, line))


def path_id(path: Path) -> str:
    """Returns an ``image_id`` made from the path of a picture, without the suffix.

    A colon follows each folder, because a slash would split the addresses of the page.
    """
    return printable(":".join((*path.parent.parts, without_suffix(path.name))))


def picture_paths(directory: Path) -> Mapping[str, Path]:
    """Returns the pictures by their keys, for both kinds of ``image_id``.

    Raises:
        DataError: The folder is missing or holds no picture.
    """
    # Two pictures may share a name, but never a path, so paths win.
    return {**find_pictures(directory).paths, **find_pictures_by_path(directory).paths}


def _check_folder(directory: Path) -> None:
    if not directory.is_dir():
        raise DataError(f"There is no folder {directory}: name the one that holds the pictures.")


def _by_key(
    files: Iterable[tuple[str, Path]], contents: Iterable[FolderContents], directory: Path
) -> Pictures:
    paths: dict[str, Path] = {}
    duplicates = []
    for name, file in files:
        if paths.setdefault(picture_key(name), file) is not file:
            duplicates.append(file)
    lines = (line for each in contents for line in left_out(each, directory))
    return Pictures(paths, tuple(duplicates), tuple(lines))
