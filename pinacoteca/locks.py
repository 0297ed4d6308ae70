"""One writer at a time in a folder: the second is told who is at work there, and since when.

The lock is the operating system's, which gives it up however its holder ends: a stale one cannot
be. What stands beside it in ``.writer.json`` is for people.
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
    """A folder that somebody else is writing into."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keeps all others from writing into a folder while the block runs.

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
        # Some shares have no locks; without them one could not work there at all.
        print(f"{folder} cannot be locked: see to it that nobody else writes there meanwhile.")
    try:
        (folder / HOLDER_FILE).write_text(json.dumps(_holder()), encoding="utf-8")
        yield
    finally:
        (folder / HOLDER_FILE).unlink(missing_ok=True)
        with suppress(OSError):
            # Before the lock is given up, lest it be somebody else's by then.
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
    # A container may run under a number that has no name.
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _refusal(folder: Path) -> str:
    try:
        holder = json.loads((folder / HOLDER_FILE).read_text(encoding="utf-8"))
        who = (
            f": {holder['program']}, started by {holder['user']} on {holder['machine']} at "
            f"{holder['since']}, process {holder['process']}"
        )
    # It has only just begun, or is about to end.
    except (OSError, ValueError, KeyError, TypeError):
        who = ""
    return (
        f"Another program is changing {folder}{who}. Give the same command again once it has ended."
    )
