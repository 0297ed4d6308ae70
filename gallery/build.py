r"""Builds the collection: embeddings, table and spreadsheet of PandoraRom's paintings.

    python gallery/build.py --images ../shared/data/pandorarom \
        --table ../shared/data/pandorarom/romanian_wikiart_2.xlsx --model model --out gallery

Writes into ``--out``: ``paintings.csv`` and ``embeddings.safetensors``, which ``Collection.load``
reads, and ``romanian_paintings_with_features.xlsx``, the spreadsheet of the report of 2022: a row
for each painting with the logit of each movement; and ``map.safetensors``, a place in the plane for
each (``gallery/draw_map.py``). ``--per-artist 5`` takes the first five of each
painter, as the report did. No picture is copied.

Prints what is missing on either side and which pictures cannot be read; neither stops it. Building
the same again gives the same bytes of table and embeddings. 1,412 paintings of 224 px take about a
minute on one CPU core.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from draw_map import draw_map
from pandorarom import Entry, Table, read_table

from pinacoteca.classifier import Analysis, MovementClassifier, batches
from pinacoteca.collection import Collection, Painting
from pinacoteca.command_line import positive, run
from pinacoteca.errors import DataError, ImageError, ModelError
from pinacoteca.files import written_whole
from pinacoteca.images import open_image
from pinacoteca.likeness import LIKENESS_FILE
from pinacoteca.picture_tree import Pictures, find_pictures, picture_key
from pinacoteca.spreadsheets import write_cell

if TYPE_CHECKING:
    from PIL import Image

SPREADSHEET_FILE = "romanian_paintings_with_features.xlsx"
# The text columns of the spreadsheet and their widths in characters.
TEXT_COLUMNS = (("image_id", 44), ("title", 40), ("artist", 26), ("style", 24))
NAMES_SHOWN = 20
# Four waves a side need no more pixels; the library takes 8 ms for these in plain Python.
BLURHASH_EDGE = 32
# A 32-bit float of this size holds no more.
DECIMAL_PLACES = 6


def build(
    table: Table,
    pictures: Pictures,
    classifier: MovementClassifier,
    out: Path,
    per_artist: int | None = None,
) -> Collection:
    """Embeds the paintings that have both a row and a picture, writes the files, prints a report.

    Args:
        table: The spreadsheet.
        pictures: The tree of pictures.
        classifier: The model that embeds them.
        out: The folder for the three files; made if it is missing.
        per_artist: Only the first so many readable paintings of each painter, by ``image_id``;
            None for all.

    Returns:
        What was written, in the order of the ids.

    Raises:
        DataError: No painting is left.
    """
    from tqdm import tqdm

    unreadable: dict[str, str] = {}
    readable = _readable(table, pictures, per_artist, unreadable)
    paintings: list[Painting] = []
    analyses: list[Analysis] = []
    with tqdm(total=_expected(table, pictures, per_artist), unit="painting") as progress:
        for batch in batches(readable):
            analysis = classifier.analyse([picture for _, picture in batch])
            analyses.append(analysis)
            paintings += [_painting(entry, picture) for entry, picture in batch]
            progress.update(len(batch))
    print("\n".join(report(table, pictures, unreadable)))
    if not paintings:
        raise DataError(
            f"Not one of {len(table.entries)} paintings could be embedded: --images and --table "
            "must belong together, and a picture bears its image_id as its name."
        )
    whole = Analysis(*map(np.concatenate, zip(*analyses, strict=True)))
    collection = Collection(
        tuple(paintings), whole.styles, whole.compositions, whole.logits, classifier.fingerprint
    )
    collection.save(out)
    draw_map(classifier, out)
    with written_whole(out / SPREADSHEET_FILE) as path:
        names = [movement.english for movement in classifier.movements]
        write_spreadsheet(path, paintings, names, whole.logits)
    artists = {painting.artist_slug for painting in paintings}
    print(f"Wrote {len(collection)} paintings by {len(artists)} artists into {out}")
    return collection


def report(table: Table, pictures: Pictures, unreadable: dict[str, str]) -> list[str]:
    """Returns lines that say what was left out: by name, the first 20, then how many more."""
    keys = {picture_key(entry.image_id) for entry in table.entries}
    findings: tuple[tuple[str, Sequence[object]], ...] = (
        ("rows without an image_id", [f"row {number}" for number in table.rows_without_id]),
        ("rows whose image_id an earlier row has", table.duplicates),
        (
            "rows without a picture",
            [
                entry.image_id
                for entry in table.entries
                if picture_key(entry.image_id) not in pictures.paths
            ],
        ),
        (
            "pictures without a row",
            [path.name for key, path in pictures.paths.items() if key not in keys],
        ),
        ("pictures whose name an earlier picture has", pictures.duplicates),
        (
            "pictures that cannot be read",
            [f"{image_id}: {reason}" for image_id, reason in unreadable.items()],
        ),
    )
    lines = []
    for what, names in findings:
        lines.append(f"{len(names):5} {what}")
        lines += [f"        {name}" for name in names[:NAMES_SHOWN]]
        if len(names) > NAMES_SHOWN:
            lines.append(f"        and {len(names) - NAMES_SHOWN} more")
    return lines


def blurhash_of(picture: Image.Image) -> str:
    """Returns the BlurHash of an RGB picture: 4 by 3 waves, or 3 by 4 where it stands upright."""
    import blurhash

    # A square even of a strip: along a side of one pixel, all waves would be the same.
    small = picture.resize((BLURHASH_EDGE, BLURHASH_EDGE))
    waves = (4, 3) if picture.width >= picture.height else (3, 4)
    return str(blurhash.encode(np.asarray(small).tolist(), *waves))


def write_spreadsheet(
    path: Path,
    paintings: Sequence[Painting],
    movements: Sequence[str],
    logits: npt.NDArray[np.float32],
) -> None:
    """Writes the spreadsheet of the report: four columns of text, then a number per movement.

    Args:
        path: The file.
        paintings: One for each row.
        movements: The names of the columns of ``logits``.
        logits: float32 ``[paintings, movements]``.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "Paintings"
    header = [name for name, _ in TEXT_COLUMNS] + list(movements)
    for column, name in enumerate(header, start=1):
        write_cell(sheet, 1, column, name).font = Font(bold=True)
        # Two characters more than the name, for the arrow of a filter.
        sheet.column_dimensions[get_column_letter(column)].width = len(name) + 2
    for column, (_, width) in enumerate(TEXT_COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, (painting, values) in enumerate(zip(paintings, logits, strict=True), start=2):
        for column, (name, _) in enumerate(TEXT_COLUMNS, start=1):
            write_cell(sheet, row, column, getattr(painting, name))
        for column, value in enumerate(values.tolist(), start=len(TEXT_COLUMNS) + 1):
            cell = write_cell(sheet, row, column, round(value, DECIMAL_PLACES))
            cell.number_format = "0.000"
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    book.save(path)


def _with_picture(table: Table, pictures: Pictures) -> list[tuple[Entry, Path]]:
    return [
        (entry, pictures.paths[key])
        for entry in table.entries
        if (key := picture_key(entry.image_id)) in pictures.paths
    ]


def _expected(table: Table, pictures: Pictures, per_artist: int | None) -> int:
    """Returns how many paintings there are to embed if all pictures can be read."""
    counts = Counter(entry.artist_slug for entry, _ in _with_picture(table, pictures))
    return sum(count if per_artist is None else min(count, per_artist) for count in counts.values())


def _readable(
    table: Table, pictures: Pictures, per_artist: int | None, unreadable: dict[str, str]
) -> Iterator[tuple[Entry, Image.Image]]:
    """Yields what can be read, and puts the rest into ``unreadable`` with the reason."""
    taken: Counter[str] = Counter()
    for entry, path in _with_picture(table, pictures):
        if per_artist is not None and taken[entry.artist_slug] >= per_artist:
            continue
        try:
            picture = open_image(path)
        except ImageError as error:
            unreadable[path.name] = str(error)
            continue
        taken[entry.artist_slug] += 1
        yield entry, picture


def _painting(entry: Entry, picture: Image.Image) -> Painting:
    return Painting(
        image_id=entry.image_id,
        artist_slug=entry.artist_slug,
        artist=entry.artist,
        title=entry.title,
        year=entry.year,
        style=entry.style,
        page_url=entry.page_url,
        image_url=entry.image_url,
        width=picture.width,
        height=picture.height,
        blurhash=blurhash_of(picture),
    )


def main() -> None:
    """Builds the collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True, help="PandoraRom or its Images")
    parser.add_argument("--table", type=Path, required=True, help="its spreadsheet, .xlsx")
    parser.add_argument("--model", type=Path, required=True, help="what train/train.py exported")
    parser.add_argument("--out", type=Path, required=True, help="folder for the collection")
    parser.add_argument("--per-artist", type=positive, help="only so many of each painter")
    arguments = parser.parse_args()

    pictures = find_pictures(arguments.images)
    table = read_table(arguments.table)
    classifier = MovementClassifier.from_pretrained(arguments.model)
    if classifier.likeness is None:
        raise ModelError(
            f"{arguments.model} has no {LIKENESS_FILE}, which compares paintings: make it with "
            "train/likeness.py or export the model anew."
        )
    build(table, pictures, classifier, arguments.out, arguments.per_artist)


if __name__ == "__main__":
    run(main)
