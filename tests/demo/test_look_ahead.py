"""A picture is looked at once, and as soon as it has arrived if nobody else asks."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from gradio import routes
from look_ahead import REMEMBERED, AheadRetriever, look_when_uploaded
from PIL import Image

from pinacoteca import retriever as retriever_module
from pinacoteca.errors import ImageError
from pinacoteca.retriever import PaintingRetriever

WAIT_SECONDS = 60.0


class Decoded(list[str]):
    """The files that were decoded; while ``free`` is not set, decoding waits."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()
        self.free.set()
        self.begun = threading.Event()


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Decoded:
    files, open_image = Decoded(), retriever_module.open_image

    def noted(source: Any) -> Image.Image:
        files.append(source)
        files.begun.set()
        assert files.free.wait(WAIT_SECONDS)
        return open_image(source)

    monkeypatch.setattr(retriever_module, "open_image", noted)
    return files


@pytest.fixture(scope="module")
def retriever(model_folder: Path, gallery: Path) -> AheadRetriever:
    return AheadRetriever.from_pretrained(model_folder, gallery)


def painted(folder: Path, name: str = "painting.png") -> str:
    path = folder / name
    Image.effect_noise((80, 60), 90).convert("RGB").save(path)
    return str(path)


def test_the_answer_is_that_of_a_retriever_that_looks_when_asked(
    retriever: AheadRetriever, model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    path = painted(tmp_path)
    retriever.look_ahead(path)

    expected = PaintingRetriever.from_pretrained(model_folder, gallery)
    for options in ({"k": 3}, {"k": 3, "composition": 0.9}):
        assert retriever.query(path, **options) == expected.query(path, **options)


def test_a_question_waits_for_the_look_that_has_begun(
    retriever: AheadRetriever, decoded: Decoded, tmp_path: Path
) -> None:
    path = painted(tmp_path)
    decoded.free.clear()
    retriever.look_ahead(path)
    assert decoded.begun.wait(WAIT_SECONDS)
    # One at a time: this one is looked at when somebody asks.
    retriever.look_ahead(painted(tmp_path, "second.png"))
    threading.Timer(0.1, decoded.free.set).start()

    retriever.query(path, k=3)
    retriever.query(path, k=2)
    retriever.regions(path, retriever.collection.paintings[0])

    assert decoded == [path]


def test_an_unreadable_file_is_read_again_when_somebody_asks_again(
    retriever: AheadRetriever, tmp_path: Path
) -> None:
    path = tmp_path / "late.png"
    path.write_bytes(b"not yet")
    for _ in range(2):
        with pytest.raises(ImageError):
            retriever.query(str(path), k=3)

    painted(tmp_path, path.name)

    assert retriever.query(str(path), k=3).neighbours


def test_only_so_many_pictures_are_remembered(
    retriever: AheadRetriever, decoded: Decoded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PaintingRetriever, "look", lambda self, image: image)
    for number in range(REMEMBERED + 5):
        retriever.look(str(number))

    assert len(retriever._sights) == REMEMBERED


def test_each_upload_is_told_when_it_has_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    async def gradios(request: str) -> tuple[list[str], list[str], list[str]]:
        return [request], [], []

    monkeypatch.setattr(routes, "upload_fn", gradios)
    told: list[str] = []
    look_when_uploaded(told.append)

    assert asyncio.run(routes.upload_fn("a.jpg")) == (["a.jpg"], [], [])
    assert told == ["a.jpg"]
