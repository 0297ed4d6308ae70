"""Restores diacritics, apostrophes, capitals and numerals in titles; writes corrections.csv.

    apt-get install hunspell-ro hunspell-en-us hunspell-tools
    pip install wordfreq
    python gallery/restore_titles.py --gallery gallery [--apply]

WikiArt's addresses keep only a to z, so titles cut from them read like "Mp r irea gr ului". A
Romanian and an English dictionary decide which letters were there; undecided titles stay as they
are. ``title_names.csv`` lists names and phrases that are in neither dictionary; add to it what you
know. Writes ``corrections.csv`` in ``--gallery``, which ``gallery/build.py --table`` reads: rows
with the note ``dictionary`` are replaced, others are kept. ``--apply`` also puts the corrections
into the table and the spreadsheet; ids, their order and the embeddings do not change. Prints how
many titles had a gap, how many were restored, and which are left. Takes two minutes and 2 GB of
memory.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from corrections import (
    CORRECTIONS_FILE,
    DICTIONARY,
    Correction,
    corrected,
    merged,
    read_corrections,
    write_corrections,
)
from pandorarom import title_and_year
from spreadsheet import GALLERY_FILES, SPREADSHEET_FILE, stored_logits, write_spreadsheet
from title_words import chunks_of, dictionary_words
from titles import Restorer

from pinacoteca.collection import Collection, Painting
from pinacoteca.collection_map import CollectionMap
from pinacoteca.command_line import run
from pinacoteca.errors import DataError
from pinacoteca.locks import alone_in
from pinacoteca.picture_finder import title_slug
from pinacoteca.swap import swapped

NAMES_FILE = Path(__file__).with_name("title_names.csv")
DICTIONARIES = Path("/usr/share/hunspell")


@dataclass(frozen=True)
class Restored:
    """The result of restoring the titles of a collection.

    Attributes:
        corrections: One for each title that differs from its slug.
        filled: How many of them regained letters, apostrophes or other marks.
        left: The titles that have or may have a gap and were not restored.
    """

    corrections: tuple[Correction, ...]
    filled: int
    left: tuple[str, ...]


def title_in_id(painting: Painting) -> str:
    """Returns the title in the ``image_id`` of a painting, such as "Mp r irea gr ului"."""
    return title_and_year(title_slug(painting))[0]


def restore(paintings: Iterable[Painting], restorer: Restorer) -> Restored:
    """Restores the titles of paintings with ids of PandoraRom."""
    corrections, left, filled = [], [], 0
    for painting in paintings:
        title = title_in_id(painting)
        restored = restorer.restored(title)
        if restored is None:
            left.append(title)
        elif restored != title:
            corrections.append(Correction(painting.image_id, restored, note=DICTIONARY))
            filled += restored.casefold() != title.casefold()
    return Restored(tuple(corrections), filled, tuple(left))


def replace_restored(path: Path, corrections: Iterable[Correction]) -> None:
    """Replaces the titles of an earlier run in a table of corrections; other rows stay."""
    rows = read_corrections(path)
    others = {key: each for key, each in rows.items() if each.note != DICTIONARY}
    write_corrections(path, merged(others, corrections).values())


def apply_corrections(folder: Path) -> Collection:
    """Puts ``corrections.csv`` of a collection's folder into its table and spreadsheet at once.

    Raises:
        CollectionError: The collection is damaged.
        DataError: The corrections are damaged.
    """
    collection = Collection.load(folder)
    places = CollectionMap.load(folder, collection)
    logits = stored_logits(collection, folder)
    corrections = read_corrections(folder / CORRECTIONS_FILE)
    changed = replace(collection, paintings=corrected(collection.paintings, corrections))
    with swapped(folder, GALLERY_FILES) as staged:
        changed.save(staged)
        if places is not None:
            places.save(staged)
        path = staged / SPREADSHEET_FILE
        write_spreadsheet(path, changed.paintings, list(logits.columns), logits.to_numpy())
    return changed


def read_names(path: Path) -> list[str]:
    """Returns names and phrases that the dictionaries lack or leave undecided.

    A slug that fits one of them is read as that one.

    Raises:
        DataError: One of them has no letter or digit that a slug keeps.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    if useless := [name for name in names if not chunks_of(name)]:
        raise DataError(f"{useless[0]!r} in {path} has no letter a to z and no digit: take it out.")
    return names


def main() -> None:
    """Restores the titles of one collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gallery", type=Path, required=True, help="what gallery/build.py wrote")
    parser.add_argument("--dictionaries", type=Path, default=DICTIONARIES, help="Hunspell's folder")
    parser.add_argument(
        "--apply", action="store_true", help="change the table and the spreadsheet as well"
    )
    arguments = parser.parse_args()

    paintings = Collection.load(arguments.gallery).paintings
    with alone_in(arguments.gallery):
        restorer = Restorer.of_words(
            dictionary_words(arguments.dictionaries / "ro_RO.dic"),
            dictionary_words(arguments.dictionaries / "en_US.dic"),
            read_names(NAMES_FILE),
        )
        restored = restore(paintings, restorer)
        path = arguments.gallery / CORRECTIONS_FILE
        replace_restored(path, restored.corrections)
        if arguments.apply:
            apply_corrections(arguments.gallery)
    print("\n".join(f"stays as it is: {title}" for title in restored.left))
    print(
        f"{len(paintings)} titles; {restored.filled + len(restored.left)} have a gap or may have "
        f"one, {restored.filled} of them restored, {len(restored.left)} left; "
        f"{len(restored.corrections) - restored.filled} more with capitals alone"
    )


if __name__ == "__main__":
    run(main)
