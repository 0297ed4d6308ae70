"""Measures our page beside one as tutorials write it, and what an answer consists of.

    python benchmarks/serving.py [--rounds 3] [--model model]

Prints a table of ratios, ours by theirs, and keeps it in ``benchmarks/results/serving.md``. Both
pages run at once and take turns, query by query, by bare HTTP: upload, call, answer. Only the
ratios say something on a busy machine. Takes about two minutes on two quiet cores.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import httpx
import numpy as np
from PIL import Image
from tqdm import tqdm

from pinacoteca.classifier import MovementClassifier
from pinacoteca.files import written_whole
from pinacoteca.images import open_image
from pinacoteca.markdown import table
from pinacoteca.search import NearestPaintings
from pinacoteca.threads import one_thread_each

REPOSITORY = Path(__file__).resolve().parent.parent
RESULTS = REPOSITORY / "benchmarks" / "results" / "serving.md"
START_SECONDS = 300
CLIENTS = 8
# Rows and length of the parts of a large collection.
ROWS, DIMENSIONS = 100_000, (268, 512)
PICTURES = {
    "0.04 Mpx JPEG": (256, 160, "JPEG"),
    "2 Mpx JPEG": (1800, 1200, "JPEG"),
    "12 Mpx JPEG": (4000, 3000, "JPEG"),
    "2 Mpx PNG": (1800, 1200, "PNG"),
}
Row = tuple[str, str, str, str]


class Page:
    """A page in a process of its own.

    Attributes:
        start: The seconds from the start of the process to its first answer.
    """

    def __init__(self, command: list[str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        self._address = f"http://127.0.0.1:{port}/gradio_api"
        begin = time.perf_counter()
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, *(port if part == "PORT" else part for part in command)],
            stdout=subprocess.DEVNULL,
        )
        self._settings = self._wait()
        self.start = time.perf_counter() - begin

    def _wait(self) -> list[object]:
        """Waits until the page answers; returns the defaults of all that comes after a picture."""
        for _ in range(20 * START_SECONDS):
            try:
                info = httpx.get(f"{self._address}/info", timeout=60).raise_for_status().json()
            except httpx.HTTPError:
                if self.process.poll() is not None:
                    raise RuntimeError("a page stopped before it answered") from None
                time.sleep(0.05)
                continue
            _, *others = info["named_endpoints"]["/query"]["parameters"]
            return [parameter["parameter_default"] for parameter in others]
        raise RuntimeError("a page did not answer")

    def megabytes(self) -> float:
        """Returns the memory that the process holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def query(self, picture: tuple[str, bytes]) -> float:
        """Returns the seconds from the upload of a picture to the whole answer."""
        begin = time.perf_counter()
        with httpx.Client(timeout=120) as client:
            uploaded = client.post(f"{self._address}/upload", files={"files": picture})
            file = {"path": uploaded.json()[0], "meta": {"_type": "gradio.FileData"}}
            asked = {"data": [file, *self._settings]}
            event = client.post(f"{self._address}/call/query", json=asked).json()["event_id"]
            answer = client.get(f"{self._address}/call/query/{event}").text
        if "event: complete" not in answer:
            raise RuntimeError(f"a query failed: {answer}")
        return time.perf_counter() - begin


def drawn(width: int, height: int, kind: str) -> tuple[str, bytes]:
    """Returns a name and a picture with the detail of a painting rather than of a drawing."""
    grain = np.random.default_rng(0).normal(0, 12, (height, width, 3))
    coarse = np.random.default_rng(1).integers(0, 256, (12, 18, 3), dtype=np.uint8)
    shapes = np.asarray(Image.fromarray(coarse).resize((width, height)), np.float64)
    buffer = io.BytesIO()
    Image.fromarray((shapes + grain).clip(0, 255).astype(np.uint8)).save(buffer, kind)
    return f"picture.{kind.lower()}", buffer.getvalue()


@contextmanager
def both_pages(model: Path) -> Iterator[tuple[Page, Page]]:
    """Starts our page, then the tutorial's, each alone; ends both."""
    ours = [str(REPOSITORY / "demo" / "app.py"), "--model", str(model), "--port", "PORT"]
    theirs = [str(REPOSITORY / "benchmarks" / "tutorial_page.py"), str(model), "PORT"]
    with ExitStack() as stack:
        pages = []
        for command in (ours, theirs):
            page = Page(command)
            stack.callback(page.process.wait)
            stack.callback(page.process.terminate)
            pages.append(page)
        yield pages[0], pages[1]


