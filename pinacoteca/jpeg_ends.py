"""JPEG files that lack nothing but their end marker, as some cameras and downloads leave them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

from PIL import Image

_START = b"\xff\xd8\xff"
_END = b"\xff\xd9"
# Two ways to go on where the file breaks off. If pixels are still missing, they come out
# differently; if none is, the decoder reads neither.
_CONTINUATIONS = (b"\x00" * 64, b"\x5a\xa5" * 32)


def whole_but_for_its_end(
    file: BinaryIO, header: bytes, decode: Callable[[BinaryIO, bytes], Image.Image]
) -> Image.Image | None:
    """Returns the picture of a JPEG that has every pixel and no end marker, None for any other.

    Args:
        file: Any file that can be sought in.
        header: Its first bytes.
        decode: Reads a picture from a file and its first bytes.
    """
    if not header.startswith(_START):
        return None
    file.seek(0)
    # The first half of the marker may be there.
    data = file.read().removesuffix(_END[:1])
    try:
        pictures = [
            decode(io.BytesIO(data + continuation + _END), header)
            for continuation in _CONTINUATIONS
        ]
    except Exception:
        # It is damaged before it breaks off: the caller knows what to say.
        return None
    first, second = pictures
    return first if first.tobytes() == second.tobytes() else None
