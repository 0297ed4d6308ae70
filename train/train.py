"""Trains a MobileNetV2 on a Pandora18K tree and exports it in hub layout.

    python train/train.py --recipe best --data ../shared/data/pandora \
        --weights ../shared/weights/mobilenetv2_100_imagenet_backbone.safetensors --out runs/best

A recipe is a file of train/recipes; what it reaches and what it costs stands at its top. ``--out``
gets ``model/`` (hub layout, the best epoch on validation), ``summary.csv`` (a row an epoch),
``curves.png``, ``settings.json``, ``manifest.csv`` and ``checkpoint.pth``. ``--resume`` goes on
from the checkpoint exactly as if the run had never stopped; Ctrl-C loses at most the epoch under
way. Several processes share every batch, on a graphics card each or on the processor; what that
changes stands in train/in_step.py:

    accelerate launch --multi_gpu --num_processes 2 train/train.py ...
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batches import LabelledPictures, data_config, loader, training_batches
from familiarity import learn_familiarity
from fewer import evenly, whole_painters
from in_step import average_gradients, average_statistics, summed
from likeness import learn_likeness
from memory_pages import ask_for_huge_pages
from network import (
    build_network,
    freeze,
    half_precision,
    painter_head,
    set_training_mode,
    strides_in_single_precision,
)
from pandora import (
    SPLITS_HELP,
    Picture,
    movements_in,
    painter_classes,
    parts_of,
    read_tree,
    readable,
    split_name,
    write_manifest,
)
from recipe import Recipe, read_recipe, recipe_names
from training import Training

from pinacoteca.classifier import MovementClassifier
from pinacoteca.command_line import positive, run
from pinacoteca.errors import DataError, ModelError
from pinacoteca.files import written_whole
from pinacoteca.processes import join_processes

if TYPE_CHECKING:
    import torch
    from timm.data import Mixup
    from timm.utils import ModelEmaV3

# Of the batches in an epoch that mixes; the others keep the network used to whole pictures.
MIXED_SHARE = 0.5
SUMMARY_COLUMNS = (
    "epoch",
    "learning_rate",
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "seconds",
)


# ---- one epoch -----------------------------------------------------------------------------------


def build_optimizer(network: torch.nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Returns the optimiser; each group carries its ``lr_scale`` if the rate decays by layer."""
    from timm.optim import create_optimizer_v2

    optimizer: torch.optim.Optimizer = create_optimizer_v2(
        network,
        opt=recipe.optimizer,
        lr=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        layer_decay=recipe.layer_decay if recipe.layer_decay < 1 else None,
    )
    return optimizer


def learning_rate_at(recipe: Recipe, epoch: float) -> float:
    """Returns the learning rate of the last layer after ``epoch`` epochs, fractions included."""
    if recipe.schedule == "step":
        return recipe.learning_rate * 0.1 ** (int(epoch) // recipe.step_epochs)
    if epoch < recipe.warmup_epochs:
        return recipe.learning_rate * epoch / recipe.warmup_epochs
    share = (epoch - recipe.warmup_epochs) / max(recipe.epochs - recipe.warmup_epochs, 1e-9)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))


def mixing(recipe: Recipe, epoch: int, classes: int) -> Mixup | None:
    """Returns what blends the pictures of a batch, or None if the epoch takes them as they are."""
    from timm.data import Mixup

    if epoch >= recipe.mixed_epochs or not (recipe.mixup_alpha or recipe.cutmix_alpha):
        return None
    return Mixup(
        recipe.mixup_alpha,
        recipe.cutmix_alpha,
        prob=MIXED_SHARE,
        # The loss smooths labels, mixed or not.
        label_smoothing=0.0,
        num_classes=classes,
    )


