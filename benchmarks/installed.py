"""Measures the size of the packages that requirements bring, as they are installed here."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def requirements_of(path: Path) -> list[Requirement]:
    """Returns the packages that a file names; options and included files are ignored."""
    lines = (line.split(" #")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def closure(requirements: Iterable[Requirement]) -> dict[str, Distribution]:
    """Returns these packages and all packages that they need, by name.

    Raises:
        PackageNotFoundError: A package is not installed here.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        # The extra "" selects what is always needed.
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            try:
                package = found.setdefault(name, distribution(name))
            except PackageNotFoundError:
                raise PackageNotFoundError(f"{name}, which is to be measured") from None
            needed = map(Requirement, package.requires or ())
            waiting += [
                each
                for each in needed
                if each.marker is None or each.marker.evaluate({"extra": extra})
            ]
    return found


def megabytes(requirements: Iterable[Requirement]) -> float:
    """Returns the size of all files of these packages and those they need, in 10^6 bytes."""
    total = 0
    for package in closure(requirements).values():
        for file in package.files or ():
            path = Path(str(file.locate()))
            # Some wheels list files that pip does not keep.
            if path.is_file():
                total += path.stat().st_size
    return total / 1e6
