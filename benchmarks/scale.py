"""Measures exact search and search through Milvus Lite as a collection grows.

    OMP_NUM_THREADS=1 python benchmarks/scale.py [--sizes 1412 100000 1000000]
        [--gallery DIR] [--model DIR] [--out benchmarks/results/scale.json]

The paintings are those of the gallery and noisy copies of them: the noise of each part has the
collection's own spread and a tenth to three tenths of the part's length. Queries are more such
copies. Every engine and size runs in a process of its own. The right answers come from exact
search, block by block.

Keeps each row in ``benchmarks/results/scale.json``, from which ``write_speed.py`` takes the table
of docs/scaling.md. Exact search is left out at sizes that do not fit into memory. Prints the number
of paintings that exact search can answer in 20 ms, and an estimate for the 60 million objects of
Europeana, with the arithmetic. A million paintings take half an hour on two CPU cores, 14 GB of
memory and 12 GB of disk in the folder for temporary files.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from measured import keep
from tqdm import tqdm

from pinacoteca import milvus
from pinacoteca.cells import Parts
from pinacoteca.collection import Collection
from pinacoteca.command_line import positive, run
from pinacoteca.likeness import BALANCE, LikenessSpace
from pinacoteca.search import NearestPaintings, PaintingIndex

REPOSITORY = Path(__file__).resolve().parent.parent
SIZES = (1_412, 100_000, 1_000_000)
WEIGHTS = BALANCE
NEIGHBOURS = 5
QUERIES = 200
NOISE = (0.1, 0.3)
BLOCK = 50_000
EXACT_MILLISECONDS = 20
# The peak memory of exact search for each number of a vector, measured.
EXACT_BYTES = 18
PICTURES = 64

OBJECTS = 60_000_000
LINKS = 2 * int(str(milvus.GRAPH["M"]))
# Assumptions of the extrapolation: rounded list prices of large clouds without commitment, and
# common machines of which an index of Milvus fills no more than this share.
DOLLARS_A_CORE, DOLLARS_A_GIGABYTE = 0.04, 0.005
NODE_CORES, NODE_GIGABYTES, NODE_FILLED = 8, 32, 0.7
REPLICAS = 2
OTHER_NODES = 2


@dataclass(frozen=True)
class Row:
    """One row of the table: times in milliseconds, memory in gigabytes."""

    engine: str
    paintings: int
    build_rate: float
    p50: float
    p95: float
    memory: float
    recall: float = 0.0


@dataclass(frozen=True)
class Measurement:
    """The row of one engine at one size, still without the recall, and the rows that it found."""

    row: Row
    found: npt.NDArray[np.int64]


def main() -> None:
    """Keeps the table; prints the limit of exact search and the extrapolation."""
    parser = argparse.ArgumentParser(description="Measures search as a collection grows.")
    parser.add_argument("--sizes", type=positive, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--gallery", type=Path, default=REPOSITORY / "gallery")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "model")
    parser.add_argument(
        "--out", type=Path, default=REPOSITORY / "benchmarks" / "results" / "scale.json"
    )
    options = parser.parse_args()
    base = base_parts(options.gallery)
    with TemporaryDirectory() as folder:
        write_copies(base, max(options.sizes), Path(folder))
        queries = jittered(base, QUERIES, np.random.default_rng(1))
        keep_table(Path(folder), options.sizes, queries, options.out)
        print_exact_limit(read_parts(Path(folder), max(options.sizes)), queries)
    print_extrapolation(pictures_a_second(options.model), sum(part.shape[1] for part in base))


def base_parts(gallery: Path) -> Parts:
    """Returns the parts of the vectors of the collection in a folder."""
    collection = Collection.load(gallery)
    return list(LikenessSpace(collection).parts(collection))


def jittered(base: Parts, count: int, generator: np.random.Generator) -> Parts:
    """Returns noisy copies of paintings drawn at random."""
    drawn = generator.integers(len(base[0]), size=count)
    return [_with_noise(part, drawn, generator) for part in base]


def _with_noise(
    part: npt.NDArray[Any], rows: npt.NDArray[np.int64], generator: np.random.Generator
) -> npt.NDArray[np.float32]:
    copies = part[rows].astype(np.float32)
    noise = generator.standard_normal(copies.shape, np.float32) * part.std(axis=0)
    lengths = np.linalg.norm(copies, axis=1) / np.linalg.norm(noise, axis=1)
    amounts = generator.uniform(*NOISE, len(rows)) * lengths
    return np.asarray(copies + amounts[:, None] * noise, np.float32)


def write_copies(base: Parts, count: int, folder: Path) -> None:
    """Writes float16 parts of ``count`` rows in blocks, first the paintings, then copies."""
    files = [
        np.lib.format.open_memmap(
            folder / f"part-{number}.npy", "w+", np.float16, (count, part.shape[1])
        )
        for number, part in enumerate(base)
    ]
    generator = np.random.default_rng(0)
    for start in range(0, count, BLOCK):
        block = jittered(base, min(BLOCK, count - start), generator)
        for file, part, copies in zip(files, base, block, strict=True):
            file[start : start + BLOCK] = copies
            if start == 0:
                file[: len(part)] = part[:count]


def read_parts(folder: Path, count: int) -> Parts:
    """Returns the first rows that ``write_copies`` wrote, memory-mapped."""
    paths = sorted(folder.glob("part-*.npy"))
    return [np.load(path, mmap_mode="r")[:count] for path in paths]


def exact_answers(parts: Parts, queries: Parts) -> npt.NDArray[np.int64]:
    """Returns the rows of the nearest paintings, int64 ``[q, NEIGHBOURS]``."""
    distances = np.empty((len(queries[0]), 0), np.float32)
    rows = np.empty((len(queries[0]), 0), np.int64)
    for start in range(0, len(parts[0]), BLOCK):
        block = [part[start : start + BLOCK].astype(np.float32) for part in parts]
        k = min(NEIGHBOURS, len(block[0]))
        near, found = NearestPaintings(block).search(queries, WEIGHTS, k)
        distances, rows = np.hstack([distances, near]), np.hstack([rows, found + start])
        order = np.argsort(distances, axis=1, kind="stable")[:, :NEIGHBOURS]
        distances = np.take_along_axis(distances, order, 1)
        rows = np.take_along_axis(rows, order, 1)
    return rows


def keep_table(folder: Path, sizes: Sequence[int], queries: Parts, out: Path) -> None:
    """Measures every engine at every size, and keeps the rows so far after each."""
    dimension = sum(part.shape[1] for part in queries)
    rows: list[dict[str, Any]] = []
    for size in sizes:
        right = exact_answers(read_parts(folder, size), queries)
        engines = [measure_exact, measure_milvus]
        if EXACT_BYTES * size * dimension > _free_memory():
            engines.remove(measure_exact)
        for measure in engines:
            measured = measure(folder, size, queries)
            pairs = zip(measured.found.tolist(), right.tolist(), strict=True)
            recall = np.mean([len(set(found) & set(all_)) / len(all_) for found, all_ in pairs])
            rows.append(asdict(replace(measured.row, recall=float(recall))))
            keep(out, {"dimension": dimension, "rows": rows})
            print(rows[-1], flush=True)


def _free_memory() -> int:
    """Returns how many bytes of memory Linux can still give."""
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    (line,) = (line for line in text.splitlines() if line.startswith("MemAvailable"))
    return 1024 * int(line.split()[1])


def measure_exact(folder: Path, size: int, queries: Parts) -> Measurement:
    """Measures ``NearestPaintings``."""
    return _in_a_process(_exact, folder, size, queries)


def measure_milvus(folder: Path, size: int, queries: Parts) -> Measurement:
    """Measures ``MilvusPaintings`` in a file, built in one process and queried in another.

    Two processes, because Milvus Lite goes on tidying up after the last row.
    """
    built = _in_a_process(_milvus, folder, size, [part[:1] for part in queries])
    asked = _in_a_process(_milvus, folder, size, queries)
    memory = max(built.row.memory, asked.row.memory)
    row = replace(asked.row, build_rate=built.row.build_rate, memory=memory)
    return Measurement(row, asked.found)


def _in_a_process(
    measure: Callable[[Path, int, Parts], Measurement], folder: Path, size: int, queries: Parts
) -> Measurement:
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(measure, folder, size, queries).result()


def _exact(folder: Path, size: int, queries: Parts) -> Measurement:
    parts = [part.astype(np.float32) for part in read_parts(folder, size)]
    return _measure("exact (NumPy)", lambda: NearestPaintings(parts), queries)


def _milvus(folder: Path, size: int, queries: Parts) -> Measurement:
    parts = [np.array(part) for part in read_parts(folder, size)]
    address = str(folder / f"{size}.db")
    return _measure("Milvus Lite", lambda: milvus.open_index(address, parts, "scale"), queries)


def _measure(engine: str, build: Callable[[], PaintingIndex], queries: Parts) -> Measurement:
    start = time.perf_counter()
    nearest = build()
    seconds = time.perf_counter() - start
    answers, times = _asked(nearest, queries)
    median, late = np.percentile(times, [50, 95]).tolist()
    row = Row(engine, len(nearest), len(nearest) / seconds, median, late, _peak_memory())
    return Measurement(row, answers)


def _asked(nearest: PaintingIndex, queries: Parts) -> tuple[npt.NDArray[np.int64], list[float]]:
    """Runs one query after another, as the page does; the first one twice, to warm up."""
    k = min(NEIGHBOURS, len(nearest))
    nearest.search([part[:1] for part in queries], WEIGHTS, k)
    answers, times = [], []
    for row in range(len(queries[0])):
        query = [part[row : row + 1] for part in queries]
        start = time.perf_counter()
        answers.append(nearest.search(query, WEIGHTS, k)[1])
        times.append(1_000 * (time.perf_counter() - start))
    return np.concatenate(answers), times


def _peak_memory() -> float:
    """Returns the peak memory of this process on Linux, including mapped files."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1e6


