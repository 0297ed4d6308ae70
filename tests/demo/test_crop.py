from __future__ import annotations

from pathlib import Path

import crop
import numpy as np
import pytest
from PIL import Image

from pinacoteca.errors import ImageError

PART = ((0.5, 0.25), (1.0, 0.25), (1.0, 0.75), (0.5, 0.75))


def test_a_part_is_written_among_the_uploads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crop, "get_upload_folder", lambda: str(tmp_path))
    picture = Image.new("RGB", (200, 120), (250, 250, 250))
    picture.paste((30, 60, 160), (100, 30, 200, 90))
    picture.save(tmp_path / "wall.png")

    path = Path(crop.cropped_file(str(tmp_path / "wall.png"), PART))

    assert path.is_relative_to(tmp_path)
    with Image.open(path) as part:
        assert part.size == (100, 60)
        assert np.abs(np.asarray(part, int)[5:-5, 5:-5] - (30, 60, 160)).max() <= 6
    with pytest.raises(ImageError):
        crop.cropped_file(str(tmp_path / "nowhere.png"), PART)


def test_corners_come_back_from_a_button() -> None:
    assert crop.corners_of(crop.text_of(PART)) == PART


@pytest.mark.parametrize(
    "text",
    ["", "0 0 1 0", "0 0 1 0 1 1 0 nan", "0 0 2 0 2 1 0 1", "a b c d e f g h", "0 0 0 0 0 0 0 0"],
)
def test_no_other_text_has_corners(text: str) -> None:
    assert crop.corners_of(text) is None
