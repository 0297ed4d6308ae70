"""Where the page finds the picture of a painting, and what it shows where there is none."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import time
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import blurhash
import httpx
import numpy as np
from PIL import Image
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pinacoteca import __version__
from pinacoteca.collection import Collection, Painting
from pinacoteca.errors import CollectionError, ImageError
from pinacoteca.files import written_whole
from pinacoteca.images import open_image
from pinacoteca.picture_tree import picture_key, picture_paths

# The longer side of a picture as the page shows it, twice its size there for sharp screens.
SHOWN_EDGE = 640
# Four waves a side need no more pixels; browsers enlarge them smoothly.
HASH_EDGE = 24
FETCH_SECONDS = 6.0
FETCH_BYTES = 20_000_000
# A server that did not answer is left in peace for so long.
RETRY_SECONDS = 600.0
# An address, of mail or of a page, where hosts may turn to whoever serves this page.
CONTACT_VARIABLE = "PINACOTECA_CONTACT"


def cache_folder() -> Path:
    """Returns the folder for downloaded pictures (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pinacoteca" / "pictures"


class PictureSource:
    """The pictures of a collection: from a tree, from earlier downloads, or from their addresses.

    Raises:
        DataError: The tree is missing or holds no picture.
    """

    def __init__(self, collection: Collection, tree: Path | None, cache: Path) -> None:
        self._collection = collection
        self._paths = picture_paths(tree) if tree is not None else {}
        self._cache = cache
        self._failures: dict[str, float] = {}
        self._said: set[str] = set()

    def picture(self, image_id: str) -> Image.Image | None:
        """Returns the picture of a painting, None if it cannot be had; may wait for a download.

        Raises:
            CollectionError: The collection has no such painting.
        """
        painting = self._collection.painting(image_id)
        if (path := self._paths.get(picture_key(image_id))) is not None:
            try:
                return open_image(path)
            except ImageError as error:
                print(f"{path}: {error}")
        return self._downloaded(painting.image_url) if painting.image_url else None

    def respond(self, request: Request) -> Response:
        """Answers ``GET /pictures/<image_id>``: a JPEG, or the drawn hash in its stead."""
        image_id = request.path_params["image_id"]
        try:
            picture = self.picture(image_id)
        except CollectionError as error:
            return PlainTextResponse(str(error), status_code=404)
        if picture is None:
            drawing = hash_drawing(self._collection.painting(image_id))
            return Response(drawing, media_type="image/png", headers={"Cache-Control": "no-store"})
        headers = {"Cache-Control": "private, max-age=3600"}
        return Response(shown(picture), media_type="image/jpeg", headers=headers)

    def _downloaded(self, address: str) -> Image.Image | None:
        path = self._cache / f"{hashlib.sha256(address.encode()).hexdigest()}.picture"
        if path.is_file():
            try:
                return open_image(path)
            except ImageError:
                path.unlink(missing_ok=True)
        if time.monotonic() < self._failures.get(address, 0.0):
            return None
        try:
            data = fetch(address)
            picture = open_image(data)
        except (httpx.HTTPError, httpx.InvalidURL, ImageError, OSError) as error:
            self._failures[address] = time.monotonic() + RETRY_SECONDS
            host = urlsplit(address).hostname or address
            self._say_once(host, f"No picture came from {host} ({error}); it is asked again later.")
            return None
        self._keep(path, data)
        return picture

    def _keep(self, path: Path, data: bytes) -> None:
        try:
            with written_whole(path) as temporary:
                temporary.write_bytes(data)
        except OSError as error:
            self._say_once(
                str(self._cache),
                f"Downloaded pictures cannot be kept in {self._cache} ({error.strerror}) and will "
                "be fetched each time: set XDG_CACHE_HOME to a folder that can be written to.",
            )

    def _say_once(self, about: str, line: str) -> None:
        if about not in self._said:
            self._said.add(about)
            print(" ".join(line.split()), flush=True)


def shown(picture: Image.Image) -> bytes:
    """Returns a picture as a JPEG of the size that the page shows."""
    picture = picture.copy()
    picture.thumbnail((SHOWN_EDGE, SHOWN_EDGE))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def user_agent() -> str:
    """Returns how the page introduces itself to the hosts of pictures.

    They refuse programs that do not say who they are and where to read about them, as in
    https://meta.wikimedia.org/wiki/User-Agent_policy.
    """
    about = ["page of a collection of paintings, README.md says more"]
    if space := os.environ.get("SPACE_ID"):
        about.insert(0, f"https://huggingface.co/spaces/{space}")
    if contact := os.environ.get(CONTACT_VARIABLE):
        about.insert(0, contact)
    text = f"Pinacoteca/{__version__} ({'; '.join(about)}) httpx/{httpx.__version__}"
    return text.encode("ascii", "replace").decode()


def fetch(address: str) -> bytes:
    """Returns what is at an address, within six seconds and 20 million bytes.

    Raises:
        httpx.HTTPError: It cannot be had, or not within those limits.
    """
    deadline = time.monotonic() + FETCH_SECONDS
    data = bytearray()
    with httpx.stream(
        "GET",
        address,
        headers={"User-Agent": user_agent()},
        timeout=FETCH_SECONDS / 2,
        follow_redirects=True,
    ) as answer:
        answer.raise_for_status()
        for block in answer.iter_bytes():
            data += block
            # The time-out of the library starts anew with every block.
            if len(data) > FETCH_BYTES or time.monotonic() > deadline:
                raise httpx.ReadTimeout(f"{address} is too large or too slow")
    return bytes(data)


@lru_cache(maxsize=4096)
def hash_drawing(painting: Painting) -> bytes:
    """Returns the BlurHash of a painting as a small PNG in the painting's proportions."""
    scale = HASH_EDGE / max(painting.width, painting.height)
    width, height = (max(round(side * scale), 1) for side in (painting.width, painting.height))
    pixels = np.array(blurhash.decode(painting.blurhash, width, height), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def hash_address(painting: Painting) -> str:
    """Returns the drawn hash as a data URL."""
    return data_address(hash_drawing(painting), "image/png")


def data_address(data: bytes, media_type: str) -> str:
    """Returns a data URL (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
