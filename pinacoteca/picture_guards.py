"""Checks files before Pillow reads them, so that a small file cannot cost much time or memory.

The limit on pixels does not catch these: a JPEG that decodes the same picture thousands of times, a
header in a million pieces, and a directory of tags (EXIF, TIFF) whose thousands of entries all
point at the same bytes, which Pillow copies for each entry.
"""

from __future__ import annotations

import os
import re
import struct
from typing import IO, Any, BinaryIO

from PIL import Image, PngImagePlugin, TiffImagePlugin

from pinacoteca.errors import ImageError

# The usual scan script for four colours has 18 scans; the longest that we know has 24.
SCAN_LIMIT = 40
# Segments of a JPEG, and chunks of a PNG that are not pixels. An ICC profile takes at most 255
# segments.
SEGMENT_LIMIT = 2_000
# Chunks of a PNG with less than 1,000 bytes of its pixels; some programs write one for each row.
SMALL_PIECE = 1_000
PIECE_LIMIT = 20_000
# Colour profiles of a PNG.
PROFILE_LIMIT = 4
# Blocks before the picture of a GIF.
BLOCK_LIMIT = 4_000
# Bytes between the segments of a JPEG, which Pillow skips one by one.
JUNK_LIMIT = 1_000_000
# Tags in one directory: scientific scans have about a hundred, and a JPEG segment mistaken for a
# directory has at most 5,461.
TAG_LIMIT = 6_000
# Numbers in one directory: the offsets of a picture's strips take 50,000, a palette 196,608.
NUMBER_LIMIT = 500_000
# By how many bytes the values of all tags may exceed the file, since two may share some.
SHARED_BYTES = 1_000_000
# Pixels of 32 bits (scientific scans) take four times the memory until they are converted.
DEEP_PIXEL_LIMIT = 16_000_000

_SAVE_ANEW = "please save it anew as PNG or JPEG."
_TOO_MANY_SCANS = f"The picture is a JPEG of more than {SCAN_LIMIT} scans; {_SAVE_ANEW}"
_TOO_MANY_PIECES = f"The header of the picture is in too many pieces; {_SAVE_ANEW}"
_TOO_MANY_TAGS = (
    f"The tags of the picture (EXIF or TIFF) name more than its file can hold; {_SAVE_ANEW}"
)
_TOO_DEEP = (
    f"The picture has more than {DEEP_PIXEL_LIMIT // 1_000_000} million pixels of 32 bits; "
    "please make it smaller or save it with 8 bits."
)

_BLOCK = 65_536
# Any marker except a stuffed zero or a restart of a scan.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_END, _SCAN = 0xD9, 0xDA
_WITHOUT_LENGTH = frozenset({0x01, 0xD8})
# The size in bytes of a value of each tag type (TIFF 6.0, BigTIFF).
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_TYPE_SIZES |= {13: 4, 16: 8, 17: 8, 18: 8}
# How many plain numbers a value counts for: a fraction becomes an object, bytes stay bytes.
_WEIGHTS = {1: 0, 2: 0, 7: 0, 5: 10, 10: 10}


def check_structure(file: BinaryIO, header: bytes) -> None:
    """Checks a picture file before it is opened, and rewinds it.

    Args:
        file: Any seekable file.
        header: Its first bytes, 8 or more.

    Raises:
        ImageError: Reading it would cost too much time or memory.
    """
    if header.startswith(b"\xff\xd8"):
        _check_jpeg(file)
    elif header.startswith(b"GIF8"):
        _check_gif(file)
    file.seek(0)


def check_depth(picture: Image.Image) -> None:
    """Checks a picture that is opened but not loaded.

    Raises:
        ImageError: Its pixels would take too much memory.
    """
    if picture.mode in ("I", "F") and picture.width * picture.height > DEEP_PIXEL_LIMIT:
        raise ImageError(_TOO_DEEP)


def _check_jpeg(file: BinaryIO) -> None:
    file.seek(2)
    scans = segments = junk = 0
    while True:
        marker, skipped = _next_marker(file)
        if marker is None or marker == _END:
            return
        segments += 1
        scans += marker == _SCAN
        # The bytes between the markers of a scan are its data, not junk.
        junk += 0 if scans else skipped
        if scans > SCAN_LIMIT:
            raise ImageError(_TOO_MANY_SCANS)
        if segments > SEGMENT_LIMIT or junk > JUNK_LIMIT:
            raise ImageError(_TOO_MANY_PIECES)
        if marker not in _WITHOUT_LENGTH:
            length = int.from_bytes(file.read(2), "big")
            file.seek(max(length - 2, 0), os.SEEK_CUR)


