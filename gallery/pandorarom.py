"""Reads the table of PandoraRom and tolerates its irregularities.

It has at least the columns ``image_id`` (``<artist_slug>_<title-slug[-year]>``), ``style`` and
``artist_slug``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote

from artists import NAMES

from pinacoteca.date_texts import YEARS
from pinacoteca.errors import DataError
from pinacoteca.picture_kinds import is_called_picture, without_suffix
from pinacoteca.picture_tree import picture_key
from pinacoteca.spelling import comma_below, visible
from pinacoteca.tables import Columns, find_table
from pinacoteca.years import read_year

SHEET = "Lista-completa"
REQUIRED_COLUMNS = ("image_id", "style", "artist_slug")
COLUMNS = Columns(
    REQUIRED_COLUMNS,
    ("artist", "title", "year", "image_url"),
    {
        "image_id": (
            *("id imagine", "imagine id", "cod imagine", "image code", "picture id", "painting id"),
            *("file name", "nume fisier", "numele fisierului", "nume imagine", "image name"),
            *("image file", "fisier imagine", "file", "fisier", "fisierul", "inventory number"),
            *("numar de inventar", "numar inventar", "nr inventar", "nr inv", "inv nr", "id"),
        ),
        "style": (
            *("styles", "stil", "stilul", "stil artistic", "art style", "movement"),
            *("art movement", "curent", "curentul", "curent artistic", "curentul artistic"),
        ),
        "artist_slug": ("slug artist", "slug"),
        "artist": (
            *("artist name", "artists name", "nume artist", "numele artistului", "artistul"),
            *("painter", "painter name", "pictor", "pictorul", "nume pictor", "numele pictorului"),
            *("author", "autor", "autorul"),
        ),
        "title": (
            *("titlu", "titlul", "painting title", "work title", "title of work", "titlu lucrare"),
            *("titlul lucrarii", "denumire", "denumirea", "denumirea lucrarii", "nume lucrare"),
        ),
        "year": (
            *("an", "anul", "date", "dated", "data", "datare", "datarea", "datat", "dating"),
            *("year created", "year of creation", "date of creation", "creation date"),
            *("anul executiei", "anul realizarii", "anul crearii", "anul creatiei"),
            *("data executiei", "data realizarii", "perioada", "period"),
        ),
    },
    {"artist_slug": "artist"},
)
# What spreadsheets and pandas write into a cell without a value.
_NO_VALUE = frozenset({"", "nan", "none", "null", "#n/a", "#ref!", "#value!", "#name?", "#div/0!"})


@dataclass(frozen=True)
class Entry:
    """One painting of the spreadsheet; missing values are taken from the slugs.

    Attributes:
        image_id: The key, and the name of the picture without its suffix.
        artist_slug: The painter's name as in WikiArt's addresses.
        style: WikiArt's style; empty if the cell is empty.
        artist: The painter's name.
        title: The title of the painting.
        year: The year of the painting, a ``Year`` if it is a range; None if neither column nor slug
            gives one.
        page_url: WikiArt's page of the painting, or None.
        image_url: The address of its picture, or None.
    """

    image_id: str
    artist_slug: str
    style: str
    artist: str
    title: str
    year: int | None
    page_url: str | None
    image_url: str | None


@dataclass(frozen=True)
class Table:
    """The paintings to embed.

    Attributes:
        entries: One for each ``image_id``, in the order of the ids.
        duplicates: The ids of rows that were left out because an earlier row has the same.
        rows_without_id: The row numbers, as in the spreadsheet, of rows left out because they have
            no id.
        is_spreadsheet: False if the entries come from the names of the pictures.
        unreadable_years: The row, the painting and the text of each year that could not be read.
        matched: For each row whose picture has another name, both names.
    """

    entries: tuple[Entry, ...]
    duplicates: tuple[str, ...]
    rows_without_id: tuple[int, ...]
    is_spreadsheet: bool = True
    unreadable_years: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """Reads PandoraRom's table, or one of the same form; of a formula, its last value counts.

    It may be a workbook or a text file of any program (``pinacoteca.tables``). The sheet
    ``Lista-completa`` takes precedence over others.

    Raises:
        DataError: The file is missing or is not a table, lacks a column, or has no rows.
    """
    found = find_table(path, COLUMNS, SHEET)
    entries: dict[str, Entry] = {}
    duplicates, rows_without_id, unreadable_years = [], [], []
    for number, row in found.rows:
        cells = {
            name: text
            for name, place in found.columns.items()
            if place < len(row) and (text := _text(row[place]))
        }
        if not cells:
            continue
        image_id = id_of(cells.get("image_id", ""))
        if not image_id:
            rows_without_id.append(number)
        elif picture_key(image_id) in entries:
            duplicates.append(cells["image_id"])
        else:
            cells["image_id"] = image_id
            entry, unreadable = _entry(cells, has_slugs="artist_slug" in found.columns)
            entries[picture_key(image_id)] = entry
            if unreadable:
                unreadable_years.append(f"row {number}, {image_id}: {unreadable}")
    if not entries:
        where = found.where[:1].upper() + found.where[1:]
        raise DataError(
            f"{where} has no row with an image_id: give each painting the name of its picture."
        )
    in_order = sorted(entries.values(), key=lambda entry: entry.image_id)
    return Table(
        tuple(with_one_slug_each(in_order)),
        tuple(duplicates),
        tuple(rows_without_id),
        unreadable_years=tuple(unreadable_years),
    )


def id_of(text: str) -> str:
    """Returns an ``image_id`` like a picture's name: no suffix, folder or hidden characters."""
    name = visible(text)
    if not is_called_picture(name):
        return name
    return without_suffix(re.split(r"[/\\]", name)[-1])