def page_rows(model: Path, rounds: int) -> list[Row]:
    """Measures both pages."""
    with both_pages(model) as (ours, theirs):
        rows = [
            row("start to serving", "s", ours.start, theirs.start),
            row("memory at rest", "MB", ours.megabytes(), theirs.megabytes()),
        ]
        pictures = {name: drawn(*how) for name, how in PICTURES.items()}
        for name, picture in tqdm(pictures.items(), desc="queries"):
            times = in_turns(
                partial(ours.query, picture),
                partial(theirs.query, picture),
                rounds,
            )
            rows.append(row(f"query, {name}", "ms", *(1000 * median(each) for each in times)))
        many = [crowd(page, pictures["2 Mpx JPEG"], rounds) for page in (ours, theirs)]
        rows.append(row(f"{CLIENTS} clients, a query", "ms", many[0][0], many[1][0]))
        rows.append(row(f"{CLIENTS} clients, 95 of 100 within", "ms", many[0][1], many[1][1]))
    return rows


def crowd(page: Page, picture: tuple[str, bytes], rounds: int) -> tuple[float, float]:
    """Returns median and 95th percentile of queries that come at once, in milliseconds."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        times = [*clients.map(page.query, [picture] * (CLIENTS * rounds))]
    return 1000 * median(times), 1000 * float(np.percentile(times, 95))


def in_turns(
    first: Callable[[], object], second: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    """Returns the seconds of each call of both, after one that warms up."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for call, seconds in zip((first, second), times, strict=True):
            begin = time.perf_counter()
            call()
            if turn:
                seconds.append(time.perf_counter() - begin)
    return times


def network_rows(model: Path, rounds: int) -> list[Row]:
    """Measures a pass over one picture and over a batch, by ONNX Runtime and by PyTorch."""
    import torch

    torch.set_num_threads(1)
    ours = MovementClassifier.from_pretrained(model)
    theirs = MovementClassifier.from_pretrained(model, backend="torch")
    examples = sorted((REPOSITORY / "demo" / "examples").glob("*.jpg"))
    pictures = [open_image(examples[place % len(examples)]) for place in range(32)]
    rows = []
    for count in (1, 32):
        times = in_turns(
            partial(ours.analyse, pictures[:count]),
            partial(theirs.analyse, pictures[:count]),
            rounds,
        )
        name = f"network, {count} at once (theirs: PyTorch)"
        rows.append(row(name, "ms", *(1000 * median(each) for each in times)))
    return rows


def search_row(rounds: int) -> Row:
    """Measures a search of a picture with its mirror image beside that of the picture alone."""
    dice = np.random.default_rng(0)
    nearest = NearestPaintings([dice.random((ROWS, each), np.float32) for each in DIMENSIONS])
    style, *_ = (dice.random((1, each), np.float32) for each in DIMENSIONS)
    both = [style.repeat(2, axis=0), dice.random((2, DIMENSIONS[1]), np.float32)]
    alone = [part[:1] for part in both]
    times = in_turns(
        lambda: nearest.search(both, (1, 1)), lambda: nearest.search(alone, (1, 1)), 3 * rounds
    )
    name = f"search of {ROWS:,}, two rows (theirs: one)"
    return row(name, "ms", *(1000 * median(each) for each in times))


def row(name: str, unit: str, ours: float, theirs: float) -> Row:
    """Returns a line of the table."""
    return name, f"{ours:.3g} {unit}", f"{theirs:.3g} {unit}", f"{ours / theirs:.2f}"


def main() -> None:
    """Measures all, prints the table and keeps it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="queries of each kind and page")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "model")
    arguments = parser.parse_args()

    before = os.getloadavg()[0]
    rows = page_rows(arguments.model, arguments.rounds)
    one_thread_each()
    rows += [*network_rows(arguments.model, arguments.rounds), search_row(arguments.rounds)]
    text = table(("", "ours", "theirs", "ours / theirs"), rows)
    machine = (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; load "
        f"{before:.1f} when it began, {os.getloadavg()[0]:.1f} at the end."
    )
    RESULTS.parent.mkdir(exist_ok=True)
    with written_whole(RESULTS) as path:
        path.write_text(f"{text}\n\n{machine}\n", encoding="utf-8")
    print(f"{text}\n\n{machine}")


if __name__ == "__main__":
    main()
