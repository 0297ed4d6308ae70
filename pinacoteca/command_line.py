"""What the scripts of the house share: how they read a number, and how they end."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Callable

from pinacoteca.errors import PinacotecaError

# The disk is full, or the share of it that one may use, or it is there to be read alone.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def run(main: Callable[[], None]) -> None:
    """Runs ``main`` and leaves the process: 0 when done, 2 for bad input, 130 for Ctrl-C."""
    try:
        main()
    except PinacotecaError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        where = (
            f"{error.filename} cannot be written" if error.filename else "a file cannot be written"
        )
        advice = "make room, or name a folder that you may write to"
        print(f"error: {where} ({error.strerror}): {advice}.", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)


def positive(text: str) -> int:
    """Reads a command-line argument that must be a whole number above zero."""
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)
