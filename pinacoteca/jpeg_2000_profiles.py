"""Reads the colour profile of a JPEG 2000 file, which Pillow leaves out."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from pinacoteca.colour_profiles import LARGEST_PROFILE

# A file has a handful of boxes before its picture.
_BOXES = 100
_HEADER, _COLOUR = b"jp2h", b"colr"
# The ways of stating colours that carry a profile: a restricted one, or any.
_WITH_PROFILE = (2, 3)


def profile_in_jpeg_2000(file: BinaryIO) -> bytes | None:
    """Returns the ICC profile of a JPEG 2000 file, or None if it has none or is damaged.

    Args:
        file: Any seekable file; it is left at an arbitrary position.
    """
    length = file.seek(0, os.SEEK_END)
    for kind, start, end in _boxes(file, 0, length):
        if kind == _HEADER:
            return _profile_in_header(file, start, end)
    return None


def _profile_in_header(file: BinaryIO, start: int, end: int) -> bytes | None:
    for kind, begin, stop in _boxes(file, start, end):
        if kind == _COLOUR and 3 < stop - begin <= LARGEST_PROFILE:
            file.seek(begin)
            method, *_ = file.read(3)
            if method in _WITH_PROFILE:
                return file.read(stop - begin - 3)
    return None


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yields the kind of each box, and where its contents begin and end."""
    for _ in range(_BOXES):
        file.seek(start)
        head = file.read(16)
        if start + 8 > end or len(head) < 8:
            return
        size, kind = struct.unpack(">I4s", head[:8])
        begin = start + 8
        if size == 1 and len(head) == 16:
            size, begin = struct.unpack(">Q", head[8:])[0], start + 16
        # A box without a size reaches to the end.
        stop = start + size if size else end
        if not begin <= stop <= end:
            return
        yield kind, begin, stop
        start = stop
