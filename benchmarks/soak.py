"""Keeps a page busy for a long time and kills programs; reports the cost and what was lost.

    python benchmarks/soak.py [--scale 1.0] [--only questions,crowd] [--out FILE]

Serves the shipped model and gallery and runs these parts one after the other: programs send 20,000
queries, each in a session of its own; 2,000 pages are opened like a browser does, and a few by
Chromium; a class of eight sends one picture at the same moment, 500 times; 8 and then 128 clients
query at once. Then each program that changes files is killed at 50 random moments
(tests/helpers/victims.py), and must leave either the old files or the new ones.

`make soak` runs all parts and writes ``benchmarks/results/soak.json``. On two idle cores it takes
less than 20 minutes: each part has a time limit, stops at it, and reports how far it came.
``--scale 0.1`` does a tenth of everything. The clients run on the same cores as the page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from pinacoteca.collection import Collection
from pinacoteca.command_line import run
from pinacoteca.files import written_whole

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path += [str(REPOSITORY / room) for room in ("tests/helpers", "gallery", "train", "hub")]

from kills import kill_at_random  # noqa: E402
from served import served_page  # noqa: E402

QUESTIONS, PAGES, ROUNDS, CROWD_SECONDS, KILLS = 20_000, 2_000, 500, 60.0, 50
# Time limit of a part, in seconds.
PART_SECONDS = {"questions": 330.0, "pages": 120.0, "class": 150.0}
CLASS, CROWD = 8, 128
WINDOWS = 10
# To measure growth, first let everything load.
WARM = 1_000
PICTURE = REPOSITORY / "demo" / "examples" / "garden.jpg"
RESULTS = REPOSITORY / "benchmarks" / "results" / "soak.json"
PARTS = ("questions", "pages", "class", "crowd", "kills")


class BusyError(Exception):
    """The page is too busy, and asks to come back after some seconds."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(answer.text)
        self.seconds = float(answer.headers.get("Retry-After", "1"))


class Visitor:
    """A visitor who uploads a picture and queries with it."""

    def __init__(self, page: str) -> None:
        self._client = httpx.Client(base_url=page, timeout=120)

    def post(self, address: str, **content: Any) -> Any:
        """Returns the page's answer.

        Raises:
            BusyError: It is too busy.
        """
        answer = self._client.post(address, **content)
        if answer.status_code == 503:
            raise BusyError(answer)
        return answer.raise_for_status().json()

    def ask(self, endpoint: str, value: Any) -> str:
        """Returns "answered", or what went wrong."""
        address = f"/gradio_api/call/{endpoint}"
        event = self.post(address, json={"data": [value]})["event_id"]
        text = self._client.get(f"{address}/{event}").text
        return "answered" if "event: complete" in text else text[:300]

    def ask_with_picture(self, data: bytes) -> str:
        """Uploads a picture and queries with it."""
        path = self.post("/gradio_api/upload", files={"files": ("a.jpg", data)})[0]
        return self.ask("query", {"path": path, "meta": {"_type": "gradio.FileData"}})

    def open_page(self, load: int, session: str) -> str:
        """Opens the page like a browser, without drawing it; returns "answered" or what went wrong.

        Args:
            load: The number of the event that runs when the page loads.
            session: A unique name.
        """
        self._client.get("/").raise_for_status()
        heart = f"/gradio_api/heartbeat/{session}"
        with self._client.stream("GET", heart) as beats:
            next(beats.iter_lines())
            asked = {"data": [None], "fn_index": load, "session_hash": session}
            self.post("/gradio_api/queue/join", json=asked)
            told = self._client.get("/gradio_api/queue/data", params={"session_hash": session})
        return "answered" if '"success":true' in told.text else told.text[:300]


def process_of(page: str) -> int:
    """Returns the id of the process that serves an address."""
    port = page.rsplit(":", 1)[1]
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"--port\0{port}" in path.read_text():
                return int(path.parent.name)
        except OSError:
            continue
    raise LookupError(page)


def costs(number: int, folder: Path) -> dict[str, float]:
    """Returns what a process uses: megabytes, threads, descriptors, files."""
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


