"""Reads a Pandora18K tree, tolerates its irregularities, splits it and writes the manifest.

    python train/pandora.py --data ../shared/data/pandora --out runs/manifest

Writes ``manifest.csv``, ``manifest.xlsx`` and ``images_per_class.png`` into ``--out`` and prints
the images per class. It decodes every picture once and names the unreadable ones. 14,245 pictures
of 224 px take about ten seconds on two cores.

The tree is ``<class>/<artist>/<picture>``; the class of abstract art has one level more,
``<class>/_<genre>/<artist>/<picture>`` (Florea, Toca, Gieseke, "Artistic movement recognition by
boosted fusion of color structure and topographic description", WACV 2017).
"""

from __future__ import annotations

import argparse
import csv
import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from folds import fold_parts
from splits import Part, artist_parts, random_parts, stratified_parts

from pinacoteca.command_line import run
from pinacoteca.errors import DataError, ImageError
from pinacoteca.files import written_whole
from pinacoteca.folders import contents_of, is_of_the_system, left_out, printable
from pinacoteca.images import open_image
from pinacoteca.movements import MOVEMENTS, Movement
from pinacoteca.spreadsheets import write_cell

SPLITS_HELP = (
    "random (the report's), artist (no painter on both sides), stratified (70/15/15) or fold-N of "
    "pandoraLabels.mat in the tree"
)
NOBODY = re.compile(r"anonym|unidentified|unknown", re.IGNORECASE)
MANIFEST_COLUMNS = ("path", "movement", "label", "artist", "split_random", "split_artist")


@dataclass(frozen=True)
class Picture:
    """One picture of the tree.

    Attributes:
        path: Relative to the tree, with forward slashes.
        movement: The movement of its class folder.
        artist: The name of the folder around it; empty if that is the class folder.
        split_random: Its part in the random split; painters stand on both sides.
        split_artist: Its part in the split by artist; no painter is on both sides.
        further: Whether it is from the tree of further pictures, which are for training only.
        moved_to: Its present path, if it was moved since a run began; else empty.
    """

    path: str
    movement: Movement
    artist: str
    split_random: Part = "train"
    split_artist: Part = "train"
    further: bool = False
    moved_to: str = ""

    @property
    def place(self) -> str:
        """The present path of the picture, relative to the tree; ``path`` remains its name."""
        return self.moved_to or self.path


def read_tree(directory: Path) -> list[Picture]:
    """Lists the pictures of a Pandora18K tree in the order of their paths, with both splits.

    The splits depend only on the list of files, so every script gets the same ones.

    Raises:
        DataError: The directory is missing, holds no class folder of Pandora18K or no picture.
    """
    return _split(_pictures_in(directory))


def further_pictures(
    directory: Path, held_out: Sequence[Picture], movements: Sequence[Movement]
) -> list[Picture]:
    """Lists the pictures of a second tree of the same layout, for additional training.

    Args:
        directory: The tree of further pictures.
        held_out: Pictures of painters whose works must not be trained on.
        movements: The movements that the network learns; other pictures are left out.

    Raises:
        DataError: The directory is missing or holds no picture.
    """
    held_out_painters = set(painter_keys(held_out))
    known = {movement.number for movement in movements}
    pictures = [
        replace(picture, further=True)
        for picture in _pictures_in(directory)
        if picture.movement.number in known
    ]
    keys = painter_keys(pictures)
    return [
        picture for picture, key in zip(pictures, keys, strict=True) if key not in held_out_painters
    ]


def further_of_split(
    directory: Path,
    split: str,
    pictures: Sequence[Picture],
    train: Sequence[Picture],
    movements: Sequence[Movement],
) -> list[Picture]:
    """Lists the further pictures that may be trained on with the training part of a split.

    Args:
        directory: The tree of further pictures.
        split: On the split by artist, painters outside the training part are left out.
        pictures: All pictures of the tree that was split.
        train: Its training part.
        movements: The movements that the network learns.

    Raises:
        DataError: The directory is missing or holds no picture.
    """
    # A picture that was moved since a run began is in the tree under its present path.
    trained_on = {picture.place for picture in train}
    others = [picture for picture in pictures if picture.path not in trained_on]
    return further_pictures(directory, others if split == "artist" else [], movements)


def _pictures_in(directory: Path) -> list[Picture]:
    if not directory.is_dir():
        raise DataError(f"There is no folder {directory}: name the Pandora18K tree with --data.")
    pictures = [
        Picture(
            path=file.relative_to(directory).as_posix(),
            movement=movement,
            artist="" if file.parent == folder else file.parent.name,
        )
        for movement, folder in class_folders(directory)
        for file in contents_of(folder).pictures
    ]
    if not pictures:
        raise DataError(
            f"{directory} holds no pictures in folders such as {MOVEMENTS[4].folder}: "
            "name the folder that holds the class folders of Pandora18K."
        )
    return sorted(pictures, key=lambda picture: picture.path)


