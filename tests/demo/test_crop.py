from __future__ import annotations

import io
from pathlib import Path

import crop
import numpy as np
import pytest
from PIL import Image

from pinacoteca.errors import ImageError
from pinacoteca.images import light, open_image
from pinacoteca.painting_within import WHOLE, straightened

PART = ((0.5, 0.25), (1.0, 0.25), (1.0, 0.75), (0.5, 0.75))


def test_a_part_is_a_picture_of_its_own(tmp_path: Path) -> None:
    picture = Image.new("RGB", (200, 120), (250, 250, 250))
    picture.paste((30, 60, 160), (100, 30, 200, 90))
    picture.save(tmp_path / "wall.png")

    data = crop.cropped(str(tmp_path / "wall.png"), PART)

    with Image.open(io.BytesIO(data)) as part:
        assert part.size == (100, 60)
        assert np.abs(np.asarray(part, int)[5:-5, 5:-5] - (30, 60, 160)).max() <= 6
    with pytest.raises(ImageError):
        crop.cropped(str(tmp_path / "nowhere.png"), PART)


def test_a_part_is_no_larger_than_the_network_looks_at_it(tmp_path: Path) -> None:
    Image.radial_gradient("L").resize((2400, 2400)).save(tmp_path / "wall.png", compress_level=1)
    part = straightened(open_image(tmp_path / "wall.png"), PART)

    kept = open_image(crop.cropped(str(tmp_path / "wall.png"), PART))

    looked_at = light(part)
    assert kept.size == light(kept).size == looked_at.size == (600, 600)
    assert np.abs(np.asarray(kept, int) - np.asarray(looked_at, int)).mean() < 2


def test_corners_come_back_from_a_button() -> None:
    assert crop.corners_of(crop.text_of(PART)) == PART


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 0 1 0",
        "0 0 1 0 1 1 0 nan",
        "0 0 2 0 2 1 0 1",
        "a b c d e f g h",
        "0 0 0 0 0 0 0 0",
        crop.text_of(WHOLE),
    ],
)
def test_no_other_text_has_corners(text: str) -> None:
    assert crop.corners_of(text) is None
