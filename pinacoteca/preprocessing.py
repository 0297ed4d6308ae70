"""Turns a picture into the input of the network, as timm does, but without timm."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image

from pinacoteca.errors import ModelError

# The defaults of timm.
DEFAULTS: Mapping[str, Any] = {
    "input_size": (3, 224, 224),
    "interpolation": "bicubic",
    "crop_pct": 0.875,
    "crop_mode": "center",
    "mean": (0.485, 0.456, 0.406),
    "std": (0.229, 0.224, 0.225),
}
# The longest side of a resized picture in pixels; the network is made for 224.
SIDE_LIMIT = 4096


@dataclass(frozen=True)
class Preprocessing:
    """How a picture is resized, cropped and normalised.

    Attributes:
        size: Height and width in pixels of what the network takes.
        resampling: The filter of Pillow's resize.
        share: The share of each side of the resized picture that the crop keeps, 0 to 1.
        squash: Whether both sides are resized to the size divided by ``share``, without keeping the
            proportions; otherwise only the shorter side is, and the longer one is cropped.
        mean: The mean of each channel, 0 to 1.
        std: The standard deviation of each channel.
    """

    size: tuple[int, int]
    resampling: Image.Resampling
    share: float
    squash: bool
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def from_config(cls, settings: Mapping[str, Any]) -> Self:
        """Takes the ``pretrained_cfg`` of timm.

        Raises:
            ModelError: A setting is wrong or not supported.
        """
        # Like timm, this treats null as missing.
        given = {key: settings.get(key) or default for key, default in DEFAULTS.items()}
        try:
            channels, height, width = map(int, given["input_size"])
            made = cls(
                size=(height, width),
                resampling=Image.Resampling[str(given["interpolation"]).upper()],
                share=float(given["crop_pct"]),
                squash=given["crop_mode"] == "squash",
                mean=tuple(map(float, given["mean"])),
                std=tuple(map(float, given["std"])),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise _unknown(f"{type(error).__name__}: {error}") from None
        if channels != 3 or len(made.mean) != 3 or len(made.std) != 3:
            raise _unknown("pictures have 3 channels")
        if not (min(height, width) > 0 and 0 < made.share <= 1):
            raise _unknown("a size or crop_pct is out of range")
        if max(height, width) > SIDE_LIMIT * made.share:
            raise _unknown(f"input_size by crop_pct is more than {SIDE_LIMIT} pixels")
        if not all(map(math.isfinite, (*made.mean, *made.std))) or min(made.std) <= 0:
            raise _unknown("a mean or std is out of range")
        if not made.squash and (given["crop_mode"] != "center" or height != width):
            raise _unknown("crop_mode must be squash, or center with a square input_size")
        return made

    def batch(self, pictures: list[Image.Image]) -> npt.NDArray[np.float32]:
        """Returns RGB pictures as float32 ``[n, 3, height, width]``."""
        mean, std = (np.array(each, np.float32)[:, None, None] for each in (self.mean, self.std))
        made = np.empty((len(pictures), 3, *self.size), np.float32)
        for place, picture in enumerate(pictures):
            pixels = np.asarray(self._cropped(picture)).transpose(2, 0, 1)
            np.divide(pixels, np.float32(255), out=made[place])
        made -= mean
        made /= std
        return made

    def _cropped(self, picture: Image.Image) -> Image.Image:
        height, width = self.size
        wide, high = self._resized(picture.size)
        resized = picture.resize((wide, high), self.resampling)
        left, top = round((wide - width) / 2), round((high - height) / 2)
        return resized.crop((left, top, left + width, top + height))

    def _resized(self, size: tuple[int, int]) -> tuple[int, int]:
        """Returns the width and height that a picture is resized to before the crop."""
        height, width = (math.floor(side / self.share) for side in self.size)
        if self.squash:
            return width, height
        shorter, longer = min(size), max(size)
        long = int(height * longer / shorter)
        return (height, long) if size[0] == shorter else (long, height)


def _unknown(why: str) -> ModelError:
    return ModelError(
        f"The preprocessing in the model's configuration cannot be followed ({why}): "
        "export the model anew with train/train.py."
    )
