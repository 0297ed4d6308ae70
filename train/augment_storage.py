"""Varies how pictures are stored: in training as augmentation, in the test as a check.

All pictures of a data set were resized and compressed in the same way. A network trained on them
unchanged may name another movement for the same painting after one more JPEG compression.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from PIL import Image, ImageFilter, ImageOps

from pinacoteca.images import compressed, reduced

RESIZING = (Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.LANCZOS)
# The longer side of the training pictures. One of their two sources stored squares of this side.
SQUARE_SIDE = 224


class StoredAnew:
    """Makes some pictures smaller, softer or sharper, and more compressed, like copies in use."""

    def __init__(self, share: float) -> None:
        self._share = share

    def __call__(self, picture: Image.Image) -> Image.Image:
        """Returns the picture, or a copy stored anew; draws from the module ``random``."""
        if random.random() >= self._share:
            return picture
        if random.random() < 0.5:
            picture = _smaller(picture)
        focus = random.random()
        if focus < 0.25:
            picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.2, 1.2)))
        elif focus < 0.5:
            strength = random.randint(40, 160)
            picture = picture.filter(ImageFilter.UnsharpMask(1, strength, threshold=0))
        return compressed(picture, random.randint(30, 95)) if random.random() < 0.7 else picture


class WithoutColour:
    """Removes the colour of some pictures, as in black and white plates and old prints.

    Half of them become grey, half sepia of varying warmth.
    """

    def __init__(self, share: float) -> None:
        self._share = share

    def __call__(self, picture: Image.Image) -> Image.Image:
        """Returns the picture, or a copy without colour; draws from the module ``random``."""
        if random.random() >= self._share:
            return picture
        grey = ImageOps.grayscale(picture)
        if random.random() < 0.5:
            return grey.convert("RGB")
        warmth = random.uniform(0.5, 1.0)
        middle = (round(128 + 24 * warmth), round(128 - 6 * warmth), round(128 - 44 * warmth))
        light = (255, round(255 - 10 * warmth), round(255 - 40 * warmth))
        return ImageOps.colorize(grey, (0, 0, 0), light, middle)


def _smaller(picture: Image.Image) -> Image.Image:
    """Returns a smaller picture of the same proportions that lost more detail along one side.

    A picture that was squashed to a square loses detail in the same way.
    """
    scales = random.uniform(0.5, 1.0), random.uniform(0.5, 1.0)
    width, height = picture.size
    lossy = picture.resize(
        (max(round(width * scales[0]), 1), max(round(height * scales[1]), 1)),
        random.choice(RESIZING),
    )
    size = (max(round(width * max(scales)), 1), max(round(height * max(scales)), 1))
    return lossy.resize(size, random.choice(RESIZING))


def small_copy(picture: Image.Image, quality: int) -> Image.Image:
    """Returns a copy like the training pictures: a JPEG with a longer side of 224 px."""
    return compressed(reduced(picture, SQUARE_SIDE), quality)


def squashed_and_back(picture: Image.Image) -> Image.Image:
    """Returns the picture after squashing it to a square of 224 px and stretching it back."""
    return picture.resize((SQUARE_SIDE, SQUARE_SIDE)).resize(picture.size)


# Changes that must not change an answer.
COPIES: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "compressed as JPEG of quality 75": lambda picture: compressed(picture, 75),
    "squashed to a square and back": squashed_and_back,
}