def class_folders(directory: Path) -> list[tuple[Movement, Path]]:
    """Returns the class folders of a tree with their movements, in the order of Pandora18K.

    Capitals, spaces, hyphens and underscores do not count: copies made by hand or on
    case-insensitive systems spell classes differently.
    """
    found = [
        (movement, entry)
        for entry in directory.iterdir()
        if (movement := movement_called(entry.name)) is not None and entry.is_dir()
    ]
    return sorted(found, key=lambda pair: (pair[0].number, pair[1].name))


def movement_called(name: str) -> Movement | None:
    """Returns the movement of a class folder's name in any spelling."""
    return _MOVEMENT_OF.get(_class_key(name))


def unknown_folders(directory: Path) -> list[str]:
    """Returns the names of folders in the tree that are not classes of Pandora18K."""
    return sorted(
        entry.name
        for entry in directory.iterdir()
        if entry.is_dir()
        and movement_called(entry.name) is None
        and not is_of_the_system(entry.name)
    )


def name_unknown_folders(directory: Path) -> None:
    """Prints a line for each folder that is not a class, so that none is skipped silently."""
    for name in unknown_folders(directory):
        print(f"Skipped the folder {name}: it is no class of Pandora18K.")


def _class_key(name: str) -> str:
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFC", name)).casefold()


_MOVEMENT_OF = {_class_key(movement.folder): movement for movement in MOVEMENTS}


def left_out_of(directory: Path) -> list[str]:
    """Returns lines that name the files in the class folders that are not pictures."""
    return [
        line
        for _, folder in class_folders(directory)
        for line in left_out(contents_of(folder), directory)
    ]


def artist_key(folder: str) -> str:
    """Returns one key for the spellings of an artist: accents, case and word order do not count.

    >>> artist_key("Kandinsky_Vassily") == artist_key("vassily-kandinsky")
    True
    """
    letters = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode().lower()
    return " ".join(sorted(re.findall(r"[a-z0-9]+", letters))) or folder


def painter_keys(pictures: Sequence[Picture]) -> list[str]:
    """Returns a key for each picture, equal for two works of one painter.

    An anonymous work (``Anonym_unidentified``) gets a key of its own, because no painter is known:
    it may be on either side of a split.
    """
    return [
        picture.path
        if not picture.artist or NOBODY.search(picture.artist)
        else artist_key(picture.artist)
        for picture in pictures
    ]


def painter_classes(pictures: Sequence[Picture]) -> tuple[list[int], list[Movement]]:
    """Returns the painter class of each picture, and the movement of each painter class.

    A painter class is an artist's folder: a painter with folders in two movements is two classes.
    """
    movement_of = {
        posixpath.dirname(picture.path): picture.movement
        for picture in sorted(pictures, key=lambda picture: picture.path)
    }
    index_of = {folder: index for index, folder in enumerate(movement_of)}
    classes = [index_of[posixpath.dirname(picture.path)] for picture in pictures]
    return classes, list(movement_of.values())


def movements_in(pictures: Sequence[Picture]) -> tuple[Movement, ...]:
    """Returns the movements that occur, in the order of Pandora18K."""
    present = {picture.movement.number for picture in pictures}
    return tuple(movement for movement in MOVEMENTS if movement.number in present)


def images_per_class(pictures: Sequence[Picture]) -> dict[Movement, int]:
    """Returns the number of pictures of each of the 18 movements, 0 for missing ones."""
    counts = Counter(picture.movement.number for picture in pictures)
    return {movement: counts[movement.number] for movement in MOVEMENTS}


def unreadable(directory: Path, pictures: Sequence[Picture]) -> dict[str, str]:
    """Decodes every picture once; returns the path and the reason of each that cannot be read."""
    from tqdm import tqdm

    def reason(picture: Picture) -> str | None:
        try:
            open_image(directory / picture.place)
        except ImageError as error:
            return str(error)
        return None

    # Pillow releases the GIL while it decodes, so threads are enough.
    with ThreadPoolExecutor() as pool:
        reasons = tqdm(
            pool.map(reason, pictures), total=len(pictures), desc="Checking", unit="picture"
        )
        return {
            picture.path: text
            for picture, text in zip(pictures, reasons, strict=True)
            if text is not None
        }


