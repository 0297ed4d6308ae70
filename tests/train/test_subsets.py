from __future__ import annotations

from collections import Counter

import pytest
from pandora import Picture, painter_keys
from subsets import evenly, whole_painters

from pinacoteca.movements import MOVEMENTS


def pictures(painters: int = 12, works: int = 5) -> list[Picture]:
    return [
        Picture(f"{movement.folder}/painter-{painter}/{work}.jpg", movement, f"painter-{painter}")
        for movement in MOVEMENTS[4:7]
        for painter in range(painters)
        for work in range(works)
    ]


def test_pictures_are_taken_evenly() -> None:
    everything = pictures()

    few = evenly(everything, 36)

    assert len({picture.path for picture in few}) == 36
    assert set(Counter(picture.movement.number for picture in few).values()) == {12}
    assert evenly(everything, 1000) == everything


@pytest.mark.parametrize("count", [20, 60, 90])
def test_painters_are_taken_whole_and_every_movement_keeps_its_share(count: int) -> None:
    everything = pictures()

    few = whole_painters(everything, count)

    works = Counter(
        (picture.movement.number, key) for picture, key in zip(few, painter_keys(few), strict=True)
    )
    assert set(works.values()) == {5}
    assert count <= len(few) < count + 3 * 5
    assert set(Counter(picture.movement.number for picture in few).values()) == {len(few) // 3}
    assert whole_painters(everything, count) == few
    assert whole_painters(everything, 1000) == everything


def test_no_movement_is_left_without_a_painter() -> None:
    assert len({picture.movement.number for picture in whole_painters(pictures(), 1)}) == 3
