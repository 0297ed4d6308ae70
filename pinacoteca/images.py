"""The only picture decoder, so that training, gallery, evaluation and demo see the same pixels."""

from __future__ import annotations

import io
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError

from pinacoteca.colour_profiles import LARGEST_PROFILE, from_lab, in_srgb
from pinacoteca.errors import ImageError
from pinacoteca.jpeg_2000_profiles import profile_in_jpeg_2000
from pinacoteca.jpeg_ends import whole_but_for_its_end
from pinacoteca.picture_guards import check_depth, check_structure, guard_pillow
from pinacoteca.picture_kinds import (
    HEIF_SIGNATURES,
    JPEG_2000_SIGNATURES,
    READABLE_SIGNATURES,
    bears,
)
from pinacoteca.png_pixels import unpack_quickly
from pinacoteca.tiff_pages import turn_to_painting

# Pillow opens some fifty formats, and most of its past security holes were in the rare ones. An MPO
# from a phone opens as the JPEG that it begins with.
READABLE_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "JPEG2000")
# A "50-megapixel" phone writes 8192 x 6144 pixels, a little over 50 million.
PIXEL_LIMIT = 64_000_000
# Decoding a JPEG at 1/2, 1/4 or 1/8 costs next to nothing. With twice the edge that the model
# resizes to, the embedding stays the same (cosine 0.9998 against the full decode).
DRAFT_EDGE = 512

_ADVICE = "please use a JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP file"
_DAMAGED = (
    "The picture is damaged or of a rare kind and cannot be read; "
    "please save it anew as PNG or JPEG, or use another copy of it."
)
_CUT_SHORT = (
    "The picture is cut short, perhaps by an unfinished download; please use a whole copy of it."
)
_TOO_LARGE = (
    f"The picture is too large: more than {PIXEL_LIMIT // 1_000_000} million pixels; "
    "please make it smaller."
)

