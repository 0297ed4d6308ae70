"""Whether a painting finds itself from what people have of it: a bad copy, a plate without colour.

What it is asked with is made here, by ``distortions``; each painting of a sample is asked in every
way, and ``evaluate_neighbours`` writes the counts into the gallery's card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from distortions import DISTORTIONS

from pinacoteca.images import open_image
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever

# One painting in so many is asked for.
EVERY = 7


@dataclass(frozen=True)
class Asked:
    """How paintings did in one kind of copy, each a share of those asked, 0 to 1.

    Attributes:
        found: Were nearest to themselves.
        movement_kept: Have the same most likely movement as their picture itself.
        colourless: Were said to be without colour.
    """

    found: float
    movement_kept: float
    colourless: float


def ask_with_copies(
    retriever: PaintingRetriever, paths: Sequence[Path], every: int = EVERY
) -> dict[str, Asked]:
    """Returns how the paintings of a gallery did, by the name of the copy.

    Args:
        retriever: With the gallery.
        paths: The picture of each painting.
        every: One painting in so many is asked for.
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
