"""Finds which pictures of a gallery were renamed or deleted since it was built."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pinacoteca.collection import Collection, Painting
from pinacoteca.picture_tree import Pictures, picture_key

# As a share of a style vector's length: rounding to float16 and another batch change less.
SAME = 0.01


@dataclass(frozen=True)
class Changed:
    """The paintings of a gallery whose pictures are not where they were.

    Attributes:
        renamed: The new ``image_id`` for each old one: the same picture under another name.
        gone: The ``image_id`` of each painting whose picture is missing.
    """

    renamed: Mapping[str, str]
    gone: tuple[str, ...]


def changed_since(old: Collection, pictures: Pictures, new: Collection | None) -> Changed:
    """Finds the paintings of a gallery whose pictures were renamed or are gone.

    Equal pictures have the same size, the same hash of their colours and the same style.

    Args:
        old: The gallery.
        pictures: The present pictures.
        new: The paintings that the gallery does not have yet; None if there are none.
    """
    missing = [each for each in old.paintings if picture_key(each.image_id) not in pictures.paths]
    candidates: dict[tuple[int, int, str], list[Painting]] = defaultdict(list)
    for painting in new.paintings if new is not None else ():
        candidates[_looks(painting)].append(painting)
    renamed, gone = {}, []
    for painting in missing:
        same = [
            each
            for each in candidates[_looks(painting)]
            if new is not None and _same_style(old, painting, new, each)
        ]
        if same:
            renamed[painting.image_id] = same[0].image_id
            candidates[_looks(painting)].remove(same[0])
        else:
            gone.append(painting.image_id)
    return Changed(renamed, tuple(gone))


def with_old_facts(old: Collection, new: Collection, renamed: Mapping[str, str]) -> Collection:
    """Returns ``new`` with the gallery's facts on renamed pictures that names do not give."""
    before = {now: old.painting(was) for was, now in renamed.items()}
    paintings = [
        replace(
            painting,
            style=painting.style or known.style,
            year=painting.year if painting.year is not None else known.year,
            page_url=painting.page_url or known.page_url,
            image_url=painting.image_url or known.image_url,
        )
        if (known := before.get(painting.image_id))
        else painting
        for painting in new.paintings
    ]
    return replace(new, paintings=tuple(paintings))


def _looks(painting: Painting) -> tuple[int, int, str]:
    return painting.width, painting.height, painting.blurhash


def _same_style(old: Collection, was: Painting, new: Collection, now: Painting) -> bool:
    before, after = old.styles[old.row(was.image_id)], new.styles[new.row(now.image_id)]
    return bool(np.linalg.norm(after - before) <= SAME * np.linalg.norm(before))