def print_exact_limit(parts: Parts, queries: Parts) -> None:
    """Prints how many paintings exact search can answer in time, by doubling the collection."""
    size, before = min(SIZES[0], len(parts[0])), (0, 0.0)
    while True:
        nearest = NearestPaintings([part[:size].astype(np.float32) for part in parts])
        slow = float(np.percentile(_asked(nearest, queries)[1], 95))
        if slow > EXACT_MILLISECONDS or size == len(parts[0]):
            break
        before, size = (size, slow), min(2 * size, len(parts[0]))
    if slow <= EXACT_MILLISECONDS:
        print(f"\nExact search stays under {EXACT_MILLISECONDS} ms with all {size:,} paintings.")
        return
    share = (EXACT_MILLISECONDS - before[1]) / (slow - before[1])
    limit = round(before[0] + share * (size - before[0]), -3)
    print(
        f"\nExact search stays under {EXACT_MILLISECONDS} ms at p95 up to about {limit:,.0f} "
        f"paintings ({before[1]:.1f} ms at {before[0]:,}, {slow:.1f} ms at {size:,})."
    )


def pictures_a_second(model: Path) -> float:
    """Returns how many synthetic pictures one core opens and embeds in a second."""
    from pinacoteca.classifier import MovementClassifier
    from pinacoteca.images import open_image

    classifier = MovementClassifier.from_pretrained(model)
    drawn = sorted((REPOSITORY / "demo" / "examples").glob("*.jpg"))
    paths = [drawn[number % len(drawn)] for number in range(PICTURES)]
    start = time.perf_counter()
    classifier.embed(open_image(path) for path in tqdm(paths, desc="embed", leave=False))
    return PICTURES / (time.perf_counter() - start)


