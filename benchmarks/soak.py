"""Keeps a page busy for a long time and kills programs; reports the cost and what was lost.

    python benchmarks/soak.py [--scale 1.0] [--only questions,crowd] [--out FILE]

Serves the shipped model and gallery and runs these parts one after the other: programs send 20,000
queries, each in a session of its own; 2,000 pages are opened like a browser does, and a few by
Chromium; a class of eight sends one picture at the same moment, 500 times; 8 and then 128 clients
query at once. Then each program that changes files is killed at 50 random moments, two at a time
(tests/helpers/victims.py), and must leave either the old files or the new ones.

`make soak` runs all parts, writes ``benchmarks/results/soak.json`` and the table in
``docs/what-was-thrown-at-it.md``. On two idle cores it takes less than 20 minutes: each part has a
time limit, stops at it, and reports how far it came. ``--scale 0.1`` does a tenth of everything.
The clients run on the same cores as the page.
"""

from __future__ import annotations

import argparse
import http.client
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
from functools import partial
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from pinacoteca.collection import Collection
from pinacoteca.command_line import run
from pinacoteca.errors import PinacotecaError
from pinacoteca.files import written_whole
from pinacoteca.markdown import with_section

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path += [str(REPOSITORY / room) for room in ("tests/helpers", "gallery", "train", "hub")]

from kills import kill_at_random  # noqa: E402
from served import served_page  # noqa: E402
from soak_table import soak_section  # noqa: E402

QUESTIONS, PAGES, ROUNDS, CROWD_SECONDS, KILLS = 20_000, 2_000, 500, 60.0, 50
# Time limit of a part, in seconds.
PART_SECONDS = {"questions": 400.0, "pages": 150.0, "class": 300.0}
CLASS, CROWD = 8, 128
# A crowd measured for a shorter time would mostly come and go.
LEAST_CROWD_SECONDS = 30.0
FIRST_CHARACTERS = 4_000
WINDOWS = 10
# To measure growth, first let everything load.
WARM = 1_000
PICTURE = REPOSITORY / "demo" / "examples" / "garden.jpg"
RESULTS = REPOSITORY / "benchmarks" / "results" / "soak.json"
PAGE = REPOSITORY / "docs" / "what-was-thrown-at-it.md"
BOUNDARY = "between-the-parts-of-a-form"
# The page closes a connection that is not used for five seconds.
IDLE_SECONDS = 4.0
PARTS = ("questions", "pages", "class", "crowd", "kills")
# Takes the name of what is measured, and what measures it.
Measure = Callable[[str, Callable[[], Any]], None]


