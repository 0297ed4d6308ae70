"""Reads a training recipe: the settings of one run, from a TOML file with an explanation."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import inf
from pathlib import Path
from typing import Any, get_type_hints

from pinacoteca.errors import DataError

FOLDER = Path(__file__).parent / "recipes"
CHOICES = {
    "optimizer": ("adam", "adamw"),
    "schedule": ("step", "cosine"),
    "crop_mode": ("squash", "center"),
}
# The least and the largest value of each number.
RANGES: dict[str, tuple[float, float]] = {
    "epochs": (1, inf),
    # Batch normalisation cannot train on a single picture.
    "batch_size": (2, inf),
    "learning_rate": (0, inf),
    "weight_decay": (0, inf),
    "layer_decay": (0, 1),
    "step_epochs": (0, inf),
    "warmup_epochs": (0, inf),
    "frozen_blocks": (0, 7),
    "average_decay": (0, 1),
    "label_smoothing": (0, 1),
    "mixup_alpha": (0, inf),
    "cutmix_alpha": (0, inf),
    "mixed_epochs": (0, inf),
    "stored_anew_share": (0, 1),
    "painter_weight": (0, inf),
    "painter_balance": (0, 1),
    "movement_balance": (0, 1),
    "epoch_pictures": (0, inf),
    "grey_share": (0, 1),
    "largest_side": (0, inf),
    "smallest_crop": (0.01, 1),
    "resolutions": (32, inf),
    "test_resolution": (32, inf),
    # NumPy takes no seed of more than 32 bits; train.py multiplies this one by 1,000.
    "seed": (0, 4_000_000),
}


@dataclass(frozen=True)
class Recipe:
    """Settings of one run; every recipe file must give all of them.

    Attributes:
        epochs: Passes over the training part.
        batch_size: Pictures in each step.
        optimizer: ``adam`` or ``adamw``.
        learning_rate: Learning rate of the last layer.
        weight_decay: Weight decay of the optimiser; biases and normalisation have none.
        layer_decay: Factor from the learning rate of a block to that of the block before; 1 for
            none.
        schedule: ``step`` or ``cosine``.
        step_epochs: ``step`` multiplies the rate by 0.1 each time this many epochs have passed.
        warmup_epochs: ``cosine`` first rises from zero for this many epochs.
        frozen_blocks: The stem and this many of the seven blocks keep their ImageNet weights; 0
            trains everything, including the stem.
        average_decay: Decay of the moving average of the weights, which is validated and exported;
            0 for none.
        label_smoothing: Label smoothing (Szegedy et al., CVPR 2016, section 7).
        mixup_alpha: Parameter of mixup's beta distribution (Zhang et al., ICLR 2018); 0 for no
            mixup.
        cutmix_alpha: The same for CutMix (Yun et al., ICCV 2019). With both, every mixed batch
            draws one of the two.
        mixed_epochs: Number of first epochs in which half of the batches mix pictures.
        stored_anew_share: Share of the training pictures that are stored anew, smaller, softer or
            sharper and more compressed, before the crop, so that the network does not learn how
            its pictures were stored.
        painter_weight: Weight of a second loss, for telling the painters apart; 0 for none.
        painter_balance: How far painters of a movement are balanced: a painter with r times as many
            pictures is shown r ** (1 - painter_balance) times as often. 0 does not balance, 1 shows
            all equally often.
        movement_balance: The same for movements, counted in the tree without the further pictures.
        epoch_pictures: Pictures shown in an epoch; 0 for the number of training pictures.
        grey_share: Share of the training pictures that lose their colour, half of them to sepia, so
            that a black and white plate gets the answer of its painting.
        largest_side: Pictures with a longer side are reduced to it first, in training and in use,
            so that a large photograph and its small copy look alike to the network; 0 for never.
        smallest_crop: Smallest area of a random crop, as a share of the picture; 1 trains on the
            whole picture, without crops or mirror images.
        resolutions: Sides of the training pictures, in pixels; batches take them in turn.
        test_resolution: Side of the pictures in validation, test and use.
        crop_mode: How a picture becomes a square in validation, test and use: ``squash`` (the whole
            picture, proportions lost) or ``center`` (proportions kept, edges lost).
        seed: Random seed of the order, the crops and the new layer.
    """

    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float
    weight_decay: float
    layer_decay: float
    schedule: str
    step_epochs: int
    warmup_epochs: float
    frozen_blocks: int
    average_decay: float
    label_smoothing: float
    mixup_alpha: float
    cutmix_alpha: float
    mixed_epochs: int
    stored_anew_share: float
    painter_weight: float
    painter_balance: float
    movement_balance: float
    epoch_pictures: int
    grey_share: float
    largest_side: int
    smallest_crop: float
    resolutions: tuple[int, ...]
    test_resolution: int
    crop_mode: str
    seed: int


def recipe_names() -> list[str]:
    """Returns the names that ``read_recipe`` knows."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_recipe(name: str, changes: Sequence[str] = ()) -> Recipe:
    """Reads the recipe ``recipes/<name>.toml``.

    Args:
        name: One of ``recipe_names()``.
        changes: Lines of TOML, such as ``epochs = 6``, that override the file.

    Raises:
        DataError: There is no such recipe, or a setting is unknown, missing, of the wrong type or
            out of range.
    """
    path = FOLDER / f"{name}.toml"
    if name not in recipe_names():
        raise DataError(f"There is no recipe {name!r}: choose one of {', '.join(recipe_names())}.")
    settings = _settings(path.read_text(encoding="utf-8"), str(path))
    for change in changes:
        settings |= _settings(change, f"The setting {change!r}")
    return recipe_from(settings, f"{path} with {', '.join(changes)}" if changes else str(path))


