"""Writes Markdown tables, and replaces marked sections of READMEs and cards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table; all columns but the first are aligned to the right."""
    rules = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rules, *rows))


def with_section(text: str, name: str, section: str) -> str | None:
    """Returns a text with the section between two marks replaced; None if it has no marks.

    Args:
        text: Has ``<!-- name -->`` and ``<!-- end of name -->`` on lines of their own.
        name: The name in the marks.
        section: The new text between the marks.
    """
    place = re.compile(rf"(?<=<!-- {name} -->\n).*(?=<!-- end of {name} -->)", re.DOTALL)
    return place.sub(lambda _: f"{section}\n", text) if place.search(text) else None
