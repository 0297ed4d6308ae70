"""Trains a MobileNetV2 on a Pandora18K tree and exports it in hub layout.

    python train/train.py --recipe best --data ../shared/data/pandora \
        --weights ../shared/weights/mobilenetv2_100_imagenet_backbone.safetensors --out runs/best

A recipe is a file in train/recipes; the comment at its top gives its expected result and cost.
``--out`` gets ``model/`` (hub layout, the best epoch on validation), ``summary.csv`` (a row for
each epoch), ``curves.png``, ``settings.json``, ``manifest.csv``, ``parts.csv`` and
``checkpoint.pth``. The script refuses a folder that already holds a run, unless it is told what to
do: ``--resume`` goes on from the checkpoint exactly as if the run had never stopped,
``--overwrite`` starts again. Ctrl-C loses at most the current epoch. Several processes can share
every batch, each on its own graphics card or all on the processor; train/data_parallel.py says what
differs:

    accelerate launch --multi_gpu --num_processes 2 train/train.py ...
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batches import LabelledPictures, data_config, loader, training_batches
from calibrate import Group, shared_temperature
from data_parallel import average_gradients, average_statistics, summed
from learn_familiarity import learn_familiarity
from learn_likeness import learn_likeness
from memory_pages import ask_for_huge_pages
from network import (
    build_network,
    check_there,
    freeze,
    half_precision,
    painter_head,
    set_training_mode,
    strides_in_single_precision,
)
from pandora import (
    SPLITS_HELP,
    Picture,
    further_of_split,
    movements_in,
    name_unknown_folders,
    painter_classes,
    parts_of,
    read_tree,
    readable,
    split_name,
    write_manifest,
)
from parts import PARTS_FILE, UNUSED, Parts
from recipe import Recipe, read_recipe, recipe_names
from run_folder import CHECKPOINT_FILE, check_folder, check_room, clear
from run_settings import Training
from subsets import evenly, whole_painters
from workers import named_failures

from pinacoteca.classifier import MovementClassifier
from pinacoteca.command_line import positive, run, whole_number
from pinacoteca.errors import DataError
from pinacoteca.familiarity import FAMILIARITY_FILE
from pinacoteca.files import written_whole
from pinacoteca.likeness import LIKENESS_FILE
from pinacoteca.locks import alone_in
from pinacoteca.model_files import CONFIG_FILE, WEIGHTS_FILE
from pinacoteca.movements import Movement
from pinacoteca.processes import join_processes
from pinacoteca.second_branch import SECOND_BRANCH_FILE, add_second_branch
from pinacoteca.statistics_head import STATISTICS_HEAD_FILE
from pinacoteca.swap import swapped

if TYPE_CHECKING:
    import torch
    from timm.data import Mixup
    from timm.utils import ModelEmaV3

# The share of mixed batches; the others keep the network used to whole pictures.
MIXED_SHARE = 0.5
# The files of a run's model folder. They belong together: one without the others would mislead.
EXPORTED = (
    *(CONFIG_FILE, WEIGHTS_FILE, SECOND_BRANCH_FILE),
    *(FAMILIARITY_FILE, LIKENESS_FILE, STATISTICS_HEAD_FILE, PARTS_FILE),
)
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
    """Returns the mixing of a batch's pictures, or None if the epoch does not mix."""
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
    """Trains for one epoch and returns the loss and accuracy during training.

    A mix of two pictures counts as right if the answer is the class of the larger share.
    """
    import numpy as np
    import torch
    from torch.nn.functional import cross_entropy, one_hot

    recipe = training.recipe
    smoothing = recipe.label_smoothing
    set_training_mode(network, recipe.frozen_blocks)
    # Seed each epoch, so that randomness in the network and in timm's mixing is the same after a
    # resume.
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
        loss_now = loss.item()
        check_finite(loss_now, epoch, rate)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(optimizer, training.processes)
        optimizer.step()
        if average is not None:
            average.update(network, step=epoch * len(batches) + step)
        loss_sum += loss_now * len(labels)
        correct += int((logits.argmax(1) == targets.argmax(1)).sum())
        seen += len(labels)
        progress.update()
        progress.set_postfix(loss=f"{loss_sum / seen:.3f}", accuracy=f"{correct / seen:.1%}")
    average_statistics([network] + ([average.module] if average else []), training.processes)
    loss_sum, right, all_seen = summed((loss_sum, correct, seen), training.processes)
    return {"train_loss": loss_sum / all_seen, "train_accuracy": right / all_seen}


