"""Replaces files that belong together in one step.

An interruption at any moment (full disk, killed process, power cut) leaves either the old files or
the new ones, never a mixture:

    with swapped(folder, ("table.csv", "numbers.safetensors")) as staged:
        write_table(staged / "table.csv")
        ...

The new files are first written into a hidden folder beside the old ones. Renaming that folder to
``.next`` is the one step: from then on its files are the valid ones, and the next call of
``finish_swap`` moves any that are still there into place.
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
        names: All files that belong together. If the block does not write one, the old one is
            deleted.

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
            # An empty file marks one to delete.
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
    """Finishes an interrupted swap; usually there is none.

    Raises:
        DataError: The folder cannot be written to.
    """
    target = Path(folder)
    staged = target / STAGED
    if not staged.is_dir():
        return
    try:
        for path in _names_in(staged):
            # Another process may be doing the same and have moved the file already.
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
            f"The last change of {target} was interrupted and cannot be finished "
            f"({error.strerror}): make the folder writable and try again."
        ) from None


def _names_in(staged: Path) -> list[Path]:
    try:
        return sorted(staged.iterdir())
    except FileNotFoundError:
        # Another process has finished the same swap.
        return []


def _to_disk(path: Path) -> None:
    """Waits until a file or folder is on the disk, so that it survives a power cut."""
    # Windows cannot open a folder.
    if os.name != "posix" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
