"""Files that belong together, put in place of older ones in one step.

A stop at any moment, by a full disk, a killed process or a power cut, leaves the old files or the
new ones, never some of each:

    with swapped(folder, ("table.csv", "numbers.safetensors")) as staged:
        write_table(staged / "table.csv")
        ...

All new files are first written into a hidden folder beside the old ones. The step is the renaming
of that folder to ``.next``: from then on its files are the ones that count, and whoever comes next,
``finish_swap``, moves what is still there to its place.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pinacoteca.errors import DataError

STAGED = ".next"
_BEGUN = ".swap-"


@contextmanager
def swapped(folder: str | os.PathLike[str], names: Sequence[str]) -> Iterator[Path]:
    """Yields an empty folder; its files replace their namesakes only if the block succeeds.

    Args:
        folder: Where the files belong; made if it is missing.
        names: All of them. One that the block does not write is taken away.

    Raises:
        OSError: The folder cannot be made or written to.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    finish_swap(target)
    for left in target.glob(f"{_BEGUN}*"):
        shutil.rmtree(left, ignore_errors=True)
    staged = Path(tempfile.mkdtemp(prefix=_BEGUN, dir=target))
    try:
        yield staged
        for name in names:
            # An empty file stands for one that is to go.
            (staged / name).touch()
            _to_disk(staged / name)
        _to_disk(staged)
        os.rename(staged, target / STAGED)
        _to_disk(target)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    finish_swap(target)


def finish_swap(folder: str | os.PathLike[str]) -> None:
    """Moves to their places what a swap that was stopped left staged; mostly there is nothing.

    Raises:
        DataError: The folder cannot be written to.
    """
    target = Path(folder)
    staged = target / STAGED
    if not staged.is_dir():
        return
    try:
        for path in sorted(staged.iterdir()):
            # Another process may be at the same; what it has moved is in its place.
            with suppress(FileNotFoundError):
                if path.stat().st_size:
                    os.replace(path, target / path.name)
                else:
                    (target / path.name).unlink(missing_ok=True)
                    path.unlink()
        _to_disk(target)
        with suppress(FileNotFoundError):
            staged.rmdir()
    except OSError as error:
        raise DataError(
            f"The last change of {target} was stopped before its end and cannot be finished "
            f"({error.strerror}): make the folder writable and try again."
        ) from None


def _to_disk(path: Path) -> None:
    """Waits until what was written is on the disk, so that a power cut finds it in order."""
    # Windows cannot open a folder.
    if os.name != "posix" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
