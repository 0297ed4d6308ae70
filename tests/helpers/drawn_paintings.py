"""Draws a picture that is as full as a painting."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def drawn_painting(seed: int = 0, size: tuple[int, int] = (220, 160)) -> Image.Image:
    """Returns a picture full of strokes in many colours."""
    dice = np.random.default_rng(seed)
    picture = Image.new("RGB", size, (92, 110, 84))
    pen = ImageDraw.Draw(picture)
    for _ in range(300):
        x, y = dice.uniform((0, 0), size)
        width, height = dice.uniform(8, 40, 2)
        red, green, blue = dice.integers(20, 200, 3).tolist()
        pen.ellipse((x - width, y - height, x + width, y + height), fill=(red, green, blue))
    return picture.filter(ImageFilter.GaussianBlur(1))