# The offset of a signature, the signature, and the kind of file that it marks.
_OTHER_KINDS = (
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript drawing"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript drawing"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"gimp xcf", "a GIMP document"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"\x00\x00\x01\x00", "an icon file"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (4, b"ftyphei", "a HEIC picture"),
    (4, b"ftyphev", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC picture"),
    (4, b"ftypmp4", "a video"),
    (4, b"ftypisom", "a video"),
    (4, b"ftypqt", "a video"),
    (0, b"\x1a\x45\xdf\xa3", "a video"),
)
# Few programs write these formats, so the cause may be a variant that Pillow does not know.
_NAMED_WHEN_DAMAGED = HEIF_SIGNATURES + JPEG_2000_SIGNATURES
_HEADER_BYTES = 1024
# Rows that are converted at once when a pixel takes 64 bits.
_STRIPE = 64

# The operation that undoes each EXIF orientation (EXIF 2.32, tag 0x0112). `ImageOps.exif_transpose`
# would also rewrite the EXIF block, which fails if the block is broken.
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class _SharedSilence:
    """Ignores Pillow's warnings while at least one thread is inside.

    `warnings.catch_warnings` changes one list for the whole process, so overlapping threads must
    share one change. A lock around each decode would allow only one picture at a time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._filters = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._filters.enter_context(warnings.catch_warnings())
                warnings.filterwarnings("ignore", module=r"PIL\.")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._filters.close()


_pillow_warnings_silenced = _SharedSilence()
guard_pillow()
# Pillow refuses a PNG whose profile has more than 1 MB, as those of some scanners have.
PngImagePlugin.MAX_TEXT_CHUNK = LARGEST_PROFILE


def open_image(source: str | os.PathLike[str] | bytes | BinaryIO) -> Image.Image:
    """Reads a picture upright, in 8-bit RGB, from a path, from bytes or from a binary file.

    Colours are converted to sRGB as the picture's profile says, and transparent areas become white.
    An animation gives its first frame; a TIFF that begins with a thumbnail gives the full page. A
    large JPEG is decoded at 1/2, 1/4 or 1/8 of its size, with both sides at least 512 pixels. A
    file object is read from its beginning and left open. May be called from many threads.

    Returns:
        A picture of mode "RGB" with its pixels in memory and no open file.

    Raises:
        ImageError: The source is missing, empty, damaged, too large or not a picture.
    """
    with _opened(source) as file, _pillow_warnings_silenced:
        header = _header_of(file)
        check_structure(file, header)
        try:
            return _decoded(file, header)
        except ImageError:
            raise
        except Image.DecompressionBombError as error:
            raise ImageError(_TOO_LARGE) from error
        except UnidentifiedImageError as error:
            raise ImageError(_why_unidentified(header)) from error
        except Exception as error:
            # For a damaged file, Pillow's codecs raise OSError, ValueError, SyntaxError,
            # RuntimeError, struct.error and more; to the user all mean the same.
            cut_short = "truncated" in str(error).lower()
            if cut_short and (mended := whole_but_for_its_end(file, header, _decoded)):
                return mended
            raise ImageError(_why_damaged(header, cut_short)) from error


def _decoded(file: BinaryIO, header: bytes) -> Image.Image:
    """Reads a file from its beginning; raises whatever Pillow raises."""
    profile = profile_in_jpeg_2000(file) if bears(header, JPEG_2000_SIGNATURES) else None
    file.seek(0)
    # Image.open reads only the header: the limit is checked before any pixel is decoded.
    with Image.open(file, formats=_formats_for(header)) as picture:
        if isinstance(picture, TiffImagePlugin.TiffImageFile):
            turn_to_painting(picture)
        if isinstance(picture, PngImagePlugin.PngImageFile):
            unpack_quickly(picture)
        if picture.width * picture.height > PIXEL_LIMIT:
            raise ImageError(_TOO_LARGE)
        check_depth(picture)
        picture.draft(None, (DRAFT_EDGE, DRAFT_EDGE))
        picture.info.setdefault("icc_profile", profile)
        return _upright_rgb(picture)


def _formats_for(header: bytes) -> tuple[str, ...]:
    if not bears(header, HEIF_SIGNATURES):
        return READABLE_FORMATS
    # HEIF is the only format that needs another library, so it is imported when needed.
    from pi_heif import register_heif_opener  # type: ignore[import-untyped]

    register_heif_opener(thumbnails=False)
    return (*READABLE_FORMATS, "HEIF")


def reduced(picture: Image.Image, largest_side: int) -> Image.Image:
    """Returns a picture whose longer side has at most so many pixels, proportions kept.

    Args:
        picture: An RGB picture.
        largest_side: In pixels; 0 returns every picture as it is.
    """
    if not largest_side or max(picture.size) <= largest_side:
        return picture
    scale = largest_side / max(picture.size)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    # The gap lets Pillow average whole blocks first: much faster, with no visible difference.
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def light(picture: Image.Image) -> Image.Image:
    """Returns a picture at 1/2, 1/4 or 1/8 of its size, as ``open_image`` decodes a JPEG.

    Both sides keep at least 512 pixels; a smaller picture is returned unchanged. A large PNG then
    takes no longer to analyse than a JPEG.
    """
    shrink = next((n for n in (8, 4, 2) if min(picture.size) >= n * DRAFT_EDGE), 1)
    return picture if shrink == 1 else picture.reduce(shrink)


def compressed(picture: Image.Image, quality: int) -> Image.Image:
    """Returns a picture after JPEG compression at this quality, 1 to 95."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


@contextmanager
def _opened(source: str | os.PathLike[str] | bytes | BinaryIO) -> Iterator[BinaryIO]:
    """Yields a seekable binary file; closes it if it was opened here."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        with _file_at(source) as file:
            yield file
    elif source.seekable():
        yield source
    else:
        yield io.BytesIO(source.read())


def _file_at(path: str | os.PathLike[str]) -> BinaryIO:
    try:
        return open(path, "rb")
    except FileNotFoundError as error:
        raise ImageError(f"There is no file at {os.fspath(path)!r}.") from error
    except IsADirectoryError as error:
        raise ImageError(f"The path {os.fspath(path)!r} is a folder, not a picture.") from error
    except (OSError, ValueError) as error:
        raise ImageError(f"The file {os.fspath(path)!r} cannot be opened: {error}.") from error


def _header_of(file: BinaryIO) -> bytes:
    try:
        file.seek(0)
        header = file.read(_HEADER_BYTES)
        file.seek(0)
    except (OSError, ValueError) as error:
        raise ImageError(f"The file cannot be read: {error}.") from error
    if not header:
        raise ImageError("The file is empty.")
    return header


def _why_unidentified(header: bytes) -> str:
    """Returns a sentence that says, from its first bytes, why a file cannot be read."""
    if bears(header, READABLE_SIGNATURES):
        return _DAMAGED
    for start, signature, kind in _OTHER_KINDS:
        if header.startswith(signature, start):
            if bears(header, _NAMED_WHEN_DAMAGED):
                return f"The file is {kind} that is damaged or of a rare kind; {_ADVICE}."
            return f"The file is {kind}, which cannot be read here; {_ADVICE}."
    text = header.lower()
    if b"<svg" in text:
        return f"The file is an SVG drawing, which cannot be read here; {_ADVICE}."
    if b"<html" in text or b"<!doctype html" in text:
        return f"The file is a web page, not a picture; {_ADVICE}."
    return f"The file is not a picture that can be read here; {_ADVICE}."


def _why_damaged(header: bytes, cut_short: bool) -> str:
    if bears(header, _NAMED_WHEN_DAMAGED):
        return _why_unidentified(header)
    return _CUT_SHORT if cut_short else _DAMAGED


def _upright_rgb(picture: ImageFile.ImageFile) -> Image.Image:
    picture.load()
    # Read after loading: Pillow turns a TIFF upright while loading it, and a PNG may keep its EXIF
    # at the end.
    turn = _UPRIGHT.get(_orientation_of(picture))
    rgb = _rgb(picture)
    return rgb if turn is None else rgb.transpose(turn)


def _orientation_of(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(_ORIENTATION_TAG, 1))
    except ImageError:
        raise
    except Exception:
        # A damaged EXIF block can raise any error; the pixels are still good.
        return 1


def _rgb(picture: Image.Image) -> Image.Image:
    """Returns a picture in 8 bits and sRGB, with white behind transparent areas."""
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I;16"):
        picture = _from_16_bit(picture)
    elif picture.mode in ("I", "F"):
        picture = _from_measured_values(picture)
    elif picture.mode == "LAB":
        return from_lab(picture)
    elif picture.has_transparency_data and picture.mode != "LA":
        picture = picture.convert("RGBA")
    elif picture.mode in ("1", "P", "YCbCr", "RGBX"):
        picture = picture.convert("RGB")
    picture = in_srgb(picture, profile)
    if picture.mode in ("LA", "RGBA"):
        return _on_white(picture)
    # A conversion to the same mode would copy every pixel.
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _from_16_bit(picture: Image.Image) -> Image.Image:
    """Scales 0..65535 to 0..255; Pillow's own conversion clips everything above 255."""
    values = np.asarray(picture).astype(np.uint16)
    transparent = picture.info.get("transparency")
    if isinstance(transparent, int):
        values[values == transparent] = 65535
    return Image.fromarray(((values + np.uint32(128)) // 257).astype(np.uint8))


def _from_measured_values(picture: Image.Image) -> Image.Image:
    """Stretches 32-bit integers or floats from their darkest to their brightest value.

    Such files (scans, scientific TIFF) have no common white point.
    """
    # Converted in stripes, because 64 bits for every pixel would take eight times the picture's
    # memory.
    stripes = np.array_split(np.asarray(picture), max(picture.height // _STRIPE, 1))
    darkest = min(float(_finite(stripe).min()) for stripe in stripes)
    brightest = max(float(_finite(stripe).max()) for stripe in stripes)
    scale = 255.0 / (brightest - darkest) if brightest > darkest else 0.0
    grey = [np.rint((_finite(stripe) - darkest) * scale).astype(np.uint8) for stripe in stripes]
    return Image.fromarray(np.concatenate(grey))


def _finite(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)


def _on_white(picture: Image.Image) -> Image.Image:
    layer = picture.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer)
    return paper
