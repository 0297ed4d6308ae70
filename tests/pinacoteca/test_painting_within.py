"""Finds the painting in a frame, on a wall or on a page; leaves bare paintings whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn_paintings import drawn_painting
from PIL import Image, ImageDraw, ImageOps

from pinacoteca.images import open_image
from pinacoteca.painting_within import (
    WHOLE,
    Quadrilateral,
    has_colour,
    paintings_or_doubt,
    paintings_within,
    point_within,
)

GILT = ((96, 70, 30), (196, 160, 84), (120, 90, 40), (214, 182, 110))
PAPER = (244, 240, 230)


def in_frame(picture: Image.Image, width: int = 30) -> Image.Image:
    framed = ImageOps.expand(picture, width, (150, 116, 52))
    pen = ImageDraw.Draw(framed)
    for step, colour in enumerate(GILT):
        edge = width * step // 4
        box = (edge, edge, framed.width - 1 - edge, framed.height - 1 - edge)
        pen.rectangle(box, outline=colour, width=3)
    return framed


def page(lines_from: int = 220) -> Image.Image:
    paper = Image.new("RGB", (290, 400), PAPER)
    for y in range(lines_from, 380, 9):
        ImageDraw.Draw(paper).line((35, y, 255, y), fill=(60, 60, 60), width=2)
    return paper


def placed(corners: Quadrilateral, picture: Image.Image) -> np.ndarray:
    return np.asarray(corners) * picture.size


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def test_a_painting_is_taken_out_of_its_frame() -> None:
    picture = in_frame(drawn_painting())

    (found,) = paintings_within(picture)

    assert np.abs(placed(found.corners, picture) - box(30, 30, 250, 190)).max() <= 5
    assert found.cropped
    assert 0.65 <= found.confidence <= 1


def test_a_painting_is_taken_off_its_page() -> None:
    picture = page()
    picture.paste(drawn_painting(), (35, 25))

    (found,) = paintings_within(picture)

    assert np.abs(placed(found.corners, picture) - box(35, 25, 255, 185)).max() <= 2
    difference = np.asarray(found.picture.resize((220, 160)), float) - np.asarray(drawn_painting())
    assert np.abs(difference).mean() < 4


def test_both_paintings_of_a_page_are_found_largest_first() -> None:
    picture = Image.new("RGB", (470, 200), PAPER)
    picture.paste(drawn_painting(1, (180, 160)), (10, 20))
    picture.paste(drawn_painting(2), (200, 20))

    largest, smaller = paintings_within(picture)

    assert np.abs(placed(largest.corners, picture) - box(200, 20, 420, 180)).max() <= 2
    assert np.abs(placed(smaller.corners, picture) - box(10, 20, 190, 180)).max() <= 2


@pytest.mark.parametrize("framed", [False, True])
@pytest.mark.parametrize("enlarged", [1, 3])
def test_a_painting_on_a_wall_at_an_angle_is_straightened(framed: bool, enlarged: int) -> None:
    painting = drawn_painting()
    hung = in_frame(painting) if framed else painting
    # Map from the wall to the painting, which is seen from the left and slightly rotated.
    lean = (1.1, 0.05, -90.0, 0.12, 1.2, -90.0, 0.0005, 0.0)
    options = (Image.Transform.PERSPECTIVE, lean, Image.Resampling.BICUBIC)
    wall = Image.new("RGB", (420, 360), (176, 190, 184))
    everywhere = Image.new("L", hung.size, 255).transform(wall.size, *options)
    wall.paste(hung.transform(wall.size, *options), mask=everywhere)

    (found,) = paintings_within(wall.resize((wall.width * enlarged, wall.height * enlarged)))

    seen = np.asarray(ImageOps.grayscale(found.picture).resize((55, 40)), float)
    own = np.asarray(ImageOps.grayscale(painting).resize((55, 40)), float)
    assert np.corrcoef(seen.ravel(), own.ravel())[0, 1] > 0.85


def test_a_mount_within_a_frame_is_left_out_too() -> None:
    mount = Image.new("RGB", (308, 240), (238, 234, 222))
    mount.paste(drawn_painting(), (44, 36))
    picture = in_frame(mount)

    (found,) = paintings_within(picture)

    assert np.abs(placed(found.corners, picture) - box(74, 66, 294, 226)).max() <= 5


@pytest.mark.parametrize(
    "picture",
    [
        drawn_painting(),
        page(25),
        Image.new("RGB", (200, 150), (90, 20, 20)),
        Image.new("RGB", (1, 1)),
        Image.new("RGB", (900, 3), (3, 200, 3)),
        ImageOps.expand(drawn_painting(), 4, "white"),
        ImageOps.expand(drawn_painting(), (60, 0), "white"),
    ],
    ids=["painting", "text", "one colour", "pixel", "strip", "thin margin", "bars"],
)
def test_what_holds_no_certain_painting_stays_whole(picture: Image.Image) -> None:
    (found,) = paintings_within(picture)

    assert found.corners == WHOLE
    assert found.picture.tobytes() == picture.tobytes()


def test_a_painting_with_a_lost_edge_is_uncertain_and_the_certain_are_not() -> None:
    picture = page()
    picture.paste(drawn_painting(), (35, 25))
    certain = picture.copy()
    # Faded: two fifths of the left edge are as light as the page.
    picture.paste(PAPER, (35, 60, 41, 124))

    (found,), corners = paintings_or_doubt(picture)

    assert not found.cropped
    assert corners is not None
    assert np.abs(placed(corners, picture) - box(35, 25, 255, 185)).max() <= 6
    assert paintings_within(certain)[0].cropped
    assert paintings_or_doubt(certain)[1] is None
    assert paintings_or_doubt(drawn_painting())[1] is None


def test_a_figure_on_a_plain_ground_is_not_cropped() -> None:
    picture = Image.new("RGB", (220, 220), (206, 196, 170))
    figure = Image.new("L", picture.size)
    ImageDraw.Draw(figure).ellipse((50, 30, 170, 190), fill=255)
    picture.paste(drawn_painting(3, (220, 220)), mask=figure)

    (found,) = paintings_within(picture)

    assert not found.cropped


def test_a_canvas_shaped_like_a_trapezoid_is_not_straightened() -> None:
    picture = Image.new("RGB", (220, 280), PAPER)
    shape = Image.new("L", picture.size)
    ImageDraw.Draw(shape).polygon([(90, 20), (130, 20), (200, 260), (20, 260)], fill=255)
    picture.paste(drawn_painting(3, picture.size), mask=shape)

    (found,) = paintings_within(picture)

    assert not found.cropped


def test_a_point_of_a_part_is_told_in_the_whole() -> None:
    corners: Quadrilateral = ((0.2, 0.1), (0.6, 0.1), (0.6, 0.5), (0.2, 0.5))

    assert point_within((0.5, 0.25), corners) == pytest.approx((0.4, 0.2))


def test_grey_and_sepia_have_no_colour() -> None:
    painting = drawn_painting()
    grey = ImageOps.grayscale(painting)

    assert has_colour(painting)
    assert has_colour(Image.new("RGB", (40, 40), (200, 20, 20)))
    assert not has_colour(grey.convert("RGB"))
    assert not has_colour(ImageOps.colorize(grey, (40, 26, 13), (255, 240, 214)))


@pytest.mark.data
def test_untouched_pictures_are_never_cropped(shared_data: Path) -> None:
    paths = sorted((shared_data / "pandorarom" / "Images").rglob("*.jpg"))[::12]
    # These have a white margin, a mount or a carved frame that is part of the work.
    names = ("cityscape", "deer-hunter", "porte-dor", "praporele", "prapor(2)", "the-boy")
    paths += [path for name in names for path in (shared_data / "pandorarom").rglob(f"*{name}*")]
    paths += sorted((shared_data / "queries").glob("*.jpg"))[::4]
    assert len(paths) > 120

    cropped = [path.name for path in paths if paintings_within(open_image(path))[0].cropped]

    assert cropped == []
