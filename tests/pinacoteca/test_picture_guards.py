from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bombs import (
    BOMBS,
    jpeg_pictures,
    png_chunk,
    repeated_scan,
    small,
    tags_on_shared_bytes,
)
from PIL import Image

from pinacoteca.errors import ImageError
from pinacoteca.images import open_image
from pinacoteca.picture_guards import PIECE_LIMIT, SCAN_LIMIT

# Opens each file; prints the seconds, the growth of memory in megabytes, and the outcome.
OPEN_ALL = """
import resource, sys, time
from pinacoteca.errors import ImageError
from pinacoteca.images import open_image
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
# The decoders load what they need with the first picture.
for plain in sys.argv[1].split(","):
    open_image(plain)
for path in sys.argv[2:]:
    before, start = peak(), time.process_time()
    try:
        outcome = "picture" if open_image(path) else ""
    except ImageError as error:
        outcome = str(error)
    print(time.process_time() - start, peak() - before, outcome, sep="\\t")
"""


def test_what_costs_more_than_it_should_is_refused_at_once(tmp_path: Path) -> None:
    plain = []
    for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF"):
        plain.append(tmp_path / f"plain.{kind}")
        plain[-1].write_bytes(small(kind))
    for make in BOMBS:
        (tmp_path / make.__name__).write_bytes(make())
    paths = [str(tmp_path / make.__name__) for make in BOMBS]

    command = [sys.executable, "-c", OPEN_ALL, ",".join(map(str, plain)), *paths]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    assert len(lines) == len(BOMBS)
    for make, line in zip(BOMBS, lines, strict=True):
        seconds, megabytes, outcome = line.split("\t")
        assert float(seconds) < 1, (make.__name__, line)
        assert float(megabytes) < 200, (make.__name__, line)
        # Pillow ignores a list of further pictures that it may not read.
        expected = make is jpeg_pictures
        assert (outcome == "picture") == expected, (make.__name__, line)
        assert expected or "please" in outcome


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_ordinary_tags_are_read_as_before(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "A painting"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + b"x" * 20_000

    assert open_image(small(kind, (40, 20), exif=exif)).size == (20, 40)


def test_tags_may_share_a_few_bytes() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG", exif=tags_on_shared_bytes(20, 1000))

    assert open_image(buffer.getvalue()).size == (8, 8)


@pytest.mark.parametrize("scans", [SCAN_LIMIT - 10, SCAN_LIMIT])
def test_scans_are_counted_not_their_bytes(scans: int) -> None:
    # There are ten scans before the repeated one, and a preview has some of its own.
    if scans < SCAN_LIMIT:
        assert open_image(repeated_scan(scans, side=64)).size == (64, 64)
    else:
        with pytest.raises(ImageError, match="more than 40 scans"):
            open_image(repeated_scan(scans, side=64))


def test_markers_are_found_across_blocks() -> None:
    whole = small("JPEG")
    for padding in range(65_520, 65_540):
        spaced = whole[:2] + b"\xff\xfe" + (60_000).to_bytes(2, "big") + bytes(59_998)
        spaced += b"\xff" * (padding - 60_000) + whole[2:]
        assert open_image(spaced).size == (64, 64)


def test_a_png_may_have_a_chunk_for_each_row() -> None:
    rows = np.random.default_rng(0).integers(0, 256, (6_000, 40, 3), dtype=np.uint8)
    deflate = zlib.compressobj()
    pieces = [
        deflate.compress(b"\0" + row.tobytes()) + deflate.flush(zlib.Z_SYNC_FLUSH) for row in rows
    ]
    header = struct.pack(">IIBBBBB", 40, len(rows), 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), *((b"IDAT", each) for each in (*pieces, deflate.flush()))]
    data = b"".join(png_chunk(*each) for each in (*chunks, (b"IEND", b"")))

    assert (np.asarray(open_image(b"\x89PNG\r\n\x1a\n" + data)) == rows).all()


@pytest.mark.parametrize("place", ["before", "after"])
def test_pieces_of_a_png_are_counted(place: str) -> None:
    whole = small("PNG")
    start = whole.index(b"IDAT") - 4 if place == "before" else len(whole) - 12
    pieces = png_chunk(b"IDAT", b"") * (PIECE_LIMIT + 1)

    with pytest.raises(ImageError, match="too many pieces"):
        open_image(whole[:start] + pieces + whole[start:])


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_measured_values_are_stretched_alike_in_every_stripe(kind: type) -> None:
    values: Any = np.arange(300 * 7).reshape(300, 7).astype(kind)
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "TIFF")

    seen = np.asarray(open_image(buffer.getvalue()))[..., 0]

    expected = np.rint(values.astype(np.float64) * (255.0 / values.max()))
    assert np.array_equal(seen, expected.astype(np.uint8))
