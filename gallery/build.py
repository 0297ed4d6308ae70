r"""Builds a collection: embeddings, table and spreadsheet of PandoraRom's paintings, or of yours.

    python gallery/build.py --images ../shared/data/pandorarom \
        --table ../shared/data/pandorarom/romanian_wikiart_2.xlsx --model model --out gallery

Writes into ``--out``: ``paintings.csv`` and ``embeddings.safetensors``, which ``Collection.load``
reads, and ``romanian_paintings_with_features.xlsx``, the spreadsheet of the report of 2022: a row
for each painting with the logit of each movement; and ``map.safetensors``, a position on the map
for each (``gallery/draw_map.py``). ``--per-artist 5`` takes the first five of each painter, as the
report did. No picture is copied.

Without ``--table``, the script takes every picture in ``--images`` and its subfolders: the path is
the ``image_id``, the file name the title, the name of the folder the painter. ``--add`` embeds only
the paintings that ``--out`` does not have yet and keeps the others. A renamed picture stays one
painting, under its new name. Paintings without a picture are listed; ``--prune`` or
``gallery/remove.py`` takes them out.

The titles and years of ``corrections.csv`` in ``--out``, or of ``--corrections``, override those of
the table (``gallery/restore_titles.py``).

Prints which rows have no picture, which pictures have no row and which cannot be read; the build
goes on without them. Building again from the same input gives the same bytes of table and
embeddings. 1,412 paintings of 224 px take under a minute on two cores. A build that was stopped
goes on from what it kept in a hidden folder in ``--out``. Several processes can share the pictures
and the cores:

    accelerate launch --multi_gpu --num_processes 2 gallery/build.py ...
"""

from __future__ import annotations

import argparse
import os
from collections import Counter, deque
from collections.abc import Collection as Names
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from corrections import CORRECTIONS_FILE, corrected, read_corrections
from draw_map import draw_map
from matching import matched, picture_name, with_nearest
from own_folder import read_folder
from pandorarom import Entry, Table, read_table
from renamed import changed_since, with_old_facts
from shards import Batch, Seen, Shard, Shards, batches_of
from spreadsheet import GALLERY_FILES, SPREADSHEET_FILE, stored_logits, write_spreadsheet

from pinacoteca.classifier import Analysis, MovementClassifier
from pinacoteca.collection import ARRAYS, Collection, Painting
from pinacoteca.collection_map import CollectionMap
from pinacoteca.command_line import positive, run
from pinacoteca.errors import CollectionError, DataError, ImageError, ModelError
from pinacoteca.folders import printable
from pinacoteca.images import open_image
from pinacoteca.likeness import LIKENESS_FILE
from pinacoteca.locks import alone_in
from pinacoteca.picture_tree import Pictures, find_pictures, picture_key
from pinacoteca.processes import ALONE, Processes, join_processes
from pinacoteca.swap import swapped
from pinacoteca.threads import one_thread_each

if TYPE_CHECKING:
    from PIL import Image

NAMES_SHOWN = 20
CORES = os.cpu_count() or 1
# Batches to read ahead while the network embeds the current one.
BATCHES_AHEAD = 1
# Enough pixels for four waves along a side; the library needs 8 ms for them in plain Python.
BLURHASH_EDGE = 32
Work = Sequence[tuple[Entry, Path]]


class Read(NamedTuple):
    """A picture and what the table stores about it."""

    picture: Image.Image
    seen: Seen


