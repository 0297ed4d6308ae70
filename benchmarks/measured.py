"""Collects rows of ratios and writes each at once, so that a stopped run keeps its results."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from pinacoteca.files import written_whole
from pinacoteca.markdown import table

HEADER = ("", "ours", "other", "ours / other", "goal")


@dataclass(frozen=True)
class Row:
    """One measurement of ours and of another way, in one run.

    Attributes:
        name: What was measured, and what the other way is if it is not the tutorial's page.
        unit: The unit of both values.
        ours: Our value; less is better.
        other: The other way's value.
        goal: The largest ``ours / other`` wanted; None for no goal.
    """

    name: str
    unit: str
    ours: float
    other: float
    goal: float | None = None

    @property
    def ratio(self) -> float:
        """Our value divided by the other."""
        return self.ours / self.other

    def cells(self) -> tuple[str, ...]:
        """Returns the row of the table."""
        goal = "" if self.goal is None else f"{self.goal:.2f}"
        amounts = (f"{value:.3g} {self.unit}".strip() for value in (self.ours, self.other))
        return (self.name, *amounts, f"{self.ratio:.2f}", goal)


@dataclass
class Results:
    """The rows of one run; each is written as soon as it is measured.

    Attributes:
        path: The JSON file; the table is written next to it as Markdown.
        deadline: A value of ``time.monotonic``; measurements that have not begun by then are left
            out and named.
        rows: The rows so far.
        left_out: What was not measured, and why.
    """

    path: Path
    deadline: float
    rows: list[Row] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    _load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def seconds_left(self) -> float:
        """The seconds until the deadline."""
        return self.deadline - time.monotonic()

    def measure(self, what: str, measured: Callable[[], Iterable[Row]]) -> None:
        """Adds rows one by one; after an error or at the deadline only these rows are missing."""
        if self.seconds_left <= 0:
            self.left_out[what] = "the time was over"
            self.write()
            return
        try:
            for row in measured():
                self.rows.append(row)
                print(" | ".join(row.cells()), flush=True)
                self.write()
        except Exception as error:
            # Keep the other measurements, before and after.
            self.left_out[what] = f"{type(error).__name__}: {error}"
            print(f"{what}: {self.left_out[what]}", flush=True)
            self.write()

    def write(self) -> None:
        """Writes both files."""
        kept = {
            "machine": self.machine,
            "rows": [asdict(row) | {"ratio": row.ratio} for row in self.rows],
            "left_out": self.left_out,
        }
        keep(self.path, kept)
        with written_whole(self.path.with_suffix(".md")) as path:
            path.write_text(self.text(), encoding="utf-8")

    def text(self) -> str:
        """Returns the table, the machine and what was left out."""
        parts = [table(HEADER, [row.cells() for row in self.rows]), f"{self.machine}"]
        parts += [f"Not measured: {what} ({why})." for what, why in self.left_out.items()]
        return "\n\n".join(parts) + "\n"

    @property
    def machine(self) -> str:
        """The machine, in a sentence."""
        return machine(self._load)


def keep(path: Path, figures: Mapping[str, Any]) -> None:
    """Writes figures as JSON, whole or not at all, into a folder that is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def machine(load: float) -> str:
    """Returns the machine in a sentence; ``load`` is the load when the measurement started."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end."
    )


def in_turns(
    first: Callable[[], object],
    second: Callable[[], object],
    rounds: int,
    deadline: float,
    rest: float = 0.0,
) -> tuple[float, float]:
    """Returns the median milliseconds of a call of each, after one warm-up call.

    Args:
        first: Called in turns with ``second``.
        second: Called in turns with ``first``.
        rounds: How often each is called.
        deadline: A value of ``time.monotonic``; no round but the first begins after it.
        rest: The seconds before each call, in which the threads of the other come to rest.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        if turn > 1 and time.monotonic() > deadline:
            break
        for call, milliseconds in zip((first, second), times, strict=True):
            time.sleep(rest)
            begin = time.perf_counter()
            call()
            if turn:
                milliseconds.append(1000 * (time.perf_counter() - begin))
    return median(times[0]), median(times[1])
