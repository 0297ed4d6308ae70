"""Draws the examples of the page, so that they can be published freely (CC0).

    python demo/draw_examples.py

Writes six JPEG files of 640 x 480 or 480 x 640 px into demo/examples, the same ones every time.
Each gets brush strokes at the end, because the model does not recognise flat drawings as paintings.
Takes a few seconds on one CPU core.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

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
    """Paints a picture in short horizontal strokes, in slightly varied colours of ``color_at``."""
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


def painted(picture: Image.Image, generator: np.random.Generator) -> Image.Image:
    """Returns a drawing repainted in brush strokes on canvas, first coarse, then fine.

    Strokes follow the edges of the drawing, like those of a painter.
    """
    colors = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.5)), np.float64)
    down, across = np.gradient(colors.mean(axis=2))
    angles = np.arctan2(across, -down)
    canvas = picture.filter(ImageFilter.GaussianBlur(8))
    brush = ImageDraw.Draw(canvas)
    height, width = angles.shape
    for thickness, length, strokes in ((9, 26, 5_000), (5, 15, 14_000), (3, 9, 30_000)):
        for x, y in zip(
            generator.integers(width, size=strokes).tolist(),
            generator.integers(height, size=strokes).tolist(),
            strict=True,
        ):
            angle = angles[y, x] + generator.normal(0, 0.35)
            reach = length * generator.uniform(0.25, 0.5)
            ends = (
                x - reach * math.cos(angle),
                y - reach * math.sin(angle),
                x + reach * math.cos(angle),
                y + reach * math.sin(angle),
            )
            stray = generator.normal(0, 9, 3) + generator.normal(0, 7)
            red, green, blue = np.clip(colors[y, x] + stray, 0, 255).astype(int).tolist()
            brush.line(ends, fill=(red, green, blue), width=thickness)
    # Old varnish: paler colours, uneven light, the grain of the canvas.
    faded = ImageEnhance.Color(canvas.filter(ImageFilter.GaussianBlur(1.4))).enhance(0.75)
    coarse = generator.normal(128, 60, (6, 8)).clip(0, 255).astype(np.uint8)
    light = np.asarray(Image.fromarray(coarse).resize(picture.size, Image.Resampling.BICUBIC))
    shade = (light.astype(np.float64)[..., None] - 128) / 8
    grain = generator.normal(0, 4, (height, width, 1))
    seen = 0.8 * np.asarray(faded, np.float64) + 22 + shade + grain
    return Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8))


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


def apples(generator: np.random.Generator) -> Image.Image:
    """Apples and a bottle on a table, with light from the left."""
    width, height = 640, 480
    picture = Image.new("RGB", (width, height), (92, 84, 66))
    brush = ImageDraw.Draw(picture)
    for y in range(300):
        brush.line((0, y, width, y), fill=between((70, 66, 58), (122, 106, 78), y / 300))
    brush.rectangle((0, 300, width, height), fill=(196, 182, 150))
    brush.polygon([(0, 420), (260, 350), (430, 480), (0, 480)], fill=(222, 214, 196))
    brush.rounded_rectangle((440, 96, 530, 356), 26, fill=(44, 62, 46))
    brush.rectangle((470, 30, 500, 110), fill=(40, 56, 42))
    brush.line((452, 130, 452, 320), fill=(128, 150, 120), width=6)
    for x, y, radius in ((150, 330, 58), (262, 352, 62), (214, 270, 54), (366, 372, 56)):
        brush.ellipse(
            (x - radius, y + radius - 22, x + radius + 34, y + radius + 8), (120, 104, 80)
        )
        warm = int(generator.integers(0, 60))
        for step in range(radius, 0, -2):
            share = 1 - step / radius
            color = between((112, 34 + warm, 26), (236, 150 + warm, 74), share)
            left, top = x - step - 16 * share, y - step - 16 * share
            brush.ellipse((left, top, left + 2 * step, top + 2 * step), fill=color)
        brush.line((x, y - radius + 8, x + 8, y - radius - 12), fill=(58, 42, 30), width=4)
    return picture


def mountains(generator: np.random.Generator) -> Image.Image:
    """Ranges in evening mist, a lonely tree before them."""
    width, height = 480, 640
    picture = Image.new("RGB", (width, height))
    brush = ImageDraw.Draw(picture)
    for y in range(height):
        sky = between((84, 98, 128), (236, 196, 150), min(y / 330, 1.0))
        brush.line((0, y, width, y), fill=sky)
    brush.ellipse((318, 120, 366, 168), fill=(250, 236, 204))
    for place, color in enumerate(((160, 150, 158), (118, 116, 130), (78, 82, 92), (44, 46, 44))):
        waves = generator.uniform(0, math.tau, 4)
        ridge = [
            (
                x,
                280
                + 88 * place
                - (70 - 12 * place) * abs(math.sin(x / 118 + waves[0]))
                - 16 * math.sin(x / 41 + waves[1])
                - 5 * math.sin(x / 13 + waves[2]),
            )
            for x in range(0, width + 8, 8)
        ]
        brush.polygon([*ridge, (width + 8, height), (0, height)], fill=color)
    brush.line((110, 620, 118, 430), fill=(30, 28, 26), width=9)
    for _ in range(26):
        tip = generator.uniform(70, 170), generator.uniform(380, 500)
        brush.line((116, 500 - (500 - tip[1]) * 0.4, *tip), fill=(34, 32, 28), width=3)
    return picture


DRAWINGS = (sunrise, garden, guitar, village, apples, mountains)


def main() -> None:
    """Draws all examples."""
    for seed, draw in enumerate(DRAWINGS):
        with written_whole(EXAMPLES / f"{draw.__name__}.jpg") as path:
            generator = np.random.default_rng(seed)
            painted(draw(generator), generator).save(path, quality=85, optimize=True)
    print(f"Wrote {len(DRAWINGS)} examples into {EXAMPLES}")


if __name__ == "__main__":
    main()
