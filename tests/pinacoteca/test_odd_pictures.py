"""Real-world pictures: without an end marker, after a thumbnail, in newer formats."""

from __future__ import annotations

import base64
import io
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
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

SUBFILE_TYPE, SUB_DIRECTORIES, DNG_VERSION = 254, 330, 50706


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


@pytest.mark.parametrize("filling", [b"\0" * 500, b"\xff" * 500])
def test_a_jpeg_may_be_filled_up_instead(filling: bytes) -> None:
    data = encoded(noise((120, 90)), "JPEG")

    assert open_image(data[:-2] + filling).tobytes() == open_image(data).tobytes()


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


def test_a_page_that_says_it_is_a_smaller_version_is_passed_over() -> None:
    painting = noise((300, 200))
    data = encoded(
        painting.resize((240, 160)),
        "TIFF",
        save_all=True,
        append_images=[painting],
        tiffinfo={SUBFILE_TYPE: 1},
    )

    assert open_image(data).size == (300, 200)
    # A lone page is the painting, whatever it says.
    assert open_image(encoded(painting, "TIFF", tiffinfo={SUBFILE_TYPE: 1})).size == (300, 200)


@pytest.mark.parametrize(
    "tags", [{SUBFILE_TYPE: 1, SUB_DIRECTORIES: 8}, {DNG_VERSION: b"\1\4\0\0"}]
)
def test_the_thumbnail_of_a_raw_picture_is_no_painting(tags: dict[int, object]) -> None:
    with pytest.raises(ImageError, match="raw picture of a camera"):
        open_image(encoded(noise((160, 120)), "TIFF", tiffinfo=tags))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bands", [1, 3, 4])
def test_planes_of_16_bits_are_read(order: str, bands: int) -> None:
    picture = noise((40, 30)) if bands > 1 else noise((40, 30)).convert("L")
    values = np.asarray(picture).reshape(30, 40, -1).astype(np.uint16) * 257
    if bands == 4:
        values = np.concatenate([values, np.full((30, 40, 1), 65535, np.uint16)], axis=2)

    data = separate_planes(values, order)

    assert open_image(data).tobytes() == picture.convert("RGB").tobytes()


def separate_planes(values: npt.NDArray[np.uint16], order: str) -> bytes:
    """Returns an uncompressed TIFF with a plane for each band, as Photoshop can write it."""
    height, width, bands = values.shape
    plane = 2 * height * width
    lists = 8 + 2 + 10 * 12 + 4
    pixels = lists + 10 * bands
    entries = [
        *((256, 4, 1, width), (257, 4, 1, height), (258, 3, bands, lists), (259, 3, 1, 1)),
        *((262, 3, 1, 2 if bands > 1 else 1), (273, 4, bands, lists + 2 * bands)),
        *((277, 3, 1, bands), (278, 4, 1, height), (279, 4, bands, lists + 6 * bands)),
        (284, 3, 1, 2),
    ]
    if bands == 1:
        entries = [
            (*each[:3], {258: 16, 273: pixels, 279: plane}.get(each[0], each[3]))
            for each in entries
        ]
    packed = b"".join(
        struct.pack(
            order + ("HHIHH" if kind == 3 and count == 1 else "HHII"),
            tag,
            kind,
            count,
            *((value, 0) if kind == 3 and count == 1 else (value,)),
        )
        for tag, kind, count, value in entries
    )
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(entries))
    return b"".join(
        [
            head,
            packed,
            bytes(4),
            struct.pack(f"{order}{bands}H", *[16] * bands),
            struct.pack(f"{order}{bands}I", *(pixels + plane * band for band in range(bands))),
            struct.pack(f"{order}{bands}I", *[plane] * bands),
            values.transpose(2, 0, 1).astype(order + "u2").tobytes(),
        ]
    )


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
        ("a.jpg.", "a"),
        ("a.jpg ", "a"),
        ("dot.", "dot."),
    ],
)
def test_only_an_ending_of_pictures_is_left_out(name: str, bare: str) -> None:
    assert without_suffix(name) == bare


@pytest.mark.data
def test_the_odd_pictures_are_the_paintings(shared_data: Path) -> None:
    folder = shared_data / "field-cases" / "18-odd-pictures"

    assert open_image(folder / "no-eoi.jpg").size == (900, 700)
    assert open_image(folder / "thumb-first.tif").size == (900, 700)
