from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pictures
import pytest
from galleries import analysis_of, collection_of, painting
from pictures import PictureSource, hash_drawing, label_on_hash, web_finder
from PIL import Image
from trees import write_picture

from pinacoteca.errors import CollectionError, DataError
from pinacoteca.picture_finder import PictureFinder, Source
from pinacoteca.polite_web import PoliteWeb, WebRules


def jpeg(color: tuple[int, int, int], size: tuple[int, int] = (40, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "JPEG")
    return buffer.getvalue()


class Host:
    """A loopback server that gives out set answers and counts requests."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.requests: list[str] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.requests.append(self.path)
                body = host.answers.get(self.path)
                self.send_response(404 if body is None else 200)
                self.end_headers()
                if self.path == "/slow":
                    for _ in range(1200):
                        self.wfile.write(b"x")
                        time.sleep(0.05)
                self.wfile.write(body or b"")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.server.shutdown()
    host.server.server_close()


def source(
    cache: Path, address: str | None, tree: Path | None = None, **limits: Any
) -> PictureSource:
    works = (painting(0, image_url=address),)
    rules = WebRules(r"127\.0\.0\.1", 0.0, private=True, **limits)
    finder = PictureFinder(cache, Source("", (), rules), PoliteWeb(rules))
    return PictureSource(collection_of(works, analysis_of([[1, 2]])), tree, finder)


def red_of(picture: Image.Image | None) -> int:
    assert picture is not None
    return int(np.asarray(picture)[0, 0, 0])


def test_the_tree_comes_first(host: Host, tmp_path: Path) -> None:
    host.answers["/work.jpg"] = jpeg((200, 0, 0))
    write_picture(tmp_path / "tree" / "Images" / "Painter" / "painter_work-0.jpg", 3, (33, 22))

    picture = source(tmp_path / "cache", host.address("/work.jpg"), tmp_path / "tree").picture(
        "painter_work-0"
    )

    assert picture is not None and picture.size == (33, 22)
    assert host.requests == []


def test_a_download_is_kept_and_not_repeated(host: Host, tmp_path: Path) -> None:
    host.answers["/work.jpg"] = jpeg((200, 0, 0))
    address = host.address("/work.jpg")

    first = source(tmp_path, address).picture("painter_work-0")
    again = source(tmp_path, address).picture("painter_work-0")

    assert red_of(first) == red_of(again) == pytest.approx(200, abs=3)
    assert host.requests == ["/work.jpg"]
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == host.answers["/work.jpg"]


def test_a_damaged_download_is_fetched_anew(host: Host, tmp_path: Path) -> None:
    host.answers["/work.jpg"] = jpeg((200, 0, 0))
    pictured = source(tmp_path, host.address("/work.jpg"))
    pictured.picture("painter_work-0")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"cut")

    assert red_of(pictured.picture("painter_work-0")) == pytest.approx(200, abs=3)
    assert len(host.requests) == 2


@pytest.mark.parametrize("answer", [None, b"<html>moved</html>", b"", jpeg((9, 9, 9))[:200]])
def test_what_is_no_picture_is_neither_shown_nor_kept_nor_asked_for_again(
    host: Host, tmp_path: Path, answer: bytes | None
) -> None:
    if answer is not None:
        host.answers["/work.jpg"] = answer
    pictured = source(tmp_path, host.address("/work.jpg"))

    assert pictured.picture("painter_work-0") is None
    assert pictured.picture("painter_work-0") is None
    assert len(host.requests) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_or_too_slow_is_left(host: Host, tmp_path: Path) -> None:
    host.answers |= {"/large": b"x" * 3_000_000, "/slow": b"x"}
    large = source(tmp_path, host.address("/large"), bytes=1_000_000)
    slow = source(tmp_path, host.address("/slow"), seconds=0.4)

    assert large.picture("painter_work-0") is None
    start = time.monotonic()
    assert slow.picture("painter_work-0") is None
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("address", [None, "http://127.0.0.1:1/nobody", "http://[broken"])
def test_a_painting_without_a_picture_is_drawn_from_its_hash(
    tmp_path: Path, address: str | None
) -> None:
    response = respond(source(tmp_path, address), "painter_work-0")

    assert (response.status_code, response.media_type) == (200, "image/png")
    assert response.headers["cache-control"] == "no-store"
    drawing = Image.open(io.BytesIO(response.body))
    assert drawing.width / drawing.height == pytest.approx(48 / 40)


def respond(pictured: PictureSource, image_id: str) -> Any:
    return pictured.respond(SimpleNamespace(path_params={"image_id": image_id}))  # type: ignore[arg-type]


def test_a_large_picture_is_sent_small(host: Host, tmp_path: Path) -> None:
    host.answers["/work.jpg"] = jpeg((0, 100, 0), (1600, 1200))

    response = respond(source(tmp_path, host.address("/work.jpg")), "painter_work-0")

    assert response.media_type == "image/jpeg"
    assert Image.open(io.BytesIO(response.body)).size == (640, 480)


def test_only_paintings_of_the_collection_are_given_out(tmp_path: Path) -> None:
    pictured = source(tmp_path, None)

    assert respond(pictured, "../../etc/passwd").status_code == 404
    with pytest.raises(CollectionError):
        pictured.picture("somebody-else_work")


def test_a_tree_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no pictures"):
        source(tmp_path, None, tmp_path)


def test_a_picture_that_cannot_be_had_is_labelled(tmp_path: Path) -> None:
    long = "Un titlu foarte lung care nu are loc pe trei rânduri oricât s-ar strădui " * 3
    work = painting(0, title=long, artist="Ștefan Țuculescu")
    labelled = Image.open(io.BytesIO(label_on_hash(work))).convert("L")

    assert labelled.size == (480, 400)
    pixels = np.asarray(labelled, int)
    bright = pixels > 225
    # Four lines of text at the bottom, and nothing at the edges.
    rows = np.flatnonzero(bright[:, 24:-24].any(axis=1))
    assert rows.min() > 230 and rows.max() < 390
    assert not bright[250:, :20].any() and not bright[250:, -20:].any()
    plain = Image.open(io.BytesIO(label_on_hash(painting(0, title="", artist=""))))
    assert not (np.asarray(plain.convert("L"))[250:] > 225).any()
    for sides in ((4000, 10), (10, 4000), (1, 1)):
        small = Image.open(io.BytesIO(label_on_hash(painting(0, width=sides[0], height=sides[1]))))
        assert max(small.size) == 480


def test_more_hosts_can_be_named_and_offline_asks_none(tmp_path: Path) -> None:
    work = painting(0, image_url="https://images.example.org/a.jpg")
    asked = []

    def get(self: PoliteWeb, address: str) -> bytes:
        asked.append(self._checked(address)[0])
        return jpeg((1, 2, 3))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PoliteWeb, "get", get)
        patch.setattr("pinacoteca.polite_web.socket.getaddrinfo", _one_public_address)
        assert web_finder(tmp_path / "a", False, ("images.Example.org",)).find(work) is not None
        assert asked == ["images.example.org"]
        assert web_finder(tmp_path / "b", True, ("images.example.org",)).find(work) is None
    assert asked == ["images.example.org"]


def _one_public_address(*_: object, **__: object) -> list[Any]:
    return [(2, 1, 6, "", ("93.184.216.34", 443))]


def test_a_strip_of_a_painting_still_has_a_drawing() -> None:
    drawing = Image.open(io.BytesIO(hash_drawing(painting(0, width=4000, height=10))))

    assert drawing.size == (24, 1)


def test_downloads_are_kept_where_the_desktop_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/kept")

    assert pictures.cache_folder() == Path("/var/kept/pinacoteca/pictures")


def test_hosts_are_told_who_asks_and_a_refusal_is_said_once(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PINACOTECA_CONTACT", "ana@example.org")
    agents: list[str | None] = []
    stream = httpx.Client.stream

    def noted(*arguments: Any, **settings: Any) -> Any:
        agents.append(settings["headers"]["User-Agent"])
        return stream(*arguments, **settings)

    monkeypatch.setattr(httpx.Client, "stream", noted)
    for name in ("/first", "/second"):
        assert source(tmp_path, host.address(name)).picture("painter_work-0") is None
    pictured = source(tmp_path, host.address("/third"))
    for _ in range(2):
        web: Any = pictured._finder._web
        web._failed.clear()
        assert pictured.picture("painter_work-0") is None

    assert agents[0] is not None and agents[0].startswith("Pinacoteca/")
    assert "ana@example.org" in agents[0]
    lines = [line for line in capsys.readouterr().out.splitlines() if "No picture came" in line]
    assert len(lines) == 3 and "127.0.0.1" in lines[0] and "/first" in lines[0]


def test_a_picture_that_cannot_be_kept_is_shown(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host.answers["/work.jpg"] = jpeg((200, 0, 0))
    (tmp_path / "file").touch()
    pictured = source(tmp_path / "file" / "cache", host.address("/work.jpg"))

    for _ in range(2):
        assert red_of(pictured.picture("painter_work-0")) == pytest.approx(200, abs=3)

    assert capsys.readouterr().out.count("cannot be kept in") == 1
