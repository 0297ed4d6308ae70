"""Makes smaller training parts, for quick trials and for learning curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pandora import Picture, painter_keys
from splits import SEED


def evenly(pictures: Sequence[Picture], count: int) -> list[Picture]:
    """Returns ``count`` pictures taken evenly from the whole list, or all if there are fewer."""
    if count >= len(pictures):
        return list(pictures)
    return [pictures[index * len(pictures) // count] for index in range(count)]


def whole_painters(pictures: Sequence[Picture], count: int) -> list[Picture]:
    """Returns about ``count`` pictures: all works of some painters and none of the others.

    A split by artist tests unseen painters, so a smaller training part should have fewer painters,
    not fewer works of each. Each movement keeps its share and at least one painter.
    """
    share = count / len(pictures)
    if share >= 1:
        return list(pictures)
    works: dict[tuple[int, str], list[Picture]] = {}
    for picture, painter in zip(pictures, painter_keys(pictures), strict=True):
        works.setdefault((picture.movement.number, painter), []).append(picture)
    painters = sorted(works)
    order = np.random.default_rng(SEED).permutation(len(painters))
    drawn = [painters[place] for place in order]
    wanted = {
        number: share * sum(picture.movement.number == number for picture in pictures)
        for number, _ in drawn
    }
    taken: set[str] = set()
    for number, painter in drawn:
        if wanted[number] > 0:
            wanted[number] -= len(works[number, painter])
            taken.update(picture.path for picture in works[number, painter])
    return [picture for picture in pictures if picture.path in taken]
