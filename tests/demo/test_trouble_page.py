"""The headings of docs/when-something-goes-wrong.md are messages of the programs."""

from __future__ import annotations

import ast
import re

import pytest
from conftest import REPOSITORY

ROOMS = ("pinacoteca", "train", "gallery", "hub", "demo")
PAGE = REPOSITORY / "docs" / "when-something-goes-wrong.md"


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """Returns all texts of the programs, without the values that are filled in."""
    found = []
    for room in ROOMS:
        for path in (REPOSITORY / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    found.append(
                        "".join(
                            str(part.value) if isinstance(part, ast.Constant) else "…"
                            for part in node.values
                        )
                    )
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(node.value)
    return found


def test_each_heading_is_what_a_program_says(sentences: list[str]) -> None:
    headings = re.findall(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) > 30
    for heading in headings:
        # Any two parts may have filled-in words between them.
        parts = [part.strip() for part in heading.split("…") if part.strip()]
        pattern = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
        assert any(pattern.search(sentence) for sentence in sentences), heading
