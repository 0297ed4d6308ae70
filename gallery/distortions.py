"""Makes the bad copies of paintings that people query with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from pinacoteca.images import compressed
from pinacoteca.painting_within import perspective_of

# Where the corners appear to a hand-held phone, as shares of the sides: upper left, upper right,
# lower left, lower right.
PHONE_CORNERS = ((0.06, 0.03), (0.97, 0.07), (0.03, 0.98), (0.94, 0.93))


def as_it_is(picture: Image.Image) -> Image.Image:
    """Returns the picture."""
    return picture


def jpeg_30(picture: Image.Image) -> Image.Image:
    """Returns the picture compressed as JPEG of quality 30."""
    return compressed(picture, 30)


def cropped(picture: Image.Image) -> Image.Image:
    """Returns a crop of 80 % of each side, up and left of the centre."""
    width, height = picture.size
    left, top = round(0.08 * width), round(0.08 * height)
    return picture.crop((left, top, left + round(0.8 * width), top + round(0.8 * height)))


def mirrored(picture: Image.Image) -> Image.Image:
    """Returns the picture with left and right exchanged."""
    return ImageOps.mirror(picture)


def recoloured(picture: Image.Image) -> Image.Image:
    """Returns the picture as an old reproduction shows it: paler, darker and yellower."""
    faded = ImageEnhance.Brightness(ImageEnhance.Color(picture).enhance(0.6)).enhance(0.85)
    shares = np.array([1.08, 1.0, 0.82])
    return Image.fromarray((np.asarray(faded) * shares).clip(0, 255).astype(np.uint8))


def black_and_white(picture: Image.Image) -> Image.Image:
    """Returns the picture in black and white."""
    return ImageOps.grayscale(picture).convert("RGB")


def sepia(picture: Image.Image) -> Image.Image:
    """Returns the picture as an old print in one brown tint."""
    return ImageOps.colorize(ImageOps.grayscale(picture), (40, 26, 13), (255, 240, 214))


def photographed(picture: Image.Image) -> Image.Image:
    """Returns the picture at an angle and in warm light, with some wall around it."""
    width, height = picture.size
    corners = [(x * width, y * height) for x, y in PHONE_CORNERS]
    target = [(0, 0), (width, 0), (0, height), (width, height)]
    seen = picture.transform(
        picture.size,
        Image.Transform.PERSPECTIVE,
        perspective_of(corners, target),
        Image.Resampling.BICUBIC,
        fillcolor=(196, 190, 180),
    )
    return ImageEnhance.Contrast(ImageEnhance.Brightness(seen).enhance(0.9)).enhance(0.9)


DISTORTIONS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": as_it_is,
    "JPEG of quality 30": jpeg_30,
    "cropped to 80 %": cropped,
    "mirrored": mirrored,
    "recoloured": recoloured,
    "black and white": black_and_white,
    "sepia": sepia,
    "photographed askew": photographed,
}
