"""Finds the picture of a painting at WikiArt: through its lists, or by guessing from the id.

WikiArt lists the works of a painter, 60 a page, with title, year and the address of the picture.
Older pictures are at ``/images/<artist-slug>/<title-slug>.jpg`` on nine hosts. A picture is
accepted only if its colours match the BlurHash in the collection's table.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import numpy as np
import numpy.typing as npt
from PIL import Image

from pinacoteca.collection import Painting
from pinacoteca.errors import ImageError
from pinacoteca.files import written_whole
from pinacoteca.images import open_image
from pinacoteca.polite_web import PoliteWeb, WebError, WebRules

WIKIART_RULES = WebRules(hosts=r"(www|uploads\d?)\.wikiart\.org")
LIST_SECONDS = 30 * 86_400
# The clocks of disks and network shares differ a little.
CLOCK_GRAIN = 60.0
# The source may answer with the same page for ever.
MOST_PAGES = 60
# Pictures are compared with BlurHashes on a grid of so many points a side.
GRID, HASH_EDGE = 12, 32
# Chosen on 300 of PandoraRom's pictures, as they are and cropped, brightened and tinted: 99.7 % of
# the right pictures pass both limits, and 0.02 % of the wrong ones.
FURTHEST, LEAST_ALIKE = 20.0, 0.93
# A suffix such as "(2)" numbers works with the same name.
_COUNTER = re.compile(r"\(\d+\)$")
_YEAR = re.compile(r"1[0-9]{3}|20[0-9]{2}")


@dataclass(frozen=True)
class Listed:
    """A work as the source lists it.

    Attributes:
        slug: The last part of its page's address.
        title: Its title as the source writes it.
        year: Four digits, or nothing.
        image: The address of its picture.
    """

    slug: str
    title: str
    year: str
    image: str


@dataclass(frozen=True)
class Page:
    """A page of a painter's list, and how many works the whole list has."""

    works: tuple[Listed, ...]
    count: int


# Returns a page by the painter's slug and the page's number.
PageOf = Callable[[str, int], Page]


@dataclass(frozen=True)
class Source:
    """Where a source keeps its lists and pictures.

    Attributes:
        listing: The address of a page of a painter's works, with ``{artist}`` and ``{page}``; empty
            if the source has no list.
        guesses: Addresses where a picture may be, with ``{artist}`` and ``{work}``.
        rules: What may be fetched.
    """

    listing: str
    guesses: tuple[str, ...]
    rules: WebRules


WIKIART = Source(
    "https://www.wikiart.org/en/{artist}/mode/all-paintings"
    "?json=2&layout=new&page={page}&resultType=masonry",
    # All nine hosts seem to have every picture; three are enough if one is down.
    tuple(
        f"https://uploads{host}.wikiart.org/images/{{artist}}/{{work}}.jpg" for host in (1, 0, 8)
    ),
    WIKIART_RULES,
)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address


