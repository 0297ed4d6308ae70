"""Finds the pictures in a folder, past links and files that the system keeps there.

Network storage and desktops put their own folders between the pictures: thumbnails, recycle bins,
leftovers of Mac archives. Nobody means these when naming a folder of pictures.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pinacoteca.picture_kinds import is_picture

# Folders and files of Synology, QNAP, Windows, Linux, macOS, OneDrive and Lightroom, and all hidden
# files.
_OF_THE_SYSTEM = re.compile(
    r"\..*|@(eadir|__thumb|recycle|recently-snapshot|share(bin|snap)|tmp|syno.*)"
    r"|#(recycle|snapshot|syno.*)|~snapshot|\$(recycle\.bin|extend|winreagent|getcurrent)"
    r"|recycle[rd]|system volume information|found\.\d{3}|thumbs\.db(:.*)?"
    r"|ehthumbs(_vista)?\.db|desktop\.ini|~\$.*|onedrivetemp|__macosx|network trash folder"
    r"|temporary items|thevolumesettingsfolder|resource\.frk|icon\r|lost\+found|picasa\.ini"
    r"|zbthumbnail\.info|.*\.(lrdata|lrcat-data|photoslibrary)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FolderContents:
    """The contents of a folder and its subfolders.

    Attributes:
        pictures: Files with the name or the first bytes of a picture, in the order of the paths.
        others: Files that are not pictures.
        of_the_system: Files and folders that a system keeps for itself; they are not searched.
        linked_again: Links to folders that were already read, or that contain the link.
        closed: Folders without permission to read.
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
    """Searches a folder, its subfolders and linked folders, each once."""
    walk = _Walk()
    walk.through(folder)
    return walk.contents()


def left_out(contents: FolderContents, root: Path, shown: int = 5) -> list[str]:
    """Returns a line for each kind of thing left out: how many there are, and their names.

    Args:
        contents: The contents of ``root``.
        root: Names are given relative to this folder.
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
    """Returns a file name as valid text, with replacement characters where it is not."""
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
    """One walk through a tree of folders."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
        # Links come last, so that a folder is read under its own path first.
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
        # Some systems give files no inode numbers; they rarely have links either.
        is_new = identity not in self._seen or not status.st_ino
        self._seen.add(identity)
        return is_new

    def _entries_of(self, folder: Path) -> list[Path]:
        """Sorts the contents of a folder; returns its subfolders."""
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
            elif entry.is_symlink():
                self._take_link(path)
            elif entry.is_dir():
                folders.append(path)
            else:
                self._take_file(path, is_file=entry.is_file())
        return folders

    def _take_file(self, path: Path, is_file: bool) -> None:
        """Sorts a file; pipes, sockets and devices are never opened, which could take forever."""
        self._found["pictures" if is_file and is_picture(path) else "others"].append(path)

    def _take_link(self, link: Path) -> None:
        try:
            mode = link.stat().st_mode
        except OSError:
            # The link leads nowhere, to itself or to a place that may not be looked into. Reading
            # the picture says so.
            mode = stat.S_IFREG
        if stat.S_ISDIR(mode):
            self._links.append(link)
        else:
            self._take_file(link, is_file=stat.S_ISREG(mode))
