"""How many processes read pictures, which hand them over in shared memory.

A container has 64 MB of it unless it is told otherwise, and a batch of 128 pictures takes 77.
Whoever reads them, and in how many processes, the batches are the same.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recipe import Recipe

from pinacoteca.errors import DataError

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
MOST_WORKERS = 12
# Two are prepared ahead by each worker, and a third may be on its way.
BATCHES_EACH = 3
_SAID: set[str] = set()


def worker_count(recipe: Recipe, asked_for: int | None, processes: int = 1) -> int:
    """Returns how many processes read pictures; 0 reads them in this one.

    Prints a line where there is too little shared memory for as many as there are processors.

    Args:
        recipe: Says how large a batch is.
        asked_for: What ``--workers`` says; None for as many as fit.
        processes: That train together on this machine.
    """
    if asked_for is not None:
        return asked_for
    wanted = max(min(MOST_WORKERS, os.cpu_count() or 1) // processes, 1)
    free = free_shared_memory()
    if free is None:
        return wanted
    each = BATCHES_EACH * batch_bytes(recipe) // processes
    fitting = min(wanted, free // processes // each)
    if fitting < wanted:
        _say_once(
            f"{SHARED_MEMORY} has {_megabytes(free)} free, and {wanted} processes that read "
            f"pictures need {_megabytes(wanted * each * processes)}: {fitting or 'none'} will "
            "read beside the training, which may take longer. A container gets more with "
            "--shm-size=2g."
        )
    return fitting


def batch_bytes(recipe: Recipe) -> int:
    """Returns the size of the largest batch, float32 ``[batch_size, 3, side, side]``."""
    side = max(*recipe.resolutions, recipe.test_resolution)
    return recipe.batch_size * 3 * side * side * 4


def free_shared_memory() -> int | None:
    """Returns the free bytes of shared memory, None where it is no folder that can be asked."""
    try:
        return shutil.disk_usage(SHARED_MEMORY).free
    except OSError:
        return None


@contextmanager
def named_failures() -> Iterator[None]:
    """Says plainly what a want of shared memory makes PyTorch say at length.

    Raises:
        DataError: The block ended for want of shared memory, or a reading process was killed.
    """
    try:
        yield
    except RuntimeError as error:
        said = str(error)
        if "shared memory" not in said and "DataLoader worker" not in said:
            raise
        free = free_shared_memory()
        raise DataError(
            f"The processes that read pictures ended for want of shared memory: {SHARED_MEMORY} "
            f"has {'none' if free is None else _megabytes(free)} free. Give --workers 0, or start "
            "the container with --shm-size=2g; --resume goes on."
        ) from None


def _say_once(line: str) -> None:
    if line not in _SAID:
        _SAID.add(line)
        print(line)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB"
