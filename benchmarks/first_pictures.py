"""Measures how soon the page shows pictures that it has to fetch from a stand-in for WikiArt.

    python benchmarks/first_pictures.py [--tree ../shared/data/pandorarom]
        [--queries ../shared/data/queries] [--out benchmarks/results/pictures.json]

Queries with every picture of ``--queries`` and fetches the five neighbours at once, like a browser.
The stand-in runs on this machine under the names of WikiArt's hosts and serves the pictures of
``--tree``. They are where the id suggests, or only the painters' lists name them, which is slower.
The pauses between two requests to a host are the real ones; the network to WikiArt is missing. Both
are measured with a cache that is empty at the start, and with one that is emptied before every
query. Takes two minutes on two quiet cores; ``write_speed.py`` writes the results into the docs.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

# The page has loaded it before the first query, through Gradio.
import httpx  # noqa: F401
from measured import keep, machine
from tqdm import tqdm

from pinacoteca.collection import Painting
from pinacoteca.command_line import run
from pinacoteca.images import open_image
from pinacoteca.picture_finder import WIKIART, PictureFinder, Source, title_slug
from pinacoteca.picture_tree import find_pictures_by_path, picture_key, picture_paths
from pinacoteca.polite_web import PoliteWeb
from pinacoteca.retriever import PaintingRetriever

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path += [str(REPOSITORY / room) for room in ("demo", "tests/helpers")]

from loopback_source import LoopbackSource, loopback_source  # noqa: E402
from pictures import shown  # noqa: E402

NEIGHBOURS = 5
# The size of WikiArt's pages.
PAGE_SIZE = 60
WAYS = {"where the id suggests": True, "named by the lists only": False}


@dataclass(frozen=True)
class Shown:
    """What happened to the neighbours of all queries.

    Attributes:
        pictures: Number of pictures that the page needs.
        share: Share of the pictures that were shown.
        wrong: Number of pictures of another painting.
        first_median: Median seconds from the answer to the first picture.
        first_slowest: The same for the slowest query.
        all_median: Median seconds from the answer to the last picture.
        all_slowest: The same for the slowest query.
        requests: Number of requests to the stand-in.
    """

    pictures: int
    share: float
    wrong: int
    first_median: float
    first_slowest: float
    all_median: float
    all_slowest: float
    requests: int


def stand_in(source: LoopbackSource) -> tuple[Source, PoliteWeb]:
    """Returns the source that stands in for WikiArt, and the web client for it."""
    port = source.server.server_port
    addresses = [
        address.replace("https:", "http:").replace(".org/", f".org:{port}/")
        for address in (WIKIART.listing, *WIKIART.guesses)
    ]
    rules = replace(WIKIART.rules, private=True)
    web = PoliteWeb(rules, resolve=lambda *_: ["127.0.0.1"])
    return Source(addresses[0], tuple(addresses[1:]), rules), web


def fill(
    source: LoopbackSource, paintings: Sequence[Painting], tree: Mapping[str, Path], foretold: bool
) -> None:
    """Serves the pictures of a tree where their ids suggest, or elsewhere."""
    host = f"http://uploads4.wikiart.org:{source.server.server_port}"
    for painting in paintings:
        slug, path = title_slug(painting), tree[picture_key(painting.image_id)]
        place = source.add(painting.artist_slug, slug, path)
        source.works[painting.artist_slug][-1]["image"] = f"{host}{place}!Large.jpg"
        if foretold:
            source.answers[f"/images/{painting.artist_slug}/{slug}.jpg"] = path


def time_all(
    asked: Sequence[Sequence[Painting]],
    finders: Sequence[PictureFinder],
    tree: Mapping[str, Path],
) -> tuple[list[list[float]], int]:
    """Fetches the neighbours of each query at once.

    Returns:
        The sorted seconds of each query until its pictures were there, and how many were wrong.
    """
    seconds, wrong = [], 0
    with ThreadPoolExecutor(NEIGHBOURS) as browser:
        for neighbours, finder in zip(tqdm(asked, disable=None), finders, strict=True):
            start = time.monotonic()
            found = list(browser.map(partial(fetched, finder, start), neighbours))
            seconds.append(sorted(moment for moment, _ in found if moment is not None))
            for painting, (_, data) in zip(neighbours, found, strict=True):
                wrong += data not in (None, as_shown(tree[picture_key(painting.image_id)]))
    return seconds, wrong


@cache
def as_shown(path: Path) -> bytes:
    """Returns the JPEG that the page shows of a picture file."""
    return shown(open_image(path))


def fetched(
    finder: PictureFinder, start: float, painting: Painting
) -> tuple[float | None, bytes | None]:
    """Returns the seconds until a picture could be shown, and the JPEG that the page shows."""
    picture = finder.find(painting)
    if picture is None:
        return None, None
    data = shown(picture)
    return time.monotonic() - start, data


def measured(
    asked: Sequence[Sequence[Painting]], paintings: Sequence[Painting], tree: Mapping[str, Path]
) -> dict[str, Shown]:
    """Returns the results by place of the pictures and by when the cache was emptied."""
    results = {}
    for place, foretold in WAYS.items():
        for emptied in ("at the start", "before each query"):
            with TemporaryDirectory() as folder, loopback_source() as source:
                source.page_size = PAGE_SIZE
                fill(source, paintings, tree, foretold)
                from_wikiart, web = stand_in(source)
                each = emptied != "at the start"
                finders = [
                    PictureFinder(Path(folder) / str(number * each), from_wikiart, web)
                    for number in range(len(asked))
                ]
                seconds, wrong = time_all(asked, finders, tree)
                requests = len(source.requests)
            results[f"{place}, cache emptied {emptied}"] = summary(
                seconds, wrong, sum(map(len, asked)), requests
            )
    return results


def summary(seconds: Sequence[Sequence[float]], wrong: int, wanted: int, requests: int) -> Shown:
    """Returns the figures of all queries; a query without pictures took infinitely long."""
    first = [moments[0] if moments else float("inf") for moments in seconds]
    last = [moments[-1] if moments else float("inf") for moments in seconds]
    return Shown(
        pictures=wanted,
        share=sum(map(len, seconds)) / wanted,
        wrong=wrong,
        first_median=round(median(first), 3),
        first_slowest=round(max(first), 3),
        all_median=round(median(last), 3),
        all_slowest=round(max(last), 3),
        requests=requests,
    )


def main() -> None:
    """Measures, prints and writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--tree", type=Path, default=data / "pandorarom", help="PandoraRom")
    parser.add_argument("--queries", type=Path, default=data / "queries", help="photographs")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "model")
    parser.add_argument("--gallery", type=Path, default=REPOSITORY / "gallery")
    parser.add_argument(
        "--out", type=Path, default=REPOSITORY / "benchmarks" / "results" / "pictures.json"
    )
    given = parser.parse_args()

    retriever = PaintingRetriever.from_pretrained(given.model, given.gallery)
    tree = picture_paths(given.tree)
    # Without the table's addresses, every picture must be looked for.
    known = {
        painting.image_id: replace(painting, image_url=None)
        for painting in retriever.collection.paintings
    }
    photographs = sorted(find_pictures_by_path(given.queries).paths.values())
    asked = [
        [known[each.image_id] for each in retriever.query(path, k=NEIGHBOURS).neighbours]
        for path in tqdm(photographs, disable=None)
    ]
    load = os.getloadavg()[0]
    found = measured(asked, list(known.values()), tree)
    kept = {
        "queries": len(asked),
        "machine": machine(load),
        "results": {name: asdict(shown_) for name, shown_ in found.items()},
    }
    keep(given.out, kept)
    print(given.out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    run(main)
