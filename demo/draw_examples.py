"""Draws the examples of the page: nobody else's pictures, so anyone may publish them (CC0).

    python demo/draw_examples.py

Writes six JPEG files of 640 x 480 or 480 x 640 px into demo/examples, the same ones every time.
Takes some seconds on one CPU core.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pinacoteca.files import written_whole

EXAMPLES = Path(__file__).parent / "examples"
Color = tuple[int, int, int]


def between(first: Color, second: Color, share: float) -> Color:
    """Returns the colour at ``share``, 0 to 1, of the way from the first to the second."""
    red, green, blue = (
        round(start + (end - start) * share) for start, end in zip(first, second, strict=True)
    )
    return red, green, blue


def dabs(
    size: tuple[int, int],
    color_at: Callable[[float, float], Color],
    generator: np.random.Generator,
    length: int,
) -> Image.Image:
    """Paints a picture in short level strokes whose colours stray a little from ``color_at``."""
    width, height = size
    picture = Image.new("RGB", size, color_at(0.5, 0.5))
    brush = ImageDraw.Draw(picture)
    for _ in range(width * height // 30):
        x, y = generator.uniform(0, width), generator.uniform(0, height)
        stray = generator.normal(0, 14, 3)
        red, green, blue = np.clip(np.array(color_at(x / width, y / height)) + stray, 0, 255)
        reach, sag = generator.uniform(0.4, 1.0) * length, generator.normal(0, 2)
        ends = (x - reach / 2, y - sag, x + reach / 2, y + sag)
        thickness = int(generator.integers(3, 7))
        brush.line(ends, fill=(int(red), int(green), int(blue)), width=thickness)
    return picture


def sunrise(generator: np.random.Generator) -> Image.Image:
    """A harbour at sunrise in short strokes."""

    def color_at(x: float, y: float) -> Color:
        sky = between((94, 120, 160), (240, 170, 120), min(y / 0.5, 1.0))
        water = between((200, 140, 116), (40, 66, 92), min(max(y - 0.5, 0) / 0.5, 1.0))
        if math.hypot((x - 0.62) * 4 / 3, y - 0.34) < 0.055:
            return 244, 96, 40
        if y > 0.5 and abs(x - 0.62) < 0.02 + 0.05 * (y - 0.5) and int(y * 42) % 2:
            return 240, 120, 66
        hull = abs(x - 0.3) < 0.09 - 0.5 * max(y - 0.66, 0) and 0.66 < y < 0.72
        mast = abs(x - 0.3) < 0.006 and 0.42 < y < 0.67
        if hull or mast:
            return 28, 40, 54
        return sky if y < 0.5 else water

    return dabs((640, 480), color_at, generator, length=26)


def garden(generator: np.random.Generator) -> Image.Image:
    """A path through flowers in points of unmixed colour."""
    width, height = 480, 640
    picture = Image.new("RGB", (width, height), (226, 222, 190))
    brush = ImageDraw.Draw(picture)
    for _ in range(36_000):
        x, y = generator.uniform(0, 1), generator.uniform(0, 1)
        path = y > 0.45 and abs(x - 0.5 - 0.16 * math.sin(5 * y)) < 0.04 + 0.22 * (y - 0.45)
        trunk = abs(x - 0.2) < 0.025 and 0.18 < y < 0.62
        crown = math.hypot((x - 0.2) / 0.9, y - 0.17) < 0.17
        if path:
            colors: tuple[Color, ...] = ((236, 200, 140), (222, 160, 110), (180, 150, 190))
        elif trunk:
            colors = ((90, 60, 80), (60, 50, 90), (140, 80, 50))
        elif crown:
            colors = ((40, 110, 60), (90, 150, 50), (30, 70, 100))
        elif y < 0.42:
            colors = ((140, 190, 230), (180, 210, 235), (240, 226, 190))
        else:
            colors = ((70, 140, 60), (120, 170, 50), (210, 60, 80), (250, 200, 60), (150, 80, 160))
        radius = generator.uniform(1.5, 3.2)
        center = (x * width, y * height)
        brush.circle(center, radius, fill=colors[int(generator.integers(len(colors)))])
    return picture


def guitar(generator: np.random.Generator) -> Image.Image:
    """A still life broken into facets of ochre and grey."""
    width, height = 480, 640
    picture = Image.new("RGB", (width, height), (120, 104, 80))
    palette = ((174, 150, 108), (92, 84, 74), (206, 190, 150), (64, 60, 58), (140, 112, 72))
    for step in range(90):
        angle, center = generator.uniform(0, math.pi), generator.uniform((60, 60), (420, 580))
        radius = generator.uniform(30, 130) * (1 - step / 140)
        turns = np.sort(generator.uniform(0, 2 * math.pi, int(generator.integers(3, 5)))) + angle
        points = [
            (center[0] + radius * math.cos(turn), center[1] + radius * math.sin(turn))
            for turn in turns
        ]
        facet = Image.new("L", (width, height), 0)
        ImageDraw.Draw(facet).polygon(points, fill=255)
        ramp = Image.linear_gradient("L").rotate(math.degrees(angle)).resize((width, height))
        mask = Image.composite(ramp, Image.new("L", (width, height), 0), facet)
        tone = Image.new("RGB", (width, height), palette[int(generator.integers(len(palette)))])
        picture = Image.composite(tone, picture, mask)
        ImageDraw.Draw(picture).line([*points, points[0]], fill=(44, 38, 34), width=2)
    brush = ImageDraw.Draw(picture)
    brush.circle((240, 400), 46, fill=(38, 32, 30), outline=(206, 190, 150), width=4)
    for string in range(6):
        brush.line((210 + 12 * string, 90, 218 + 9 * string, 520), fill=(214, 200, 164), width=1)
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def grid(generator: np.random.Generator) -> Image.Image:
    """Black bars and a few panes of primary colour."""
    picture = Image.new("RGB", (640, 480), (240, 238, 228))
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, 0, 200, 170), fill=(196, 30, 38))
    brush.rectangle((470, 330, 640, 480), fill=(28, 62, 140))
    brush.rectangle((210, 400, 330, 480), fill=(244, 204, 52))
    brush.rectangle((560, 0, 640, 90), fill=(30, 30, 32))
    for x in (205, 335, 465, 555):
        brush.rectangle((x, 0, x + 9, 480), fill=(24, 24, 26))
    for y in (95, 172, 325, 396):
        brush.rectangle((0, y, 640, y + 9), fill=(24, 24, 26))
    grain = generator.normal(0, 3, (480, 640, 1))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


def village(generator: np.random.Generator) -> Image.Image:
    """A village with flat houses, round trees and a large sun."""
    picture = Image.new("RGB", (640, 480), (132, 196, 230))
    brush = ImageDraw.Draw(picture)
    brush.circle((540, 84), 46, fill=(250, 206, 60))
    brush.ellipse((-160, 210, 380, 700), fill=(96, 166, 72))
    brush.ellipse((240, 230, 860, 760), fill=(74, 144, 66))
    walls = ((244, 236, 214), (236, 150, 120), (180, 206, 226), (250, 222, 130))
    for place, wall in enumerate(walls):
        x, y = 60 + 140 * place, 250 + 30 * (place % 2)
        brush.rectangle((x, y, x + 92, y + 84), fill=wall, outline=(70, 50, 40), width=2)
        roof = ((x - 12, y), (x + 46, y - 56), (x + 104, y))
        brush.polygon(roof, fill=(170, 60, 46), outline=(70, 50, 40))
        brush.rectangle((x + 36, y + 38, x + 58, y + 84), fill=(96, 60, 40))
        for window in (12, 66):
            brush.rectangle(
                (x + window, y + 16, x + window + 16, y + 34), fill=(90, 140, 180), outline="white"
            )
    for _ in range(26):
        left, top = generator.uniform(10, 630), generator.uniform(370, 460)
        brush.rectangle((left - 2, top - 14, left + 2, top + 6), fill=(90, 60, 40))
        brush.circle((left, top - 24), 14, fill=(34, 110, 50), outline=(20, 80, 40))
        for _ in range(4):
            apple = generator.normal((left, top - 24), 6)
            brush.circle(tuple(apple), 2.4, fill=(214, 50, 46))
    return picture


def soup(generator: np.random.Generator) -> Image.Image:
    """Four tins in the loud flat colours of print, with dots."""
    picture = Image.new("RGB", (640, 480), "white")
    brush = ImageDraw.Draw(picture)
    pairs: tuple[tuple[Color, Color], ...] = (
        ((250, 220, 40), (226, 30, 110)),
        ((40, 180, 220), (250, 130, 30)),
        ((236, 60, 60), (60, 200, 120)),
        ((150, 70, 190), (250, 230, 60)),
    )
    for place, (paper, tin) in enumerate(pairs):
        x, y = 320 * (place % 2), 240 * (place // 2)
        brush.rectangle((x, y, x + 320, y + 240), fill=paper)
        for row in range(14):
            for column in range(19):
                dot = (x + 9 + 17 * column + 8 * (row % 2), y + 9 + 17 * row)
                brush.circle(dot, 4, fill=between(paper, (255, 255, 255), 0.45))
        brush.rectangle((x + 105, y + 40, x + 215, y + 200), fill=tin, outline="black", width=4)
        brush.rectangle((x + 107, y + 110, x + 213, y + 196), fill="white")
        brush.ellipse((x + 105, y + 26, x + 215, y + 56), fill="white", outline="black", width=4)
        brush.ellipse((x + 138, y + 92, x + 182, y + 136), fill=paper, outline="black", width=4)
    shift = generator.integers(1, 4)
    red, green, blue = picture.split()
    # Ink that is printed a little beside its place.
    red = red.transform(red.size, Image.Transform.AFFINE, (1, 0, int(shift), 0, 1, 0))
    return Image.merge("RGB", (red, green, blue))


DRAWINGS = (sunrise, garden, guitar, grid, village, soup)


def main() -> None:
    """Draws all of them."""
    for seed, draw in enumerate(DRAWINGS):
        with written_whole(EXAMPLES / f"{draw.__name__}.jpg") as path:
            draw(np.random.default_rng(seed)).save(path, quality=85, optimize=True)
    print(f"Wrote {len(DRAWINGS)} examples into {EXAMPLES}")


if __name__ == "__main__":
    main()