def check_finite(loss: float, epoch: int, rate: float) -> None:
    """Ends a run whose loss is not finite: it would learn nothing more.

    Raises:
        DataError: The loss is not a finite number.
    """
    if not math.isfinite(loss):
        raise DataError(
            f"The loss is {loss} in epoch {epoch + 1}, at a learning rate of {rate:.2g}, and "
            "would stay so: try a lower rate (--set learning_rate=...) or other --weights. The "
            "checkpoint of the epoch before it stays."
        )


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
    """Trains to the last epoch of the recipe and leaves ``network`` with the best weights."""
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
        # The warm-up keeps the untrained start out of the average.
        ModelEmaV3(network, decay=recipe.average_decay, use_warmup=True)
        if recipe.average_decay
        else None
    )
    steps = len(training_batches(training, 0))
    checkpoint = Checkpoint(training, network, painters, average, optimizer)
    if resume:
        checkpoint.load()
    if processes.is_main:
        check_room(training.out, checkpoint.bytes_needed)
        if not resume:
            checkpoint.save()
        write_settings(training)

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
            check_finite(row["validation_loss"], epoch, row["learning_rate"])
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
        self._path = training.out / CHECKPOINT_FILE
        self._settings = training.settings
        self._optimizer = optimizer
        self._parts: dict[str, Any] = {"network": network, "optimizer": optimizer}
        if painters is not None:
            self._parts["painters"] = painters
        if average is not None:
            self._parts["average"] = average
        self._validated = average.module if average is not None else network
        self.history: list[dict[str, float]] = []
        self.best = self._copy_of_validated()

    def add(self, row: dict[str, float]) -> None:
        """Records an epoch and keeps its weights if it is the best on validation so far."""
        accuracies = [earlier["validation_accuracy"] for earlier in self.history]
        self.history.append(row)
        if row["validation_accuracy"] > max(accuracies, default=-1.0):
            self.best = self._copy_of_validated()

    @property
    def bytes_needed(self) -> int:
        """The approximate size of a checkpoint, with the optimiser's two moments of each weight."""
        counted = [part for name, part in self._parts.items() if name != "optimizer"]
        weights: int = sum(each.numel() for part in counted for each in part.state_dict().values())
        learned: int = sum(
            each.numel() for group in self._optimizer.param_groups for each in group["params"]
        )
        best: int = sum(each.numel() for each in self.best.values())
        return 4 * (weights + 2 * learned + best)

    def save(self) -> None:
        """Writes the checkpoint atomically.

        Raises:
            DataError: The disk is full or not writable.
        """
        import torch

        state = {name: part.state_dict() for name, part in self._parts.items()}
        state |= {"settings": self._settings, "history": self.history, "best": self.best}
        try:
            with written_whole(self._path) as temporary:
                torch.save(state, temporary)
        # PyTorch's error does not mention that the disk is full.
        except (OSError, RuntimeError) as error:
            check_room(self._path.parent, self.bytes_needed)
            raise DataError(
                f"{self._path} could not be written ({error}): check the disk of --out, then "
                "go on with --resume."
            ) from None

    def load(self) -> None:
        """Restores the saved run.

        Raises:
            DataError: The checkpoint is damaged, or belongs to a run with other settings.
        """
        state = self._read()
        settings = state["settings"]
        if settings["schedule"] == "step":
            # The step schedule does not depend on the number of epochs, so the run may be extended.
            settings = settings | {"epochs": max(settings["epochs"], self._settings["epochs"])}
        if differing := _differences(settings, self._settings):
            raise DataError(
                f"{self._path} belongs to a run with other settings ({differing}): "
                "resume with the same ones or choose another --out."
            )
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        self.history, self.best = state["history"], state["best"]

    def _read(self) -> dict[str, Any]:
        import torch

        try:
            state: dict[str, Any] = torch.load(self._path, map_location="cpu", weights_only=True)
            if {"network", "optimizer", "settings", "history", "best"} <= state.keys():
                return state
        # On a truncated file PyTorch raises many types of error.
        except Exception as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise DataError(
                f"{self._path} is damaged ({reason}): take it from another copy of the run, or "
                "start anew with --overwrite or another --out."
            ) from None
        raise DataError(f"{self._path} is no checkpoint of train.py: choose another --out.")

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


