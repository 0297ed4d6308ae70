"""What a request may bring, route by route."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from limits import BODY_BYTES
from uploads import UPLOAD_BYTES, UploadFolder, shrink

JSON_ROUTES = (
    "/gradio_api/call/query",
    "/gradio_api/run/query",
    "/gradio_api/queue/join",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/process_recording",
    "/gradio_api/component_server",
    "/run-history/connect",
    "/login",
    "/login/",
    "/no-such-route",
)


@pytest.mark.parametrize("path", JSON_ROUTES)
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/x"])
def test_a_large_body_is_refused_whatever_it_says_to_be(page: str, path: str, kind: str) -> None:
    body = b'{"data": ["' + b"x" * BODY_BYTES + b'"]}'
    chunks: Iterator[bytes] = (body[start : start + 9_000] for start in range(0, len(body), 9_000))

    for content in (body, chunks):
        answer = httpx.post(f"{page}{path}", content=content, headers={"content-type": kind})
        assert answer.status_code == 413, path


def test_a_file_within_a_form_is_refused_where_no_file_belongs(page: str) -> None:
    files = {"password": ("large.bin", b"x" * 1_000_000)}

    answer = httpx.post(f"{page}/login", data={"username": "a"}, files=files)

    assert answer.status_code == 413


def test_an_upload_is_bounded_as_a_whole(page: str) -> None:
    files = [("files", (f"{number}.png", b"x" * 8_000_000)) for number in range(4)]
    assert sum(len(data) for _, (_, data) in files) > UPLOAD_BYTES

    assert httpx.post(f"{page}/gradio_api/upload", files=files).status_code == 413
    request = httpx.Request("POST", f"{page}/gradio_api/upload", files=files)
    whole = request.read()
    # Without a length, it is counted as it comes.
    answer = httpx.post(
        request.url,
        content=(whole[start : start + 65_536] for start in range(0, len(whole), 65_536)),
        headers={"content-type": request.headers["content-type"]},
    )
    assert answer.status_code == 413
    assert httpx.get(f"{page}/config").status_code == 200


def test_the_oldest_uploads_make_room(tmp_path: Path) -> None:
    for age in (300, 200, 100, 5):
        path = tmp_path / str(age) / "picture.jpg"
        path.parent.mkdir()
        path.write_bytes(bytes(1000))
        os.utime(path, (time.time() - age,) * 2)

    assert shrink(tmp_path, 2500) == 2000
    assert sorted(path.parent.name for path in tmp_path.rglob("*.jpg")) == ["100", "5"]
    # What may still wait for its answer stays.
    assert shrink(tmp_path, 0) == 1000
    assert [path.parent.name for path in tmp_path.rglob("*.jpg")] == ["5"]


def test_uploads_are_refused_while_there_is_no_room(tmp_path: Path) -> None:
    async def visit() -> None:
        folder = UploadFolder(tmp_path, limit=2 * UPLOAD_BYTES + 1000)
        assert await folder.enter()
        assert await folder.enter()
        assert not await folder.enter()
        folder.leave(0)
        (tmp_path / "old.jpg").write_bytes(bytes(5000))
        folder.leave(5000)
        assert await folder.enter()
        # The second would not fit beside what is there, which is too young to go.
        assert not await folder.enter()
        os.utime(tmp_path / "old.jpg", (0, 0))
        assert await folder.enter()
        assert not (tmp_path / "old.jpg").exists()

    asyncio.run(visit())
