"""Fetches the pictures of a collection into a tree, for ``demo/app.py --pictures``.

    python gallery/fetch_pictures.py --gallery gallery --out ../pictures

Writes ``Images/<artist-slug>/<image_id>.jpg`` in ``--out``, one painter after the other, with a
request at a time and a pause after each; a painter's works are listed first, so that the addresses
are known and not guessed. What is there already is not fetched again: a run that was stopped, by
Ctrl-C too, goes on where it was. Prints how many there are of each painter; what could not be had
is in ``missing.csv`` in ``--out``. Titles and years as the source writes them go into
``corrections.csv`` in ``--gallery``, which ``gallery/build.py`` and ``restore_titles.py --apply``
read; rows by hand stay as they are. The pictures are WikiArt's and their owners': look at them, and
do not publish them.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from corrections import (
    CORRECTIONS_FILE,
    LISTING,
    Correction,
    read_corrections,
    write_corrections,
)

from pinacoteca.collection import Collection, Painting
from pinacoteca.command_line import run
from pinacoteca.files import written_whole
from pinacoteca.picture_finder import WIKIART, Listed, PictureFinder
from pinacoteca.picture_tree import picture_key
from pinacoteca.polite_web import PoliteWeb
from pinacoteca.surroundings import check_proxies

if TYPE_CHECKING:
    from PIL import Image

MISSING_FILE = "missing.csv"
HIDDEN_CACHE = ".found"
JPEG_QUALITY = 95
# Slower than the page, which fetches five at a time and not a thousand.
PAUSE = 1.0
# Where the source asks for patience.
PATIENT_TRIES = 3


@dataclass(frozen=True)
class Fetched:
    """What became of a painter's pictures.

    Attributes:
        artist: The painter's name.
        count: Of all the painter's paintings in the collection.
        missing: Those that could not be had.
        corrections: What the source writes otherwise.
    """

    artist: str
    count: int
    missing: tuple[Painting, ...]
    corrections: tuple[Correction, ...]


def picture_place(out: Path, painting: Painting) -> Path:
    """Returns where the picture of a painting lies in a tree."""
    return out / "Images" / painting.artist_slug / f"{painting.image_id}.jpg"


def fetch_painter(
    paintings: Sequence[Painting],
    finder: PictureFinder,
    out: Path,
    progress: Callable[[], object],
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetches what is not there yet of a painter's pictures.

    Args:
        paintings: All by one painter.
        finder: Finds them.
        out: The tree.
        progress: Called after each.
        sleep: Waits, where the source asks for patience.
    """
    missing, corrections = [], []
    for painting in paintings:
        place = picture_place(out, painting)
        if not place.is_file():
            picture = finder.find(painting)
            for _ in range(PATIENT_TRIES):
                if picture is not None or (seconds := finder.patience()) == 0:
                    break
                sleep(seconds)
                picture = finder.find(painting)
            if picture is None:
                missing.append(painting)
            else:
                _save(picture, place)
                finder.forget(painting)
        if (listed := finder.facts(painting)) is not None:
            corrections += correction_of(painting, listed)
        progress()
    return Fetched(paintings[0].artist, len(paintings), tuple(missing), tuple(corrections))


def correction_of(painting: Painting, listed: Listed) -> list[Correction]:
    """Returns what a source writes otherwise than the table, nothing if it writes the same."""
    year = listed.year if listed.year != str(painting.year or "") else ""
    title = listed.title if listed.title != painting.title else ""
    if not (title or year):
        return []
    return [Correction(painting.image_id, title, year=year, note=LISTING)]


def bring_home(path: Path, corrections: Iterable[Correction]) -> None:
    """Puts a source's corrections into a table; what is by hand stays.

    What an earlier run brought home stays too: it may be in the collection's table by now, which
    then does not differ from the source any more.
    """
    rows = read_corrections(path)
    for correction in corrections:
        before = rows.get(picture_key(correction.id))
        if before is None or before.note != LISTING:
            # A title of the dictionary stays where the source gives a year alone.
            title = correction.title or (before.title if before else "")
            if before is not None and before.note != "dictionary":
                continue
            rows[picture_key(correction.id)] = replace(correction, title=title)
    write_corrections(path, rows.values())


def write_missing(path: Path, fetched: Iterable[Fetched]) -> None:
    """Writes the paintings whose pictures could not be had, with the addresses of their pages."""
    with (
        written_whole(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image_id", "artist", "title", "page_url"])
        for painter in fetched:
            for each in painter.missing:
                writer.writerow([each.image_id, each.artist, each.title, each.page_url or ""])


def fetch_all(collection: Collection, finder: PictureFinder, out: Path, table: Path) -> bool:
    """Fetches all pictures, and says how many of each painter there are.

    Args:
        collection: Of the pictures.
        finder: Finds them.
        out: The tree.
        table: The corrections.

    Returns:
        Whether it came to its end and was not stopped.
    """
    from tqdm import tqdm

    in_order = sorted(collection.paintings, key=lambda each: (each.artist_slug, each.image_id))
    done: list[Fetched] = []
    whole = False
    try:
        with tqdm(total=len(in_order), unit="picture") as progress:
            for _, works in groupby(in_order, key=lambda each: each.artist_slug):
                done.append(fetch_painter(list(works), finder, out, progress.update))
        whole = True
    except KeyboardInterrupt:
        print("Stopped: start it again to go on from here.")
    # Also of what was done until Ctrl-C.
    bring_home(table, (each for painter in done for each in painter.corrections))
    write_missing(out / MISSING_FILE, done)
    for painter in done:
        there = painter.count - len(painter.missing)
        print(f"{there:5} of {painter.count:4}  {painter.artist}")
    there = sum(painter.count - len(painter.missing) for painter in done)
    print(f"{there} of {len(in_order)} pictures are in {out}")
    return whole


def _save(picture: Image.Image, place: Path) -> None:
    with written_whole(place) as temporary:
        picture.convert("RGB").save(temporary, "JPEG", quality=JPEG_QUALITY)


def main() -> None:
    """Fetches the pictures of one collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gallery", type=Path, required=True, help="what gallery/build.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tree of pictures")
    arguments = parser.parse_args()

    check_proxies()
    collection = Collection.load(arguments.gallery)
    table = arguments.gallery / CORRECTIONS_FILE
    # A damaged table is found now and not after an hour.
    read_corrections(table)
    web = PoliteWeb(replace(WIKIART.rules, pause=PAUSE, seconds=30.0))
    finder = PictureFinder(arguments.out / HIDDEN_CACHE, WIKIART, web)
    if not fetch_all(collection, finder, arguments.out, table):
        raise SystemExit(130)


if __name__ == "__main__":
    run(main)
