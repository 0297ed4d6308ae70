from __future__ import annotations

import random

import numpy as np
import pytest
from augment_storage import COPIES, StoredAnew, compressed, squashed_and_back
from PIL import Image


@pytest.fixture
def picture() -> Image.Image:
    patches = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((120, 80))


def distance(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, float) - np.asarray(other.resize(one.size), float)).mean())


def test_a_share_of_the_pictures_is_stored_anew(picture: Image.Image) -> None:
    random.seed(0)
    again = [StoredAnew(0.6)(picture) for _ in range(300)]

    untouched = sum(copy is picture for copy in again) / 300
    # A copy for which no change was drawn equals the picture, too.
    assert 0.4 <= untouched < 0.6
    changed = [copy for copy in again if copy is not picture]
    assert all(copy.mode == "RGB" for copy in changed)
    assert len({copy.width for copy in changed}) > 20
    assert all(60 <= copy.width <= 120 for copy in changed)
    assert all(copy.width / copy.height == pytest.approx(1.5, abs=0.03) for copy in changed)
    # Worse, but the same painting: unrelated pictures differ by 64 on average here.
    assert max(distance(picture, copy) for copy in changed) < 40
    assert StoredAnew(0.0)(picture) is picture


def test_the_same_seed_stores_the_same(picture: Image.Image) -> None:
    def draw() -> list[bytes]:
        random.seed(7)
        return [StoredAnew(1.0)(picture).tobytes() for _ in range(5)]

    assert draw() == draw()


def test_compression_and_squashing_keep_size_and_painting(picture: Image.Image) -> None:
    for copy in (compressed(picture, 75), squashed_and_back(picture)):
        assert copy.size == picture.size
        assert 0 < distance(picture, copy) < 12
    assert distance(picture, compressed(picture, 20)) > distance(picture, compressed(picture, 90))
    assert len(COPIES) == 2