def readable(directory: Path, pictures: Sequence[Picture]) -> list[Picture]:
    """Returns the pictures that can be decoded and prints the names of the others."""
    broken = unreadable(directory, pictures)
    for path, reason in broken.items():
        print(f"Skipped {path}: {reason}")
    return [picture for picture in pictures if picture.path not in broken]


def parts_of(pictures: Sequence[Picture], split: str, directory: Path) -> list[Part]:
    """Returns the part of each picture of a whole tree.

    Args:
        pictures: What ``read_tree`` returns for ``directory``.
        split: A name that ``split_name`` accepts.
        directory: The tree; ``fold-N`` looks for ``pandoraLabels.mat`` in it.

    Raises:
        DataError: The tree is too small for the split, or has no such fold.
    """
    if split == "random":
        return [picture.split_random for picture in pictures]
    if split == "artist":
        return [picture.split_artist for picture in pictures]
    if split == "stratified":
        return stratified_parts([picture.movement.number for picture in pictures])
    return fold_parts(directory, [picture.path for picture in pictures], int(split[5:]))


def split_name(text: str) -> str:
    """Checks the name of a split for argparse."""
    if text in ("random", "artist", "stratified") or re.fullmatch(r"fold-[1-9]\d?", text):
        return text
    raise argparse.ArgumentTypeError(
        f"{text!r} is no split: choose random, artist, stratified or fold-N"
    )


def _split(pictures: Sequence[Picture]) -> list[Picture]:
    labels = [picture.movement.number for picture in pictures]
    parts = zip(
        pictures,
        random_parts(len(pictures)),
        artist_parts(labels, painter_keys(pictures)),
        strict=True,
    )
    return [
        replace(picture, split_random=random_part, split_artist=artist_part)
        for picture, random_part, artist_part in parts
    ]


def manifest_rows(pictures: Sequence[Picture]) -> list[tuple[str | int, ...]]:
    """Returns one row for each picture, in the order of ``MANIFEST_COLUMNS``.

    ``label`` is the number of the movement in Pandora18K (1 to 18), even if other movements are
    missing.
    """
    return [
        (
            printable(picture.path),
            picture.movement.english,
            picture.movement.number,
            printable(picture.artist),
            picture.split_random,
            picture.split_artist,
        )
        for picture in pictures
    ]


def write_manifest(pictures: Sequence[Picture], folder: Path) -> None:
    """Writes ``manifest.csv`` and ``manifest.xlsx``."""
    from openpyxl import Workbook

    rows = manifest_rows(pictures)
    with (
        written_whole(folder / "manifest.csv") as path,
        open(path, "w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(MANIFEST_COLUMNS)
        writer.writerows(rows)
    book = Workbook()
    sheet = book.active
    sheet.title = "manifest"
    for number, row in enumerate((MANIFEST_COLUMNS, *rows), start=1):
        for column, value in enumerate(row, start=1):
            write_cell(sheet, number, column, value)
    sheet.freeze_panes = "A2"
    with written_whole(folder / "manifest.xlsx") as path:
        book.save(path)


def plot_images_per_class(pictures: Sequence[Picture], path: Path) -> None:
    """Draws the bar chart of the report of 2022."""
    from matplotlib.figure import Figure

    counts = images_per_class(pictures)
    names = [movement.english for movement in counts]
    figure = Figure(figsize=(8, 6), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(names, list(counts.values()), color="#7a3b2e")
    axes.bar_label(bars, padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.set_xlabel("pictures")
    axes.set_title(f"{len(pictures):,} pictures in {len(movements_in(pictures))} movements")
    axes.spines[["top", "right"]].set_visible(False)
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=120)


def print_images_per_class(pictures: Sequence[Picture]) -> None:
    """Prints a line for each of the 18 movements; those without pictures are called missing."""
    for movement, count in images_per_class(pictures).items():
        print(f"{movement.folder:26}{f'{count:,}' if count else 'missing':>8}")
    print(f"{'total':26}{len(pictures):>8,}")


def main() -> None:
    """Writes the manifest of a tree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the Pandora18K tree")
    parser.add_argument("--out", type=Path, required=True, help="folder for the manifest")
    arguments = parser.parse_args()

    pictures = readable(arguments.data, read_tree(arguments.data))
    name_unknown_folders(arguments.data)
    print("".join(f"{line}\n" for line in left_out_of(arguments.data)), end="")
    print_images_per_class(pictures)
    write_manifest(pictures, arguments.out)
    plot_images_per_class(pictures, arguments.out / "images_per_class.png")
    print(f"Wrote manifest.csv, manifest.xlsx and images_per_class.png into {arguments.out}")


if __name__ == "__main__":
    run(main)
