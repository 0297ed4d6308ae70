"""Reads a folder of pictures without a spreadsheet; its names give artist, title and year.

``Ștefan Luchian/anemones-1908.jpg`` is "Anemones" of 1908 by Ștefan Luchian, and has the
``image_id`` ``Ștefan Luchian:anemones-1908``.
"""

from __future__ import annotations

import re
from collections.abc import Set
from pathlib import Path

from artists import NAMES
from pandorarom import Entry, Table, slug_of, title_and_year, with_one_slug_each

from pinacoteca.folders import printable
from pinacoteca.picture_kinds import without_suffix
from pinacoteca.picture_tree import Pictures, find_pictures_by_path, path_id
from pinacoteca.spelling import comma_below, visible
from pinacoteca.years import read_year

# A date at the end of a name: in brackets, after a comma, or two years.
_WITH_DATE = tuple(
    re.compile(r"(?P<title>.*[^\s,_-])" + date)
    for date in (
        r"[\s_-]*[(\[](?P<date>[^()\[\]]+)[)\]]",
        r"\s*,\s*(?P<date>[^,]+)",
        r"[\s,-]+(?P<date>\d{4}\s*[-\N{EN DASH}]\s*\d{2,4})",
    )
)


def read_folder(directory: Path) -> tuple[Table, Pictures]:
    """Returns an entry for each picture of a folder and its subfolders, and the pictures.

    The folder that holds a picture names its painter, unless it is ``directory`` itself.

    Raises:
        DataError: The folder is missing or holds no picture.
    """
    pictures = find_pictures_by_path(directory)
    files = [path.relative_to(directory) for path in pictures.paths.values()]
    straight = _straightened({_painter(path) for path in files})
    entries = [_entry(path, straight[_painter(path)]) for path in files]
    in_order = with_one_slug_each(sorted(entries, key=lambda entry: entry.image_id))
    return Table(tuple(in_order), duplicates=(), rows_without_id=(), is_spreadsheet=False), pictures


def _entry(path: Path, painter: str) -> Entry:
    title, year = _title_and_year(visible(printable(without_suffix(path.name))))
    return Entry(
        image_id=path_id(path),
        artist_slug=slug_of(painter),
        style="",
        artist=_artist(painter),
        title=comma_below(title),
        year=year,
        page_url=None,
        image_url=None,
    )


def _painter(path: Path) -> str:
    """Returns the name of the folder that holds a picture; empty if there is none."""
    return comma_below(visible(printable(path.parent.name)))


def _straightened(painters: Set[str]) -> dict[str, str]:
    """Returns each painter with the first name first: "Luchian, Ștefan" as "Ștefan Luchian".

    A name is reordered only if another folder has it in the usual order.
    """
    known = {name.casefold(): name for name in painters}
    straight = {}
    for name in painters:
        surname, _, rest = name.partition(", ")
        straight[name] = known.get(f"{rest} {surname}".casefold(), name) if rest else name
    return straight


def _title_and_year(name: str) -> tuple[str, int | None]:
    """Splits ``Anemones, 1908``, ``anemones (1908)`` and ``anemones-1908`` into title and year.

    ``IMG_1908`` has no year: cameras number their pictures after an underscore.
    """
    for pattern in _WITH_DATE:
        match = pattern.fullmatch(name.strip())
        if match and (year := _date(match["date"])) is not None:
            return _spaced(title_and_year(match["title"])[0]), year
    slug = re.sub(r"[\s,]+(\d{4})$", r"-\1", name.strip())
    title, year = title_and_year(slug)
    return _spaced(title) or name, year


def _date(text: str) -> int | None:
    try:
        return read_year(text)
    except ValueError:
        return None


def _spaced(title: str) -> str:
    return " ".join(title.replace("_", " ").split())


def _artist(folder: str) -> str:
    """Returns the painter's name of a folder, which may be written like a WikiArt slug."""
    if not re.fullmatch(r"[^\s\d]+-[^\s\d]+", folder) or folder != folder.lower():
        return " ".join(folder.replace("_", " ").split())
    return NAMES.get(folder, folder.replace("-", " ").title())
