"""Goes through a folder as people have it: with what the system keeps there, and with links.

Network storage and desktops put folders of their own between the pictures: thumbnails, waste-paper
baskets, what an archive of a Mac leaves. Nobody means these when naming a folder of pictures.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pinacoteca.picture_kinds import is_picture

# Folders and files of Synology, QNAP, Windows, Linux and macOS; what begins with a dot is hidden.
_OF_THE_SYSTEM = re.compile(
    r"\..*|@(eadir|__thumb|recycle|recently-snapshot|share(bin|snap)|tmp|syno.*)"
    r"|#(recycle|snapshot)|~snapshot|\$recycle\.bin|recycler|system volume information"
    r"|__macosx|lost\+found|found\.\d{3}|thumbs\.db|ehthumbs(_vista)?\.db|desktop\.ini|~\$.*"
    r"|icon\r|picasa\.ini|zbthumbnail\.info",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FolderContents:
    """What lies in a folder and below it.

    Attributes:
        pictures: What is called a picture or begins like one, in the order of the paths.
        others: Files that are no pictures.
        of_the_system: Files and folders that a system keeps for itself, not looked into.
        linked_again: Links to folders that are read already, or that lead back.
        closed: Folders that may not be opened.
    """

    pictures: tuple[Path, ...]
    others: tuple[Path, ...]
    of_the_system: tuple[Path, ...]
    linked_again: tuple[Path, ...]
    closed: tuple[Path, ...]


def is_of_the_system(name: str) -> bool:
    """Returns whether a system keeps a file or folder of this name for itself."""
    return bool(_OF_THE_SYSTEM.fullmatch(name))


def contents_of(folder: Path) -> FolderContents:
    """Goes through a folder, the folders in it and those that are linked, each once."""
    walk = _Walk()
    walk.through(folder)
    return walk.contents()


def left_out(contents: FolderContents, root: Path, shown: int = 5) -> list[str]:
    """Returns a line for each kind of thing that is no picture and was left out: how many, which.

    Args:
        contents: What lies in ``root``.
        root: Names are given from here.
        shown: At most so many names a line.
    """
    kinds: Sequence[tuple[str, tuple[Path, ...]]] = (
        ("files and folders of the system, not looked into", contents.of_the_system),
        ("files that are no pictures", contents.others),
        ("linked folders that lead to what is read already", contents.linked_again),
        ("folders that may not be opened", contents.closed),
    )
    return [
        f"{len(paths):5} {what}: {_names(paths, root, shown)}" for what, paths in kinds if paths
    ]


def printable(name: str) -> str:
    """Returns a name of a file as text; what no text can hold becomes a replacement character."""
    kept = (
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(each) in ("Cc", "Cs") else each
        for each in name
    )
    return unicodedata.normalize("NFC", "".join(kept))


def _names(paths: Sequence[Path], root: Path, shown: int) -> str:
    names = [printable(str(path.relative_to(root))) for path in paths[:shown]]
    more = len(paths) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


class _Walk:
    """One way through a tree of folders."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
        # Links come last: what a folder holds itself is read in its own place.
        self._links: deque[Path] = deque()
        self._found: dict[str, list[Path]] = {
            kind: [] for kind in FolderContents.__dataclass_fields__
        }

    def through(self, folder: Path) -> None:
        waiting = [folder]
        while waiting or self._links:
            linked = not waiting
            path = self._links.popleft() if linked else waiting.pop()
            if self._is_new(path):
                waiting += reversed(self._entries_of(path))
            elif linked:
                self._found["linked_again"].append(path)

    def contents(self) -> FolderContents:
        return FolderContents(**{kind: tuple(sorted(each)) for kind, each in self._found.items()})

    def _is_new(self, folder: Path) -> bool:
        try:
            status = folder.stat()
        except OSError:
            self._found["closed"].append(folder)
            return False
        identity = (status.st_dev, status.st_ino)
        # Some systems number no files; there, links are not to be expected.
        is_new = identity not in self._seen or not status.st_ino
        self._seen.add(identity)
        return is_new

    def _entries_of(self, folder: Path) -> list[Path]:
        """Sorts what lies in a folder; returns the folders in it."""
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self._found["closed"].append(folder)
            return []
        folders = []
        for entry in found:
            path = folder / entry.name
            if is_of_the_system(entry.name):
                self._found["of_the_system"].append(path)
            elif entry.is_dir():
                if entry.is_symlink():
                    self._links.append(path)
                else:
                    folders.append(path)
            elif entry.is_file() or entry.is_symlink():
                self._found["pictures" if is_picture(path) else "others"].append(path)
        return folders
