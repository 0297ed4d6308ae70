"""pyproject.toml and the requirements files agree, and name no requirement twice."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from itertools import chain
from typing import Any

import pytest
import yaml
from conftest import REPOSITORY

import pinacoteca

PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]


def lines_of(name: str) -> list[str]:
    lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_dependencies_are_those_of_the_page() -> None:
    read = PROJECT["tool"]["setuptools"]["dynamic"]["dependencies"]
    assert read == {"file": ["requirements-demo.txt"]}
    assert "dependencies" in PROJECT["project"]["dynamic"]
    # Setuptools does not understand pip's options in this file.
    assert all(re.match(r"[A-Za-z]", line) for line in lines_of("requirements-demo.txt"))


def test_requirements_are_the_page_requirements_and_pytorch() -> None:
    assert lines_of("requirements.txt") == [
        "-e .",
        *EXTRAS["torch"],
        *lines_of("requirements-demo.txt"),
    ]


@pytest.mark.parametrize("extra", ["train", "scale", "dev"])
def test_the_other_files_only_point_at_an_extra(extra: str) -> None:
    assert lines_of(f"requirements-{extra}.txt") == [f"-e .[{extra}]"]
    assert EXTRAS[extra]


def test_nothing_is_required_with_two_versions() -> None:
    named: dict[str, set[str]] = {}
    for line in [*lines_of("requirements.txt")[1:], *chain(*EXTRAS.values())]:
        found = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?(.*)", line)
        assert found is not None, line
        named.setdefault(found[1], set()).add(found[2])
    assert {name: said for name, said in named.items() if len(said) > 1} == {}


def test_the_command_is_there() -> None:
    module, name = PROJECT["project"]["scripts"]["pinacoteca"].split(":")
    assert callable(getattr(import_module(module), name))


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == pinacoteca.__version__
    assert citation["license"] == PROJECT["project"]["license"]
    assert all(each["title"] and each["authors"] for each in citation["references"])


def test_the_changelog_starts_with_the_coming_version() -> None:
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[0] == "Unreleased"
    kinds = {"Added", "Changed", "Deprecated", "Fixed", "Moved", "Removed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds
