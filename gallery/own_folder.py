"""Reads a folder of pictures that comes without a spreadsheet: its names say what there is to say.

``Ștefan Luchian/anemones-1908.jpg`` is "Anemones" of 1908 by Ștefan Luchian, and has the
``image_id`` ``Ștefan Luchian:anemones-1908``.
"""

from __future__ import annotations

import re
from pathlib import Path

from artists import NAMES
from pandorarom import Entry, Table, title_and_year

from pinacoteca.folders import printable
from pinacoteca.picture_tree import Pictures, find_pictures_by_path, path_id


def read_folder(directory: Path) -> tuple[Table, Pictures]:
    """Returns an entry for each picture of a folder and of the folders in it, and the pictures.

    The folder that holds a picture names its painter, unless it is ``directory`` itself.

    Raises:
        DataError: The folder is missing or holds no picture.
    """
    pictures = find_pictures_by_path(directory)
    entries = [_entry(path.relative_to(directory)) for path in pictures.paths.values()]
    in_order = sorted(entries, key=lambda entry: entry.image_id)
    return Table(tuple(in_order), duplicates=(), rows_without_id=(), is_spreadsheet=False), pictures


def _entry(path: Path) -> Entry:
    title, year = _title_and_year(printable(path.stem))
    folder = printable(path.parent.name)
    return Entry(
        image_id=path_id(path),
        artist_slug=re.sub(r"[\s_]+", "-", folder.strip().casefold()),
        style="",
        artist=_artist(folder),
        title=title,
        year=year,
        page_url=None,
        image_url=None,
    )


def _title_and_year(name: str) -> tuple[str, int | None]:
    """Cuts ``Anemones, 1908`` and ``anemones (1908)`` as ``anemones-1908``; ``IMG_1908`` is none.

    Cameras number their pictures after an underscore.
    """
    slug = re.sub(r"\s*\((\d{4})\)$", r"-\1", name.strip())
    slug = re.sub(r"[\s,]+(\d{4})$", r"-\1", slug)
    title, year = title_and_year(slug)
    return " ".join(title.replace("_", " ").split()) or name, year


def _artist(folder: str) -> str:
    """Returns the name of a folder; what is written like WikiArt's slugs is read like them."""
    if not re.fullmatch(r"[^\s\d]+-[^\s\d]+", folder) or folder != folder.lower():
        return " ".join(folder.replace("_", " ").split())
    return NAMES.get(folder, folder.replace("-", " ").title())
