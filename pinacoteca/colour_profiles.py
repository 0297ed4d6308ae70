"""Colours as the picture's ICC profile means them, brought to sRGB.

A camera's Display P3, a scanner's Adobe RGB and a printer's CMYK give the same numbers to other
colours. Who leaves the profile out compares another picture.
"""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

# What the four letters at byte 16 of a profile call the modes that it can be applied to.
_MODES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
# Profiles of printers take 2 MB at most; what is larger is no profile.
_LARGEST_PROFILE = 8_000_000
# In levels of 255: what differs less from sRGB is sRGB, as another program rounds it.
_SAME = 2
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Returns a picture in sRGB; one that is in sRGB already comes back as it is.

    Args:
        picture: Of mode L, LA, RGB, RGBA or CMYK.
        profile: The bytes of its ICC profile. What is damaged, missing or made for other colours
            is left aside, as every viewer does.
    """
    if not isinstance(profile, bytes) or not 128 < len(profile) <= _LARGEST_PROFILE:
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
    """Returns a picture of mode LAB in sRGB; Pillow itself converts it to nothing."""
    lab = ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(lab, _SRGB, "LAB", "RGB").apply(picture)


def _colours(picture: Image.Image, mode: str | None) -> Image.Image | None:
    """Returns the picture without its alpha in the mode of its profile, None if it has none."""
    if picture.mode == mode:
        return picture
    if mode == "RGB" and picture.mode in ("L", "LA", "RGBA"):
        return picture.convert("RGB")
    return picture.convert("L") if (picture.mode, mode) == ("LA", "L") else None


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Returns what brings a mode to sRGB, None where nothing would change or nothing can be read.

    Kept for the next picture: a collection has few profiles, and building one takes milliseconds.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, _SRGB, mode, "RGB")
        probe = _probe(mode)
        before, after = (np.asarray(each, int) for each in (probe, transform.apply(probe)))
    except Exception:
        # A damaged profile fails in many ways; its picture is still good.
        return None
    if mode == "CMYK":
        return transform
    same = np.abs(after - (before[..., None] if mode == "L" else before)).max() <= _SAME
    return None if same else transform


def _probe(mode: str) -> Image.Image:
    """Returns a small picture of colours from all over a mode."""
    if mode == "L":
        return Image.linear_gradient("L").resize((1, 256))
    if mode == "CMYK":
        return Image.new("CMYK", (1, 1))
    levels = np.linspace(0, 255, 9).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    return Image.fromarray(grid)