class BusyError(Exception):
    """The page is too busy, and asks to come back after some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"busy for {seconds} s")
        self.seconds = seconds


class Visitor:
    """A visitor who uploads a picture and queries with it, over one connection.

    The clients share the cores with the page, so they must be cheap: setting up 128 clients of
    httpx takes seconds.
    """

    def __init__(self, page: str) -> None:
        self._connection = http.client.HTTPConnection(page.rpartition("/")[2], timeout=120)
        self._used = 0.0

    def _told(self, method: str, address: str, body: bytes = b"", **headers: str) -> bytes:
        if time.monotonic() - self._used > IDLE_SECONDS:
            self._connection.close()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self._connection.request(method, address, body or None, named)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        self._used = time.monotonic()
        if answer.status == 503:
            raise BusyError(float(answer.headers.get("Retry-After", "1")))
        if answer.status != 200:
            raise http.client.HTTPException(f"{method} {address}: {answer.status} {text[:300]!r}")
        return text

    def upload(self, form: bytes) -> str:
        """Returns where the page keeps the picture of a form.

        Raises:
            BusyError: It is too busy.
        """
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        told = self._told("POST", "/gradio_api/upload", form, Content_Type=kind)
        return str(json.loads(told)[0])

    def ask(self, endpoint: str, value: object) -> str:
        """Returns "answered", or what went wrong.

        Raises:
            BusyError: It is too busy.
        """
        address = f"/gradio_api/call/{endpoint}"
        event = json.loads(self._post(address, {"data": [value]}))["event_id"]
        text = self._told("GET", f"{address}/{event}")
        return "answered" if b"event: complete" in text else text[:300].decode()

    def ask_with(self, path: str) -> str:
        """Asks with a picture that the page has."""
        return self.ask("query", {"path": path, "meta": {"_type": "gradio.FileData"}})

    def open_page(self, load: int, session: str) -> str:
        """Opens the page like a browser, without drawing it; returns "answered" or what went wrong.

        Args:
            load: The number of the event that runs when the page loads.
            session: A unique name.
        """
        self._told("GET", "/", Accept_Encoding="br")
        heart = http.client.HTTPConnection(self._connection.host, self._connection.port)
        heart.request("GET", f"/gradio_api/heartbeat/{session}")
        beats = heart.getresponse()
        beats.readline()
        asked = {"data": [None], "fn_index": load, "session_hash": session}
        self._post("/gradio_api/queue/join", asked)
        told = self._told("GET", f"/gradio_api/queue/data?session_hash={session}")
        beats.close()
        heart.close()
        return "answered" if b'"success":true' in told else told[:300].decode()

    def _post(self, address: str, asked: dict[str, Any]) -> bytes:
        body = json.dumps(asked).encode()
        return self._told("POST", address, body, Content_Type="application/json")


def form_of(picture: bytes) -> bytes:
    """Returns the form in which a picture is uploaded."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return b"%b%b\r\n--%b--\r\n" % (head.encode(), picture, BOUNDARY.encode())


def outcome_of(act: Callable[[], str]) -> str:
    """Returns what became of it: "answered", "refused", or what went wrong."""
    try:
        return act()
    except BusyError:
        return "refused"
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"[:300]


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


