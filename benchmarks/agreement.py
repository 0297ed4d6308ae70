"""Counts how often different ways of computing an answer give the same one.

    python benchmarks/agreement.py --pictures ../shared/data/queries ../shared/data/pandora
        [--each 100] [--model model] [--gallery gallery] [--out benchmarks/results/agreement.json]

Queries with up to ``--each`` pictures of each folder, drawn evenly. Compares the five neighbours
and the movement of the page's answer with those of PyTorch, of pictures read at full resolution,
and of a search without the mirror image. Writes the figures to ``--out`` after every 20 pictures.
Needs requirements-train.txt; 200 pictures take two minutes on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from measured import keep
from tqdm import tqdm

from pinacoteca import images
from pinacoteca.classifier import Analysis, MovementClassifier
from pinacoteca.command_line import positive, run
from pinacoteca.picture_tree import find_pictures_by_path
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever

REPOSITORY = Path(__file__).resolve().parent.parent
NEIGHBOURS = 5
WRITTEN_EVERY = 20
Ask = Callable[[Path], QueryResult]


class Upright(PaintingRetriever):
    """A retriever that does not search with the mirror image."""

    def _sides(self, analysis: Analysis) -> list[npt.NDArray[np.float32]]:
        return [np.concatenate([part, part]) for part in self._space.parts(analysis)]


@contextmanager
def in_all_pixels() -> Iterator[None]:
    """Reads large pictures at full resolution while the context is open."""
    edge = images.DRAFT_EDGE
    # Larger than any picture.
    images.DRAFT_EDGE = images.PIXEL_LIMIT
    try:
        yield
    finally:
        images.DRAFT_EDGE = edge


def ways(model: Path, gallery: Path) -> dict[str, Ask]:
    """Returns the ways to answer, the page's first."""
    page = PaintingRetriever.from_pretrained(model, gallery)
    torch = MovementClassifier.from_pretrained(model, backend="torch")

    def whole(path: Path) -> QueryResult:
        with in_all_pixels():
            return page.query(path, k=NEIGHBOURS)

    return {
        "page": lambda path: page.query(path, k=NEIGHBOURS),
        "PyTorch": PaintingRetriever(torch, page.collection).query,
        "pictures in all their pixels": whole,
        "without the mirror image": Upright(page.classifier, page.collection).query,
    }


def chosen(folder: Path, count: int) -> list[Path]:
    """Returns up to ``count`` pictures of a folder, drawn evenly.

    Raises:
        DataError: There is no picture.
    """
    paths = sorted(find_pictures_by_path(folder).paths.values())
    places = np.linspace(0, len(paths) - 1, min(count, len(paths))).round().astype(int)
    return [paths[place] for place in places]


def counted(first: QueryResult, second: QueryResult) -> dict[str, bool]:
    """Returns which parts of two answers are the same."""
    both = [[each.image_id for each in result.neighbours] for result in (first, second)]
    return {
        "the five neighbours, in order": both[0] == both[1],
        "the five neighbours": sorted(both[0]) == sorted(both[1]),
        "the movement": first.movements[0].movement == second.movements[0].movement,
    }


def compare(paths: Sequence[Path], asked: dict[str, Ask], out: Path) -> None:
    """Answers each picture in all ways, and writes the shares of equal answers."""
    (_, page), *others = asked.items()
    same: dict[str, dict[str, int]] = {name: {} for name, _ in others}
    for number, path in enumerate(tqdm(paths, unit="picture"), start=1):
        answer = page(path)
        for name, ask in others:
            for what, equal in counted(answer, ask(path)).items():
                same[name][what] = same[name].get(what, 0) + equal
        if number % WRITTEN_EVERY == 0 or number == len(paths):
            shares = {
                name: {what: round(count / number, 4) for what, count in counts.items()}
                for name, counts in same.items()
            }
            keep(out, {"pictures": number, "of": len(paths), "the same": shares})


def main() -> None:
    """Compares and prints the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, help="folders")
    parser.add_argument("--each", type=positive, default=100, help="pictures of each folder")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "model")
    parser.add_argument("--gallery", type=Path, default=REPOSITORY / "gallery")
    parser.add_argument(
        "--out", type=Path, default=REPOSITORY / "benchmarks" / "results" / "agreement.json"
    )
    given = parser.parse_args()

    paths = [path for folder in given.pictures for path in chosen(folder, given.each)]
    compare(paths, ways(given.model, given.gallery), given.out)
    print(given.out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    run(main)
