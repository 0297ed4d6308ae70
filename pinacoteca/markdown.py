"""Tables for READMEs and cards, and the marked places where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table; all columns but the first are aligned to the right."""
    rules = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rules, *rows))


def with_section(text: str, name: str, section: str) -> str | None:
    """Returns a text with what stands between its marks replaced; None if it lacks them.

    Args:
        text: Has ``<!-- name -->`` and ``<!-- end of name -->`` on lines of their own.
        name: Of the marks.
        section: What is to stand between them.
    """
    place = re.compile(rf"(?<=<!-- {name} -->\n).*(?=<!-- end of {name} -->)", re.DOTALL)
    return place.sub(lambda _: f"{section}\n", text) if place.search(text) else None