def train_epoch(
    training: Training,
    network: Any,
    painters: torch.nn.Linear | None,
    average: ModelEmaV3 | None,
    optimizer: torch.optim.Optimizer,
    epoch: int,
    progress: Any,
) -> dict[str, float]:
    """Trains for one epoch and returns its loss and accuracy, as seen while learning.

    A blend of two pictures counts as right if it is taken for the larger one.
    """
    import numpy as np
    import torch
    from torch.nn.functional import cross_entropy, one_hot

    recipe = training.recipe
    smoothing = recipe.label_smoothing
    set_training_mode(network, recipe.frozen_blocks)
    # Whatever is random in the network and in timm's mixing must not depend on the epochs before
    # a resume.
    torch.manual_seed(recipe.seed * 1_000 + epoch)
    np.random.seed(recipe.seed * 1_000 + epoch)
    _, movement_of_painter = painter_classes(training.train)
    to_movements = torch.tensor([training.index_of[m.number] for m in movement_of_painter])
    to_movements = one_hot(to_movements, len(training.movements)).float().to(training.device)
    mix = mixing(recipe, epoch, len(to_movements))
    batches = training_batches(training, epoch)
    loss_sum, correct, seen = 0.0, 0, 0
    for step, (images, labels) in enumerate(batches):
        rate = learning_rate_at(recipe, epoch + step / len(batches))
        for group in optimizer.param_groups:
            group["lr"] = rate * group.get("lr_scale", 1.0)
        images = images.to(training.device, memory_format=torch.channels_last, non_blocking=True)
        labels = labels.to(training.device, non_blocking=True)
        # timm pairs the pictures of a batch, so their number must be even.
        if mix is not None and len(images) % 2 == 0:
            images, painter_targets = mix(images, labels)
        else:
            painter_targets = one_hot(labels, len(to_movements)).float()
        targets = painter_targets @ to_movements
        with half_precision(training.device):
            features = network.forward_head(network.forward_features(images), pre_logits=True)
            logits = network.classifier(features)
            painter_logits = painters(features) if painters else None
        loss = cross_entropy(logits.float(), targets, label_smoothing=smoothing)
        if painter_logits is not None:
            loss = loss + recipe.painter_weight * cross_entropy(
                painter_logits.float(), painter_targets, label_smoothing=smoothing
            )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(optimizer, training.processes)
        optimizer.step()
        if average is not None:
            average.update(network, step=epoch * len(batches) + step)
        loss_sum += loss.item() * len(labels)
        correct += int((logits.argmax(1) == targets.argmax(1)).sum())
        seen += len(labels)
        progress.update()
        progress.set_postfix(loss=f"{loss_sum / seen:.3f}", accuracy=f"{correct / seen:.1%}")
    average_statistics([network] + ([average.module] if average else []), training.processes)
    loss_sum, right, all_seen = summed((loss_sum, correct, seen), training.processes)
    return {"train_loss": loss_sum / all_seen, "train_accuracy": right / all_seen}


