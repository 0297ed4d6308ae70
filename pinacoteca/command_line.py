"""What the project's scripts share: reading numbers, and ending with a clear message."""

from __future__ import annotations

import argparse
import errno
import io
import os
import re
import sys
from collections.abc import Callable

from pinacoteca.errors import PinacotecaError

# The disk or the user's quota is full.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# The place is read-only, belongs to somebody else, or is a file instead of a folder.
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EEXIST, errno.ENOTDIR)


def run(main: Callable[[], None]) -> None:
    """Runs ``main`` and exits: status 0 when done, 2 for bad input, 130 for Ctrl-C.

    The status is 141, as in shells, if the reader of the output has gone.
    """
    print_anything()
    try:
        main()
        # Flushing may show only now that the reader of the output has gone.
        print(end="", flush=True)
    except PinacotecaError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader has gone, as in `| head`; files saved before stay.
        print("Stopped: the output is no longer read.", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    # Every library reports a full disk with its own exception.
    except Exception as error:
        if (sentence := disk_sentence(error)) is None:
            raise
        print(f"error: {sentence}", file=sys.stderr)
        sys.exit(2)


def disk_sentence(error: Exception) -> str | None:
    """Returns what to do about a full disk or missing rights; None for other errors."""
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
            f"{name} cannot be written or read ({os.strerror(number)}): check its rights, or name "
            "a folder that you may write to."
        )
    return None


def print_anything() -> None:
    """Makes the console replace characters it cannot show, instead of raising an error.

    A Windows console may know 250 characters, and a file name need not be valid text.
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
