"""What the scripts of the house share: how they read a number, and how they end."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable

from pinacoteca.errors import PinacotecaError


def run(main: Callable[[], None]) -> None:
    """Runs ``main`` and leaves the process: 0 when done, 2 for bad input, 130 for Ctrl-C."""
    print_anything()
    try:
        main()
    except PinacotecaError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)


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
