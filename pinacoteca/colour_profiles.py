"""Converts the colours of a picture to sRGB, as its ICC profile says.

The same numbers mean other colours in a camera's Display P3, a scanner's Adobe RGB or a printer's
CMYK. Without the profile, the network would see wrong colours.
"""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

# The four letters at byte 16 of a profile, and the mode of Pillow that they stand for.
_MODES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
# Printer profiles, the largest ones, have 2 MB at most.
LARGEST_PROFILE = 8_000_000
# In levels of 255. A profile that differs less from sRGB is sRGB with other rounding.
_SAME = 2
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Returns a picture in sRGB; one that is already in sRGB is returned unchanged.

    Args:
        picture: A picture of mode L, LA, RGB, RGBA or CMYK.
        profile: The bytes of its ICC profile. Like other viewers, this ignores a profile that is
            damaged, missing or made for another mode.
    """
    if not isinstance(profile, bytes) or not 128 < len(profile) <= LARGEST_PROFILE:
        return picture
    mode = _MODES.get(profile[16:20])
    colours = _colours(picture, mode)
    if mode is None or colours is None:
        return picture
    transform = _transform(profile, mode)
    if transform is None:
        return picture
    converted = transform.apply(colours)
    if picture.mode in ("LA", "RGBA"):
        converted.putalpha(picture.getchannel("A"))
    return converted


def from_lab(picture: Image.Image) -> Image.Image:
    """Returns a picture of mode LAB in sRGB, a conversion that Pillow itself does not offer."""
    lab = ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(lab, _SRGB, "LAB", "RGB").apply(picture)


def _colours(picture: Image.Image, mode: str | None) -> Image.Image | None:
    """Returns the picture without alpha in the mode of its profile; None without such a mode."""
    if picture.mode == mode:
        return picture
    if mode == "RGB" and picture.mode in ("L", "LA", "RGBA"):
        return picture.convert("RGB")
    return picture.convert("L") if (picture.mode, mode) == ("LA", "L") else None


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Returns the transform to sRGB; None if it changes nothing or the profile is unreadable.

    Cached, because a collection has few profiles and building a transform takes milliseconds.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, _SRGB, mode, "RGB")
        probe = _probe(mode)
        before, after = (np.asarray(each, int) for each in (probe, transform.apply(probe)))
    except Exception:
        # A damaged profile can raise any error; the picture is still good.
        return None
    if mode == "CMYK":
        return transform
    same = np.abs(after - (before[..., None] if mode == "L" else before)).max() <= _SAME
    return None if same else transform


def _probe(mode: str) -> Image.Image:
    """Returns a small picture with colours from the whole range of a mode."""
    if mode == "L":
        return Image.linear_gradient("L").resize((1, 256))
    if mode == "CMYK":
        return Image.new("CMYK", (1, 1))
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    return Image.fromarray(grid)
