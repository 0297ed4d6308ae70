"""Compares a training step on huge pages of memory with one on the system's usual pages.

    python benchmarks/huge_pages.py

Runs only on Linux with glibc 2.35 or newer and transparent huge pages not switched off. Every
measurement runs in a process of its own, because glibc reads the setting when a process starts; the
two settings take turns. The network and the batches are those of the recipes, each at its largest
side; the pixels are noise.

Prints a Markdown table of the median steps and their ratio. Takes five minutes on two CPU cores and
8 GB of memory.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from unittest.mock import patch

from tqdm import tqdm

from pinacoteca.markdown import table

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.append(str(REPOSITORY / "train"))

from memory_pages import TUNABLES  # noqa: E402
from recipe import Recipe, read_recipe  # noqa: E402

RECIPES = ("best", "experiment-1")
CLASSES = 12
ROUNDS = 2
STEPS = 5


def main() -> None:
    """Measures every recipe with both settings and prints the table."""
    usual: dict[str, list[float]] = {name: [] for name in RECIPES}
    huge: dict[str, list[float]] = {name: [] for name in RECIPES}
    turns = product(range(ROUNDS), RECIPES, ((usual, ""), (huge, TUNABLES)))
    for _, name, (seconds, tunables) in tqdm([*turns], unit="process"):
        with (
            patch.dict(os.environ, {"GLIBC_TUNABLES": tunables}),
            ProcessPoolExecutor(1, get_context("spawn")) as fresh,
        ):
            seconds[name] += fresh.submit(steps, read_recipe(name)).result()
    print(
        table(
            ("recipe", "usual pages", "huge pages", "usual / huge"),
            (table_row(name, median(usual[name]), median(huge[name])) for name in RECIPES),
        )
    )


def table_row(name: str, usual: float, huge: float) -> tuple[str, ...]:
    """Returns a recipe's two median steps, in seconds, and their ratio."""
    return f"`{name}`", f"{usual:.3g} s", f"{huge:.3g} s", f"{usual / huge:.2f}"


def steps(recipe: Recipe) -> list[float]:
    """Returns the seconds of each of ``STEPS`` training steps, after two warm-up steps."""
    import timm
    import torch
    from network import (
        ARCHITECTURE,
        freeze,
        half_precision,
        set_training_mode,
        strides_in_single_precision,
    )
    from torch.nn.functional import cross_entropy

    from train import build_optimizer

    network = timm.create_model(ARCHITECTURE, num_classes=CLASSES)
    network.to(memory_format=torch.channels_last)
    strides_in_single_precision(network)
    freeze(network, recipe.frozen_blocks)
    set_training_mode(network, recipe.frozen_blocks)
    optimizer = build_optimizer(network, recipe)
    side = max(recipe.resolutions)
    images = torch.randn(recipe.batch_size, 3, side, side).to(memory_format=torch.channels_last)
    targets = torch.randint(CLASSES, (recipe.batch_size,))
    seconds = []
    for _ in range(STEPS + 2):
        start = time.perf_counter()
        with half_precision("cpu"):
            logits = network(images)
        loss = cross_entropy(logits.float(), targets)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    return seconds[2:]


if __name__ == "__main__":
    main()
