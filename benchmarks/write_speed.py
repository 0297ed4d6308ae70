"""Writes the results of the benchmarks into the pages of ``docs`` that ``SECTIONS`` names.

    python benchmarks/write_speed.py

Reads them from ``benchmarks/results`` and replaces the text between the marks of the pages.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measured import HEADER, Row

from pinacoteca.command_line import run
from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.markdown import table, with_section

REPOSITORY = Path(__file__).resolve().parent.parent
RESULTS = REPOSITORY / "benchmarks" / "results"
DOCS = REPOSITORY / "docs"


def serving_text(kept: dict[str, Any]) -> str:
    """Returns the table of the results of ``serving.py``, and the machine."""
    rows = [{name: row[name] for name in Row.__dataclass_fields__} for row in kept["rows"]]
    text = f"{table(HEADER, [Row(**row).cells() for row in rows])}\n\n{kept['machine']}"
    left_out = "; ".join(f"{what} ({why})" for what, why in kept["left_out"].items())
    return f"{text} Not measured: {left_out}." if left_out else text


def agreement_text(kept: dict[str, Any]) -> str:
    """Returns the table of the results of ``agreement.py``."""
    same = kept["the same"]
    header = (f"of {kept['pictures']} answers, the same as", *next(iter(same.values())))
    rows = [
        (name, *(f"{100 * share:.1f} %" for share in counts.values()))
        for name, counts in same.items()
    ]
    return table(header, rows)


def pictures_text(kept: dict[str, Any]) -> str:
    """Returns the results of ``first_pictures.py`` as a table."""
    header = ("pictures", "shown", "wrong", "first, median", "first, slowest", "all five, slowest")
    rows = [
        (
            name,
            f"{round(found['pictures'] * found['share'])} of {found['pictures']}",
            str(found["wrong"]),
            *(f"{found[key]:.2f} s" for key in ("first_median", "first_slowest", "all_slowest")),
        )
        for name, found in kept["results"].items()
    ]
    return f"{table(header, rows)}\n\n{kept['queries']} photographs; {kept['machine']}"


def framed_text(kept: dict[str, Any]) -> str:
    """Returns the two tables of what ``framed.py`` kept."""
    counts = next(iter(kept["copies"].values()))
    header = (f"of {kept['paintings']} paintings", *counts, "goal")
    rows = [
        (name, *map(str, found.values()), str(kept["goals"].get(name, "")))
        for name, found in kept["copies"].items()
    ]
    plain = [
        (name, f"{seen['pictures']:,}", str(len(seen["cropped"])), f"{seen['milliseconds']:.1f} ms")
        for name, seen in kept["untouched"].items()
    ]
    columns = ("pictures as they are", "looked at", "cropped", "of one core, on average")
    return f"{table(header, rows)}\n\n{table(columns, plain)}"


def scale_text(kept: dict[str, Any]) -> str:
    """Returns the table of the results of ``scale.py``."""
    header = ("engine", "paintings", "built, a second", "p50", "p95", "peak memory", "recall@5")
    rows = [
        (
            row["engine"],
            f"{row['paintings']:,}",
            f"{row['build_rate']:,.0f}",
            *(f"{row[time]:.1f} ms" for time in ("p50", "p95")),
            f"{row['memory']:.1f} GB",
            f"{row['recall']:.3f}",
        )
        for row in kept["rows"]
    ]
    return table(header, rows)


SECTIONS: dict[str, dict[str, Callable[[dict[str, Any]], str]]] = {
    "speed.md": {"serving": serving_text, "agreement": agreement_text},
    "pictures-and-titles.md": {"pictures": pictures_text},
    "framed-and-printed.md": {"framed": framed_text},
    "scaling.md": {"scale": scale_text},
}


def written(page: str, text: str, folder: Path) -> str:
    """Returns a page with updated sections; a section without results stays as it is.

    Raises:
        DataError: The page lacks the marks of a section.
    """
    for name, section_of in SECTIONS[page].items():
        path = folder / f"{name}.json"
        if not path.is_file():
            continue
        section = section_of(json.loads(path.read_text(encoding="utf-8")))
        new = with_section(text, name, section)
        if new is None:
            raise DataError(f"{page} has no marks around section {name!r}: put them back.")
        text = new
    return text


def main() -> None:
    """Writes the pages."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    for page in SECTIONS:
        text = written(page, (DOCS / page).read_text(encoding="utf-8"), RESULTS)
        with written_whole(DOCS / page) as path:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run(main)
