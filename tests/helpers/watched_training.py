"""A training that saves the state of each of its processes after every epoch.

    python tests/helpers/watched_training.py RECIPES --recipe NAME ...

``RECIPES`` is the folder of the recipes; the rest are options of ``train/train.py``. With
``STATISTICS=kept``, batch normalisation keeps the statistics that it starts with.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import recipe
from safetensors.torch import save_file

import train
from pinacoteca.command_line import run

Epoch = Callable[..., dict[str, float]]


def watched(train_epoch: Epoch) -> Epoch:
    """Returns a ``train_epoch`` that also writes ``process-INDEX-EPOCH.safetensors``."""

    def train_and_write(
        training: Any,
        network: Any,
        painters: Any,
        average: Any,
        optimizer: Any,
        epoch: int,
        progress: Any,
    ) -> dict[str, float]:
        row = train_epoch(training, network, painters, average, optimizer, epoch, progress)
        state: dict[str, Any] = {}
        for name, part in (("network", network), ("painters", painters), ("average", average)):
            state |= {f"{name} {key}": each for key, each in part.state_dict().items()}
            state |= {
                f"gradient {name} {key}": each.grad
                for key, each in part.named_parameters()
                if each.grad is not None
            }
        for place, slots in optimizer.state_dict()["state"].items():
            state |= {f"optimizer {place} {key}": each for key, each in slots.items()}
        state = {key: each.contiguous().clone() for key, each in state.items()}
        save_file(state, training.out / f"process-{training.processes.index}-{epoch}.safetensors")
        return row

    return train_and_write


def statistics_kept(network: Any, blocks: int) -> None:
    """Replaces ``set_training_mode``."""
    network.eval()


def main() -> None:
    """Trains."""
    recipe.FOLDER = Path(sys.argv.pop(1))
    train.train_epoch = watched(train.train_epoch)
    if os.environ.get("STATISTICS") == "kept":
        train.set_training_mode = statistics_kept
    run(train.main)


if __name__ == "__main__":
    main()
