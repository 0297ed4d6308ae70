"""Compares our page with one written as in tutorials, and measures the parts of an answer.

    python benchmarks/serving.py [--rounds 15] [--starts 3] [--minutes 8] [--model model]
        [--gallery gallery] [--out benchmarks/results/serving.json]

Prints ratios, our value divided by the other, and writes them to ``--out`` and, as a table, next to
it; each row is written as soon as it is measured. Measurements that have not begun after
``--minutes`` are left out and named. Both pages run at once and take turns, query by query with a
moment of rest, over plain HTTP: upload, call, answer. On a busy machine only the ratios mean
something. Takes about four minutes on two idle cores; needs Linux and requirements-dev.txt.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from installed import megabytes, requirements_of
from measured import Results, Row, in_turns
from other_ways import report_way, sentence_transformers_way
from packaging.requirements import Requirement
from page_process import Page, Picture
from PIL import Image

from pinacoteca.classifier import BATCH_SIZE, MovementClassifier
from pinacoteca.command_line import positive, run
from pinacoteca.images import open_image
from pinacoteca.retriever import PaintingRetriever
from pinacoteca.search import NearestPaintings
from pinacoteca.threads import one_thread_each

if TYPE_CHECKING:
    from pinacoteca.forward import Network

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.append(str(REPOSITORY / "gallery"))

from build import CORES, look_at, read, read_ahead  # noqa: E402
from pandorarom import Entry  # noqa: E402
from shards import batches_of  # noqa: E402
from spreadsheet import SPREADSHEET_FILE  # noqa: E402

TUTORIAL = ("gradio", "torch", "torchvision", "timm")
CLIENTS = 8
# PyTorch's threads keep a core busy for a while after an answer, which would delay the other page.
REST_SECONDS = 0.2
# Rows and length of the parts of a large collection.
ROWS, DIMENSIONS = 100_000, (268, 512)
# The size of the gallery's pictures.
BUILT, BUILT_SIZE = 3 * BATCH_SIZE, (300, 224)
SLOW_ROUNDS = 5
ANSWERS = 10_000


@dataclass(frozen=True)
class Kind:
    """A kind of picture to query with.

    Attributes:
        name: The name of the row.
        width: The width in pixels.
        height: The height in pixels.
        format: Pillow's name of the file format.
        goal: The largest ratio wanted; None for no goal.
    """

    name: str
    width: int
    height: int
    format: str
    goal: float | None = None


SMALL = Kind("0.04 Mpx JPEG", 256, 160, "JPEG")
PHOTOGRAPH = Kind("2 Mpx JPEG", 1800, 1200, "JPEG", 0.6)
KINDS = (
    SMALL,
    PHOTOGRAPH,
    Kind("12 Mpx JPEG", 4000, 3000, "JPEG", 0.4),
    Kind("2 Mpx PNG", 1800, 1200, "PNG", 0.6),
)


@dataclass(frozen=True)
class Setup:
    """What to measure, how often, and until when.

    Attributes:
        model: The model folder.
        gallery: The gallery folder.
        rounds: Queries of each kind and page.
        starts: Starts of each page.
        results: Collects the rows.
    """

    model: Path
    gallery: Path
    rounds: int
    starts: int
    results: Results

    def in_turns(
        self,
        first: Callable[[], object],
        second: Callable[[], object],
        rounds: int,
        rest: float = 0.0,
    ) -> tuple[float, float]:
        """Calls both in turns, as ``measured.in_turns`` does."""
        return in_turns(first, second, rounds, self.results.deadline, rest)

    @property
    def commands(self) -> tuple[list[str], list[str]]:
        """The commands that start our page and the tutorial's."""
        demo = [str(REPOSITORY / "demo" / "app.py"), "--offline", "--port", "PORT"]
        return (
            [*demo, "--model", str(self.model), "--gallery", str(self.gallery)],
            [str(REPOSITORY / "benchmarks" / "tutorial_page.py"), str(self.model), "PORT"],
        )


def picture_bytes(width: int, height: int, kind: str, seed: int = 0) -> bytes:
    """Returns a file of a grainy picture of coarse shapes, in a format that Pillow names."""
    dice = np.random.default_rng(seed)
    grain = dice.normal(0, 12, (height, width, 3))
    coarse = dice.integers(0, 256, (12, 18, 3), dtype=np.uint8)
    shapes = np.asarray(Image.fromarray(coarse).resize((width, height)), np.float64)
    buffer = io.BytesIO()
    Image.fromarray((shapes + grain).clip(0, 255).astype(np.uint8)).save(buffer, kind)
    return buffer.getvalue()


@cache
def drawn(kind: Kind) -> Picture:
    """Returns a name and a picture with as much detail as a painting."""
    return f"picture.{kind.format.lower()}", picture_bytes(kind.width, kind.height, kind.format)


