"""Keeps uploads, and files that the page makes, in a private folder of limited size.

The folder is deleted when the server stops.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from pinacoteca.errors import PinacotecaError

# Gradio refuses a file of more than 30 MB; the form around it takes a little.
UPLOAD_BYTES = 31_000_000
# The limit for all files: 1,500 phone photographs, more than a class sends in an hour.
FOLDER_BYTES = 500_000_000
# A full folder shrinks to this share, so that the next uploads need not look through it again.
SHRUNK_SHARE = 0.9
# Younger files may belong to questions that still wait in the queue.
KEPT_SECONDS = 60.0
# File times lag behind the clock, and disks round them.
CLOCK_GRAIN = 2.0
# How often the empty folders of deleted files are removed.
TIDY_SECONDS = 600.0
FULL = "Too many pictures were sent in the last minute: please try again in a minute."
FOLDER_VARIABLE = "GRADIO_TEMP_DIR"
PREFIX = "pinacoteca-"
LOCK_FILE = ".lock"
_locks: list[int | None] = []
# Signals that ask a process to stop; Python itself turns Ctrl-C into an exception.
STOP_SIGNALS = ("SIGTERM", "SIGHUP")


def keep_uploads_apart() -> Path:
    """Makes a private folder for Gradio's files, deleted at exit; returns its path.

    It also deletes folders left by pages that were killed.

    Call it in the main thread and before Gradio is imported, which then reads the variable. If the
    variable already names a folder, that becomes the parent of ours.
    """
    parent = Path(os.environ.get(FOLDER_VARIABLE) or tempfile.gettempdir())
    clear_left(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    # The open file keeps the lock until the process ends in any way.
    _locks.append(_lock(folder / LOCK_FILE, create=True))
    os.environ[FOLDER_VARIABLE] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in STOP_SIGNALS:
        # Windows has no SIGHUP.
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, _leave)
    return folder


def clear_left(parent: Path) -> None:
    """Deletes the folders in ``parent`` that no running page uses."""
    for folder in parent.glob(f"{PREFIX}*"):
        # A link may lead anywhere, and a folder without a lock is not one of ours. That of another
        # user cannot be looked into, for which `Path.is_file` would raise an error.
        if folder.is_symlink() or not os.path.isfile(folder / LOCK_FILE):
            continue
        lock = _lock(folder / LOCK_FILE)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _lock(path: Path, create: bool = False) -> int | None:
    """Returns a locked file; None if another process has locked it or it is not ours."""
    try:
        import fcntl
    except ImportError:
        # Windows has other locks; there, nothing is deleted.
        return None
    try:
        flags = os.O_RDWR | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
        handle = os.open(path, flags, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _leave(number: int, _: FrameType | None) -> None:
    # Without this, the process would end before anything is deleted.
    sys.exit(128 + number)


class FolderFullError(PinacotecaError):
    """The folder has no room, and all its files are too young to be deleted."""


class UploadFolder:
    """Limits the size of a folder of uploads: deletes the oldest files, then refuses new ones.

    ``enter`` and ``leave`` are called from the event loop, ``keep`` from any other thread.

    Args:
        folder: The folder that Gradio writes into.
        forget: Called now and then to forget records of deleted files.
    """

    def __init__(
        self,
        folder: Path,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder = folder
        self._forget = forget
        self._tidied = time.monotonic()
        # The bytes that uploads under way may still bring.
        self._under_way = 0
        # An upper bound: the size at the last check plus all later files.
        self._size = 0
        self._counting = threading.Lock()
        self._keeping = threading.Lock()
        self._looking = threading.Lock()

    async def enter(self, expected: int) -> bool:
        """Says whether there is room for one more upload; if so, ``leave`` must follow.

        Args:
            expected: The most bytes that it may have.
        """
        self._under_way += expected
        if time.monotonic() > self._tidied + TIDY_SECONDS:
            self._tidied = time.monotonic()
            await asyncio.to_thread(self._tidy)
        if self._has_room():
            return True
        await asyncio.to_thread(self._make_room)
        if self._has_room():
            return True
        self._under_way -= expected
        return False

    def leave(self, expected: int, received: int) -> None:
        """Records the end of an upload.

        Args:
            expected: As in ``enter``.
            received: Its size in bytes.
        """
        self._under_way -= expected
        self._add(received)

    def keep(self, name: str, data: bytes) -> str:
        """Writes a file that the page made into a folder of its own; returns its path.

        Raises:
            FolderFullError: There is no room.
        """
        with self._keeping:
            if not self._has_room(len(data)):
                self._make_room(len(data))
            if not self._has_room(len(data)):
                raise FolderFullError(FULL)
            path = Path(tempfile.mkdtemp(dir=self._folder)) / name
            path.write_bytes(data)
            self._add(len(data))
        return str(path)

    def _make_room(self, more: int = 0) -> None:
        with self._looking:
            # While this one waited, another may have made room.
            if not self._has_room(more):
                free = FOLDER_BYTES - self._under_way - more
                room = min(free, round(SHRUNK_SHARE * FOLDER_BYTES))
                before = self._size
                self._add(shrink(self._folder, room) - before)

    def _add(self, size: int) -> None:
        with self._counting:
            self._size += size

    def _tidy(self) -> None:
        remove_empty(self._folder)
        self._forget()

    def _has_room(self, more: int = 0) -> bool:
        return self._size + self._under_way + more <= FOLDER_BYTES


def shrink(folder: Path, limit: int) -> int:
    """Deletes the oldest files of a folder until it fits ``limit``; returns its size in bytes.

    Files younger than ``KEPT_SECONDS`` stay.
    """
    files = []
    for path in folder.rglob("*"):
        try:
            status = path.lstat()
        except OSError:
            # Gradio deletes, too.
            continue
        if not path.is_dir() and path.name != LOCK_FILE:
            files.append((status.st_mtime, status.st_size, path))
    size = sum(length for _, length, _ in files)
    for _, length, path in sorted(each for each in files if not _is_young(each[0])):
        if size <= limit:
            break
        path.unlink(missing_ok=True)
        size -= length
    return size


def _is_young(changed: float) -> bool:
    # A file from the future was written before the clock was set back.
    return 0 <= time.time() - changed + CLOCK_GRAIN < KEPT_SECONDS


def remove_empty(folder: Path) -> None:
    """Deletes the empty folders in a folder: each upload had one of its own.

    Young ones stay, because their file may be on its way.
    """
    for path in folder.iterdir():
        # Fails for most: they are not empty, not folders, or already gone.
        with suppress(OSError):
            if not _is_young(path.lstat().st_mtime):
                path.rmdir()
