"""Reads JPEG files that lack only their end marker, as some cameras and downloads leave them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

from PIL import Image

_START = b"\xff\xd8\xff"
_END = b"\xff\xd9"
# Two ways to continue the cut-off file. If pixels are missing, the two decode differently; if none
# is missing, the decoder reads neither.
_CONTINUATIONS = (b"\x00" * 64, b"\x5a\xa5" * 32)


def whole_but_for_its_end(
    file: BinaryIO, header: bytes, decode: Callable[[BinaryIO, bytes], Image.Image]
) -> Image.Image | None:
    """Returns the picture of a JPEG that lacks only its end marker; None for any other file.

    Args:
        file: Any seekable file.
        header: Its first bytes.
        decode: Decodes a picture, given a file and its first bytes.
    """
    if not header.startswith(_START):
        return None
    file.seek(0)
    # The file may end with the first half of the marker, or be filled up with it.
    data = file.read().rstrip(_END[:1])
    try:
        pictures = [
            decode(io.BytesIO(data + continuation + _END), header)
            for continuation in _CONTINUATIONS
        ]
    except Exception:
        # The file is damaged earlier on; the caller reports that.
        return None
    first, second = pictures
    return first if first.tobytes() == second.tobytes() else None
