"""Where the server keeps what it is sent: in a folder of its own, bounded, gone when it stops."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

# Gradio refuses a file of more than 30 MB; the form around it takes a little.
UPLOAD_BYTES = 31_000_000
# All uploads together: 1,500 photographs as phones take them, more than a class sends in an hour.
FOLDER_BYTES = 500_000_000
# Younger files may wait in the queue for their answer.
KEPT_SECONDS = 60.0
# The system's clock for files lags behind, and disks round.
CLOCK_GRAIN = 2.0
# How often the folders of deleted files are cleared away.
TIDY_SECONDS = 600.0
FOLDER_VARIABLE = "GRADIO_TEMP_DIR"
PREFIX = "pinacoteca-"
LOCK_FILE = ".lock"
_locks: list[int | None] = []
# What asks a process to stop, besides Ctrl-C, which Python turns into an exception itself.
STOP_SIGNALS = ("SIGTERM", "SIGHUP")


def keep_uploads_apart() -> Path:
    """Makes a private folder for Gradio's files, deleted at exit; returns it.

    What a page left that was killed, and could not delete its own, goes now.

    It must be called before Gradio is imported, which reads the variable then, and in the main
    thread. A folder that the variable names already becomes the parent of ours.
    """
    parent = Path(os.environ.get(FOLDER_VARIABLE) or tempfile.gettempdir())
    clear_left(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    # Kept open, and with it the lock, until the process is gone, however it goes.
    _locks.append(_lock(folder / LOCK_FILE, create=True))
    os.environ[FOLDER_VARIABLE] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in STOP_SIGNALS:
        # Windows has no SIGHUP.
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, _leave)
    return folder


def clear_left(parent: Path) -> None:
    """Deletes the folders in ``parent`` that no page holds any more."""
    for folder in parent.glob(f"{PREFIX}*"):
        # A link may lead anywhere, and a folder without a lock is not one of ours.
        if folder.is_symlink() or not (folder / LOCK_FILE).is_file():
            continue
        lock = _lock(folder / LOCK_FILE)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _lock(path: Path, create: bool = False) -> int | None:
    """Returns a file that is locked, None if another process has locked it or it is not ours."""
    try:
        import fcntl
    except ImportError:
        # Windows locks other than this; there, nothing is cleared.
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


class UploadFolder:
    """Keeps a folder of uploads under a size: the oldest go first, and then nothing more comes in.

    All methods are called from the event loop.

    Args:
        folder: What Gradio writes into.
        limit: In bytes, for all files and those that are under way.
        forget: Called now and then: what is known of files that are gone can be forgotten.
    """

    def __init__(
        self,
        folder: Path,
        limit: int = FOLDER_BYTES,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder = folder
        self._limit = limit
        self._forget = forget
        self._tidied = time.monotonic()
        self._under_way = 0
        # No less than there is: what was found at the last look, and what came since.
        self._size = 0
        self._looking = asyncio.Lock()

    async def enter(self) -> bool:
        """Says whether there is room for one more upload; if so, ``leave`` must follow."""
        self._under_way += 1
        if time.monotonic() > self._tidied + TIDY_SECONDS:
            self._tidied = time.monotonic()
            await asyncio.to_thread(self._tidy)
        if self._has_room():
            return True
        async with self._looking:
            # Whoever waited here may find that another has made room.
            if not self._has_room():
                room = self._limit - self._under_way * UPLOAD_BYTES
                self._size = await asyncio.to_thread(shrink, self._folder, room)
        if self._has_room():
            return True
        self._under_way -= 1
        return False

    def leave(self, received: int) -> None:
        """Notes the end of an upload of so many bytes."""
        self._under_way -= 1
        self._size += received

    def _tidy(self) -> None:
        remove_empty(self._folder)
        self._forget()

    def _has_room(self) -> bool:
        return self._size + self._under_way * UPLOAD_BYTES <= self._limit


def shrink(folder: Path, limit: int, kept_seconds: float = KEPT_SECONDS) -> int:
    """Deletes the oldest files of a tree until it has ``limit`` bytes; returns how many it has.

    Args:
        folder: The tree.
        limit: In bytes.
        kept_seconds: Files younger than this stay.
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
    for _, length, path in sorted(each for each in files if not _is_young(each[0], kept_seconds)):
        if size <= limit:
            break
        path.unlink(missing_ok=True)
        size -= length
    return size


def _is_young(changed: float, seconds: float) -> bool:
    # What comes from the future was there before the clock was set back.
    return 0 <= time.time() - changed + CLOCK_GRAIN < seconds


def remove_empty(folder: Path, kept_seconds: float = KEPT_SECONDS) -> None:
    """Deletes the empty folders in a folder: each upload had one of its own.

    Args:
        folder: The folder.
        kept_seconds: Folders younger than this stay; their file may be on its way.
    """
    for path in folder.iterdir():
        # Most are not empty, or are no folders; some are gone.
        with suppress(OSError):
            if not _is_young(path.lstat().st_mtime, kept_seconds):
                path.rmdir()