@dataclass(frozen=True)
class Built:
    """Paintings with their data for the table, the embeddings and the spreadsheet.

    Attributes:
        collection: The paintings.
        movements: The names of the columns of ``logits``.
        logits: ``[paintings, movements]``, in the order of the collection.
    """

    collection: Collection
    movements: tuple[str, ...]
    logits: npt.NDArray[np.float64]

    @classmethod
    def load(cls, folder: Path, model_fingerprint: str) -> Built:
        """Reads what ``save`` wrote.

        Raises:
            CollectionError: A file is missing or damaged, or another model made them.
        """
        collection = Collection.load(folder, model_fingerprint)
        logits = stored_logits(collection, folder)
        return cls(collection, tuple(logits.columns), logits.to_numpy())

    def merged(self, other: Built) -> Built:
        """Returns the paintings of both, merged as in ``Collection.merged``."""
        collection = self.collection.merged(other.collection)
        rows = {
            painting.image_id: row
            for built in (self, other)
            for painting, row in zip(built.collection.paintings, built.logits, strict=True)
        }
        logits = np.stack([rows[painting.image_id] for painting in collection.paintings])
        return Built(collection, self.movements, logits)

    def without(self, image_ids: Names[str]) -> Built:
        """Returns the paintings without those with these ids."""
        if not image_ids:
            return self
        kept = [each.image_id not in image_ids for each in self.collection.paintings]
        return Built(self.collection.without(image_ids), self.movements, self.logits[kept])

    def save(self, folder: Path) -> None:
        """Writes the table, the embeddings and the spreadsheet."""
        paintings = self.collection.paintings
        write_spreadsheet(folder / SPREADSHEET_FILE, paintings, self.movements, self.logits)
        self.collection.save(folder)


def build(
    table: Table,
    pictures: Pictures,
    classifier: MovementClassifier,
    out: Path,
    per_artist: int | None = None,
    add: bool = False,
    processes: Processes = ALONE,
    prune: bool = False,
) -> Collection | None:
    """Embeds the paintings that have both a row and a picture, writes the files, prints a report.

    Args:
        table: The rows.
        pictures: The tree of pictures.
        classifier: The model that embeds them.
        out: The folder for the files; made if it is missing.
        per_artist: How many readable paintings of each painter to take, in the order of their ids;
            None for all.
        add: Keep the paintings in ``out`` as they are, and embed only the others.
        processes: The processes that build together; all of them must call this function.
        prune: With ``add``, take out the paintings of ``out`` that ``pictures`` does not have.

    Returns:
        What was written, in the order of the ids; None if another process wrote it.

    Raises:
        DataError: No painting is left.
        CollectionError: There is nothing sound in ``out`` to add to, or another model embedded it.
    """
    old = Built.load(out, classifier.fingerprint) if add and processes.is_main else None
    work = processes.from_main(lambda: _work(table, pictures, old))
    shards = Shards(out, classifier.fingerprint)
    finished = embed(work, classifier, shards, per_artist, processes)
    if not processes.is_main:
        return None
    unreadable = {
        path.name if table.is_spreadsheet else str(path): outcome
        for batch, shard in finished
        for (_, path), outcome in zip(batch.work, shard.outcomes, strict=True)
        if isinstance(outcome, str)
    }
    lines = report(table, pictures, unreadable)
    new = built_from(finished, classifier)
    before = old
    if old is not None:
        old, new, changes = _kept(old, new, pictures, out, prune)
        lines += changes
    built = old.merged(new) if old and new else old or new
    if built is None or built is before:
        shards.remove()
        if old is None:
            print("\n".join(lines))
            raise DataError(_nothing_embedded(table))
        if not _has_map(out, old.collection):
            lines.append(draw_map(classifier, out))
        lines.append(f"There is nothing to add: the paintings in {out} stay as they are")
        print("\n".join(lines))
        return old.collection
    with swapped(out, GALLERY_FILES) as staged:
        built.save(staged)
        lines.append(draw_map(classifier, staged))
    shards.remove()
    artists = {painting.artist_slug for painting in built.collection.paintings} - {""}
    # Print only after saving: a closed console must not cost the result.
    print("\n".join(lines))
    print(
        f"Wrote {len(built.collection)} paintings"
        + (f" by {len(artists)} artists" if artists else "")
        + (f", {len(new.collection)} of them new," if old and new else "")
        + f" into {out}"
    )
    return built.collection


def embed(
    work: Work,
    classifier: MovementClassifier,
    shards: Shards,
    per_artist: int | None,
    processes: Processes,
) -> list[tuple[Batch, Shard]]:
    """Embeds what is not finished, in rounds until ``per_artist`` readable ones are found.

    Returns:
        The batches and their results, on the main process; nothing on the others.
    """
    from tqdm import tqdm

    finished: list[tuple[Batch, Shard]] = []
    while batches := processes.from_main(partial(_next_batches, work, per_artist, finished)):
        missing = processes.from_main(partial(shards.missing, batches))
        share = missing[processes.index :: processes.count]
        total = sum(len(batch.work) for batch in share)
        with tqdm(total=total, unit="painting", disable=not processes.is_main) as progress:
            for batch, pictures in read_ahead(share, cores_of(processes)):
                shards.save(batch, look_at(pictures, classifier))
                progress.update(len(batch.work))
        processes.wait()
        if processes.is_main:
            finished.extend((batch, shards.read(batch)) for batch in batches)
    return finished


