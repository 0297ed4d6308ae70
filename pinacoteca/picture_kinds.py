"""What kind of picture a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import os
import re
from pathlib import PurePath

# What pictures are called. A file of another name is a picture too if it begins like one.
_SUFFIX = re.compile(
    r"\.(jpe?g|jpe|jfif|jif|png|apng|webp|gif|bmp|dib|tiff?|avifs?|hei[cf]s?|hif|jp2|j2k|jpf|jpx|jxl"
    r"|jpg_(large|small|medium|orig|thumb))",
    re.IGNORECASE,
)

# Where a signature starts, and the signature.
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
# Pictures that are named as such and not read.
_OTHER_SIGNATURES = (
    (0, b"8BPS"),
    (0, b"gimp xcf"),
    (0, b"\x00\x00\x00\x0cJXL "),
    (0, b"\xff\x0a"),
)
_PICTURES = READABLE_SIGNATURES + JPEG_2000_SIGNATURES + HEIF_SIGNATURES + _OTHER_SIGNATURES
# A bitmap has two letters for a signature, as many a text has; its size field tells them apart.
_BITMAP = b"BM"
_LONGEST = 16


def bears(header: bytes, signatures: tuple[tuple[int, bytes], ...]) -> bool:
    """Returns whether the first bytes of a file have one of the signatures."""
    return any(header.startswith(signature, start) for start, signature in signatures)


def is_called_picture(name: str) -> bool:
    """Returns whether a file's name ends as those of pictures do."""
    return bool(_SUFFIX.fullmatch(PurePath(name).suffix))


def without_suffix(name: str) -> str:
    """Returns the name of a file without the ending that calls it a picture, if it has one."""
    return PurePath(name).stem if is_called_picture(name) else name


def is_picture(path: str | os.PathLike[str]) -> bool:
    """Returns whether a file is called a picture, or begins like one.

    One that is called so and is none is a picture for the person who put it there: whoever
    reads it says what is wrong.
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
