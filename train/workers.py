"""Chooses how many processes read pictures; they pass batches through shared memory.

A container has 64 MB of it by default, and a batch of 128 pictures takes 77 MB. The number of
processes does not change the batches.
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
# Each worker prefetches two batches, and a third may be in transfer.
BATCHES_EACH = 3
_SAID: set[str] = set()


def worker_count(recipe: Recipe, asked_for: int | None, processes: int = 1) -> int:
    """Returns how many processes read pictures; 0 reads them in this one.

    Prints a line if shared memory is too small for one process per processor.

    Args:
        recipe: Gives the batch size.
        asked_for: The value of ``--workers``; None for as many as fit.
        processes: The processes that train together on this machine.
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
    """Returns the free bytes of shared memory, None where it cannot be read."""
    try:
        return shutil.disk_usage(SHARED_MEMORY).free
    except OSError:
        return None


@contextmanager
def named_failures() -> Iterator[None]:
    """Turns PyTorch's long error about missing shared memory into one plain sentence.

    Raises:
        DataError: Shared memory ran out, or a reading process was killed.
    """
    try:
        yield
    except RuntimeError as error:
        said = str(error)
        if "shared memory" not in said and "DataLoader worker" not in said:
            raise
        free = free_shared_memory()
        raise DataError(
            f"The processes that read pictures ran out of shared memory: {SHARED_MEMORY} "
            f"has {'none' if free is None else _megabytes(free)} free. Give --workers 0, or start "
            "the container with --shm-size=2g; --resume goes on."
        ) from None


def _say_once(line: str) -> None:
    if line not in _SAID:
        _SAID.add(line)
        print(line)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB"