def _stem(address: str) -> str:
    """Returns the name of a picture without its suffix; empty if the address is none."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return unquote(path.rsplit("/", 1)[-1]).partition(".jpg")[0]


class PictureFinder:
    """Fetches pictures of paintings and caches them.

    Args:
        cache: The folder for pictures and lists.
        source: Where to look.
        web: Fetches by the rules of the source; None fetches nothing.
    """

    def __init__(self, cache: Path, source: Source = WIKIART, web: PoliteWeb | None = None) -> None:
        self._cache = cache
        self._source = source
        self._web = web
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._said: set[str] = set()

    def cached(self, painting: Painting) -> Image.Image | None:
        """Returns the cached picture of a painting; None if there is none that can be read."""
        path = self._place(painting)
        if not path.is_file():
            return None
        try:
            return open_image(path)
        except ImageError:
            # The next download replaces it anyway.
            with suppress(OSError):
                path.unlink()
            return None

    def find(self, painting: Painting) -> Image.Image | None:
        """Returns the picture of a painting, None if it cannot be found; may wait for downloads."""
        if (picture := self.cached(painting)) is not None or self._web is None:
            return picture
        with self._turn(painting.image_id):
            if (picture := self.cached(painting)) is not None:
                return picture
            for address in self._addresses(painting):
                if (found := self._fetched(address, painting)) is not None:
                    return found
        return None

    def patience(self) -> float:
        """Returns how many seconds to wait before asking the source again; 0 for none."""
        return 0.0 if self._web is None else self._web.patience()

    def forget(self, painting: Painting) -> None:
        """Deletes the picture of a painting from the cache."""
        self._place(painting).unlink(missing_ok=True)

    def facts(self, painting: Painting) -> Listed | None:
        """Returns a painting as the source lists it; None if it is not listed or not reachable."""
        if not (painting.artist_slug and self._source.listing):
            return None
        return self._looked_up(painting, self._page)

    def _looked_up(self, painting: Painting, page_of: PageOf) -> Listed | None:
        slug = title_slug(painting)
        names = {slug, _COUNTER.sub("", slug)} if not _COUNTER.search(slug) else {slug}
        try:
            # Pages after the one with the work are not read.
            for work in _works(painting.artist_slug, page_of):
                if work.slug in names or _stem(work.image) == slug:
                    return work
        except WebError:
            pass
        return None

    def _addresses(self, painting: Painting) -> Iterator[str]:
        if painting.image_url:
            yield painting.image_url
        if not painting.artist_slug or ":" in painting.image_id:
            return
        artist, slug = quote(painting.artist_slug), quote(title_slug(painting), safe="()")
        guesses = [guess.format(artist=artist, work=slug) for guess in self._source.guesses]
        if (work := self._looked_up(painting, self._kept_page)) is None:
            # A list takes several requests, and most pictures are where the id suggests.
            yield from guesses[:1]
            work = self.facts(painting)
        if work is not None and work.image != painting.image_url:
            yield work.image
        yield from guesses

    def _fetched(self, address: str, painting: Painting) -> Image.Image | None:
        # The address in the table is certain; the others are guesses.
        sure = address == painting.image_url
        try:
            data = self._get(address)
        except WebError as error:
            if sure:
                self._say_once(_host(address), f"No picture came from {_host(address)}: {error}")
            return None
        try:
            picture = open_image(data)
        except ImageError:
            picture = None
        if picture is None or not (sure or is_picture_of(picture, painting)):
            self._distrust(address)
            return None
        self._keep(self._place(painting), data)
        return picture

    def _keep(self, path: Path, data: bytes) -> None:
        try:
            with written_whole(path) as temporary:
                temporary.write_bytes(data)
        except OSError as error:
            # The visitor should see the picture even if the disk is full.
            self._say_once(
                str(self._cache),
                f"Downloaded pictures cannot be kept in {self._cache} ({error.strerror}) and will "
                "be fetched each time: set XDG_CACHE_HOME to a folder that can be written to.",
            )

    def _say_once(self, about: str, line: str) -> None:
        with self._lock:
            first = about not in self._said
            self._said.add(about)
        if first:
            print(" ".join(line.split()), flush=True)

    def _page(self, artist_slug: str, number: int) -> Page:
        """Returns a page of a painter's list; cached for 30 days."""
        path = self._page_place(artist_slug, number)
        with self._turn(path.name):
            if (kept := _kept(path)) is not None:
                return kept
            address = self._source.listing.format(artist=quote(artist_slug), page=number)
            page = read_page(self._get(address), address)
            self._keep(path, json.dumps(asdict(page)).encode())
        return page

    def _kept_page(self, artist_slug: str, number: int) -> Page:
        """Returns a cached page of a painter's list, or an empty one."""
        return _kept(self._page_place(artist_slug, number)) or Page((), 0)

    def _page_place(self, artist_slug: str, number: int) -> Path:
        name = hashlib.sha256(artist_slug.encode()).hexdigest()
        return self._cache / "lists" / f"{name}-{number}.json"

    def _get(self, address: str) -> bytes:
        if self._web is None:
            raise WebError("Nothing is fetched offline.")
        return self._web.get(address)

    def _distrust(self, address: str) -> None:
        if self._web is not None:
            self._web.distrust(address)

    def _place(self, painting: Painting) -> Path:
        name = f"{painting.image_id}\n{painting.blurhash}"
        return self._cache / f"{hashlib.sha256(name.encode()).hexdigest()}.picture"

    def _turn(self, name: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(name, threading.Lock())


def title_slug(painting: Painting) -> str:
    """Returns the part of an ``image_id`` that names the work: ``anemones-1908(1)``."""
    return painting.image_id.removeprefix(f"{painting.artist_slug}_")


def read_page(data: bytes, address: str) -> Page:
    """Reads a page of a list.

    Raises:
        WebError: The data is not such a page.
    """
    try:
        page = json.loads(data)
        works = [_listed(work) for work in page["Paintings"] or ()]
        count = int(page["AllPaintingsCount"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise WebError(f"{address} is no list of paintings.") from None
    return Page(tuple(work for work in works if work is not None), count)


def _works(artist_slug: str, page_of: PageOf) -> Iterator[Listed]:
    seen: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        page = page_of(artist_slug, number)
        new = [work for work in page.works if work.slug not in seen]
        yield from new
        seen.update(work.slug for work in new)
        if not new or len(seen) >= page.count:
            return


def is_picture_of(picture: Image.Image, painting: Painting) -> bool:
    """Returns whether the colours of an RGB picture match the BlurHash of a painting."""
    import blurhash

    try:
        waves = blurhash.components(painting.blurhash)
        expected = _grid(painting.blurhash)
    except ValueError:
        return False
    small = picture.convert("RGB").resize((HASH_EDGE, HASH_EDGE))
    seen = _grid(str(blurhash.encode(np.asarray(small).tolist(), *waves)))
    distance = float(np.sqrt(((seen - expected) ** 2).mean()))
    return distance <= FURTHEST and _likeness(seen, expected) >= LEAST_ALIKE


@lru_cache(maxsize=4096)
def _grid(hash_: str) -> npt.NDArray[np.float64]:
    """Returns the colours of a BlurHash, float64 ``[144, 3]`` from 0 to 255."""
    import blurhash

    return np.asarray(blurhash.decode(hash_, GRID, GRID), np.float64).reshape(-1, 3)


def _likeness(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Returns the correlation of two grids about their mean colours; 1 if both are plain."""
    one, other = one - one.mean(axis=0), other - other.mean(axis=0)
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float((one * other).sum() / lengths) if lengths > GRID else 1.0


def _kept(path: Path) -> Page | None:
    try:
        # A list from the future was written before the clock was set back.
        if not -CLOCK_GRAIN <= time.time() - path.stat().st_mtime <= LIST_SECONDS:
            return None
        page = json.loads(path.read_text("utf-8"))
        return Page(tuple(Listed(**work) for work in page["works"]), int(page["count"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _listed(work: Any) -> Listed | None:
    page, image = str(work.get("paintingUrl") or ""), str(work.get("image") or "")
    # With a size after "!", the address is that of a smaller copy.
    image = image.partition("!")[0]
    slug = page.rstrip("/").rsplit("/", 1)[-1]
    if not slug or not image.startswith(("https://", "http://")):
        return None
    found = _YEAR.search(str(work.get("year") or ""))
    title = " ".join(str(work.get("title") or "").split())
    return Listed(slug, title, found[0] if found else "", image)