def print_extrapolation(rate: float, dimension: int) -> None:
    """Prints an estimate for the objects of Europeana on a Milvus cluster."""
    hours = OBJECTS / rate / 3_600
    stored = OBJECTS * dimension * 2 / 1e9
    bytes_each = dimension + 4 * LINKS + 8
    index = OBJECTS * bytes_each / 1e9
    usable = NODE_GIGABYTES * NODE_FILLED
    nodes = REPLICAS * math.ceil(index / usable)
    price = NODE_CORES * DOLLARS_A_CORE + NODE_GIGABYTES * DOLLARS_A_GIGABYTE
    cost = (nodes + OTHER_NODES) * price
    print(f"""
{OBJECTS:,} objects (Europeana) on a Milvus cluster, on paper:

- Embedding: {OBJECTS:,} / ({rate:.1f} pictures a second and core, measured) / 3,600 = \
{hours:,.0f} core-hours; at ${DOLLARS_A_CORE} an hour ${hours * DOLLARS_A_CORE:,.0f}, once.
- Parts that candidates are measured with: {OBJECTS:,} x {dimension} numbers x 2 bytes = \
{stored:,.0f} GB, mapped from a disk.
- Index: {OBJECTS:,} x ({dimension} bytes + {LINKS} links x 4 bytes + 8 bytes of key) = \
{OBJECTS:,} x {bytes_each} bytes = {index:,.0f} GB of memory.
- Query nodes: {index:,.0f} GB / ({NODE_GIGABYTES} GB x {NODE_FILLED:.0%}) = \
{math.ceil(index / usable)} of {NODE_CORES} cores and {NODE_GIGABYTES} GB; {REPLICAS} replicas: \
{nodes}. {OTHER_NODES} more hold the proxy, the coordinators and the storage.
- Cost: {nodes + OTHER_NODES} x ({NODE_CORES} x ${DOLLARS_A_CORE} + {NODE_GIGABYTES} x \
${DOLLARS_A_GIGABYTE}) = ${cost:.2f} an hour. Assumed: ${DOLLARS_A_CORE} a core-hour and \
${DOLLARS_A_GIGABYTE} a GB-hour.""")


if __name__ == "__main__":
    run(main)