def in_parts(count: int, seconds: float) -> Iterator[range]:
    """Yields twenty ranges that count up to a number, or fewer if the time is over."""
    end = time.monotonic() + seconds
    for part in range(20):
        if time.monotonic() < end:
            yield range(part * count // 20, (part + 1) * count // 20)


def often(
    page: str, folder: Path, parts: Iterator[range], act: Callable[[Visitor, int], str]
) -> dict[str, Any]:
    """Lets four clients repeat an action, and measures its cost to the page."""
    number, samples = process_of(page), []
    outcomes: Counter[str] = Counter()
    visitors = [Visitor(page) for _ in range(4)]

    def one(turn: int, visitor: Visitor) -> str:
        try:
            return act(visitor, turn)
        except BusyError:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        for part in parts:

            def lane(place: int, part: range = part) -> list[str]:
                return [one(turn, visitors[place]) for turn in part[place::4]]

            for seen in pool.map(lane, range(4)):
                outcomes.update(seen)
            samples.append({"done": part.stop, **costs(number, folder)})
    warm = next((each for each in samples if each["done"] >= WARM), samples[0])
    growth = samples[-1]["megabytes"] / warm["megabytes"] - 1
    return {
        "done": samples[-1]["done"],
        "outcomes": outcomes,
        "growth_percent_after_1000": round(100 * growth, 2),
        "samples": samples,
    }


def ask_often(page: str, folder: Path, count: int) -> dict[str, Any]:
    """Queries by program with the paintings of the collection, one after the other."""
    ids = [painting.image_id for painting in Collection.load(REPOSITORY / "gallery").paintings]
    parts = in_parts(count, PART_SECONDS["questions"])
    return often(
        page,
        folder,
        parts,
        lambda visitor, turn: visitor.ask("query_painting", ids[turn % len(ids)]),
    )


def open_often(page: str, folder: Path, count: int) -> dict[str, Any]:
    """Opens the page repeatedly, like a browser."""
    events = httpx.get(f"{page}/config", timeout=60).json()["dependencies"]
    (load,) = (
        each["id"]
        for each in events
        if any(target[1] == "load" for target in each["targets"]) and len(each["inputs"]) == 1
    )
    parts = in_parts(count, PART_SECONDS["pages"])
    return often(
        page, folder, parts, lambda visitor, turn: visitor.open_page(load, f"session{turn}")
    )


def open_windows(page: str, folder: Path, count: int) -> dict[str, Any]:
    """Opens a new Chromium for each visit, drops a picture and waits for its neighbours."""
    from visitor import Page, open_browser

    number, answered = process_of(page), 0
    before: dict[str, Any] = {}
    for turn in range(count):
        try:
            browser = open_browser(folder / f"profile-{turn}", recorded=False)
        except FileNotFoundError as error:
            return {"skipped": str(error)}
        try:
            Page(browser, page).open().upload(PICTURE)
            answered += 1
        finally:
            browser.quit()
        before = before or costs(number, folder / "uploads")
    return {"answered": answered, "first": before, "last": costs(number, folder / "uploads")}


def send_together(page: str, rounds: int) -> dict[str, Any]:
    """Lets a class send one picture at the same moment, in several rounds."""
    visitors = [Visitor(page) for _ in range(CLASS)]
    data = PICTURE.read_bytes()
    end = time.monotonic() + PART_SECONDS["class"]
    outcomes: Counter[str] = Counter()
    done = 0
    with ThreadPoolExecutor(CLASS) as pool:
        while done < rounds and time.monotonic() < end:
            # Make the picture of each round new to the page: bytes after the end do not change it.
            start = threading.Barrier(CLASS)
            picture = data + done.to_bytes(4, "big")

            def send(visitor: Visitor, picture: bytes = picture, start: Any = start) -> str:
                start.wait()
                try:
                    return visitor.ask_with_picture(picture)
                except BusyError:
                    return "refused"

            outcomes.update(pool.map(send, visitors))
            done += 1
    return {"rounds": done, "of": CLASS, "outcomes": outcomes}


def crowd(page: str, clients: int, seconds: float) -> dict[str, Any]:
    """Lets clients query repeatedly; those who are refused wait as long as they are told."""
    end = time.monotonic() + seconds
    data = PICTURE.read_bytes()

    def visit(_: int) -> list[tuple[str, float]]:
        visitor, seen = Visitor(page), []
        while (started := time.monotonic()) < end:
            try:
                outcome = visitor.ask_with_picture(data)
            except BusyError as busy:
                outcome = "refused"
                time.sleep(min(busy.seconds, max(end - time.monotonic(), 0.0)))
            seen.append((outcome, time.monotonic() - started))
        return seen

    with ThreadPoolExecutor(clients) as pool:
        seen = [each for visits in pool.map(visit, range(clients)) for each in visits]
    took = time.monotonic() - (end - seconds)
    times = [each for outcome, each in seen if outcome == "answered"]
    cuts = quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    return {
        "clients": clients,
        "answers_per_second": round(len(times) / took, 2),
        "p50_s": round(cuts[49], 2),
        "p95_s": round(cuts[94], 2),
        "refused": sum(outcome == "refused" for outcome, _ in seen),
        "wrong": sorted({each for each, _ in seen} - {"answered", "refused"}),
    }


def crowds(page: str, seconds: float) -> dict[str, Any]:
    """Compares a class with a crowd."""
    few, many = (crowd(page, clients, seconds) for clients in (CLASS, CROWD))
    share = many["answers_per_second"] / max(few["answers_per_second"], 0.01)
    return {"few": few, "many": many, "many_by_few_percent": round(100 * share, 1)}


def kill_all(work: Path, kills: int) -> dict[str, Any]:
    """Kills every program that changes files, at random moments."""
    import timm
    import torch
    from safetensors.torch import save_file
    from victims import everything, ground

    torch.manual_seed(0)
    backbone = work / "backbone.safetensors"
    save_file(timm.create_model("mobilenetv2_100", num_classes=0).state_dict(), backbone)
    told: dict[str, Any] = {}
    with ground(REPOSITORY / "model", backbone, work / "ground") as (made, warm):
        for name, victim in everything(made).items():
            begun = time.monotonic()
            outcomes: dict[str, Any] = dict(kill_at_random(warm, victim, work / name, kills))
            told[name] = outcomes | {"seconds": round(time.monotonic() - begun, 1)}
            print(name, json.dumps(told[name]), flush=True)
    return told


def main() -> None:
    """Runs everything and writes what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full amount")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    scale, only = arguments.scale, arguments.only.split(",")
    if unknown := sorted(set(only) - set(PARTS)):
        parser.error(f"there is no part {unknown[0]}: choose from {', '.join(PARTS)}")

    results: dict[str, Any] = {
        "scale": scale,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start",
    }
    begun = time.monotonic()

    def measure(name: str, act: Callable[[], Any]) -> None:
        if name.split("_")[0] in only:
            started = time.monotonic()
            results[name] = act()
            results[name] |= {"seconds": round(time.monotonic() - started, 1)}
            print(name, json.dumps(results[name]), flush=True)

    def times(count: int, least: int) -> int:
        return max(int(count * scale), least)

    with TemporaryDirectory() as folder, suppress(KeyboardInterrupt):
        work = Path(folder)
        if set(only) - {"kills"}:
            served(work, measure, times, max(CROWD_SECONDS * scale, 10.0), results)
        measure("kills", lambda: kill_all(work / "kills", times(KILLS, 2)))
    results["seconds"] = round(time.monotonic() - begun, 1)
    with written_whole(arguments.out) as path:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {arguments.out} after {results['seconds']:.0f} s")


def served(
    work: Path,
    measure: Callable[[str, Callable[[], Any]], None],
    times: Callable[[int, int], int],
    crowd_seconds: float,
    results: dict[str, Any],
) -> None:
    """Runs all parts that need a page."""
    uploads, log = work / "uploads", work / "uploads" / "log.txt"
    uploads.mkdir()
    model, gallery = REPOSITORY / "model", REPOSITORY / "gallery"
    with served_page(log, "--model", model, "--gallery", gallery) as page:
        measure("questions", lambda: ask_often(page, uploads, times(QUESTIONS, 40)))
        measure("pages", lambda: open_often(page, uploads, times(PAGES, 20)))
        measure("pages_in_chromium", lambda: open_windows(page, work, times(WINDOWS, 2)))
        measure("class", lambda: send_together(page, times(ROUNDS, 2)))
        measure("crowd", lambda: crowds(page, crowd_seconds))
        leaving = time.monotonic()
    results["seconds_to_stop"] = round(time.monotonic() - leaving, 2)
    results["tracebacks"] = log.read_text(encoding="utf-8").count("Traceback")


if __name__ == "__main__":
    run(main)