def write_settings(training: Training) -> None:
    """Writes the settings that must be equal to resume the run, and its list of pictures."""
    with written_whole(training.out / "settings.json") as path:
        path.write_text(json.dumps(training.settings, indent=2) + "\n", encoding="utf-8")
    training.parts.save(training.out)


def write_summary(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Writes a row for each epoch."""
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
    return shared_temperature([Group(logits.numpy(), targets.numpy())])


def test_part_size(training: Training) -> dict[str, int]:
    """Returns the number of test pictures, which helps a model without parts.csv know its tree."""
    rows = training.parts.rows
    return {"test_pictures": sum(row.part == "test" for row in rows)} if rows else {}


def export(
    training: Training,
    network: torch.nn.Module,
    folder: Path,
    averaging: Mapping[str, float] | None = None,
    second_branch: Path | None = None,
) -> None:
    """Writes a model folder atomically: the weights for timm, the familiarity and the likeness.

    Args:
        training: The run.
        network: The trained network.
        folder: The model folder.
        averaging: How the weights were averaged after training; it is stored with the settings.
        second_branch: The weights for a second branch; None for no second branch.
    """
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
        "training": {**training.settings, **test_part_size(training), **(averaging or {})},
    }
    with swapped(folder, EXPORTED) as staged:
        save_for_hf(
            # safetensors needs contiguous tensors.
            network.cpu().to(memory_format=torch.contiguous_format),
            str(staged),
            model_config=settings,
            safe_serialization=True,
            data_config=data_config(training.recipe),
        )
        if second_branch is not None:
            add_second_branch(staged, second_branch)
        classifier = MovementClassifier.from_pretrained(
            staged, training.device, "torch", with_likeness=False
        )
        # A picture may have disappeared in the hours since the run began.
        own = [picture for picture in training.train if not picture.further]
        train = readable(training.directory, own)
        validation = readable(training.directory, training.validation)
        learn_familiarity(classifier, training.directory, train, validation).save(staged)
        learn_likeness(classifier, training.directory, train).save(staged)
        if training.parts.rows:
            training.parts.save(staged)


def prepare(arguments: argparse.Namespace) -> Training:
    """Checks the arguments and the folder of the run, and reads the tree."""
    check_folder(arguments.out, arguments.resume, arguments.overwrite)
    epochs = [] if arguments.epochs is None else [f"epochs={arguments.epochs}"]
    recipe = read_recipe(arguments.recipe, arguments.set + epochs)
    if arguments.weights is not None:
        check_there(arguments.weights)
    pictures = read_tree(arguments.data)
    name_unknown_folders(arguments.data)
    recorded = Parts.load(arguments.out) if arguments.resume else None
    if recorded is None:
        train, validation, recorded = drawn_parts(arguments, pictures)
    else:
        train, validation = (
            recorded.found(arguments.data, part, pictures) for part in ("train", "validation")
        )
    movements = movements_in(train)
    return Training(
        recipe=recipe,
        recipe_name=arguments.recipe,
        split=arguments.split,
        directory=arguments.data,
        movements=movements,
        train=(*train, *further_of(arguments, pictures, train, movements)),
        validation=tuple(validation),
        device=arguments.device or _best_device(),
        out=arguments.out,
        parts=recorded,
        workers=arguments.workers,
        further=arguments.further,
    )


def further_of(
    arguments: argparse.Namespace,
    pictures: Sequence[Picture],
    train: Sequence[Picture],
    movements: Sequence[Movement],
) -> list[Picture]:
    """Returns the further pictures to train on, none if there is no such tree.

    On the split by artist, painters of validation and test are left out.
    """
    if arguments.further is None:
        return []
    further = further_of_split(arguments.further, arguments.split, pictures, train, movements)
    return readable(arguments.further, further)


def drawn_parts(
    arguments: argparse.Namespace, pictures: Sequence[Picture]
) -> tuple[list[Picture], list[Picture], Parts]:
    """Draws the split; returns the training and validation pictures and the record of all parts.

    Raises:
        DataError: A movement has no readable training picture, or no validation picture is
            readable.
    """
    parts: dict[str, list[Picture]] = {"train": [], "validation": [], "test": []}
    for picture, part in zip(
        pictures, parts_of(pictures, arguments.split, arguments.data), strict=True
    ):
        parts[part].append(picture)
    if arguments.limit is not None:
        fewer = whole_painters if arguments.split == "artist" else evenly
        parts["train"] = fewer(parts["train"], arguments.limit)
    movements = movements_in(pictures)
    check_movements(movements, parts["train"], "shows")
    write_manifest(pictures, arguments.out)
    train = readable(arguments.data, parts["train"])
    check_movements(movements, train, "that can be read shows")
    validation = readable(arguments.data, parts["validation"])
    if not validation:
        raise DataError(
            f"None of the {len(parts['validation'])} validation pictures can be read, and "
            "without one no epoch can be judged: repair them, or add pictures to the tree."
        )
    part_of = {each.path: "train" for each in train}
    part_of |= {each.path: "validation" for each in validation}
    part_of |= {each.path: "test" for each in parts["test"]}
    chosen = {each.path for each in (*train, *validation)}
    ordered = [*train, *validation, *(each for each in pictures if each.path not in chosen)]
    return (
        train,
        validation,
        Parts.of(arguments.data, [(each, part_of.get(each.path, UNUSED)) for each in ordered]),
    )


def check_movements(movements: Sequence[Movement], pictures: Sequence[Picture], what: str) -> None:
    """Refuses a movement without training pictures.

    Raises:
        DataError: A movement has no picture.
    """
    missing = {movement.folder for movement in movements} - {
        picture.movement.folder for picture in pictures
    }
    if missing:
        raise DataError(
            f"No training picture {what} {', '.join(sorted(missing))}: "
            "take its folder out of the tree, or add pictures, or raise --limit."
        )


def _best_device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def main() -> None:
    """Trains one recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", required=True, help=f"one of {', '.join(recipe_names())}")
    parser.add_argument("--data", type=Path, required=True, help="the Pandora18K tree")
    parser.add_argument(
        "--further", type=Path, help="another tree of that layout, for additional training"
    )
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
        help="train on only this many pictures; on the split by artist, of whole painters",
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda if there is one")
    parser.add_argument(
        "--workers",
        type=whole_number,
        help="processes that read pictures (default: as many as fit)",
    )
    what_is_there = parser.add_mutually_exclusive_group()
    what_is_there.add_argument(
        "--resume", action="store_true", help="go on from the checkpoint in --out"
    )
    what_is_there.add_argument(
        "--overwrite", action="store_true", help="delete the run in --out and start again"
    )
    arguments = parser.parse_args()

    processes = join_processes(arguments.device)
    with alone_in(arguments.out) if processes.is_main else nullcontext():
        training = replace(processes.from_main(lambda: prepare(arguments)), processes=processes)
        network = build_network(training, arguments.weights)
        if processes.is_main:
            print("class index -> movement")
            for index, movement in enumerate(training.movements):
                print(f"{index:5}  {movement.folder}")
            if arguments.overwrite:
                clear(arguments.out)
        try:
            with named_failures():
                fit(training, network, arguments.resume)
        except KeyboardInterrupt:
            print(f"Stopped; --resume goes on from {training.out / CHECKPOINT_FILE}.")
            raise
        if processes.is_main:
            export(training, network, training.out / "model")
            print(f"Wrote {training.out / 'model'}")


if __name__ == "__main__":
    ask_for_huge_pages()
    run(main)
