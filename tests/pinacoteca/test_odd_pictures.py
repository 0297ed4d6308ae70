"""Real-world pictures: without an end marker, after a thumbnail, in newer formats."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pinacoteca.errors import ImageError
from pinacoteca.images import open_image
from pinacoteca.picture_kinds import is_picture, without_suffix

# 64 x 64 px, red above and blue below; stored here because Pillow cannot write HEIC.
HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAA"
    "AAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAADwAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABo"
    "dmMxAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEA"
    "GEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAA"
    "AwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBwaXhpAAAAAAMI"
    "CAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAERtZGF0AAAAOCgBrxOAecHFyL//8eFH/8O+eH2OmWIpT/+buFH8ksT/"
    "8ZENp5Wp9aYrJ5EvN0YhVGawMyVXUtLA"
)


def noise(size: tuple[int, int], seed: int = 0) -> Image.Image:
    values = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    return Image.fromarray(values)


def encoded(picture: Image.Image, kind: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    return buffer.getvalue()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [1, 2])
def test_a_jpeg_needs_no_end_marker(progressive: bool, missing: int) -> None:
    data = encoded(noise((120, 90)), "JPEG", progressive=progressive)

    assert open_image(data[:-missing]).tobytes() == open_image(data).tobytes()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [12, 200, 4000])
def test_a_jpeg_that_lacks_pixels_is_refused_still(progressive: bool, missing: int) -> None:
    data = encoded(noise((120, 90)), "JPEG", progressive=progressive)

    for end in (b"", b"\xff"):
        with pytest.raises(ImageError, match="cut short"):
            open_image(data[:-missing] + end)


def test_a_thumbnail_before_the_painting_is_passed_over() -> None:
    painting = noise((300, 200))
    data = encoded(
        painting.resize((90, 60)), "TIFF", save_all=True, append_images=[painting, noise((20, 9))]
    )

    assert open_image(data).tobytes() == painting.tobytes()


def test_of_several_pages_the_first_is_read() -> None:
    first, second = noise((100, 80), 1), noise((140, 100), 2)
    data = encoded(first, "TIFF", save_all=True, append_images=[second])

    assert open_image(data).tobytes() == first.tobytes()


def test_a_thumbnail_does_not_hide_a_picture_that_is_too_large() -> None:
    large = Image.new("1", (10_000, 6_500))
    data = encoded(Image.new("1", (90, 70)), "TIFF", save_all=True, append_images=[large])

    with pytest.raises(ImageError, match="too large"):
        open_image(data)


@pytest.mark.parametrize("suffix", [".jp2", ".j2k"])
def test_jpeg_2000_is_read(tmp_path: Path, suffix: str) -> None:
    noise((40, 30)).save(tmp_path / f"a{suffix}")

    assert open_image(tmp_path / f"a{suffix}").size == (40, 30)


def test_the_heic_of_a_phone_is_read() -> None:
    picture = open_image(base64.b64decode(HEIC))

    assert picture.size == (64, 64)
    for place, colour in (((5, 5), (200, 60, 40)), ((5, 60), (20, 60, 160))):
        assert np.abs(np.subtract(np.asarray(picture.getpixel(place)), colour)).max() < 8


def test_a_damaged_heic_is_named() -> None:
    data = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(2000)

    with pytest.raises(ImageError, match="a HEIC picture that is damaged"):
        open_image(data)


def test_what_begins_like_a_picture_is_one(tmp_path: Path) -> None:
    names = {"a": "JPEG", "b.jpg_orig": "JPEG", "c.JFIF": "JPEG", "d.0": "PNG", "St. X": "TIFF"}
    names |= {"e.JPE": "JPEG", "f": "BMP", "g": "GIF", "h": "WEBP", "i": "AVIF", "j": "JPEG2000"}
    for name, kind in names.items():
        (tmp_path / name).write_bytes(encoded(noise((30, 20)), kind))
        assert is_picture(tmp_path / name), name
    for name, data in {"k.txt": b"BM is text", "l": b"", "m.pdf": b"%PDF", "n.csv": b"a;b"}.items():
        (tmp_path / name).write_bytes(data)
        assert not is_picture(tmp_path / name), name
    (tmp_path / "o.HEIC").write_bytes(b"nothing")
    assert is_picture(tmp_path / "o.HEIC")


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("a.jpg", "a"),
        ("a.JPEG", "a"),
        ("a.JPG_large", "a"),
        ("a.jpg.jpeg", "a.jpg"),
        ("St. Luchian", "St. Luchian"),
        ("inv.2021", "inv.2021"),
        ("a", "a"),
        (".jpg", ".jpg"),
    ],
)
def test_only_an_ending_of_pictures_is_left_out(name: str, bare: str) -> None:
    assert without_suffix(name) == bare


@pytest.mark.data
def test_the_odd_pictures_are_the_paintings(shared_data: Path) -> None:
    folder = shared_data / "field-cases" / "18-odd-pictures"

    assert open_image(folder / "no-eoi.jpg").size == (900, 700)
    assert open_image(folder / "thumb-first.tif").size == (900, 700)