def logits_and_targets(
    training: Training, network: torch.nn.Module, pictures: Sequence[Picture]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns logits, float32 ``[n, classes]``, and class indices, int64 ``[n]``."""
    import torch
    from timm.data import create_transform

    network.eval()
    logits, targets = [], []
    classes = [training.index_of[picture.movement.number] for picture in pictures]
    transform = create_transform(**data_config(training.recipe))
    data = LabelledPictures(training, pictures, classes, [transform])
    with torch.inference_mode(), half_precision(training.device):
        for images, batch_targets in loader(training, data):
            images = images.to(training.device, memory_format=torch.channels_last)
            logits.append(network(images).float().cpu())
            targets.append(batch_targets)
    return torch.cat(logits), torch.cat(targets)


def validate(training: Training, network: torch.nn.Module) -> dict[str, float]:
    """Returns loss and accuracy on the validation part."""
    from torch.nn.functional import cross_entropy

    logits, targets = logits_and_targets(training, network, training.validation)
    return {
        "validation_loss": float(cross_entropy(logits, targets)),
        "validation_accuracy": float((logits.argmax(1) == targets).float().mean()),
    }


# ---- the run -------------------------------------------------------------------------------------


def fit(training: Training, network: torch.nn.Module, resume: bool) -> None:
    """Trains to the last epoch of the recipe; ``network`` ends with the best weights."""
    import torch
    from timm.utils import ModelEmaV3
    from tqdm import tqdm

    recipe, processes = training.recipe, training.processes
    network.to(device=training.device).to(memory_format=torch.channels_last)
    if training.device == "cpu":
        strides_in_single_precision(network)
    freeze(network, recipe.frozen_blocks)
    optimizer = build_optimizer(network, recipe)
    painters = None
    if recipe.painter_weight:
        _, movement_of_painter = painter_classes(training.train)
        painters = painter_head(network, len(movement_of_painter)).to(training.device)
        optimizer.add_param_group({"params": list(painters.parameters())})
    average = (
        # The warm-up lets the average leave the untrained start behind.
        ModelEmaV3(network, decay=recipe.average_decay, use_warmup=True)
        if recipe.average_decay
        else None
    )
    steps = len(training_batches(training, 0))
    checkpoint = Checkpoint(training, network, painters, average, optimizer)
    if resume:
        checkpoint.load()
    elif processes.is_main:
        checkpoint.save()

    done = len(checkpoint.history)
    with tqdm(
        total=recipe.epochs * steps,
        initial=done * steps,
        unit="batch",
        disable=None if processes.is_main else True,
    ) as progress:
        for epoch in range(done, recipe.epochs):
            progress.set_description(f"Epoch {epoch + 1} of {recipe.epochs}")
            start = time.monotonic()
            row = {"epoch": epoch + 1, "learning_rate": learning_rate_at(recipe, epoch + 0.5)}
            row |= train_epoch(training, network, painters, average, optimizer, epoch, progress)
            row |= processes.from_main(
                partial(validate, training, average.module if average else network)
            )
            row |= {"seconds": time.monotonic() - start}
            checkpoint.add(row)
            if not processes.is_main:
                continue
            checkpoint.save()
            write_summary(checkpoint.history, training.out / "summary.csv")
            plot_curves(checkpoint.history, training.out / "curves.png")
            progress.write(
                f"epoch {row['epoch']:3}  train {row['train_accuracy']:.2%}  "
                f"validation {row['validation_accuracy']:.2%}  {row['seconds']:.0f} s"
            )
    network.load_state_dict(checkpoint.best)


class Checkpoint:
    """Everything that a run needs to go on, and the best weights so far."""

    def __init__(
        self,
        training: Training,
        network: torch.nn.Module,
        painters: torch.nn.Linear | None,
        average: ModelEmaV3 | None,
        optimizer: torch.optim.Optimizer,
    ) -> None:
        self._path = training.out / "checkpoint.pth"
        self._settings = training.settings
        self._parts: dict[str, Any] = {"network": network, "optimizer": optimizer}
        if painters is not None:
            self._parts["painters"] = painters
        if average is not None:
            self._parts["average"] = average
        self._validated = average.module if average is not None else network
        self.history: list[dict[str, float]] = []
        self.best = self._copy_of_validated()

    def add(self, row: dict[str, float]) -> None:
        """Appends an epoch and keeps its weights if it is the best on validation so far."""
        accuracies = [earlier["validation_accuracy"] for earlier in self.history]
        self.history.append(row)
        if row["validation_accuracy"] > max(accuracies, default=-1.0):
            self.best = self._copy_of_validated()

    def save(self) -> None:
        """Writes the checkpoint, whole or not at all."""
        import torch

        state = {name: part.state_dict() for name, part in self._parts.items()}
        state |= {"settings": self._settings, "history": self.history, "best": self.best}
        with written_whole(self._path) as temporary:
            torch.save(state, temporary)

    def load(self) -> None:
        """Takes up the saved run.

        Raises:
            DataError: There is no checkpoint, or it is of a run with other settings.
        """
        import torch

        if not self._path.is_file():
            raise DataError(f"There is nothing to resume: {self._path} does not exist.")
        state = torch.load(self._path, map_location="cpu", weights_only=True)
        settings = state["settings"]
        if settings["schedule"] == "step":
            # Its rate does not depend on where the run ends: it may end later than was planned.
            settings = settings | {"epochs": max(settings["epochs"], self._settings["epochs"])}
        if differing := _differences(settings, self._settings):
            raise DataError(
                f"{self._path} is of a run with other settings ({differing}): "
                "resume with the same ones or choose another --out."
            )
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        self.history, self.best = state["history"], state["best"]

    def _copy_of_validated(self) -> dict[str, torch.Tensor]:
        return {
            name: value.detach().cpu().clone()
            for name, value in self._validated.state_dict().items()
        }


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} was {old.get(name)}, is {new.get(name)}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def write_summary(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Writes a row an epoch."""
    with (
        written_whole(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.DictWriter(file, SUMMARY_COLUMNS)
        writer.writeheader()
        writer.writerows(
            {
                name: round(row[name], 5) if isinstance(row[name], float) else row[name]
                for name in SUMMARY_COLUMNS
            }
            for row in history
        )


def plot_curves(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Draws loss and accuracy of training and validation over the epochs."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    epochs = [row["epoch"] for row in history]
    for axes, measure in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for part, color in (("train", "#7a3b2e"), ("validation", "#2e5d7a")):
            values = [row[f"{part}_{measure}"] for row in history]
            axes.plot(epochs, values, color=color, label=part, marker="o", markersize=3)
        axes.set_xlabel("epoch")
        axes.set_title(measure)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=120)


# ---- the export ----------------------------------------------------------------------------------


def temperature_for(logits: torch.Tensor, targets: torch.Tensor) -> float:
    """Returns the temperature that minimises the negative log-likelihood (Guo et al., ICML 2017).

    Args:
        logits: float32 ``[n, classes]`` of pictures that the network was not trained on.
        targets: int64 ``[n]``, the class indices.
    """
    from scipy.optimize import minimize_scalar
    from torch.nn.functional import cross_entropy

    best = minimize_scalar(
        lambda exponent: float(cross_entropy(logits / math.exp(exponent), targets)),
        bounds=(math.log(0.05), math.log(20)),
        method="bounded",
    )
    return math.exp(best.x)


def export(training: Training, network: torch.nn.Module, folder: Path) -> None:
    """Writes a model folder: what timm reads, the familiarity and the likeness."""
    import tempfile

    import torch
    from timm.models import save_for_hf

    logits, targets = logits_and_targets(training, network, training.validation)
    settings = {
        "label_names": [movement.folder for movement in training.movements],
        "label_descriptions": {
            movement.folder: movement.english for movement in training.movements
        },
        "pretrained_cfg": {"tag": "pandora18k", "license": "cc-by-nc-4.0"},
        "temperature": temperature_for(logits, targets),
        "largest_side": training.recipe.largest_side,
        "training": training.settings,
    }
    with tempfile.TemporaryDirectory() as stage:
        save_for_hf(
            # safetensors wants the plain memory layout.
            network.cpu().to(memory_format=torch.contiguous_format),
            stage,
            model_config=settings,
            safe_serialization=True,
            data_config=data_config(training.recipe),
        )
        for path in Path(stage).iterdir():
            with written_whole(folder / path.name) as temporary:
                temporary.write_bytes(path.read_bytes())
    classifier = MovementClassifier.from_pretrained(folder, training.device, "torch")
    learn_familiarity(classifier, training.directory, training.train, training.validation).save(
        folder
    )
    learn_likeness(classifier, training.directory, training.train).save(folder)


def prepare(arguments: argparse.Namespace) -> Training:
    """Checks the arguments and reads the tree."""
    epochs = [] if arguments.epochs is None else [f"epochs={arguments.epochs}"]
    recipe = read_recipe(arguments.recipe, arguments.set + epochs)
    if arguments.weights is not None and not arguments.weights.is_file():
        raise ModelError(f"There is no file {arguments.weights}: name the weights with --weights.")
    pictures = read_tree(arguments.data)
    parts: dict[str, list[Picture]] = {"train": [], "validation": [], "test": []}
    for picture, part in zip(
        pictures, parts_of(pictures, arguments.split, arguments.data), strict=True
    ):
        parts[part].append(picture)
    if arguments.limit is not None:
        fewer = whole_painters if arguments.split == "artist" else evenly
        parts["train"] = fewer(parts["train"], arguments.limit)
    movements = movements_in(pictures)
    missing = {movement.folder for movement in movements} - {
        picture.movement.folder for picture in parts["train"]
    }
    if missing:
        raise DataError(
            f"No training picture shows {', '.join(sorted(missing))}: "
            "take its folder out of the tree, or add pictures, or raise --limit."
        )
    write_manifest(pictures, arguments.out)
    return Training(
        recipe=recipe,
        recipe_name=arguments.recipe,
        split=arguments.split,
        directory=arguments.data,
        movements=movements,
        train=tuple(readable(arguments.data, parts["train"])),
        validation=tuple(readable(arguments.data, parts["validation"])),
        device=arguments.device or _best_device(),
        out=arguments.out,
    )


def _best_device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def main() -> None:
    """Trains one recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", required=True, help=f"one of {', '.join(recipe_names())}")
    parser.add_argument("--data", type=Path, required=True, help="the Pandora18K tree")
    parser.add_argument("--weights", type=Path, help="ImageNet backbone (default: from the hub)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the run")
    parser.add_argument("--split", type=split_name, default="random", help=SPLITS_HELP)
    parser.add_argument("--epochs", type=positive, help="short for --set epochs=N")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another value for a setting of the recipe, as in --set epochs=6",
    )
    parser.add_argument(
        "--limit",
        type=positive,
        help="train on so many pictures only, of whole painters on the split by artist",
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda if there is one")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    arguments = parser.parse_args()

    processes = join_processes(arguments.device)
    training = replace(processes.from_main(lambda: prepare(arguments)), processes=processes)
    if processes.is_main:
        print("class index -> movement")
        for index, movement in enumerate(training.movements):
            print(f"{index:5}  {movement.folder}")
    network = build_network(training, arguments.weights)
    if processes.is_main:
        with written_whole(training.out / "settings.json") as path:
            path.write_text(json.dumps(training.settings, indent=2) + "\n", encoding="utf-8")
    try:
        fit(training, network, arguments.resume)
    except KeyboardInterrupt:
        print(f"Stopped; --resume goes on from {training.out / 'checkpoint.pth'}.")
        raise
    if processes.is_main:
        export(training, network, training.out / "model")
        print(f"Wrote {training.out / 'model'}")


if __name__ == "__main__":
    ask_for_huge_pages()
    run(main)
