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
from pathlib import Path
from types import FrameType

# Gradio refuses a file of more than 30 MB; the form around it takes a little.
UPLOAD_BYTES = 31_000_000
# All uploads together: 1,500 photographs as phones take them, more than a class sends in an hour.
FOLDER_BYTES = 500_000_000
# Younger files may wait in the queue for their answer.
KEPT_SECONDS = 60.0
FOLDER_VARIABLE = "GRADIO_TEMP_DIR"
# What asks a process to stop, besides Ctrl-C, which Python turns into an exception itself.
STOP_SIGNALS = ("SIGTERM", "SIGHUP")


def keep_uploads_apart() -> Path:
    """Makes a private folder for Gradio's files, deleted at exit; returns it.

    It must be called before Gradio is imported, which reads the variable then, and in the main
    thread. A folder that the variable names already becomes the parent of ours.
    """
    folder = Path(tempfile.mkdtemp(prefix="pinacoteca-", dir=os.environ.get(FOLDER_VARIABLE)))
    os.environ[FOLDER_VARIABLE] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in STOP_SIGNALS:
        # Windows has no SIGHUP.
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, _leave)
    return folder


def _leave(number: int, _: FrameType | None) -> None:
    # Without this, the process would end before anything is deleted.
    sys.exit(128 + number)


class UploadFolder:
    """Keeps a folder of uploads under a size: the oldest go first, and then nothing more comes in.

    All methods are called from the event loop.

    Args:
        folder: What Gradio writes into.
        limit: In bytes, for all files and those that are under way.
    """

    def __init__(self, folder: Path, limit: int = FOLDER_BYTES) -> None:
        self._folder = folder
        self._limit = limit
        self._under_way = 0
        # No less than there is: what was found at the last look, and what came since.
        self._size = 0
        self._looking = asyncio.Lock()

    async def enter(self) -> bool:
        """Says whether there is room for one more upload; if so, ``leave`` must follow."""
        self._under_way += 1
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
        if not path.is_dir():
            files.append((status.st_mtime, status.st_size, path))
    files.sort()
    size = sum(length for _, length, _ in files)
    youngest = time.time() - kept_seconds
    for changed, length, path in files:
        if size <= limit or changed > youngest:
            break
        path.unlink(missing_ok=True)
        size -= length
    return size