def with_one_slug_each(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yields entries with one spelling for slugs that differ only in case and Unicode form."""
    slugs: dict[str, str] = {}
    for entry in entries:
        slug = comma_below(entry.artist_slug)
        yield replace(entry, artist_slug=slugs.setdefault(slug.casefold(), slug))


def title_and_year(slug: str) -> tuple[str, int | None]:
    """Splits ``peasant-with-bag-1868(2)``, the second of that name, into its title and 1868."""
    slug = re.sub(r"(?<=.)\(\d+\)$", "", slug)
    match = re.fullmatch(r"(.+)-(\d{4})", slug)
    year = _year(match[2]) if match else None
    words = (match[1] if match and year else slug).replace("-", " ").strip()
    return words[:1].upper() + words[1:], year


def _text(value: object) -> str:
    """Returns a cell as one line of text; empty if it holds no value."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, date):
        value = _date(value)
    # Control characters cannot be written to a spreadsheet, and lone surrogates to no file.
    printable = "".join(
        character if unicodedata.category(character) not in ("Cc", "Cs") else " "
        for character in str(value if value is not None else "")
    )
    text = unicodedata.normalize("NFC", " ".join(printable.split()))
    return "" if text.casefold() in _NO_VALUE else text


def _date(value: date) -> str:
    """Returns the date of a cell; programs store a bare year as the first of January."""
    day = value.date() if isinstance(value, datetime) else value
    return str(day.year) if (day.month, day.day) == (1, 1) else day.isoformat()


def slug_of(name: str) -> str:
    """Returns a painter's name in the form of a slug."""
    return re.sub(r"[\s_]+", "-", comma_below(visible(name)).casefold())


def _entry(cells: Mapping[str, str], has_slugs: bool) -> tuple[Entry, str]:
    """Returns the painting of a row, and the text of its year if that cannot be read.

    Args:
        cells: The cells that are not empty, by their columns.
        has_slugs: Whether the table has the column ``artist_slug``.
    """
    image_id = cells["image_id"]
    first, _, rest = image_id.partition("_")
    of_id, of_name = first if rest else "", slug_of(cells.get("artist", ""))
    artist_slug = cells.get("artist_slug") or (of_id or of_name if has_slugs else of_name or of_id)
    prefix = f"{artist_slug}_"
    title_slug = image_id.removeprefix(prefix) if image_id.startswith(prefix) else rest or image_id
    title, year = title_and_year(title_slug)
    written = cells.get("year", "")
    try:
        year = read_year(written) or year
        unreadable = ""
    except ValueError:
        unreadable = written
    entry = Entry(
        image_id=image_id,
        artist_slug=artist_slug,
        style=cells.get("style", ""),
        artist=_artist(comma_below(visible(cells.get("artist", ""))), artist_slug),
        title=comma_below(cells.get("title", title)),
        year=year,
        page_url=_page_of(artist_slug, title_slug) if has_slugs and artist_slug else None,
        image_url=_address(cells.get("image_url", "")),
    )
    return entry, unreadable


def _page_of(artist_slug: str, title_slug: str) -> str:
    return f"https://www.wikiart.org/en/{quote(artist_slug)}/{quote(title_slug, safe='')}"


def _artist(given: str, slug: str) -> str:
    """Returns the name in the table, with the diacritics that the table leaves out."""
    if not given.isascii() or slug_of(given) not in ("", slug):
        return given
    spelled = slug.replace("-", " ").title()
    is_slug = given.casefold() in ("", slug, spelled.casefold())
    return NAMES.get(slug, spelled if is_slug else given)


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{4}", text) and int(text) in YEARS else None


def _address(text: str) -> str | None:
    # The page turns these into links, and other schemes, such as javascript:, could run a script.
    return text if text.startswith(("https://", "http://")) else None
