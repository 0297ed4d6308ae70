"""A training recipe: the settings of one run, read from a TOML file that explains itself."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from pinacoteca.errors import DataError

FOLDER = Path(__file__).parent / "recipes"
CHOICES = {
    "optimizer": ("adam", "adamw"),
    "schedule": ("step", "cosine"),
    "crop_mode": ("squash", "center", "border"),
}


@dataclass(frozen=True)
class Recipe:
    """Settings of one run; every recipe file gives all of them.

    Attributes:
        epochs: Passes over the training part.
        batch_size: Pictures a step.
        optimizer: ``adam`` or ``adamw``.
        learning_rate: Of the last layer.
        weight_decay: Of the optimiser; biases and normalisation are spared.
        layer_decay: Factor of the learning rate from one block to the block before it; 1 for none.
        schedule: ``step`` or ``cosine``.
        step_epochs: ``step`` multiplies the rate by 0.1 after every so many epochs.
        warmup_epochs: ``cosine`` first rises from zero for so many epochs.
        frozen_blocks: The stem and so many of the seven blocks keep their ImageNet weights;
            0 trains everything, the stem included.
        average_decay: Decay of the moving average of the weights, which is what is validated and
            exported; 0 for none.
        label_smoothing: Szegedy et al., CVPR 2016, section 7.
        mixup_alpha: Of the beta distribution by which two pictures are blended (Zhang et al., ICLR
            2018); 0 for none.
        cutmix_alpha: The same for a part of one pasted into the other (Yun et al., ICCV 2019);
            0 for none. With both, every mixed batch draws one of the two.
        mixed_epochs: Only the first so many epochs mix pictures, and only half of their batches.
        stored_anew_share: Share of the training pictures that are stored anew, smaller, softer or
            sharper and more compressed, before the crop, so that the network does not learn how
            its pictures were stored.
        smallest_crop: Least area of a random crop, as a share of the picture; 1 trains on the
            whole picture, without crops and mirror images.
        resolution: Side of the training pictures, in pixels.
        test_resolution: Side of the pictures in validation, test and use.
        crop_mode: How a picture becomes a square in validation, test and use: ``squash`` (the whole
            picture, proportions lost), ``center`` (proportions kept, edges lost) or ``border``.
        seed: Of the order, the crops and the new layer.
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
    smallest_crop: float
    resolution: int
    test_resolution: int
    crop_mode: str
    seed: int


def recipe_names() -> list[str]:
    """Returns the names that ``read_recipe`` knows."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_recipe(name: str) -> Recipe:
    """Reads the recipe ``recipes/<name>.toml``.

    Raises:
        DataError: There is no such recipe, or a setting is unknown, missing or of the wrong type.
    """
    path = FOLDER / f"{name}.toml"
    if name not in recipe_names():
        raise DataError(f"There is no recipe {name!r}: choose one of {', '.join(recipe_names())}.")
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path} is not valid TOML: {error}.") from None
    return recipe_from(settings, str(path))


def recipe_from(settings: dict[str, Any], source: str) -> Recipe:
    """Checks settings against the fields of ``Recipe``; ``source`` is named in errors."""
    expected = get_type_hints(Recipe)
    names = {field.name for field in fields(Recipe)}
    if unknown := sorted(settings.keys() - names):
        raise DataError(f"{source} has settings that no recipe has: {', '.join(unknown)}.")
    if missing := sorted(names - settings.keys()):
        raise DataError(f"{source} lacks {', '.join(missing)}; every recipe gives all settings.")
    for name, value in settings.items():
        kind = expected[name]
        # TOML writes 1 for 1.0; a truth value is no number here.
        fits = isinstance(value, int | float if kind is float else kind)
        if not fits or isinstance(value, bool):
            raise DataError(f"{source}: {name} is {value!r}, but must be of type {kind.__name__}.")
    for name, choices in CHOICES.items():
        if settings[name] not in choices:
            raise DataError(
                f"{source}: {name} is {settings[name]!r}; choose one of {', '.join(choices)}."
            )
    return Recipe(**settings)
