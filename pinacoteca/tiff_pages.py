"""Finds the painting in a TIFF, as scanners, cameras and Photoshop write it."""

from __future__ import annotations

from PIL import TiffImagePlugin

from pinacoteca.errors import ImageError

# How many pages of a TIFF are searched for the one that its first page is a thumbnail of.
_PAGES = 16
_THUMBNAIL_SHARE = 4
_SUBFILE_TYPE, _BITS, _PLANES, _SUB_DIRECTORIES, _DNG_VERSION = 254, 258, 284, 330, 50706
_REDUCED = 1
_SEPARATE = 2
_RAW = (
    "The file is the raw picture of a camera, which cannot be read here; "
    "please develop it and save it as JPEG, PNG or TIFF."
)
_PLANES_UNREADABLE = (
    "The picture has its colours in separate planes of a kind that cannot be read here; "
    "please save it anew as PNG or JPEG."
)


def turn_to_painting(picture: TiffImagePlugin.TiffImageFile) -> None:
    """Seeks to the full page of a TIFF whose first page is a thumbnail of it.

    Raises:
        ImageError: The thumbnail is of a camera's raw picture.
    """
    tags = picture.tag_v2
    is_reduced = bool(int(tags.get(_SUBFILE_TYPE, 0)) & _REDUCED)
    has_raw = _DNG_VERSION in tags or (is_reduced and _SUB_DIRECTORIES in tags)
    pixels = []
    for page in range(_PAGES):
        try:
            picture.seek(page)
        except EOFError:
            break
        pixels.append(picture.width * picture.height)
    largest = pixels.index(max(pixels))
    if has_raw and largest == 0:
        raise ImageError(_RAW)
    is_thumbnail = is_reduced or pixels[largest] >= _THUMBNAIL_SHARE * pixels[0]
    picture.seek(largest if is_thumbnail else 0)
    _mend_planes(picture)


def _mend_planes(picture: TiffImagePlugin.TiffImageFile) -> None:
    """Corrects how Pillow reads separate planes of 16 bits, which it takes for 8 bits."""
    bits = picture.tag_v2.get(_BITS, ())
    if picture.tag_v2.get(_PLANES) != _SEPARATE or set(bits) != {16}:
        return
    order = "L" if picture.tag_v2.prefix == b"II" else "B"
    for index, tile in enumerate(picture.tile):
        # libtiff reads compressed planes as they are.
        if tile.codec_name != "raw" or not isinstance(tile.args, tuple):
            continue
        plane, *others = tile.args
        if picture.mode in ("RGB", "RGBA"):
            plane = f"{plane};16{order}"
        elif picture.mode.startswith("I;16"):
            plane = picture.mode
        else:
            raise ImageError(_PLANES_UNREADABLE)
        picture.tile[index] = tile._replace(args=(plane, *others))
