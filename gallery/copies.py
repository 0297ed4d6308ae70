"""Tests whether a painting is found from a bad copy, such as a black and white plate.

``distortions`` makes the copies. Each painting of a sample is queried with every kind of copy, and
``evaluate_neighbours`` writes the shares into the gallery's card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from distortions import DISTORTIONS

from pinacoteca.images import open_image
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever

# One painting in this many is queried.
EVERY = 7


@dataclass(frozen=True)
class Asked:
    """Results for one kind of copy, each a share of the paintings queried, 0 to 1.

    Attributes:
        found: The copy's nearest painting is the original.
        movement_kept: The copy has the same most likely movement as the picture itself.
        colourless: The answer says that the copy has no colour.
    """

    found: float
    movement_kept: float
    colourless: float


def ask_with_copies(
    retriever: PaintingRetriever, paths: Sequence[Path], every: int = EVERY
) -> dict[str, Asked]:
    """Returns the results of the paintings of a gallery, by the name of the copy.

    Args:
        retriever: The retriever of the gallery.
        paths: The picture of each painting.
        every: One painting in this many is queried.
    """
    ids = [painting.image_id for painting in retriever.collection.paintings][::every]
    chosen = list(paths)[::every]
    answers = {
        name: [retriever.query(distort(open_image(path)), k=1) for path in chosen]
        for name, distort in DISTORTIONS.items()
    }
    before = [_movement(answer) for answer in next(iter(answers.values()))]
    return {name: _asked(found, ids, before) for name, found in answers.items()}


def _asked(answers: Sequence[QueryResult], ids: Sequence[str], before: Sequence[str]) -> Asked:
    count = len(answers)
    found = [answer.neighbours[0].image_id == own for answer, own in zip(answers, ids, strict=True)]
    kept = [_movement(answer) == own for answer, own in zip(answers, before, strict=True)]
    return Asked(
        found=sum(found) / count,
        movement_kept=sum(kept) / count,
        colourless=sum(answer.colourless for answer in answers) / count,
    )


def _movement(answer: QueryResult) -> str:
    return answer.movements[0].movement.folder
