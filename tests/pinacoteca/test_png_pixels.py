"""A PNG unpacked with ISA-L has the pixels, and the faults, that Pillow finds."""

from __future__ import annotations

import io
import struct
import zlib
from collections import Counter

import numpy as np
import pytest
from bombs import png_chunk
from PIL import Image, PngImagePlugin

from pinacoteca.png_pixels import PART, unpack_quickly

WIDTH, HEIGHT = 61, 47
# The first column, first row and steps of each of the seven passes of an interlaced PNG.
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def in_colour() -> Image.Image:
    return Image.fromarray(noise(HEIGHT, WIDTH, 3))


def written(picture: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **options)
    return buffer.getvalue()


def png(stream: bytes, piece: int = 1 << 30, interlaced: bool = False) -> bytes:
    """Returns an RGB picture with this zlib stream, in chunks of ``piece`` bytes."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, interlaced)
    pieces = [stream[start : start + piece] for start in range(0, len(stream), piece)]
    chunks = [(b"IHDR", header), *((b"IDAT", each) for each in pieces), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, data) for kind, data in chunks)


def rows() -> bytes:
    return b"".join(b"\0" + row.tobytes() for row in noise(HEIGHT, WIDTH, 3))


def loaded(data: bytes, quickly: bool) -> tuple[str, bytes] | None:
    """Returns mode and pixels; None if the picture is damaged."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if quickly:
                assert isinstance(picture, PngImagePlugin.PngImageFile)
                unpack_quickly(picture)
            picture.load()
            return picture.mode, picture.tobytes()
    except (OSError, SyntaxError):
        return None


def same_both_ways(data: bytes) -> bool:
    """Says whether a picture is read, with the same pixels as by Pillow alone."""
    pixels = loaded(data, quickly=True)
    return pixels is not None and pixels == loaded(data, quickly=False)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_has_the_pixels_that_pillow_finds(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray(noise(HEIGHT, WIDTH).astype(np.uint16) * 257)
    else:
        picture = in_colour().convert(mode)

    assert same_both_ways(written(picture))


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_every_compression_has_the_pixels_that_pillow_finds(level: int) -> None:
    smooth = Image.radial_gradient("L").resize((1500, 1200)).convert("RGB")

    assert same_both_ways(written(smooth, compress_level=level))


@pytest.mark.parametrize("parts", [1, 3])
def test_a_flat_picture_may_end_just_behind_a_part(parts: int) -> None:
    # A row has one byte more than pixels.
    for size in range(parts * PART - 10, parts * PART + 300, 7):
        assert same_both_ways(written(Image.new("L", (size // 700 - 1, 700), "white"))), size
        assert same_both_ways(written(Image.new("L", (size - 1, 1), "white"))), size


@pytest.mark.parametrize("piece", [1, 2, 3, 100, 4096])
def test_chunks_of_any_size_are_joined(piece: int) -> None:
    assert same_both_ways(png(zlib.compress(rows()), piece))


def test_an_interlaced_picture_has_the_pixels_that_pillow_finds() -> None:
    whole = noise(HEIGHT, WIDTH, 3)
    passes = [whole[y::down, x::right] for x, y, right, down in ADAM7]
    stream = b"".join(b"\0" + row.tobytes() for each in passes for row in each)
    data = png(zlib.compress(stream), interlaced=True)

    assert same_both_ways(data)
    assert loaded(data, quickly=True) == ("RGB", whole.tobytes())


def test_an_animation_gives_its_first_picture() -> None:
    data = written(in_colour(), save_all=True, append_images=[Image.new("RGB", (WIDTH, HEIGHT))])

    assert same_both_ways(data)


def test_pixels_that_are_missing_or_too_many_are_treated_as_by_pillow() -> None:
    for stream in (rows()[: len(rows()) // 2], rows() + bytes(5000), b""):
        data = png(zlib.compress(stream))

        assert loaded(data, quickly=True) == loaded(data, quickly=False)


@pytest.mark.parametrize("header", [b"\x79\x9c", b"\x78\x9d", b"\x78\xbb", b"\x88\x1c"])
def test_a_stream_of_another_kind_is_refused(header: bytes) -> None:
    data = png(header + zlib.compress(rows())[2:])

    assert loaded(data, quickly=True) is None
    assert loaded(data, quickly=False) is None


def test_a_file_cut_anywhere_is_read_as_by_pillow() -> None:
    whole = png(zlib.compress(rows()), piece=1000)
    for end in range(40, len(whole), 7):
        data = whole[:end]

        assert loaded(data, quickly=True) == loaded(data, quickly=False), end


def test_no_damage_is_overlooked() -> None:
    smooth = np.linspace(0, 255, HEIGHT * WIDTH * 3).astype(np.uint8).reshape(HEIGHT, WIDTH, 3)
    stream = zlib.compress(b"".join(b"\0" + row.tobytes() for row in smooth))
    outcomes: Counter[tuple[bool, bool]] = Counter()
    for place in range(8 * len(stream)):
        damaged = bytearray(stream)
        damaged[place // 8] ^= 1 << place % 8
        data = png(bytes(damaged), piece=64)
        ours, pillows = loaded(data, quickly=True), loaded(data, quickly=False)
        outcomes[ours is not None, pillows is not None] += 1

        assert ours in (pillows, None)
    # Pillow does not look at what comes after the last pixel.
    assert outcomes[False, True] <= 0.01 * outcomes.total()
    assert min(outcomes[True, True], outcomes[False, False]) > 0
