"""The page of docs on what goes wrong: its headings are what the programs say."""

from __future__ import annotations

import ast
import re

import pytest
from conftest import REPOSITORY

ROOMS = ("pinacoteca", "train", "gallery", "hub", "demo")
PAGE = REPOSITORY / "docs" / "when-something-goes-wrong.md"


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """All texts of the programs, what is filled in left out."""
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
        # Words that are filled in may stand between any two parts.
        parts = [part.strip() for part in heading.split("…") if part.strip()]
        pattern = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
        assert any(pattern.search(sentence) for sentence in sentences), heading
