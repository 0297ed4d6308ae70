"""The page works with a gallery of fewer pictures than it shows neighbours."""

from __future__ import annotations

from pathlib import Path

import app
import pytest
from asking import Question, ask
from galleries import write_gallery
from options import Options


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_starts_and_shows_what_there_is(
    count: int, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = write_gallery(tmp_path, model_folder, count)
    monkeypatch.setattr(app, "OPTIONS", Options(model=str(model_folder), gallery=str(gallery)))

    retriever = app._load()

    picture = tmp_path / "pictures" / "Images" / "Painter" / "painter_work-0.jpg"
    answer = ask(retriever, Question(str(picture)))
    assert answer is not None
    assert len(answer.neighbours) == count
    assert retriever.map is None