def install_rows() -> Iterator[Row]:
    """Measures the size of what each page needs installed."""
    ours = megabytes(requirements_of(REPOSITORY / "requirements-demo.txt"))
    yield Row("install, as installed here", "MB", ours, megabytes(map(Requirement, TUTORIAL)))


def page_rows(setup: Setup) -> Iterator[Row]:
    """Measures both pages: starts in turns, then queries on the last two."""
    with ExitStack() as stack:
        pages: tuple[Page, ...] = ()
        starts: list[tuple[Page, ...]] = []
        for turn in range(setup.starts):
            stack.close()
            # The second page starts while the first one idles; they take turns at being second.
            order = (0, 1) if turn % 2 == 0 else (1, 0)
            started = {place: _started(setup, stack, setup.commands[place]) for place in order}
            pages = (started[0], started[1])
            starts.append(pages)
        served, answered = (
            [median(getattr(pair[place], name) for pair in starts) for place in range(2)]
            for name in ("start", "first_answer")
        )
        yield Row("start to serving", "s", served[0], served[1], 0.65)
        yield Row("start to the first answer", "s", *answered)
        ours, theirs = pages
        yield Row("memory at rest", "MB", ours.megabytes(), theirs.megabytes(), 0.45)
        for kind in KINDS:
            yield from _query_rows(setup, ours, theirs, kind)
        yield from _crowd_rows(setup, ours, theirs)


def _started(setup: Setup, stack: ExitStack, command: list[str]) -> Page:
    page = Page(command, drawn(SMALL), max(setup.results.seconds_left, 1))
    stack.callback(page.stop)
    return page


def _query_rows(setup: Setup, ours: Page, theirs: Page, kind: Kind) -> Iterator[Row]:
    picture = drawn(kind)
    before = [(page.cpu_seconds(), page.asked) for page in (ours, theirs)]
    times = setup.in_turns(
        partial(ours.query, picture), partial(theirs.query, picture), setup.rounds, REST_SECONDS
    )
    computed = [
        1000 * (page.cpu_seconds() - seconds) / (page.asked - asked)
        for page, (seconds, asked) in zip((ours, theirs), before, strict=True)
    ]
    yield Row(f"query, {kind.name}", "ms", *times, kind.goal)
    # CPU time depends less on other programs of the machine.
    yield Row(f"query, {kind.name}, on the processor", "ms", *computed)


