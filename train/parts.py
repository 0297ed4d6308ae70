"""Records which pictures a model was trained and validated on, even if the tree changes later.

A split depends on the list of files, so one more picture or a renamed folder changes it. A run
therefore writes ``parts.csv``, one row for each picture, and its model keeps a copy. Resuming the
run and measuring the model read this file instead of drawing the split again.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from pandora import Picture
from splits import Part

from pinacoteca.errors import DataError
from pinacoteca.files import written_whole

PARTS_FILE = "parts.csv"
# Pictures that could not be read, or that --limit left out: the run never saw them.
UNUSED = "unused"
# Enough bytes to tell two pictures apart, and quick to read over a network.
_BYTES_READ = 65_536
# Keeps the bytes of every file name, also of one that is no valid text.
_ENCODING = sys.getfilesystemencoding()
_ERRORS = sys.getfilesystemencodeerrors()


@dataclass(frozen=True)
class Recorded:
    """One picture as it was in a run.

    Attributes:
        path: Relative to the tree, with forward slashes.
        size: The size of the file in bytes.
        fingerprint: Hash of the file's beginning and size; equal for a copy under another name.
        part: ``train``, ``validation``, ``test`` or ``unused``.
    """

    path: str
    size: int
    fingerprint: str
    part: str


@dataclass(frozen=True)
class Parts:
    """The pictures of a run; those of each part keep the run's order."""

    rows: tuple[Recorded, ...]

    @classmethod
    def of(cls, directory: Path, pictures: Sequence[tuple[Picture, str]]) -> Parts:
        """Records pictures of a tree with their parts."""
        return cls(tuple(_recorded(directory, picture.path, part) for picture, part in pictures))

    @classmethod
    def load(cls, folder: Path) -> Parts | None:
        """Reads what ``save`` wrote into the folder of a run or a model; None if there is no file.

        Raises:
            DataError: The file is damaged.
        """
        path = folder / PARTS_FILE
        if not path.is_file():
            return None
        try:
            with open(path, encoding=_ENCODING, errors=_ERRORS, newline="") as file:
                rows = [
                    Recorded(row["path"], int(row["size"]), row["fingerprint"], row["part"])
                    for row in csv.DictReader(file)
                ]
        except (TypeError, ValueError, KeyError, csv.Error):
            raise DataError(
                f"{path}, which says what the model was trained on, is damaged: take it from "
                "another copy of the run."
            ) from None
        return cls(tuple(rows))

    def save(self, folder: Path) -> None:
        """Writes ``parts.csv``."""
        with (
            written_whole(folder / PARTS_FILE) as path,
            open(path, "w", encoding=_ENCODING, errors=_ERRORS, newline="") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(field.name for field in fields(Recorded))
            writer.writerows(map(astuple, self.rows))

    def parts_now(self, directory: Path, pictures: Sequence[Picture]) -> list[Part | None]:
        """Returns the part of each picture of a tree in the run, None for a picture that is new.

        A picture is recognised by its bytes, else by its path: it may have been renamed or
        recompressed.
        """
        by_path = {row.path: row for row in self.rows}
        by_fingerprint = defaultdict(list)
        for row in self.rows:
            by_fingerprint[row.size, row.fingerprint].append(row)
        parts: list[Part | None] = []
        for picture in pictures:
            known: Recorded | None = by_path.get(picture.path)
            if known is None or known.size != _size(directory / picture.place):
                now = _recorded(directory, picture.place, UNUSED)
                same = by_fingerprint.get((now.size, now.fingerprint), []) if now.size else []
                # If two files are identical, the one that was trained on counts.
                known = min(same, key=_seen_first) if same else known
            parts.append(None if known is None or known.part == UNUSED else known.part)  # type: ignore[arg-type]
        return parts

    def found(self, directory: Path, part: str, pictures: Sequence[Picture]) -> list[Picture]:
        """Returns the pictures of a part in the run's order, each with its present path.

        A picture that was moved is found by its bytes; one that is gone keeps its old path.

        Args:
            directory: The tree.
            part: ``train`` or ``validation``.
            pictures: The present pictures of the tree.

        Raises:
            DataError: A recorded picture lies in a folder that is not a class of Pandora18K.
        """
        now = {picture.path: picture for picture in pictures}
        known = {row.path for row in self.rows}
        new = [_recorded(directory, path, UNUSED) for path in now if path not in known]
        moved = {(each.size, each.fingerprint): now[each.path] for each in new if each.size}
        found = []
        for row in self.rows:
            if row.part != part:
                continue
            if row.path not in now and (there := moved.get((row.size, row.fingerprint))):
                found.append(replace(_picture(row.path), moved_to=there.path))
            else:
                found.append(now.get(row.path) or _picture(row.path))
        return found


NO_PARTS = Parts(())


def fingerprint(path: Path) -> str:
    """Returns 32 hexadecimal digits for the beginning of a file."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read(_BYTES_READ)).hexdigest()[:32]


def _size(file: Path) -> int:
    """Returns the size of a file in bytes; 0 if it cannot be looked at."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _recorded(directory: Path, path: str, part: str) -> Recorded:
    try:
        file = directory / path
        return Recorded(path, file.stat().st_size, fingerprint(file), part)
    except OSError:
        # The file vanished or is not readable, so only its path is known.
        return Recorded(path, 0, "", part)


def _seen_first(row: Recorded) -> int:
    return ("train", "validation", "test", UNUSED).index(row.part)


def _picture(path: str) -> Picture:
    from pandora import movement_called

    folder, *inside = path.split("/")
    movement = movement_called(folder)
    if movement is None:
        raise DataError(f"{folder}, which the run was trained on, is no class of Pandora18K.")
    return Picture(path, movement, inside[-2] if len(inside) > 1 else "")
