"""Downloads the pictures of a collection into a tree, for ``demo/app.py --pictures``.

    python gallery/fetch_pictures.py --gallery gallery --out ../pictures

Writes ``Images/<artist-slug>/<image_id>.jpg`` in ``--out``, one painter after the other, with one
request at a time and a pause after each. A picture comes from the address in the table or the one
that its ``image_id`` suggests; if it is not there, from the list of the painter's works. Existing
pictures are not downloaded again: after Ctrl-C, start the script again to go on. Prints how many
pictures there are of each painter, and lists those it could not get in ``missing.csv`` in
``--out``. Titles and years from the source's lists go into ``corrections.csv`` in ``--gallery``,
which ``gallery/build.py --table`` and ``restore_titles.py --apply`` read; rows written by hand do
not change. The pictures belong to WikiArt and their owners: look at them, but do not publish them.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
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
    merged,
    read_corrections,
    write_corrections,
)

from pinacoteca.collection import Collection, Painting
from pinacoteca.command_line import run
from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.picture_finder import WIKIART, Listed, PictureFinder
from pinacoteca.polite_web import PoliteWeb
from pinacoteca.surroundings import check_proxies

if TYPE_CHECKING:
    from PIL import Image

MISSING_FILE = "missing.csv"
HIDDEN_CACHE = ".found"
JPEG_QUALITY = 95
# Slower than the page, because the page fetches five pictures, not a thousand.
PAUSE = 1.0
# Tries of a request when the source asks for fewer requests.
PATIENT_TRIES = 3


@dataclass(frozen=True)
class Fetched:
    """The result of fetching a painter's pictures.

    Attributes:
        artist: The painter's name.
        count: The number of the painter's paintings in the collection.
        missing: The paintings whose pictures could not be fetched.
        corrections: Titles and years that the source writes differently.
    """

    artist: str
    count: int
    missing: tuple[Painting, ...]
    corrections: tuple[Correction, ...]


def picture_place(out: Path, painting: Painting) -> Path | None:
    """Returns the path of a painting's picture in a tree, or None if it would lie outside."""
    pictures = out / "Images"
    place = pictures / painting.artist_slug / f"{painting.image_id}.jpg"
    # A stranger's gallery may name any path, such as "../../x". Links in the tree may be followed.
    inside = Path(os.path.abspath(place)).is_relative_to(os.path.abspath(pictures))
    return place if inside else None


def fetch_painter(
    paintings: Sequence[Painting],
    finder: PictureFinder,
    out: Path,
    progress: Callable[[], object],
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetches the pictures of a painter that are not there yet.

    Args:
        paintings: Paintings by one painter.
        finder: Finds the pictures.
        out: The tree.
        progress: Called after each painting.
        sleep: Waits when the source asks for fewer requests.
    """
    missing, corrections = [], []
    for painting in paintings:
        place = picture_place(out, painting)
        if place is None:
            print(f"{painting.image_id} is left out: its name leads out of {out}.")
            missing.append(painting)
            progress()
            continue
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
    """Returns a list of one correction where a source differs from the table, else an empty one."""
    # "c. 1907" says more than the 1907 of a source.
    known = painting.year is not None and listed.year == str(int(painting.year))
    year = "" if known else listed.year
    title = listed.title if listed.title != painting.title else ""
    if not (title or year):
        return []
    return [Correction(painting.image_id, title, year=year, note=LISTING)]


def add_corrections(path: Path, corrections: Iterable[Correction]) -> None:
    """Adds a source's corrections to a table; rows written by hand stay.

    Rows of an earlier run stay too: the collection's table may have them by now, so that it no
    longer differs from the source.
    """
    write_corrections(path, merged(read_corrections(path), corrections).values())


def write_missing(path: Path, fetched: Iterable[Fetched]) -> None:
    """Writes the paintings whose pictures could not be fetched, with their pages' addresses."""
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
    """Fetches all pictures and prints how many there are of each painter.

    Args:
        collection: The collection.
        finder: Finds the pictures.
        out: The tree.
        table: The corrections.

    Returns:
        Whether it finished and was not stopped.

    Raises:
        DataError: Not one picture could be fetched.
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
    finally:
        # Keep this after Ctrl-C and on a full disk, too.
        add_corrections(table, (each for painter in done for each in painter.corrections))
    write_missing(out / MISSING_FILE, done)
    for painter in done:
        there = painter.count - len(painter.missing)
        print(f"{there:5} of {painter.count:4}  {painter.artist}")
    there = sum(painter.count - len(painter.missing) for painter in done)
    print(f"{there} of {len(in_order)} pictures are in {out}")
    if whole and not there:
        raise DataError(
            "Not one picture could be fetched: check the connection and the proxy. "
            f"{out / MISSING_FILE} lists the paintings and their pages."
        )
    return whole


def _save(picture: Image.Image, place: Path) -> None:
    # Pillow does not notice if only a part of what it writes into a file fits on the disk.
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=JPEG_QUALITY)
    with written_whole(place) as temporary:
        temporary.write_bytes(buffer.getvalue())


def main() -> None:
    """Fetches the pictures of one collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gallery", type=Path, required=True, help="what gallery/build.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tree of pictures")
    arguments = parser.parse_args()

    check_proxies()
    collection = Collection.load(arguments.gallery)
    table = arguments.gallery / CORRECTIONS_FILE
    # Read the table first: an error must appear now, not after an hour.
    read_corrections(table)
    arguments.out.mkdir(parents=True, exist_ok=True)
    web = PoliteWeb(replace(WIKIART.rules, pause=PAUSE, seconds=30.0))
    finder = PictureFinder(arguments.out / HIDDEN_CACHE, WIKIART, web)
    if not fetch_all(collection, finder, arguments.out, table):
        raise SystemExit(130)


if __name__ == "__main__":
    run(main)
