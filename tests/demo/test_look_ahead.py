"""A picture is looked at once, and as soon as it has arrived if nobody else asks."""

from __future__ import annotations

import asyncio
import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from arriving import ArrivingFile
from gradio import route_utils, routes
from look_ahead import REMEMBERED, AheadRetriever, look_while_uploading
from PIL import Image
from starlette.formparsers import MultiPartException
from starlette.requests import Request

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


def arrived(retriever: AheadRetriever, path: str) -> None:
    """Lets a file arrive while the retriever looks at it, if it does."""
    file = ArrivingFile()
    sight = retriever.look_ahead(file)
    file.receive(Path(path).read_bytes())
    file.end()
    if sight:
        retriever.remember(path, sight)


def painted(folder: Path, name: str = "painting.png") -> str:
    path = folder / name
    Image.effect_noise((80, 60), 90).convert("RGB").save(path)
    return str(path)


def test_the_answer_is_that_of_a_retriever_that_looks_when_asked(
    retriever: AheadRetriever, model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    path = painted(tmp_path)
    arrived(retriever, path)

    expected = PaintingRetriever.from_pretrained(model_folder, gallery)
    for options in ({"k": 3}, {"k": 3, "composition": 0.9}):
        assert retriever.query(path, **options) == expected.query(path, **options)


def test_a_question_waits_for_the_look_that_has_begun(
    retriever: AheadRetriever, decoded: Decoded, tmp_path: Path
) -> None:
    path = painted(tmp_path)
    decoded.free.clear()
    arrived(retriever, path)
    assert decoded.begun.wait(WAIT_SECONDS)
    # One at a time: this one is looked at when somebody asks.
    assert retriever.look_ahead(ArrivingFile()) is None
    threading.Timer(0.1, decoded.free.set).start()

    retriever.query(path, k=3)
    retriever.query(path, k=2)
    retriever.regions(path, retriever.collection.paintings[0])

    assert len(decoded) == 1


def test_a_picture_is_decoded_before_it_has_arrived_whole(
    retriever: AheadRetriever, decoded: Decoded, tmp_path: Path
) -> None:
    data = Path(painted(tmp_path)).read_bytes()
    file = ArrivingFile()
    sight = retriever.look_ahead(file)
    assert sight is not None
    file.receive(data[: len(data) // 2])
    assert decoded.begun.wait(WAIT_SECONDS)
    assert not sight.done()

    file.receive(data[len(data) // 2 :])
    file.end()

    assert sight.result(WAIT_SECONDS).cropped is None


def test_a_broken_upload_is_forgotten(
    retriever: AheadRetriever, decoded: Decoded, tmp_path: Path
) -> None:
    path = tmp_path / "cut.png"
    path.write_bytes(Path(painted(tmp_path)).read_bytes()[:100])
    arrived(retriever, str(path))
    with pytest.raises(ImageError):
        retriever.query(str(path), k=3)

    painted(tmp_path, path.name)

    assert retriever.query(str(path), k=3).neighbours


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


class Looks:
    """Notes the files that it is to look at, and keeps what it is told about them."""

    def __init__(self, is_free: bool = True) -> None:
        self.is_free = is_free
        self.files: list[ArrivingFile] = []
        self.kept: dict[str, object] = {}

    def look_ahead(self, file: ArrivingFile) -> object | None:
        if not self.is_free:
            return None
        self.files.append(file)
        return "a sight"

    def remember(self, path: str, sight: object) -> None:
        self.kept[path] = sight


def form(*files: bytes) -> Request:
    """Returns a request that sends files as a browser does."""
    parts = (
        b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n%b\r\n'
        % data
        for data in files
    )
    body = b"".join(parts) + b"--cut--\r\n"

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    kind = (b"content-type", b"multipart/form-data; boundary=cut")
    return Request({"type": "http", "method": "POST", "headers": [kind]}, receive)


def uploaded(looks: Looks | None, request: Request, folder: Path, limit: float = 1e6) -> list[Path]:
    look_while_uploading(lambda: looks)  # type: ignore[arg-type, return-value]
    paths, _, _ = asyncio.run(routes.upload_fn(request, folder, limit, None))
    return list(map(Path, paths))


@pytest.fixture
def gradio_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "upload_fn", routes.upload_fn)
    monkeypatch.setattr(route_utils, "GradioUploadFile", route_utils.GradioUploadFile)


@pytest.mark.usefixtures("gradio_as_it_is")
class TestUploads:
    def test_a_picture_is_handed_over_as_it_arrives(self, tmp_path: Path) -> None:
        looks = Looks()

        (path,) = uploaded(looks, form(b"abc"), tmp_path)

        assert looks.kept == {str(path): "a sight"}
        assert [file.readall() for file in looks.files] == [b"abc"]
        assert path.read_bytes() == b"abc"

    @pytest.mark.parametrize("looks", [None, Looks(is_free=False)])
    def test_a_page_that_does_not_look_keeps_the_upload(
        self, looks: Looks | None, tmp_path: Path
    ) -> None:
        (path,) = uploaded(looks, form(b"abc"), tmp_path)

        assert path.read_bytes() == b"abc"

    def test_of_several_files_none_is_remembered(self, tmp_path: Path) -> None:
        looks = Looks()

        assert len(uploaded(looks, form(b"abc", b"def"), tmp_path)) == 2
        assert not looks.kept
        assert [file.readall() for file in looks.files] == [b"abc", b"def"]

    def test_a_refused_upload_ends(self, tmp_path: Path) -> None:
        looks = Looks()
        with pytest.raises(MultiPartException):
            uploaded(looks, form(b"abc"), tmp_path, limit=2)

        # Without an end, this would wait for ever.
        assert looks.files[0].readall() == b""


def test_reading_waits_for_what_has_not_come() -> None:
    file = ArrivingFile()
    threading.Timer(0.1, file.receive, [b"abcdef"]).start()
    threading.Timer(0.2, file.end).start()

    assert io.BufferedReader(file).read(4) == b"abcd"
    assert file.seek(-1, os.SEEK_END) == 5
    assert file.read() == b"f"
    assert file.seek(2) == 2
    assert file.seek(1, os.SEEK_CUR) == 3
    assert file.readall() == b"def"
