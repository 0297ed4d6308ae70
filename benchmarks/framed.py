"""Counts in how many pictures of more than a painting the painting is found.

    python benchmarks/framed.py [--data ../shared/data] [--out benchmarks/results/framed.json]

Puts every 30th painting of PandoraRom into a gilt frame, on the page of a book, on a wall seen at
an angle and so on, or takes its colours away. Asks with each copy as it is, and enlarged three
times and stored as JPEG, as photographs are. Right means that the quadrilateral found and the true
one share at least .8 of what they cover together. Before that, it looks at pictures as they are:
all of PandoraRom, the 48 photographs of well-known paintings, and 1,000 drawn from Pandora18K.

Keeps the counts after every painting. Four minutes on two quiet cores; ``write_speed.py`` puts the
figures into docs/framed-and-printed.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from measured import keep
from PIL import Image, ImageDraw, ImageOps
from tqdm import tqdm

from pinacoteca.command_line import run
from pinacoteca.images import compressed, light, open_image
from pinacoteca.painting_within import WHOLE, homography, paintings_within, perspective_of
from pinacoteca.picture_tree import find_pictures_by_path
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.append(str(REPOSITORY / "gallery"))

from distortions import black_and_white, sepia  # noqa: E402

Picture = Image.Image
Floats = npt.NDArray[np.float64]

EVERY = 30
# How many pictures of Pandora18K are looked at as they are.
SAMPLE = 1000
ENLARGED, QUALITY = 3, 90
RIGHT = 0.8
GILT = ((96, 70, 30), (196, 160, 84), (120, 90, 40), (214, 182, 110))
PAPER, MOUNT, WALL = (244, 240, 230), (238, 234, 222), (176, 190, 184)
# Where the corners of what hangs on the wall are seen, as shares of the wall's picture.
SEEN = ((0.2, 0.1), (0.78, 0.24), (0.76, 0.78), (0.17, 0.86))


@dataclass(frozen=True)
class Scene:
    """A picture with paintings in it, whose corners are pixels, ``[paintings, 4, 2]``."""

    picture: Picture
    corners: Floats


def box(left: float, top: float, width: float, height: float) -> Floats:
    """Returns the corners of an upright painting."""
    right, bottom = left + width, top + height
    return np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]])


def framed(scene: Scene) -> Scene:
    """Puts a gilt frame of four ridges around a scene."""
    width = int(max(scene.picture.size) * 0.14)
    picture = ImageOps.expand(scene.picture, width, (150, 116, 52))
    pen = ImageDraw.Draw(picture)
    for step, colour in enumerate(GILT):
        edge = width * step // 4
        sides = (edge, edge, picture.width - 1 - edge, picture.height - 1 - edge)
        pen.rectangle(sides, outline=colour, width=max(1, width // 8))
    picture.paste(scene.picture, (width, width))
    return Scene(picture, scene.corners + width)


def mounted(scene: Scene) -> Scene:
    """Puts a mount around a scene."""
    width = int(max(scene.picture.size) * 0.16)
    return Scene(ImageOps.expand(scene.picture, width, MOUNT), scene.corners + width)


def on_a_page(scene: Scene) -> Scene:
    """Prints a scene on the page of a book, above its text."""
    width, height = scene.picture.size
    left, top = int(width * 0.15), int(height * 0.12)
    paper = Image.new("RGB", (int(width * 1.3), int(height * 2.4)), PAPER)
    paper.paste(scene.picture, (left, top))
    for y in range(int(height * 1.2), paper.height - 20, 9):
        line = (left, y, int(width * 1.15), y)
        ImageDraw.Draw(paper).line(line, fill=(60, 60, 60), width=2)
    return Scene(paper, scene.corners + np.array([left, top]))


def two_on_a_page(scene: Scene, other: Picture) -> Scene:
    """Prints a scene beside another painting."""
    width, height = scene.picture.size
    paper = Image.new("RGB", (width * 2 + 30, height + 40), (250, 250, 248))
    paper.paste(scene.picture, (10, 20))
    paper.paste(other.resize(scene.picture.size), (width + 20, 20))
    corners = [scene.corners + np.array([x, 20]) for x in (10, width + 20)]
    return Scene(paper, np.concatenate(corners))


def on_a_wall(scene: Scene, uneven: bool = False) -> Scene:
    """Hangs a scene on a wall that is seen at an angle; light from a side makes it uneven."""
    hung = scene.picture
    size = (int(hung.width * 1.6), int(hung.height * 1.6))
    seen = [(x * size[0], y * size[1]) for x, y in SEEN]
    flat = box(0, 0, *hung.size)[0]
    matrix = perspective_of(seen, flat)
    options = (size, Image.Transform.PERSPECTIVE, matrix, Image.Resampling.BICUBIC)
    wall = Image.new("RGB", size, WALL)
    wall.paste(hung.transform(*options), mask=Image.new("L", hung.size, 255).transform(*options))
    if uneven:
        wall = in_uneven_light(wall)
    there = homography(flat, seen)
    points = np.concatenate([scene.corners, np.ones((*scene.corners.shape[:2], 1))], axis=2)
    placed = points @ there.T
    return Scene(wall, placed[..., :2] / placed[..., 2:])


def in_uneven_light(picture: Picture) -> Picture:
    """Returns a picture that is darker to the right, with the noise of a telephone."""
    pixels = np.asarray(picture, np.float64)
    light = np.linspace(1.05, 0.75, picture.width)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 4, pixels.shape)
    return Image.fromarray((pixels * light + noise).clip(0, 255).astype(np.uint8))


def enlarged(scene: Scene) -> Scene:
    """Returns a scene as large as photographs are, stored as JPEG."""
    size = (scene.picture.width * ENLARGED, scene.picture.height * ENLARGED)
    picture = scene.picture.resize(size, Image.Resampling.BICUBIC)
    return Scene(compressed(picture, QUALITY), scene.corners * ENLARGED)


COPIES: dict[str, Callable[[Scene, Picture], Scene]] = {
    "black and white": lambda scene, _: Scene(black_and_white(scene.picture), scene.corners),
    "sepia": lambda scene, _: Scene(sepia(scene.picture), scene.corners),
    "in a gilt frame": lambda scene, _: framed(scene),
    "on a book's page": lambda scene, _: on_a_page(scene),
    "two on a page, both": two_on_a_page,
    "in a mount in a gilt frame": lambda scene, _: framed(mounted(scene)),
    "on a wall at an angle": lambda scene, _: on_a_wall(scene),
    "on a wall at an angle, uneven light and noise": lambda scene, _: on_a_wall(scene, True),
    "framed, on a wall at an angle": lambda scene, _: on_a_wall(framed(scene)),
    "framed, on such a wall, uneven light and noise": lambda scene, _: on_a_wall(
        framed(scene), True
    ),
}
# How many of 48 shall be found, by their neighbours. Of two on a page, either one is enough.
GOALS = {
    "black and white": 44,
    "sepia": 44,
    "in a gilt frame": 44,
    "on a book's page": 42,
    "two on a page, both": 40,
    "on a wall at an angle": 38,
}


def shared(one: Floats, other: Floats, size: tuple[int, int]) -> float:
    """Returns the share of what two quadrilaterals cover that both cover."""
    masks = []
    for corners in (one, other):
        mask = Image.new("1", size)
        ImageDraw.Draw(mask).polygon([(float(x), float(y)) for x, y in corners], fill=1)
        masks.append(np.asarray(mask))
    return float((masks[0] & masks[1]).sum() / max((masks[0] | masks[1]).sum(), 1))


def found_in(scene: Scene, result: QueryResult) -> bool:
    """Returns whether every painting of a scene is found where it is."""
    size = scene.picture.size
    there = (result.cropped or WHOLE, *result.other_paintings)
    found = [np.asarray(corners) * size for corners in there]
    return all(
        any(shared(corners, each, size) >= RIGHT for each in found) for corners in scene.corners
    )


def plain_pictures(data: Path) -> dict[str, list[Path]]:
    """Returns pictures with nothing around the painting, by the name of their set."""
    pandora = sorted((data / "pandora").rglob("*.jpg"))
    drawn = np.random.default_rng(0).choice(len(pandora), SAMPLE, replace=False)
    return {
        "PandoraRom": sorted(find_pictures_by_path(data / "pandorarom").paths.values()),
        "photographs of well-known paintings": sorted((data / "queries").glob("*.jpg")),
        "Pandora18K, a sample": [pandora[row] for row in sorted(drawn.tolist())],
    }


def untouched(paths: Sequence[Path]) -> dict[str, Any]:
    """Returns which pictures are cropped though nothing is around them, and what that costs."""
    cropped, milliseconds = [], []
    for path in tqdm(paths, unit="picture"):
        picture = light(open_image(path))
        begin = time.process_time()
        first, *_ = paintings_within(picture)
        milliseconds.append(1000 * (time.process_time() - begin))
        if first.cropped:
            cropped.append(path.name)
    return {
        "pictures": len(paths),
        "cropped": cropped,
        "milliseconds": round(sum(milliseconds) / len(milliseconds), 1),
    }


def ask(retriever: PaintingRetriever, paths: Sequence[Path]) -> Iterator[dict[str, dict[str, int]]]:
    """Asks with all copies of one picture after the other; yields the counts so far."""
    counts = {name: dict.fromkeys(("right", "right, enlarged", "nearest"), 0) for name in COPIES}
    for place, path in enumerate(tqdm(paths, unit="painting")):
        beside = paths[(place + 7) % len(paths)]
        picture = open_image(path)
        for name, copy in COPIES.items():
            scene = copy(Scene(picture, box(0, 0, *picture.size)), open_image(beside))
            large = enlarged(scene)
            result = retriever.query(large.picture, k=1)
            # Of two paintings, the answer may be about either.
            there = {each.stem for each in (path, beside)[: len(scene.corners)]}
            count = counts[name]
            count["right"] += found_in(scene, retriever.query(scene.picture, k=1))
            count["right, enlarged"] += found_in(large, result)
            count["nearest"] += result.neighbours[0].image_id in there
        yield counts


def main() -> None:
    """Counts, and keeps the counts after every painting."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=data, help="folder of the three sets")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "model")
    parser.add_argument("--gallery", type=Path, default=REPOSITORY / "gallery")
    parser.add_argument(
        "--out", type=Path, default=REPOSITORY / "benchmarks" / "results" / "framed.json"
    )
    given = parser.parse_args()

    plain = plain_pictures(given.data)
    retriever = PaintingRetriever.from_pretrained(given.model, given.gallery)
    kept: dict[str, Any] = {"untouched": {name: untouched(paths) for name, paths in plain.items()}}
    for paintings, counts in enumerate(ask(retriever, plain["PandoraRom"][::EVERY]), start=1):
        kept |= {"paintings": paintings, "goals": GOALS, "copies": counts}
        keep(given.out, kept)
    print(given.out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    run(main)
