"""The rooms obey the rules of docs/architecture.md."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from conftest import REPOSITORY

LIBRARY = "pinacoteca"
# Scripts of a room import each other and the library; benchmarks, like tests, import all rooms.
MAY_IMPORT = {
    LIBRARY: {LIBRARY},
    "train": {LIBRARY, "train"},
    "gallery": {LIBRARY, "gallery"},
    "hub": {LIBRARY, "hub"},
    "demo": {LIBRARY, "demo"},
    "benchmarks": {LIBRARY, "train", "gallery", "demo", "benchmarks"},
}
# Old names of scripts, which only name the new place.
MOVED = {"gallery/evaluate.py", "train/push_to_hub.py", "train/write_card.py"}
LONGEST = 80
PAGE = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")


@cache
def sources(room: str) -> list[tuple[Path, ast.Module]]:
    return [
        (path, ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((REPOSITORY / room).glob("*.py"))
        if path.relative_to(REPOSITORY).as_posix() not in MOVED
    ]


def imported(tree: ast.Module) -> set[str]:
    """Returns the top-level names of all imported modules."""
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("room", list(MAY_IMPORT))
def test_a_room_imports_only_what_it_may(room: str) -> None:
    owner = {
        path.stem: other for other in MAY_IMPORT if other != LIBRARY for path, _ in sources(other)
    } | {LIBRARY: LIBRARY}
    for path, tree in sources(room):
        foreign = {name for name in imported(tree) if owner.get(name, room) not in MAY_IMPORT[room]}
        assert not foreign, f"{path.name} imports {', '.join(sorted(foreign))}"


def test_no_two_scripts_share_a_name() -> None:
    rooms = [*MAY_IMPORT, "tests/helpers"]
    names = Counter(path.stem for room in rooms if room != LIBRARY for path, _ in sources(room))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("module", ["pinacoteca", "pinacoteca.images", "page_events", "train"])
def test_a_warning_that_code_of_ours_causes_is_an_error(module: str) -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn_explicit("old", DeprecationWarning, "x.py", 1, module=module)


def test_a_warning_about_others_is_none() -> None:
    with pytest.warns(DeprecationWarning):
        warnings.warn_explicit("old", DeprecationWarning, "x.py", 1, module="training_of_others")


def test_no_function_of_the_page_is_long() -> None:
    lengths = {
        f"{path.name}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, tree in sources("demo")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_file_on_the_page_is_there() -> None:
    named = set(re.findall(r"`((?:\w+/)+[\w.-]+\.\w+)`", PAGE))
    assert len(named) > 50
    assert [name for name in sorted(named) if not (REPOSITORY / name).is_file()] == []


def test_every_test_that_a_page_names_is_there() -> None:
    pages = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("*/*.md")]
    named = {
        name for page in pages for name in re.findall(r"`(test_\w+)`", page.read_text("utf-8"))
    }
    there = {
        name
        for file in REPOSITORY.glob("tests/*/test_*.py")
        for name in re.findall(r"def (test_\w+)\(", file.read_text("utf-8"))
    }
    assert len(named) > 5
    assert named - there == set()
