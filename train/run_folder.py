"""Protects the folder of a run, which may hold hours of training."""

from __future__ import annotations

import shutil
from pathlib import Path

from parts import PARTS_FILE

from pinacoteca.errors import DataError

CHECKPOINT_FILE = "checkpoint.pth"
# Files of a run that cannot be recovered without training again.
_OF_VALUE = (CHECKPOINT_FILE, "summary.csv", "model")
_OTHERS = ("curves.png", "settings.json", PARTS_FILE)


def check_folder(out: Path, resume: bool, overwrite: bool) -> None:
    """Refuses a folder that holds a run, unless the run is to be resumed or overwritten.

    Raises:
        DataError: The folder holds a run, or ``resume`` finds none.
    """
    checkpoint = out / CHECKPOINT_FILE
    if resume and not checkpoint.is_file():
        raise DataError(f"There is nothing to resume: {checkpoint} does not exist.")
    there = [name for name in _OF_VALUE if (out / name).exists()]
    if there and not (resume or overwrite):
        raise DataError(
            f"{out} holds a run already ({', '.join(there)}): go on with it by --resume, name "
            "another --out, or delete it and start anew with --overwrite."
        )


def clear(out: Path) -> None:
    """Deletes the run in a folder and keeps all other files."""
    for name in (*_OF_VALUE, *_OTHERS):
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def check_room(out: Path, needed: int) -> None:
    """Checks that the disk has room for another checkpoint.

    Args:
        out: The folder of the run.
        needed: The bytes of a checkpoint, which is written before the old one is deleted.

    Raises:
        DataError: There is less room.
    """
    free = shutil.disk_usage(_nearest(out)).free
    if free < needed:
        raise DataError(
            f"The disk of {out} is full: a checkpoint takes {needed / 1e6:.0f} MB, and "
            f"{free / 1e6:.0f} MB are free. Make room there, then give the same command again, "
            "with --resume if the run had begun."
        )


def _nearest(folder: Path) -> Path:
    return next(each for each in (folder, *folder.absolute().parents) if each.is_dir())
