"""CI installs only pinned packages with hashes, as the requirements ask for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import REPOSITORY
from packaging.requirements import Requirement

FILES = {
    "demo": ("requirements-demo.txt",),
    "dev": tuple(
        f"requirements{part}.txt" for part in ("", "-demo", "-train", "-scale", "-dev")
    ),
}  # fmt: skip
PIN = re.compile(r"^([\w.-]+)==(\S+?)(?: ;.*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)")


def pins(lock: Path) -> dict[str, str]:
    """Returns the versions by name; every line except comments must be a pin with hashes."""
    text = lock.read_text(encoding="utf-8")
    body = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    found: dict[str, str] = {}
    while body:
        pin = PIN.match(body)
        assert pin is not None, body[:200]
        found[pin[1]] = pin[2]
        body = body[pin.end() :]
    return found


def wanted(name: str) -> list[Requirement]:
    lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


@pytest.mark.parametrize("lock", FILES)
def test_every_requirement_is_pinned_with_its_hashes(lock: str) -> None:
    pinned = pins(REPOSITORY / f"requirements-{lock}.lock")

    assert len(pinned) > 60
    for requirement in (each for name in FILES[lock] for each in wanted(name)):
        version = pinned[requirement.name.lower()]
        assert version in requirement.specifier, f"{requirement}: make lock"


def test_both_locks_pin_the_same() -> None:
    demo, dev = (pins(REPOSITORY / f"requirements-{lock}.lock") for lock in FILES)

    assert demo.items() <= dev.items()


def test_ci_installs_from_the_locks_alone() -> None:
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in text.splitlines() if "pip install" in line]

    # Exceptions: the library itself is local, and uv only writes the locks.
    assert sum("--require-hashes -r requirements-" in line for line in installs) == 2
    others = [line.split("--quiet ")[1] for line in installs if "--require-hashes" not in line]
    assert sorted(others) == ["--no-deps -e .", "uv"]
    for lock in FILES:
        source = f"requirements-{lock}.lock"
        assert f"-r {source}" in text
    run = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert "pip install" not in run and "make audit" in run
