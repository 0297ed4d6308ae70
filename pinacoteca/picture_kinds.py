"""Recognises picture files by their names and by their first bytes."""

from __future__ import annotations

import os
import re
from pathlib import PurePath

# The suffixes of pictures. A file with another name is a picture if its first bytes say so.
_SUFFIX = re.compile(
    r"\.(jpe?g|jpe|jfif|jif|png|apng|webp|gif|bmp|dib|tiff?|avifs?|hei[cf]s?|hif|jp2|j2k|jpf|jpx|jxl"
    r"|jpg_(large|small|medium|orig|thumb))",
    re.IGNORECASE,
)

# The offset of a signature, and the signature.
READABLE_SIGNATURES = (
    (0, b"\xff\xd8\xff"),
    (0, b"\x89PNG\r\n\x1a\n"),
    (8, b"WEBP"),
    (4, b"ftypavif"),
    (4, b"ftypavis"),
    (0, b"GIF8"),
    (0, b"II*\x00"),
    (0, b"MM\x00*"),
    (0, b"II+\x00"),
    (0, b"MM\x00+"),
    (0, b"BM"),
)
JPEG_2000_SIGNATURES = ((0, b"\x00\x00\x00\x0cjP  "), (0, b"\xff\x4f\xff\x51"))
HEIF_SIGNATURES = ((4, b"ftyphei"), (4, b"ftyphev"), (4, b"ftypmif1"), (4, b"ftypmsf1"))
# Kinds of pictures that are recognised but cannot be read.
_OTHER_SIGNATURES = (
    (0, b"8BPS"),
    (0, b"gimp xcf"),
    (0, b"\x00\x00\x00\x0cJXL "),
    (0, b"\xff\x0a"),
)
_PICTURES = READABLE_SIGNATURES + JPEG_2000_SIGNATURES + HEIF_SIGNATURES + _OTHER_SIGNATURES
# Many texts also begin with these two letters, so the size field of a bitmap is checked too.
_BITMAP = b"BM"
_LONGEST = 16


def bears(header: bytes, signatures: tuple[tuple[int, bytes], ...]) -> bool:
    """Returns whether the first bytes of a file have one of the signatures."""
    return any(header.startswith(signature, start) for start, signature in signatures)


def is_called_picture(name: str) -> bool:
    """Returns whether a file name ends in the suffix of a picture, perhaps with a dot behind it."""
    return bool(_SUFFIX.fullmatch(PurePath(name.rstrip(" .")).suffix))


def without_suffix(name: str) -> str:
    """Returns a file name without its picture suffix, if it has one."""
    return PurePath(name.rstrip(" .")).stem if is_called_picture(name) else name


def is_picture(path: str | os.PathLike[str]) -> bool:
    """Returns whether a file has the name or the first bytes of a picture.

    A file that only has the name counts too, because somebody meant it as a picture: reading it
    reports what is wrong.
    """
    name = os.path.basename(os.fspath(path))
    return is_called_picture(name) or _begins_like_picture(path)


def _begins_like_picture(path: str | os.PathLike[str]) -> bool:
    try:
        with open(path, "rb") as file:
            header = file.read(_LONGEST)
    except OSError:
        return False
    if header.startswith(_BITMAP):
        # Four zeros stand behind the size of every bitmap.
        return header[6:10] == bytes(4)
    return bears(header, _PICTURES)