def _settings(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{source} is not valid TOML: {error}.") from None


def recipe_from(settings: dict[str, Any], source: str) -> Recipe:
    """Checks settings against the fields of ``Recipe``; ``source`` is named in errors."""
    expected = get_type_hints(Recipe)
    names = {field.name for field in fields(Recipe)}
    if unknown := sorted(settings.keys() - names):
        raise DataError(f"{source} has unknown settings: {', '.join(unknown)}.")
    if missing := sorted(names - settings.keys()):
        raise DataError(f"{source} lacks {', '.join(missing)}; every recipe gives all settings.")
    for name, value in settings.items():
        kind = expected[name]
        if not _fits(value, kind):
            wanted = kind.__name__ if kind in (int, float, str) else "list of int"
            raise DataError(f"{source}: {name} is {value!r}, but must be of type {wanted}.")
    for name, choices in CHOICES.items():
        if settings[name] not in choices:
            raise DataError(
                f"{source}: {name} is {settings[name]!r}; choose one of {', '.join(choices)}."
            )
    for name in RANGES:
        _check_range(name, settings[name], source)
    if settings["schedule"] == "step" and settings["step_epochs"] == 0:
        raise DataError(f'{source}: step_epochs is 0, but schedule = "step" needs at least 1.')
    return Recipe(**settings | {"resolutions": tuple(settings["resolutions"])})


def _check_range(name: str, value: Any, source: str) -> None:
    least, most = RANGES[name]
    if not all(least <= each <= most for each in (value if isinstance(value, list) else [value])):
        wanted = f"at least {least}" if most == inf else f"from {least} to {most}"
        raise DataError(f"{source}: {name} is {value!r}, but must be {wanted}.")


def _fits(value: object, kind: type) -> bool:
    # TOML files may say 1 for 1.0; Python counts bool as int, a recipe does not.
    if kind in (int, float):
        return isinstance(value, int if kind is int else int | float) and type(value) is not bool
    if kind is str:
        return isinstance(value, str)
    return isinstance(value, list) and value != [] and all(_fits(each, int) for each in value)
