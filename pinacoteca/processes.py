"""The processes that run a script together, if a launcher started several.

``accelerate launch --multi_gpu --num_processes 2 SCRIPT`` starts two, on graphics cards or, where
there are none, on the processor. Without ``--multi_gpu`` it starts one only, unless it sees several
cards. All processes must see the same files.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from pinacoteca.errors import PinacotecaError

Made = TypeVar("Made")
# The other processes wait while the main one reads, validates and writes, however long that takes.
# If a process fails, the launcher ends them all.
PATIENCE = timedelta(days=7)


class ProcessesError(PinacotecaError):
    """The processes cannot work together."""


@dataclass(frozen=True)
class Processes:
    """The place of this process among those that run the same script.

    Attributes:
        index: The number of this process; 0 is the main one, which reads, prints and writes.
        count: The number of processes.
    """

    index: int = 0
    count: int = 1

    @property
    def is_main(self) -> bool:
        """Whether this is the process that reads, prints and writes."""
        return self.index == 0

    def from_main(self, make: Callable[[], Made]) -> Made:
        """Returns in every process what ``make`` returns in the main one; all must call this.

        Args:
            make: Called in the main process only; its result must be picklable.
        """
        if self.count == 1:
            return make()
        from accelerate.utils import broadcast_object_list

        made: Made = broadcast_object_list([make() if self.is_main else None])[0]
        return made

    def wait(self) -> None:
        """Returns when all processes have called it."""
        if self.count > 1:
            from accelerate import PartialState

            PartialState().wait_for_everyone()


ALONE = Processes()


def join_processes(device: str | None = None) -> Processes:
    """Joins the other processes of the launcher that started this one, if one did.

    Args:
        device: ``cpu`` or ``cuda``; each process uses its own card. The default is ``cuda`` if
            there is one.

    Raises:
        ProcessesError: ``accelerate`` is missing.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        # `accelerate launch` sets these variables, but without --multi_gpu it may start only one.
        if "ACCELERATE_USE_CPU" in os.environ and "MASTER_ADDR" in os.environ:
            print("Only one process was started: for several, say `accelerate launch --multi_gpu`.")
        return ALONE
    import torch

    try:
        from accelerate import PartialState
    except ImportError:
        raise ProcessesError(
            "Several processes need accelerate: pip install -r requirements-scale.txt."
        ) from None
    with_cards = device != "cpu" and torch.cuda.is_available()
    state = PartialState(cpu=not with_cards, timeout=PATIENCE)
    atexit.register(state.destroy_process_group)
    return Processes(state.process_index, state.num_processes)
