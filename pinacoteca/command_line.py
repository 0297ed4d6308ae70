"""What the scripts of the house share: how they read a number, and how they end."""

from __future__ import annotations

import argparse
import errno
import io
import os
import re
import sys
from collections.abc import Callable

from pinacoteca.errors import PinacotecaError

# The disk is full, or the share of it that one may use.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# It is there to be read alone, or is somebody else's, or a file lies where a folder is needed.
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EEXIST, errno.ENOTDIR)


def run(main: Callable[[], None]) -> None:
    """Runs ``main`` and leaves the process: 0 when done, 2 for bad input, 130 for Ctrl-C.

    And 141, as shells have it, where nobody reads what is printed.
    """
    print_anything()
    try:
        main()
        # Only now it may turn out that nobody reads any more.
        print(end="", flush=True)
    except PinacotecaError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read the report has read enough, as in `| head`; what was saved before stays.
        print("Stopped: nobody reads what is printed any more.", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    # Each library has an error of its own for a full disk.
    except Exception as error:
        if (sentence := disk_sentence(error)) is None:
            raise
        print(f"error: {sentence}", file=sys.stderr)
        sys.exit(2)


def disk_sentence(error: Exception) -> str | None:
    """Returns what to do about a full disk or a place that cannot be written, None for others."""
    number = getattr(error, "errno", None)
    name = getattr(error, "filename", None)
    if number is None and (told := re.search(r"os error (\d+)", str(error))):
        number = int(told[1])
    if number in _FULL:
        return (
            f"{name or 'A file'} cannot be written, the disk is full ({os.strerror(number)}): make "
            "room, then give the same command again."
        )
    if number in _FORBIDDEN and name:
        return (
            f"{name} cannot be written or read ({os.strerror(number)}): see to its rights, or name "
            "a folder that you may write to."
        )
    return None


def print_anything() -> None:
    """Lets no name end a program by its letters: the console shows a replacement for them.

    A console of Windows may know 250 letters, and a name of a file may be no text at all.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def positive(text: str) -> int:
    """Reads a command-line argument that must be a whole number above zero."""
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def whole_number(text: str) -> int:
    """Reads a command-line argument that must be a whole number, 0 among them."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
