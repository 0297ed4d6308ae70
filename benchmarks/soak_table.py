"""The table of what `make soak` measured, as docs/what-was-thrown-at-it.md shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pinacoteca.markdown import table

HEADER = ("What", "How often", "What happened")
KILLED = "Killed at random moments: "


def soak_section(results: Mapping[str, Any]) -> str:
    """Returns the machine and the table; parts that were not measured are left out.

    Args:
        results: As soak.py writes them.
    """
    minutes = results["seconds"] / 60
    machine = (
        f"Measured in {minutes:.0f} minutes on {results['machine']}; the clients ran there too."
    )
    return f"{machine}\n\n{table(HEADER, _rows(results))}"


def _rows(results: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, what in (
        ("questions", "A program asks, each time as somebody else"),
        ("pages", "A page is opened, and closed again"),
    ):
        if (part := results.get(name)) is not None:
            yield what, f"{part['done']:,}", f"{_outcomes(part['outcomes'])}; {_costs(part)}"
    if (part := results.get("pages_in_chromium")) is not None and "answered" in part:
        yield "Chromium opens the page and hangs a picture", f"{part['answered']}", "all answered"
    if (part := results.get("class")) is not None:
        often = f"{part['rounds']} times {part['of']}"
        yield "A class sends one picture at one moment", often, _outcomes(part["outcomes"])
    if (part := results.get("crowd")) is not None:
        for crowd in (part["few"], part["many"]):
            yield (
                f"{crowd['clients']} people ask again and again",
                f"{crowd['answers']:,} answers, {crowd['refused']:,} refusals",
                f"{crowd['answers_per_second']:.1f} answers a second, half of them within "
                f"{crowd['p50_s']:.1f} s, 95 of 100 within {crowd['p95_s']:.1f} s"
                + "".join(f"; {each}" for each in crowd["wrong"]),
            )
    if "tracebacks" in results:
        stopped = (
            f"{results['seconds_to_stop']:.1f} s; tracebacks in its log: {results['tracebacks']}"
        )
        yield "The page is stopped after all this", "1", stopped
    for name, part in results.items():
        if name.startswith("kills_"):
            left = (
                f"whole each time: the old files {part['old']} times, the new {part['new']} times"
            )
            yield KILLED + name.removeprefix("kills_"), f"{part['old'] + part['new']}", left


def _outcomes(outcomes: Mapping[str, int]) -> str:
    if set(outcomes) == {"answered"}:
        return "all answered"
    return ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))


def _costs(part: Mapping[str, Any]) -> str:
    first, last = part["warm"], part["samples"][-1]
    growth = part["growth_percent_after_1000"]
    counted = {"threads": "threads", "descriptors": "open files", "files": "files on disk"}
    others = ", ".join(f"{name} {first[key]} to {last[key]}" for key, name in counted.items())
    since = f"after the first {first['done']:,}, memory grew by {growth:.1f} %"
    return f"{since} to {last['megabytes']:.0f} MB; {others}"
