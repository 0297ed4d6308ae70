"""Makes small picture files that cost a reader far too much time or memory."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

SHARED = 1_000_000


def tags_on_shared_bytes(tags: int = 4000, size: int = SHARED, kind: int = 7) -> bytes:
    """Returns a TIFF directory, with its header, whose tags all name the same ``size`` bytes."""
    start = 8 + 2 + 12 * tags + 4
    directory = b"".join(
        struct.pack("<HHLL", 0x8000 + tag, kind, size, start) for tag in range(tags)
    )
    return b"II*\0" + struct.pack("<LH", 8, tags) + directory + bytes(4 + size)


def small(kind: str, size: tuple[int, int] = (64, 64), **options: object) -> bytes:
    """Returns a grey picture as a file of this kind."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "grey").save(buffer, kind, **options)
    return buffer.getvalue()


def repeated_scan(scans: int = 5000, side: int = 2000) -> bytes:
    """Returns a progressive JPEG whose last scan is repeated many times."""
    whole = small("JPEG", (side, side), progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * scans + b"\xff\xd9"


def many_jpeg_segments(segments: int = 1_000_000) -> bytes:
    whole = small("JPEG")
    return whole[:2] + b"\xff\xec\x00\x04ab" * segments + whole[2:]


def jpeg_junk(size: int = 20_000_000) -> bytes:
    whole = small("JPEG")
    # After the first segment, which has 18 bytes.
    return whole[:20] + b"\xff" * size + whole[20:]


def jpeg_segment(marker: int, data: bytes) -> bytes:
    whole = small("JPEG")
    return whole[:2] + struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data + whole[2:]


def jpeg_exif() -> bytes:
    return jpeg_segment(0xE1, b"Exif\0\0" + tags_on_shared_bytes(3000, 29_000))


def jpeg_pictures() -> bytes:
    return jpeg_segment(0xE2, b"MPF\0" + tags_on_shared_bytes(3000, 29_000))


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png_exif() -> bytes:
    whole = small("PNG")
    return whole[:33] + png_chunk(b"eXIf", tags_on_shared_bytes()) + whole[33:]


def many_png_profiles(chunks: int = 1_500) -> bytes:
    """Returns a PNG with many colour profiles, each of which unpacks to 8 MB."""
    whole = small("PNG")
    return (
        whole[:33]
        + png_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(8_000_000))) * chunks
        + whole[33:]
    )


def many_png_chunks(chunks: int = 1_000_000) -> bytes:
    whole = small("PNG")
    return whole[:33] + png_chunk(b"teSt", b"") * chunks + whole[33:]


def webp_exif() -> bytes:
    return small("WEBP", exif=tags_on_shared_bytes())


def avif_exif() -> bytes:
    # Pillow itself would parse these tags when it writes the file.
    from PIL.AvifImagePlugin import _avif

    tags = tags_on_shared_bytes()
    encoder = _avif.AvifEncoder(
        (64, 64), "4:2:0", 75, 6, 1, "auto", "full", 0, 0, False, False, b"", tags, 1, b"", ()
    )
    encoder.add(bytes(64 * 64 * 3), 1, (64, 64), "RGB", True)
    return bytes(encoder.finish())


def tiff_tags() -> bytes:
    return tags_on_shared_bytes()


def tiff_fractions() -> bytes:
    return tags_on_shared_bytes(1, 3_000_000, kind=5) + bytes(8 * 3_000_000)


def tiff_floats(side: int = 8000) -> bytes:
    buffer = io.BytesIO()
    picture = Image.fromarray(np.zeros((side, side), np.float32))
    picture.save(buffer, "TIFF", compression="tiff_adobe_deflate")
    return buffer.getvalue()


def gif_comment(blocks: int = 100_000) -> bytes:
    whole = small("GIF")
    palette = 3 << ((whole[10] & 7) + 1) if whole[10] & 0x80 else 0
    at = 13 + palette
    return whole[:at] + b"!\xfe" + (b"\xff" + b"c" * 255) * blocks + b"\0" + whole[at:]


BOMBS: tuple[Callable[[], bytes], ...] = (
    repeated_scan,
    many_jpeg_segments,
    jpeg_junk,
    jpeg_exif,
    jpeg_pictures,
    png_exif,
    many_png_chunks,
    many_png_profiles,
    webp_exif,
    avif_exif,
    tiff_tags,
    tiff_fractions,
    tiff_floats,
    gif_comment,
)
