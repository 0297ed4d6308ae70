"""Allows one writer at a time in a folder, and tells a second one who is writing since when.

The operating system holds the lock and releases it whenever the process ends, so no stale lock can
remain. The file ``.writer.json`` is only for people to read.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from pinacoteca.errors import PinacotecaError

LOCK_FILE = ".writer.lock"
HOLDER_FILE = ".writer.json"


class BusyError(PinacotecaError):
    """Another process is writing into the folder."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keeps other processes from writing into a folder while the block runs.

    The folder is made if it is missing.

    Raises:
        BusyError: Another process is writing there.
        OSError: The folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK_FILE, timeout=0, mode=0o666)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(_refusal(folder)) from None
    except NotImplementedError:
        # Some network shares have no locks; they should still be usable.
        print(f"{folder} cannot be locked: make sure that nobody else writes there meanwhile.")
    try:
        (folder / HOLDER_FILE).write_text(json.dumps(_holder()), encoding="utf-8")
        yield
    finally:
        (folder / HOLDER_FILE).unlink(missing_ok=True)
        with suppress(OSError):
            # Deleted before the lock is released, because afterwards it may be the next writer's
            # file.
            (folder / LOCK_FILE).unlink(missing_ok=True)
        lock.release()


def _holder() -> dict[str, str | int]:
    return {
        "program": Path(sys.argv[0]).name,
        "user": _user(),
        "machine": socket.gethostname(),
        "process": os.getpid(),
        "since": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
    }


def _user() -> str:
    try:
        return getpass.getuser()
    # A container may run under a user number that has no name.
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _refusal(folder: Path) -> str:
    try:
        holder = json.loads((folder / HOLDER_FILE).read_text(encoding="utf-8"))
        who = (
            f": {holder['program']}, started by {holder['user']} on {holder['machine']} at "
            f"{holder['since']}, process {holder['process']}"
        )
    # The other program may not have written the file yet, or has just deleted it.
    except (OSError, ValueError, KeyError, TypeError):
        who = ""
    return (
        f"Another program is changing {folder}{who}. Give the same command again once it has ended."
    )
