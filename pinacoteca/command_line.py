"""How every script of the house ends: a plain sentence and status 2 when a person can mend it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from pinacoteca.errors import PinacotecaError


def run(main: Callable[[], None]) -> None:
    """Runs ``main`` and leaves the process: 0 when done, 2 for bad input, 130 for Ctrl-C."""
    try:
        main()
    except PinacotecaError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)
