"""Keeps a page busy for long, and says what it costs: memory, files, descriptors, refusals.

    python benchmarks/soak.py [--scale 1.0] [--out benchmarks/results/soak.json]

Serves the shipped model and gallery, and then, one after the other: asks by program (20,000
questions, each a session of its own), lets classes of eight send one picture at the same moment
(500 rounds), and lets 8 and 128 clients ask at once. Then it kills ``gallery/remove.py`` at 50
moments of chance. ``--scale 0.1`` does a tenth of everything. On two idle CPU cores, all of it
takes about 20 minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from pinacoteca.collection import Collection
from pinacoteca.collection_map import CollectionMap
from pinacoteca.command_line import run
from pinacoteca.files import written_whole

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path += [str(REPOSITORY / "tests" / "helpers"), str(REPOSITORY / "gallery")]

from served import served_page  # noqa: E402
from spreadsheet import GALLERY_FILES, stored_logits  # noqa: E402

QUESTIONS, ROUNDS, CROWD_SECONDS, KILLS = 20_000, 500, 60.0, 50
CLASS, CROWD = 8, 128
PICTURE = REPOSITORY / "demo" / "examples" / "garden.jpg"


class Visitor:
    """Somebody who uploads a picture and asks with it."""

    def __init__(self, page: str) -> None:
        self._client = httpx.Client(base_url=page, timeout=120)

    def upload(self, data: bytes) -> str | None:
        """Returns the path of the upload, None if the page is too busy."""
        answer = self._client.post("/gradio_api/upload", files={"files": ("a.jpg", data)})
        if answer.status_code == 503:
            return None
        return str(answer.raise_for_status().json()[0])

    def ask(self, endpoint: str, value: Any) -> str:
        """Returns "answered", "refused", or what went wrong."""
        address = f"/gradio_api/call/{endpoint}"
        posted = self._client.post(address, json={"data": [value]})
        if posted.status_code == 503:
            return "refused"
        text = self._client.get(f"{address}/{posted.json()['event_id']}").text
        return "answered" if "event: complete" in text else text

    def ask_with_picture(self, data: bytes) -> str:
        """Uploads and asks."""
        path = self.upload(data)
        if path is None:
            return "refused"
        return self.ask("query", {"path": path, "meta": {"_type": "gradio.FileData"}})


def process_of(page: str) -> int:
    """Returns the number of the process that serves an address."""
    port = page.rsplit(":", 1)[1]
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"--port\0{port}" in path.read_text():
                return int(path.parent.name)
        except OSError:
            continue
    raise LookupError(page)


def costs(number: int, folder: Path) -> dict[str, float]:
    """Returns what a process takes: megabytes, threads, descriptors, files."""
    status = Path(f"/proc/{number}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        "megabytes": round(int(fields["VmRSS"].split()[0]) / 1024, 1),
        "threads": int(fields["Threads"]),
        "descriptors": len(list(Path(f"/proc/{number}/fd").iterdir())),
        "files": len(files),
        "file_megabytes": round(sum(path.stat().st_size for path in files) / 1e6, 1),
    }


def ask_often(page: str, folder: Path, count: int) -> list[dict[str, float]]:
    """Asks by program, and returns the costs after each twentieth."""
    number, samples = process_of(page), []
    ids = [painting.image_id for painting in Collection.load(REPOSITORY / "gallery").paintings]
    with ThreadPoolExecutor(4) as pool:
        visitors = [Visitor(page) for _ in range(4)]
        for part in range(20):
            asked = range(part * count // 20, (part + 1) * count // 20)
            jobs = [
                pool.submit(visitors[each % 4].ask, "query_painting", ids[each % len(ids)])
                for each in asked
            ]
            wrong = {job.result() for job in jobs} - {"answered"}
            samples.append({"asked": asked.stop, "wrong": len(wrong), **costs(number, folder)})
    return samples


def send_together(page: str, rounds: int) -> dict[str, int]:
    """Lets a class send one picture at the same moment, round after round."""
    visitors = [Visitor(page) for _ in range(CLASS)]
    data = PICTURE.read_bytes()
    outcomes: dict[str, int] = {}
    for turn in range(rounds):
        # Each round has a picture that the page has not seen: bytes behind the end do not count.
        barrier = threading.Barrier(CLASS)
        picture = data + turn.to_bytes(4, "big")

        def send(visitor: Visitor, picture: bytes = picture, start: Any = barrier) -> str:
            start.wait()
            return visitor.ask_with_picture(picture)

        with ThreadPoolExecutor(CLASS) as pool:
            for outcome in pool.map(send, visitors):
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes


def crowd(page: str, clients: int, seconds: float) -> dict[str, Any]:
    """Lets clients ask again and again; those who are refused wait for a second."""
    end = time.monotonic() + seconds
    data = PICTURE.read_bytes()

    def visit(_: int) -> list[tuple[str, float]]:
        visitor, seen = Visitor(page), []
        while (started := time.monotonic()) < end:
            outcome = visitor.ask_with_picture(data)
            seen.append((outcome, time.monotonic() - started))
            if outcome == "refused":
                time.sleep(1)
        return seen

    with ThreadPoolExecutor(clients) as pool:
        seen = [each for visits in pool.map(visit, range(clients)) for each in visits]
    times = [took for outcome, took in seen if outcome == "answered"]
    return {
        "clients": clients,
        "answers_per_second": round(len(times) / seconds, 2),
        "p50_s": round(quantiles(times, n=100)[49], 2) if len(times) > 1 else None,
        "p95_s": round(quantiles(times, n=100)[94], 2) if len(times) > 1 else None,
        "refused": sum(outcome == "refused" for outcome, _ in seen),
        "wrong": sorted({each for each, _ in seen} - {"answered", "refused"}),
    }


def kill_often(kills: int) -> dict[str, int]:
    """Kills ``gallery/remove.py`` at moments of chance; the gallery must be whole every time."""
    dice = random.Random(0)  # noqa: S311
    outcomes = {"old": 0, "new": 0}
    with TemporaryDirectory() as folder:
        gallery = Path(folder)
        for name in GALLERY_FILES:
            shutil.copy(REPOSITORY / "gallery" / name, gallery / name)
        script = [sys.executable, str(REPOSITORY / "gallery" / "remove.py"), "--gallery", folder]
        whole = 0.0
        for turn in range(kills + 1):
            paintings = Collection.load(gallery).paintings
            started = time.monotonic()
            process = subprocess.Popen(  # noqa: S603
                [*script, paintings[0].image_id], stdout=subprocess.DEVNULL
            )
            # The first one may end: it says how long that takes.
            if turn:
                time.sleep(dice.uniform(0.3, 1.1) * whole)
                process.send_signal(signal.SIGKILL)
            process.wait()
            whole = whole or time.monotonic() - started
            collection = Collection.load(gallery)
            if CollectionMap.load(gallery, collection) is None:
                raise LookupError("the map is gone")
            stored_logits(collection, gallery)
            if turn:
                outcomes["old" if len(collection) == len(paintings) else "new"] += 1
    return outcomes


def main() -> None:
    """Runs everything and writes what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="how much of it all")
    parser.add_argument(
        "--out", type=Path, default=REPOSITORY / "benchmarks" / "results" / "soak.json"
    )
    arguments = parser.parse_args()
    scale = arguments.scale

    results: dict[str, Any] = {"scale": scale}

    def measure(name: str, act: Callable[[], Any]) -> None:
        started = time.monotonic()
        results[name] = act()
        results[f"{name}_seconds"] = round(time.monotonic() - started, 1)
        print(name, json.dumps(results[name]), flush=True)

    measure("kills", lambda: kill_often(max(int(KILLS * scale), 2)))
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        model, gallery = REPOSITORY / "model", REPOSITORY / "gallery"
        with served_page(log, "--model", model, "--gallery", gallery) as page:
            measure("class", lambda: send_together(page, max(int(ROUNDS * scale), 2)))
            measure(
                "questions", lambda: ask_often(page, log.parent, max(int(QUESTIONS * scale), 40))
            )
            for clients in (CLASS, CROWD):
                measure(
                    f"crowd_{clients}",
                    partial(crowd, page, clients, max(CROWD_SECONDS * scale, 10)),
                )
            leaving = time.monotonic()
        results["seconds_to_stop"] = round(time.monotonic() - leaving, 2)
        results["tracebacks"] = log.read_text(encoding="utf-8").count("Traceback")
    with written_whole(arguments.out) as path:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {arguments.out}")


if __name__ == "__main__":
    run(main)
