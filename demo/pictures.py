"""Finds the picture of a painting, or makes a stand-in if there is none."""

from __future__ import annotations

import base64
import io
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import blurhash
import numpy as np
from lettering import SANS_BOLD, SERIF_ITALIC, font_of, wrapped
from PIL import Image, ImageDraw
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pinacoteca.collection import Collection, Painting
from pinacoteca.errors import CollectionError, ImageError
from pinacoteca.images import open_image
from pinacoteca.picture_finder import WIKIART, PictureFinder
from pinacoteca.picture_tree import picture_key, picture_paths
from pinacoteca.polite_web import PoliteWeb

# The longer side of a picture, twice its size on the page for high-resolution screens.
SHOWN_EDGE = 640
# Enough for the low frequencies of a BlurHash; browsers enlarge it smoothly.
HASH_EDGE = 24
# The longer side of the stand-in for a missing picture, and the shortest side with room for a
# label, in pixels.
LABEL_EDGE, LEAST_LABELLED = 480, 120
LABEL_MARGIN, LABEL_LINE, LABEL_SIZE = 24, 32, 26


def cache_folder() -> Path:
    """Returns the folder for downloaded pictures (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pinacoteca" / "pictures"


class PictureSource:
    """The pictures of a collection, from a folder, from earlier downloads, or from their source.

    Args:
        collection: The paintings.
        tree: A folder of pictures, which take precedence over all others; None for none.
        finder: Finds the other pictures.

    Raises:
        DataError: The folder is missing or holds no picture.
    """

    def __init__(self, collection: Collection, tree: Path | None, finder: PictureFinder) -> None:
        self._collection = collection
        self._paths = picture_paths(tree) if tree is not None else {}
        self._finder = finder

    def picture(self, image_id: str) -> Image.Image | None:
        """Returns the picture of a painting, None if it cannot be found; may wait for a download.

        Raises:
            CollectionError: The collection has no such painting.
        """
        painting = self._collection.painting(image_id)
        if (path := self._paths.get(picture_key(image_id))) is not None:
            try:
                return open_image(path)
            except ImageError as error:
                print(f"{path}: {error}")
        return self._finder.find(painting)

    def respond(self, request: Request) -> Response:
        """Answers ``GET /pictures/<image_id>`` with a JPEG, or with a label on the BlurHash."""
        image_id = request.path_params["image_id"]
        try:
            picture = self.picture(image_id)
        except CollectionError as error:
            return PlainTextResponse(str(error), status_code=404)
        if picture is None:
            drawing = label_on_hash(self._collection.painting(image_id))
            return Response(drawing, media_type="image/png", headers={"Cache-Control": "no-store"})
        headers = {"Cache-Control": "private, max-age=3600"}
        return Response(shown(picture), media_type="image/jpeg", headers=headers)


def web_finder(cache: Path, offline: bool, hosts: Sequence[str] = ()) -> PictureFinder:
    """Returns a finder of pictures on the web.

    Args:
        cache: The folder for downloaded pictures.
        offline: Whether to fetch nothing.
        hosts: Further hosts that addresses in the table may name.
    """
    names = "|".join([WIKIART.rules.hosts, *(re.escape(host.lower()) for host in hosts)])
    rules = replace(WIKIART.rules, hosts=names)
    return PictureFinder(cache, WIKIART, None if offline else PoliteWeb(rules))


def shown(picture: Image.Image) -> bytes:
    """Returns a picture as a JPEG of the size that the page shows."""
    picture = picture.copy()
    picture.thumbnail((SHOWN_EDGE, SHOWN_EDGE))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


@lru_cache(maxsize=4096)
def hash_drawing(painting: Painting) -> bytes:
    """Returns the BlurHash of a painting as a small PNG in the painting's proportions."""
    scale = HASH_EDGE / max(painting.width, painting.height)
    width, height = (max(round(side * scale), 1) for side in (painting.width, painting.height))
    pixels = np.array(blurhash.decode(painting.blurhash, width, height), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@lru_cache(maxsize=512)
def label_on_hash(painting: Painting) -> bytes:
    """Returns a PNG that stands in for a missing picture.

    It shows title and painter on the BlurHash of the painting.
    """
    scale = LABEL_EDGE / max(painting.width, painting.height)
    size = [max(round(side * scale), 1) for side in (painting.width, painting.height)]
    colours = Image.open(io.BytesIO(hash_drawing(painting))).convert("RGB")
    picture = colours.resize((size[0], size[1]), Image.Resampling.BICUBIC)
    if min(size) >= LEAST_LABELLED:
        _write_label(picture, painting)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _write_label(picture: Image.Image, painting: Painting) -> None:
    # Darkens the lower part, so that light letters are readable on any colour.
    shade = (
        Image.linear_gradient("L")
        .resize(picture.size)
        .point([value * 2 // 3 for value in range(256)])
    )
    picture.paste((20, 14, 10), mask=shade)
    draw = ImageDraw.Draw(picture)
    width, y = picture.width - 2 * LABEL_MARGIN, picture.height - LABEL_MARGIN
    title, artist = font_of(SERIF_ITALIC, LABEL_SIZE), font_of(SANS_BOLD, LABEL_SIZE)
    lines = [(line, title) for line in wrapped(painting.title, title, width, 3)]
    lines += [(line, artist) for line in wrapped(painting.artist, artist, width, 2)]
    for line, font in reversed(lines):
        if y < LABEL_MARGIN + LABEL_LINE:
            return
        draw.text((LABEL_MARGIN, y), line, "#fbf6ee", font, anchor="ls")
        y -= LABEL_LINE


def hash_address(painting: Painting) -> str:
    """Returns the drawn BlurHash as a data URL."""
    return data_address(hash_drawing(painting), "image/png")


def data_address(data: bytes, media_type: str) -> str:
    """Returns a data URL (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
