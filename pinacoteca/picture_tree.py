"""Where the pictures of a collection lie: in the layout of PandoraRom, or in any folder.

PandoraRom's lie in ``Images/<Artist-Slug>/<image_id>.jpg``; only their names count, so that any
depth of folders will do. In a folder that nobody made for us two pictures may have one name, and
the path of each is its name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pinacoteca.errors import DataError
from pinacoteca.images import SUFFIXES


@dataclass(frozen=True)
class Pictures:
    """The tree of pictures.

    Attributes:
        paths: The picture of each key (``picture_key``).
        duplicates: Pictures that were left out because another has the same key.
    """

    paths: Mapping[str, Path]
    duplicates: tuple[Path, ...]


def picture_key(name: str) -> str:
    """Returns one key for the spellings of a name: case and the coding of accents do not count."""
    return unicodedata.normalize("NFC", name).casefold()


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
    files = (file for folder in inside or [directory] for file in _pictures_below(folder))
    pictures = _by_key((file.stem, file) for file in files)
    if not pictures.paths:
        raise DataError(
            f"{directory} holds no pictures: name the folder of PandoraRom, which holds "
            "Images/<Artist-Slug>/<image_id>.jpg."
        )
    return pictures


def find_pictures_by_path(directory: Path) -> Pictures:
    """Finds the pictures in any folder and below it, each by its ``path_id``.

    Raises:
        DataError: The folder is missing or holds no picture.
    """
    _check_folder(directory)
    files = [
        (path_id(inside), directory / inside)
        for inside in (file.relative_to(directory) for file in _pictures_below(directory))
        if not any(part.startswith(".") for part in inside.parts)
    ]
    if not files:
        raise DataError(
            f"{directory} holds no pictures: name a folder that holds some, in whatever folders "
            f"inside ({', '.join(sorted(SUFFIXES))})."
        )
    return _by_key(files)


def path_id(path: Path) -> str:
    """Returns the ``image_id`` of a picture that has none but its path, the suffix left out.

    Folders end with a colon, since a slash would divide the addresses of the page as well.
    """
    return printable(":".join(path.with_suffix("").parts))


def printable(name: str) -> str:
    """Returns a name of a file as text; what no text can hold becomes a replacement character."""
    kept = (
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(each) in ("Cc", "Cs") else each
        for each in name
    )
    return unicodedata.normalize("NFC", "".join(kept))


def picture_paths(directory: Path) -> Mapping[str, Path]:
    """Returns the picture of each key, whichever of the two ways an ``image_id`` was made.

    Raises:
        DataError: The folder is missing or holds no picture.
    """
    # A path tells apart what a name alone may not.
    return {**find_pictures(directory).paths, **find_pictures_by_path(directory).paths}


def _check_folder(directory: Path) -> None:
    if not directory.is_dir():
        raise DataError(f"There is no folder {directory}: name the one that holds the pictures.")


def _pictures_below(folder: Path) -> list[Path]:
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
    ]


def _by_key(files: Iterable[tuple[str, Path]]) -> Pictures:
    paths: dict[str, Path] = {}
    duplicates = []
    for name, file in files:
        if paths.setdefault(picture_key(name), file) is not file:
            duplicates.append(file)
    return Pictures(paths, tuple(duplicates))
