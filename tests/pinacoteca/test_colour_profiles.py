"""Pictures with a colour profile are converted to sRGB; all others stay unchanged."""

from __future__ import annotations

import io
import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from profiles import ADOBE_RGB, DISPLAY_P3, grey_profile, rgb_profile

from pinacoteca.colour_profiles import in_srgb
from pinacoteca.images import open_image
from pinacoteca.jpeg_2000_profiles import profile_in_jpeg_2000

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def painting() -> Image.Image:
    """Returns a picture with many colours, all within sRGB."""
    values = np.random.default_rng(3).integers(40, 216, (8, 12, 3), dtype=np.uint8)
    return Image.fromarray(values).resize((48, 32), Image.Resampling.BICUBIC)


def encoded(picture: Image.Image, profile: bytes, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, icc_profile=profile)
    return buffer.getvalue()


def difference(first: Image.Image, second: Image.Image) -> int:
    return int(np.abs(np.asarray(first, int) - np.asarray(second, int)).max())


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP"])
@pytest.mark.parametrize("primaries", [DISPLAY_P3, ADOBE_RGB])
def test_a_wide_picture_gives_the_colours_that_it_was_made_of(
    kind: str, primaries: tuple[tuple[float, ...], ...]
) -> None:
    profile = rgb_profile(primaries)
    wide = ImageCms.profileToProfile(
        painting(), SRGB, ImageCms.ImageCmsProfile(io.BytesIO(profile)), outputMode="RGB"
    )
    assert wide is not None
    plain = open_image(encoded(wide, b"", kind))

    read = open_image(encoded(wide, profile, kind))

    mean = np.abs(np.asarray(read, int) - np.asarray(painting(), int)).mean()
    assert mean < (1 if kind in ("PNG", "TIFF") else 12)
    assert difference(plain, read) > 5


def with_profile_in_jp2(data: bytes, profile: bytes) -> bytes:
    """Puts a profile in place of the stated colour space, as archives store JPEG 2000."""
    header, colour = data.index(b"jp2h") - 4, data.index(b"colr") - 4
    size, old = struct.unpack_from(">I", data, header)[0], struct.unpack_from(">I", data, colour)[0]
    box = struct.pack(">I4s3B", 11 + len(profile), b"colr", 2, 0, 0) + profile
    grown = struct.pack(">I", size + len(box) - old)
    return data[:header] + grown + data[header + 4 : colour] + box + data[colour + old :]


def test_the_profile_of_a_jpeg_2000_counts() -> None:
    wide = encoded(painting(), b"", "JPEG2000")
    profile = rgb_profile(ADOBE_RGB)

    read = open_image(with_profile_in_jp2(wide, profile))

    assert read.tobytes() == open_image(encoded(painting(), profile)).tobytes()
    assert read.tobytes() != open_image(wide).tobytes()


@pytest.mark.parametrize("size", [0, 1, 7, 2**32 - 1])
def test_a_damaged_box_of_a_jpeg_2000_has_no_profile(size: int) -> None:
    data = with_profile_in_jp2(encoded(painting(), b"", "JPEG2000"), rgb_profile(ADOBE_RGB))
    place = data.index(b"jp2h") - 4

    damaged = data[:place] + struct.pack(">I", size) + data[place + 4 :]

    assert profile_in_jpeg_2000(io.BytesIO(damaged)) in (None, rgb_profile(ADOBE_RGB))
    assert profile_in_jpeg_2000(io.BytesIO(data[:place])) is None


def test_a_png_may_have_a_large_profile() -> None:
    profile = rgb_profile(DISPLAY_P3)

    read = open_image(encoded(painting(), profile + bytes(2_000_000)))

    assert read.tobytes() == open_image(encoded(painting(), profile)).tobytes()


def test_alpha_is_kept_until_it_lies_on_paper() -> None:
    picture = painting().convert("RGBA")
    picture.putalpha(Image.new("L", picture.size, 0))

    assert open_image(encoded(picture, rgb_profile(DISPLAY_P3))).getpixel((3, 3)) == (255,) * 3
    wide = Image.new("RGBA", (4, 4), (200, 60, 40, 255))
    opaque = open_image(encoded(wide, rgb_profile(DISPLAY_P3)))
    assert opaque.getpixel((1, 1)) == open_image(
        encoded(wide.convert("RGB"), rgb_profile(DISPLAY_P3))
    ).getpixel((1, 1))


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_the_gamma_of_a_grey_scan_counts(mode: str) -> None:
    level = 100 * 257 if mode == "I;16" else 100
    picture = Image.new("L", (4, 4), 100).convert(mode) if mode == "LA" else None
    picture = picture or Image.new(mode, (4, 4), level)

    red, green, blue = np.asarray(open_image(encoded(picture, grey_profile(1.0))))[1, 1]

    # 100 of 255, linear, is 168 in sRGB.
    assert abs(int(red) - 168) <= 2
    assert red == green == blue


def test_a_palette_is_converted_too() -> None:
    stored = Image.new("P", (2, 1))
    stored.putpalette([200, 60, 40, 0, 0, 0])
    rgb = Image.new("RGB", (2, 1), (200, 60, 40))
    profile = rgb_profile(DISPLAY_P3)

    assert open_image(encoded(stored, profile)).tobytes() == (
        open_image(encoded(rgb, profile)).tobytes()
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda profile: profile[:200], id="cut"),
        pytest.param(lambda profile: b"no profile at all", id="none"),
        pytest.param(lambda profile: profile[:128] + bytes(len(profile) - 128), id="empty"),
        pytest.param(lambda profile: profile[:16] + b"CMYK" + profile[20:], id="other-space"),
        pytest.param(lambda profile: profile[:16] + b"XYZ " + profile[20:], id="no-space"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_damaged_profile_is_left_aside(
    kind: str, damage: Callable[[bytes], bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    profile = damage(rgb_profile(DISPLAY_P3))

    read = open_image(encoded(painting(), profile, kind))

    assert read.tobytes() == open_image(encoded(painting(), b"", kind)).tobytes()
    assert capfd.readouterr() == ("", "")


def test_srgb_costs_nothing() -> None:
    profile = SRGB.tobytes()
    picture = Image.effect_noise((1500, 1500), 50).convert("RGB")
    in_srgb(picture, profile)

    start = time.process_time()
    for _ in range(100):
        assert in_srgb(picture, profile) is picture
    assert time.process_time() - start < 0.5


def test_lab_is_read(tmp_path: Path) -> None:
    lab = ImageCms.profileToProfile(
        painting(),
        SRGB,
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")),
        outputMode="LAB",
    )
    assert lab is not None
    lab.save(tmp_path / "lab.tif")

    read = np.asarray(open_image(tmp_path / "lab.tif"), int)
    assert np.abs(read - np.asarray(painting(), int)).mean() < 2


@pytest.mark.data
def test_the_wide_irises_are_not_the_plain_ones(shared_data: Path) -> None:
    path = shared_data / "field-cases" / "03-icc-wide-gamut" / "irises-P3.png"
    with Image.open(path) as stored:
        unconverted, profile = stored.convert("RGB"), stored.info["icc_profile"]
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        expected = ImageCms.profileToProfile(unconverted, source, SRGB, outputMode="RGB")
    assert expected is not None

    assert difference(open_image(path), expected) == 0
    assert difference(open_image(path), unconverted) > 5
