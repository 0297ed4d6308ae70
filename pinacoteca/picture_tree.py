"""Where the pictures of a collection lie: a tree in the layout of PandoraRom.

The pictures lie in ``Images/<Artist-Slug>/<image_id>.jpg``; only their names count, so that any
depth of folders will do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
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
    if not directory.is_dir():
        raise DataError(f"There is no folder {directory}: name the one that holds the pictures.")
    inside = [
        folder
        for folder in sorted(directory.iterdir())
        if folder.is_dir() and folder.name.casefold() == "images"
    ]
    files = (file for folder in inside or [directory] for file in sorted(folder.rglob("*")))
    paths: dict[str, Path] = {}
    duplicates = []
    for file in files:
        if file.suffix.lower() not in SUFFIXES or file.name.startswith(".") or not file.is_file():
            continue
        if paths.setdefault(picture_key(file.stem), file) is not file:
            duplicates.append(file)
    if not paths:
        raise DataError(
            f"{directory} holds no pictures: name the folder of PandoraRom, which holds "
            "Images/<Artist-Slug>/<image_id>.jpg."
        )
    return Pictures(paths, tuple(duplicates))