def cpu_seconds(number: int) -> float:
    """Returns for how long a process has used a core."""
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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

    with ThreadPoolExecutor(4) as pool:
        for part in parts:

            def lane(place: int, part: range = part) -> list[str]:
                visitor = visitors[place]
                return [outcome_of(partial(act, visitor, turn)) for turn in part[place::4]]

            for seen in pool.map(lane, range(4)):
                outcomes.update(seen)
            samples.append({"done": part.stop, **costs(number, folder)})
    warm = next((each for each in samples if each["done"] >= WARM), samples[0])
    growth = samples[-1]["megabytes"] / warm["megabytes"] - 1
    return {
        "done": samples[-1]["done"],
        "outcomes": outcomes,
        "growth_percent_after_1000": round(100 * growth, 2),
        "warm": warm,
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
            picture = form_of(data + done.to_bytes(4, "big"))

            def send(visitor: Visitor, picture: bytes = picture, start: Any = start) -> str:
                start.wait()
                return outcome_of(lambda: visitor.ask_with(visitor.upload(picture)))

            outcomes.update(pool.map(send, visitors))
            done += 1
    return {"rounds": done, "of": CLASS, "outcomes": outcomes}


def crowd(page: str, clients: int, seconds: float) -> dict[str, Any]:
    """Lets clients ask again and again; as in a browser, what is refused is sent anew when told."""
    end = time.monotonic() + seconds
    form = form_of(PICTURE.read_bytes())
    number = process_of(page)
    before = cpu_seconds(number), time.process_time()

    def visit(_: int) -> list[tuple[str, float]]:
        visitor, seen = Visitor(page), []
        path, started = "", 0.0
        while (now := time.monotonic()) < end:
            try:
                if not path:
                    started = now
                    path = visitor.upload(form)
                seen.append((visitor.ask_with(path), time.monotonic() - started))
                path = ""
            except BusyError as busy:
                seen.append(("refused", 0.0))
                time.sleep(min(busy.seconds, max(end - time.monotonic(), 0.0)))
            except (OSError, http.client.HTTPException) as error:
                seen.append((f"{type(error).__name__}: {error}"[:300], 0.0))
                path = ""
        return seen

    with ThreadPoolExecutor(clients) as pool:
        seen = [each for visits in pool.map(visit, range(clients)) for each in visits]
    took = time.monotonic() - (end - seconds)
    times = [each for outcome, each in seen if outcome == "answered"]
    cuts = quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    milliseconds = 1000 / max(len(times), 1)
    return {
        "clients": clients,
        "answers": len(times),
        "answers_per_second": round(len(times) / took, 2),
        "p50_s": round(cuts[49], 2),
        "p95_s": round(cuts[94], 2),
        "refused": sum(outcome == "refused" for outcome, _ in seen),
        "wrong": sorted({each for each, _ in seen} - {"answered", "refused"}),
        "page_cpu_ms_per_answer": round(milliseconds * (cpu_seconds(number) - before[0]), 1),
        "clients_cpu_ms_per_answer": round(milliseconds * (time.process_time() - before[1]), 1),
    }


def crowds(page: str, seconds: float) -> dict[str, Any]:
    """Compares a class with a crowd."""
    few, many = (crowd(page, clients, seconds) for clients in (CLASS, CROWD))
    share = many["answers_per_second"] / max(few["answers_per_second"], 0.01)
    return {"few": few, "many": many, "many_by_few_percent": round(100 * share, 1)}


def kill_all(work: Path, kills: int, measure: Measure) -> None:
    """Kills every program that changes files, at moments of chance."""
    import timm
    import torch
    from safetensors.torch import save_file
    from victims import everything, ground

    work.mkdir()
    torch.manual_seed(0)
    backbone = work / "backbone.safetensors"
    save_file(timm.create_model("mobilenetv2_100", num_classes=0).state_dict(), backbone)
    with ground(REPOSITORY / "model", backbone, work / "ground") as (made, warm):
        for name, victim in everything(made).items():
            measure(f"kills_{name}", partial(kill_at_random, warm, victim, work / name, kills))


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
    failed: list[str] = []

    def measure(name: str, act: Callable[[], Any]) -> None:
        if name.split("_")[0] in only:
            started = time.monotonic()
            try:
                results[name] = act()
            except Exception as error:
                # The other parts have taken minutes, and are worth having.
                results[name] = {"failed": f"{type(error).__name__}: {error}"}
                failed.append(name)
            results[name] |= {"seconds": round(time.monotonic() - started, 1)}
            print(name, json.dumps(results[name]), flush=True)

    def times(count: int, least: int) -> int:
        return max(int(count * scale), least)

    with TemporaryDirectory() as folder, suppress(KeyboardInterrupt):
        work = Path(folder)
        if set(only) - {"kills"}:
            served(work, measure, times, max(CROWD_SECONDS * scale, LEAST_CROWD_SECONDS), results)
        if "kills" in only:
            kill_all(work / "kills", times(KILLS, 2), measure)
    results["seconds"] = round(time.monotonic() - begun, 1)
    with written_whole(arguments.out) as path:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {arguments.out} after {results['seconds']:.0f} s")
    if failed:
        raise PinacotecaError(f"Not measured: {', '.join(failed)}.")
    if arguments.out == RESULTS:
        show(results)


def show(results: dict[str, Any]) -> None:
    """Writes the table of the docs anew.

    Raises:
        PinacotecaError: They have no place marked for it.
    """
    page = with_section(PAGE.read_text(encoding="utf-8"), "soak", soak_section(results))
    if page is None:
        raise PinacotecaError(f"{PAGE} has lost the marks <!-- soak --> around its table.")
    with written_whole(PAGE) as path:
        path.write_text(page, encoding="utf-8")


def served(
    work: Path,
    measure: Measure,
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
    _, *tracebacks = log.read_text(encoding="utf-8").split("Traceback")
    results["tracebacks"] = len(tracebacks)
    # To find out what failed, without keeping a log of any length.
    results["first_traceback"] = tracebacks[0][:FIRST_CHARACTERS] if tracebacks else ""


if __name__ == "__main__":
    run(main)