def _crowd_rows(setup: Setup, ours: Page, theirs: Page) -> Iterator[Row]:
    times: tuple[list[float], list[float]] = ([], [])
    elapsed = [0.0, 0.0]
    for _ in range(max(setup.rounds // 5, 1)):
        for place, page in enumerate((ours, theirs)):
            begin = time.perf_counter()
            with ThreadPoolExecutor(CLIENTS) as clients:
                times[place].extend(clients.map(page.query, [drawn(PHOTOGRAPH)] * 3 * CLIENTS))
            elapsed[place] += time.perf_counter() - begin
    a_query = [1000 * each / len(times[0]) for each in elapsed]
    yield Row(f"{CLIENTS} clients, a query", "ms", a_query[0], a_query[1], 0.5)
    spreads = (float(np.percentile(each, 95)) / median(each) for each in times)
    yield Row(f"{CLIENTS} clients, 95 of 100 within so many medians (goal: ours 2.5)", "", *spreads)


def gradio_rows(setup: Setup) -> Iterator[Row]:
    """Measures how much of Gradio's own work for a program's answer the page saves."""
    sys.path.append(str(REPOSITORY / "demo"))
    from app import demo
    from gradio.queueing import Queue
    from memory import CopiedSession, SessionState

    times = setup.in_turns(partial(CopiedSession, demo), partial(SessionState, demo), setup.rounds)
    yield Row("beginning of a session (other: Gradio's)", "ms", *times)
    queue = demo._queue
    answer = {"status": "success", "process_time": 0.1, "function": "query"}

    def gradios() -> None:
        # Gradio recomputes them for each answer that it records.
        queue.events_recorded += 1
        Queue.compute_analytics_summary(queue, [answer] * ANSWERS)

    times = setup.in_turns(
        partial(queue.compute_analytics_summary, [answer] * ANSWERS), gradios, setup.rounds
    )
    yield Row(f"statistics after {ANSWERS:,} answers (other: Gradio's)", "ms", *times)


def network_rows(setup: Setup) -> Iterator[Row]:
    """Measures what we add to a pass of ONNX Runtime, and compares it with PyTorch."""
    import torch

    torch.set_num_threads(1)
    ours = MovementClassifier.from_pretrained(setup.model)
    theirs = MovementClassifier.from_pretrained(setup.model, backend="torch")
    # The network's input size, so that nothing is resized.
    picture = open_image(picture_bytes(224, 224, "PNG"))
    network: Network = ours._network
    for count in (1, BATCH_SIZE):
        pictures = [picture] * count
        batch = ours._preprocessing.batch(pictures)
        rounds = setup.rounds if count == 1 else SLOW_ROUNDS
        whole = partial(ours.analyse, pictures)
        yield Row(
            f"network, {count} at once (other: ONNX Runtime's own time)",
            "ms",
            *setup.in_turns(whole, partial(network.forward, batch), rounds),
            1.3,
        )
        yield Row(
            f"network, {count} at once (other: PyTorch)",
            "ms",
            *setup.in_turns(whole, partial(theirs.analyse, pictures), rounds),
        )
    together = np.repeat(ours._preprocessing.batch([picture]), CLIENTS, axis=0)

    def singly() -> None:
        for place in range(CLIENTS):
            network.forward(together[place : place + 1])

    yield Row(
        f"network, {CLIENTS} pictures in one batch (other: one by one)",
        "ms",
        *setup.in_turns(partial(network.forward, together), singly, setup.rounds),
    )


def search_rows(setup: Setup) -> Iterator[Row]:
    """Compares a search with a picture and its mirror image with one without the mirror image."""
    dice = np.random.default_rng(0)
    nearest = NearestPaintings([dice.random((ROWS, each), np.float32) for each in DIMENSIONS])
    style, *_ = (dice.random((1, each), np.float32) for each in DIMENSIONS)
    both = [style.repeat(2, axis=0), dice.random((2, DIMENSIONS[1]), np.float32)]
    alone = [part[:1] for part in both]
    times = setup.in_turns(
        lambda: nearest.search(both, (1, 1)), lambda: nearest.search(alone, (1, 1)), setup.rounds
    )
    yield Row(f"search of {ROWS:,}, two rows (other: one)", "ms", *times, 1.3)


def way_rows(setup: Setup) -> Iterator[Row]:
    """Compares an answer without a page with those of two other ways."""
    import torch

    torch.set_num_threads(1)
    retriever = PaintingRetriever.from_pretrained(setup.model, setup.gallery)
    _, data = drawn(PHOTOGRAPH)
    ways = {
        "a ViT-B/32 and faiss": sentence_transformers_way(len(retriever.collection)),
        "the report's, Excel and a loop": report_way(setup.model, setup.gallery / SPREADSHEET_FILE),
    }
    for name, way in ways.items():
        times = setup.in_turns(partial(retriever.query, data), partial(way, data), SLOW_ROUNDS)
        yield Row(f"an answer in one process (other: {name})", "ms", *times)


def build_rows(setup: Setup) -> Iterator[Row]:
    """Compares building a gallery with reading, BlurHash and PyTorch one after another."""
    import torch

    torch.set_num_threads(1)
    ours = MovementClassifier.from_pretrained(setup.model, threads=CORES)
    theirs = MovementClassifier.from_pretrained(setup.model, backend="torch")
    with TemporaryDirectory() as folder:
        work = []
        for number in range(BUILT):
            path = Path(folder) / f"{number}.jpg"
            path.write_bytes(picture_bytes(*BUILT_SIZE, "JPEG", seed=number))
            work.append((Entry(str(number), "", "", "", "", None, None, None), path))
        batches = batches_of(work)

        def now() -> None:
            for _, pictures in read_ahead(batches, CORES):
                look_at(pictures, ours)

        def before() -> None:
            for batch in batches:
                look_at([read(path) for _, path in batch.work], theirs)

        times = setup.in_turns(now, before, 2)
    ours_took, theirs_took = (each / BUILT for each in times)
    name = "build, a picture (other: one thread and PyTorch, as before)"
    yield Row(name, "ms", ours_took, theirs_took, 0.5)


def main() -> None:
    """Measures everything, prints the rows and writes them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=positive, default=15, help="queries of each kind and page")
    parser.add_argument("--starts", type=positive, default=3, help="starts of each page")
    parser.add_argument("--minutes", type=float, default=8.0, help="time limit")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "model")
    parser.add_argument("--gallery", type=Path, default=REPOSITORY / "gallery")
    parser.add_argument(
        "--out", type=Path, default=REPOSITORY / "benchmarks" / "results" / "serving.json"
    )
    given = parser.parse_args()
    if given.minutes <= 0:
        parser.error("--minutes must be more than 0")

    results = Results(given.out, time.monotonic() + 60 * given.minutes)
    setup = Setup(given.model, given.gallery, given.rounds, given.starts, results)
    results.measure("install", install_rows)
    results.measure("both pages", partial(page_rows, setup))
    one_thread_each()
    results.measure("network", partial(network_rows, setup))
    results.measure("search", partial(search_rows, setup))
    results.measure("other ways", partial(way_rows, setup))
    results.measure("build", partial(build_rows, setup))
    results.measure("Gradio", partial(gradio_rows, setup))
    print(results.text())


if __name__ == "__main__":
    run(main)
