"""What became of a gallery's pictures since it was built: renamed, or gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pinacoteca.collection import Collection, Painting
from pinacoteca.picture_tree import Pictures, picture_key

# Of a style's length: less than this is what rounding to float16 and another batch may change.
SAME = 0.01


@dataclass(frozen=True)
class Changed:
    """The paintings of a gallery whose pictures are not where they were.

    Attributes:
        renamed: The new ``image_id`` of each old one: the same picture under another name.
        gone: The ``image_id`` of each whose picture is nowhere.
    """

    renamed: Mapping[str, str]
    gone: tuple[str, ...]


def changed_since(old: Collection, pictures: Pictures, new: Collection | None) -> Changed:
    """Finds out which paintings of a gallery lost their pictures, and to what new names.

    Equal pictures have the same size, the same hash of their colours and the same style.

    Args:
        old: The gallery.
        pictures: Those that are there now.
        new: The paintings that the gallery has not yet; None if there is none.
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
    """Returns ``new`` with what its names cannot tell and the gallery knew of renamed pictures."""
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