def _next_marker(file: BinaryIO) -> tuple[int | None, int]:
    """Returns the next marker, None at the end of the file, and how many bytes lie before it."""
    skipped = 0
    while True:
        start = file.tell()
        block = file.read(_BLOCK)
        if found := _MARKER.search(block):
            file.seek(start + found.end())
            return found[1][0], skipped + found.start()
        if len(block) < 2:
            return None, skipped + len(block)
        # The last byte may be the first half of a marker.
        skipped += len(block) - 1
        file.seek(start + len(block) - 1)


def _check_gif(file: BinaryIO) -> None:
    file.seek(10)
    flags = file.read(3)[:1] or b"\0"
    palette = 3 << ((flags[0] & 7) + 1) if flags[0] & 0x80 else 0
    file.seek(13 + palette)
    blocks = 0
    while (kind := file.read(1)) and kind not in (b",", b";"):
        if kind == b"!":
            file.read(1)
            while (size := file.read(1)) and size != b"\0":
                blocks += 1
                file.seek(size[0], os.SEEK_CUR)
        blocks += 1
        if blocks > BLOCK_LIMIT:
            raise ImageError(_TOO_MANY_PIECES)


def _check_directory(directory: TiffImagePlugin.ImageFileDirectory_v2, file: IO[bytes]) -> None:
    """Checks a directory of tags that Pillow is about to read, and seeks back to its start."""
    start = file.tell()
    length = file.seek(0, os.SEEK_END)
    file.seek(start)
    order = "<" if directory.prefix == b"II" else ">"
    count, entry = ("Q", "HHQQ") if directory._bigtiff else ("H", "HHLL")
    counter, entries = struct.Struct(order + count), struct.Struct(order + entry)
    head = file.read(counter.size)
    tags = counter.unpack(head)[0] if len(head) == counter.size else 0
    tags = min(tags, (length - file.tell()) // entries.size)
    if tags > TAG_LIMIT:
        raise ImageError(_TOO_MANY_TAGS)
    block = file.read(max(tags, 0) * entries.size)
    file.seek(start)
    size = numbers = 0
    for _, kind, values, offset in entries.iter_unpack(block):
        value_bytes = _TYPE_SIZES.get(kind, 0) * values
        # Pillow reads only values that lie within the file.
        if offset + value_bytes <= length:
            size += value_bytes
            numbers += _WEIGHTS.get(kind, 1) * values
        elif value_bytes <= 8:
            numbers += values
    if size > length + SHARED_BYTES or numbers > NUMBER_LIMIT:
        raise ImageError(_TOO_MANY_TAGS)


_read_directory = TiffImagePlugin.ImageFileDirectory_v2.load
_read_chunk = PngImagePlugin.ChunkStream.read


def _read_checked_directory(self: TiffImagePlugin.ImageFileDirectory_v2, fp: IO[bytes]) -> None:
    _check_directory(self, fp)
    _read_directory(self, fp)


def _read_counted_chunk(self: Any) -> tuple[bytes, int, int]:
    kind, start, length = _read_chunk(self)
    if kind == b"iCCP":
        # A picture has one profile. Pillow unpacks each, and one may have millions of bytes.
        cost = PIECE_LIMIT // PROFILE_LIMIT
    elif kind == b"IDAT":
        cost = int(length < SMALL_PIECE)
    else:
        cost = PIECE_LIMIT // SEGMENT_LIMIT
    self.cost = getattr(self, "cost", 0) + cost
    if self.cost > PIECE_LIMIT:
        raise ImageError(_TOO_MANY_PIECES)
    return kind, start, length


def guard_pillow() -> None:
    """Makes Pillow check every directory of tags before reading it, and count the chunks of a PNG.

    Directories are in TIFF files, in the EXIF of JPEG, PNG, WebP and AVIF files, and in the list of
    further pictures of a JPEG. Pillow reads some of them while opening a file. One method reads
    them all and has no limit, so this function wraps that method, once. Chunks are counted as they
    are read, so that a PNG can be decoded while it is still arriving.
    """
    directories: Any = TiffImagePlugin.ImageFileDirectory_v2
    directories.load = _read_checked_directory
    chunks: Any = PngImagePlugin.ChunkStream
    chunks.read = _read_counted_chunk