def cores_of(processes: Processes) -> int:
    """Returns how many cores each of the processes may use."""
    return max(CORES // processes.count, 1)


def read_ahead(batches: Sequence[Batch], cores: int) -> Iterator[tuple[Batch, list[Read | str]]]:
    """Yields batches with their pictures, while other threads read the next ones."""
    readers = ThreadPoolExecutor(cores)
    waiting: deque[tuple[Batch, list[Future[Read | str]]]] = deque()
    try:
        for batch in batches:
            waiting.append((batch, [readers.submit(read, path) for _, path in batch.work]))
            if len(waiting) > BATCHES_AHEAD:
                yield _ready(waiting.popleft())
        while waiting:
            yield _ready(waiting.popleft())
    finally:
        # A build that is stopped no longer needs the pictures still to be read.
        readers.shutdown(cancel_futures=True)


def _ready(batch: tuple[Batch, list[Future[Read | str]]]) -> tuple[Batch, list[Read | str]]:
    return batch[0], [picture.result() for picture in batch[1]]


def read(path: Path) -> Read | str:
    """Returns a picture and what the table stores about it, or why it cannot be read."""
    try:
        picture = open_image(path)
    except ImageError as error:
        return str(error)
    return Read(picture, Seen(picture.width, picture.height, blurhash_of(picture)))


def look_at(pictures: Sequence[Read | str], classifier: MovementClassifier) -> Shard:
    """Embeds the pictures of a batch that could be read."""
    outcomes = tuple(each if isinstance(each, str) else each.seen for each in pictures)
    readable = [each.picture for each in pictures if not isinstance(each, str)]
    return Shard(outcomes, classifier.analyse(readable) if readable else None)


def built_from(
    finished: Iterable[tuple[Batch, Shard]], classifier: MovementClassifier
) -> Built | None:
    """Returns the paintings of all batches in the order of their ids, or None if there are none."""
    paintings, analyses = [], []
    for batch, shard in finished:
        paintings += [
            _painting(entry, outcome)
            for (entry, _), outcome in zip(batch.work, shard.outcomes, strict=True)
            if isinstance(outcome, Seen)
        ]
        if shard.analysis is not None:
            analyses.append(shard.analysis)
    if not paintings:
        return None
    order = sorted(range(len(paintings)), key=lambda row: paintings[row].image_id)
    analysis = Analysis(*(np.concatenate(parts)[order] for parts in zip(*analyses, strict=True)))
    collection = collection_of([paintings[row] for row in order], analysis, classifier)
    movements = tuple(movement.english for movement in classifier.movements)
    return Built(collection, movements, analysis.logits.astype(np.float64))


def collection_of(
    paintings: Sequence[Painting], analysis: Analysis, classifier: MovementClassifier
) -> Collection:
    """Returns the collection of paintings, each with its row of ``analysis``."""
    return Collection(
        tuple(paintings),
        analysis.hands,
        analysis.styles,
        analysis.subjects,
        analysis.compositions,
        analysis.logits,
        classifier.fingerprint,
    )


def report(table: Table, pictures: Pictures, unreadable: dict[str, str]) -> list[str]:
    """Returns lines on what was left out: the first 20 names of each kind, then a count.

    Args:
        table: The rows; if there was no spreadsheet, they are not reported on.
        pictures: The tree of pictures.
        unreadable: The reason for each picture that cannot be read.
    """
    keys = {picture_key(entry.image_id) for entry in table.entries}
    alone = [key for key in pictures.paths if key not in keys]
    ids = [each.image_id for each in table.entries]
    lost = [each for each in ids if picture_key(each) not in pictures.paths]
    names = [picture_name(pictures, key) for key in alone]
    of_rows: tuple[tuple[str, Sequence[object]], ...] = (
        ("rows without an image_id", [f"row {number}" for number in table.rows_without_id]),
        ("rows whose image_id an earlier row has", table.duplicates),
        ("rows without a picture", with_nearest(lost, names, NAMES_SHOWN)),
        ("pictures without a row", [printable(pictures.paths[key].name) for key in alone]),
    )
    of_some_rows: tuple[tuple[str, Sequence[object]], ...] = (
        ("rows whose picture has almost the same name", table.matched),
        ("years that cannot be read, left out", table.unreadable_years),
    )
    of_pictures: tuple[tuple[str, Sequence[object]], ...] = (
        ("pictures whose name an earlier picture has", pictures.duplicates),
        (
            "pictures that cannot be read",
            [f"{name}: {reason}" for name, reason in unreadable.items()],
        ),
    )
    parts = (of_rows if table.is_spreadsheet else ()) + of_pictures
    parts += tuple(part for part in of_some_rows if part[1])
    lines = [line for what, names in parts for line in _listed(what, names)]
    return lines + list(pictures.left_out)


def _listed(what: str, names: Sequence[object]) -> list[str]:
    lines = [f"{len(names):5} {what}", *(f"        {name}" for name in names[:NAMES_SHOWN])]
    if len(names) > NAMES_SHOWN:
        lines.append(f"        and {len(names) - NAMES_SHOWN} more")
    return lines


def _kept(
    old: Built, new: Built | None, pictures: Pictures, out: Path, prune: bool
) -> tuple[Built, Built | None, list[str]]:
    """Returns what stays of a gallery, what is added, and lines on pictures that are missing.

    A renamed picture stays one painting, under its new name.
    """
    changed = changed_since(old.collection, pictures, new.collection if new else None)
    lines = []
    if new is not None and changed.renamed:
        facts = with_old_facts(old.collection, new.collection, changed.renamed)
        new = replace(new, collection=facts)
        names = [f"{was} is now {now}" for was, now in changed.renamed.items()]
        lines += _listed("pictures that were renamed", names)
    if changed.gone:
        lines += _listed("paintings of the gallery have no picture here", changed.gone)
        lines.append(
            "      and were taken out"
            if prune
            else "      and stay: --prune takes them out, or gallery/remove.py "
            f"--gallery {out} some of them"
        )
    leaving = {*changed.renamed, *(changed.gone if prune else ())}
    if new is None and len(leaving) == len(old.collection):
        raise DataError(
            f"Not one painting of {out} has a picture here: name the folder of its pictures."
        )
    # All old paintings may be taken out if new ones replace them.
    left = old.without(leaving) if len(leaving) < len(old.collection) else _nothing(old)
    return left, new, lines


def _nothing(built: Built) -> Built:
    nothing: dict[str, Any] = {name: getattr(built.collection, name)[:0] for name in ARRAYS}
    nobody = replace(built.collection, paintings=(), **nothing)
    return Built(nobody, built.movements, built.logits[:0])


def blurhash_of(picture: Image.Image) -> str:
    """Returns the BlurHash of an RGB picture: 4 by 3 waves, or 3 by 4 for an upright one."""
    import blurhash

    # Always a square: along a side of a single pixel, all waves would be the same.
    small = picture.resize((BLURHASH_EDGE, BLURHASH_EDGE))
    waves = (4, 3) if picture.width >= picture.height else (3, 4)
    return str(blurhash.encode(np.asarray(small).tolist(), *waves))


def _work(table: Table, pictures: Pictures, old: Built | None) -> Work:
    """Returns the paintings that have a picture and are not in ``old``, with their pictures."""
    known = {picture_key(painting.image_id) for painting in old.collection.paintings} if old else ()
    return [
        (entry, pictures.paths[key])
        for entry in table.entries
        if (key := picture_key(entry.image_id)) in pictures.paths and key not in known
    ]


def _next_batches(
    work: Work, per_artist: int | None, finished: Sequence[tuple[Batch, Shard]]
) -> list[Batch]:
    """Returns what to embed next: all, or the next pictures of painters with too few so far."""
    outcomes = {
        entry.image_id: outcome
        for batch, shard in finished
        for (entry, _), outcome in zip(batch.work, shard.outcomes, strict=True)
    }
    taken: Counter[str] = Counter()
    chosen = []
    for entry, path in work:
        if isinstance(outcomes.get(entry.image_id), str):
            continue
        if per_artist is not None and taken[entry.artist_slug] >= per_artist:
            continue
        taken[entry.artist_slug] += 1
        if entry.image_id not in outcomes:
            chosen.append((entry, path))
    return batches_of(chosen)


def _painting(entry: Entry, seen: Seen) -> Painting:
    return Painting(
        image_id=entry.image_id,
        artist_slug=entry.artist_slug,
        artist=entry.artist,
        title=entry.title,
        year=entry.year,
        style=entry.style,
        page_url=entry.page_url,
        image_url=entry.image_url,
        width=seen.width,
        height=seen.height,
        blurhash=seen.blurhash,
    )


def _nothing_embedded(table: Table) -> str:
    reason = (
        "--images and --table must belong together, and a picture's name must be its image_id"
        if table.is_spreadsheet
        else "not one of the pictures can be read"
    )
    return f"Not one of {len(table.entries)} paintings could be embedded: {reason}."


def _has_map(folder: Path, collection: Collection) -> bool:
    try:
        return CollectionMap.load(folder, collection) is not None
    except CollectionError:
        return False


def read_sources(
    images: Path, table: Path | None, corrections: Path | None = None
) -> tuple[Table, Pictures]:
    """Returns the rows and the pictures; without a spreadsheet, the pictures make the rows.

    Args:
        images: The tree of pictures.
        table: The spreadsheet, or None.
        corrections: The table that overrides titles and years; None, or a file that is not there,
            for no corrections.

    Raises:
        DataError: One of them is missing or has another form.
    """
    if table is None:
        return read_folder(images)
    better = read_corrections(corrections) if corrections is not None else {}
    pictures = find_pictures(images)
    rows = matched(read_table(table), pictures)
    return replace(rows, entries=corrected(rows.entries, better)), pictures


def corrections_for(out: Path, named: Path | None) -> Path:
    """Returns the table of corrections that was named, or the one that belongs into ``out``.

    Raises:
        DataError: The table that was named is missing.
    """
    if named is not None and not named.is_file():
        raise DataError(f"There is no table of corrections {named}: name another.")
    return named or out / CORRECTIONS_FILE


def main() -> None:
    """Builds the collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True, help="the folder of the pictures")
    parser.add_argument("--table", type=Path, help="PandoraRom's spreadsheet, .xlsx")
    parser.add_argument(
        "--corrections",
        type=Path,
        help="titles and years that override those of --table (default: corrections.csv in --out)",
    )
    parser.add_argument("--model", type=Path, required=True, help="what train/train.py exported")
    parser.add_argument("--out", type=Path, required=True, help="folder for the collection")
    parser.add_argument("--per-artist", type=positive, help="only so many of each painter")
    parser.add_argument("--add", action="store_true", help="keep what --out has, embed the rest")
    parser.add_argument(
        "--prune", action="store_true", help="with --add: take out paintings without a picture"
    )
    arguments = parser.parse_args()
    if arguments.prune and not arguments.add:
        parser.error("--prune changes a gallery that is there: give it with --add")
    if arguments.corrections and not arguments.table:
        parser.error("--corrections overrides a spreadsheet: give it with --table")
    if arguments.add and arguments.per_artist:
        parser.error("--per-artist chooses for a whole collection: leave it out with --add")

    one_thread_each()
    processes = join_processes("cpu")
    table, pictures = processes.from_main(
        lambda: read_sources(
            arguments.images,
            arguments.table,
            corrections_for(arguments.out, arguments.corrections),
        )
    )
    classifier = MovementClassifier.from_pretrained(arguments.model, threads=cores_of(processes))
    if classifier.likeness is None:
        raise ModelError(
            f"{arguments.model} has no {LIKENESS_FILE}, which compares paintings: make it with "
            "train/learn_likeness.py or export the model anew."
        )
    with alone_in(arguments.out) if processes.is_main else nullcontext():
        build(
            table,
            pictures,
            classifier,
            arguments.out,
            arguments.per_artist,
            arguments.add,
            processes,
            arguments.prune,
        )


if __name__ == "__main__":
    run(main)
