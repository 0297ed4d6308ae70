"""The limits on requests, route by route."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from limits import BODY_BYTES, GATHERED_BYTES, BodyLimits, ToldWhen
from memory import MESSAGES, bound_memory, forget_session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from uploads import UPLOAD_BYTES, FolderFullError, UploadFolder, shrink
from waiting import Waiting

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
    # Without a Content-Length, the bytes are counted as they arrive.
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
    # Uploads that may still wait for an answer are kept.
    assert shrink(tmp_path, 0) == 1000
    assert [path.parent.name for path in tmp_path.rglob("*.jpg")] == ["5"]


def test_uploads_are_refused_while_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploads.FOLDER_BYTES", 11_000)

    async def visit() -> None:
        folder = UploadFolder(tmp_path)
        assert await folder.enter(5000)
        assert await folder.enter(5000)
        assert not await folder.enter(5000)
        folder.leave(5000, 0)
        (tmp_path / "old.jpg").write_bytes(bytes(4000))
        folder.leave(5000, 4000)
        assert await folder.enter(5000)
        # The next upload does not fit, and the first is too recent to be deleted.
        assert not await folder.enter(5000)
        os.utime(tmp_path / "old.jpg", (0, 0))
        assert await folder.enter(5000)
        assert not (tmp_path / "old.jpg").exists()

    asyncio.run(visit())


def test_files_that_the_page_makes_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploads.FOLDER_BYTES", 11_000)
    folder = UploadFolder(tmp_path)
    first, _ = (Path(folder.keep("painting.jpg", bytes(5000))) for _ in range(2))

    assert not asyncio.run(folder.enter(5000))
    with pytest.raises(FolderFullError, match="Too many pictures"):
        folder.keep("painting.jpg", bytes(5000))
    os.utime(first, (0, 0))
    assert Path(folder.keep("painting.jpg", bytes(5000))).stat().st_size == 5000
    assert not first.exists()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.jpg")) == 10_000


def test_a_crowd_may_send_small_pictures_at_the_same_moment(tmp_path: Path) -> None:
    def scope(**headers: str) -> Any:
        named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        return {"type": "http", "method": "POST", "path": "/gradio_api/upload", "headers": named}

    async def visit(scopes: list[Any]) -> list[int]:
        statuses: list[int] = []
        arrived = asyncio.Event()

        async def receive() -> Any:
            await arrived.wait()
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        async def gradio(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await JSONResponse([])(scope, receive, send)

        page = BodyLimits(gradio, UploadFolder(tmp_path), Waiting(2), False)
        visits = [asyncio.create_task(page(each, receive, send)) for each in scopes]
        while len(statuses) + len(page._waiting._expected) < len(scopes):
            await asyncio.sleep(0)
        arrived.set()
        await asyncio.gather(*visits)
        return sorted(statuses)

    # Two answers in 0.3 s: nobody waits longer than ten seconds.
    crowd = 60
    assert asyncio.run(visit([scope(content_length="100000")] * crowd)) == [200] * crowd
    # An upload of unknown size may have 31 MB, and the folder takes 500 MB.
    unknown = [scope(transfer_encoding="chunked")] * crowd
    assert asyncio.run(visit(unknown)) == [200] * 16 + [503] * (crowd - 16)


def test_a_full_folder_is_looked_through_once_in_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def counted(*arguments: Any) -> int:
        nonlocal looks
        looks += 1
        return shrink(*arguments)

    async def visit() -> None:
        folder = UploadFolder(tmp_path)
        for number in range(300):
            path = tmp_path / f"{number}.jpg"
            assert await folder.enter(1000)
            path.write_bytes(bytes(1000))
            # In the past, or it would be kept.
            os.utime(path, (number, number))
            folder.leave(1000, 1000)

    monkeypatch.setattr("uploads.FOLDER_BYTES", 100_000)
    monkeypatch.setattr("uploads.shrink", counted)
    asyncio.run(visit())

    assert 90 <= len(list(tmp_path.iterdir())) <= 100
    # Each time, a tenth of the folder becomes free.
    assert looks <= 25


def test_an_upload_is_passed_on_in_few_pieces(tmp_path: Path) -> None:
    body = bytes(range(256)) * 20_000
    pieces = [body[start : start + 65_536] for start in range(0, len(body), 65_536)]
    messages = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, start=1)
    ]
    came: list[bytes] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "http.request":
            came.append(message["body"])

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/gradio_api/upload",
        "headers": [(b"transfer-encoding", b"chunked")],
    }
    folder = UploadFolder(tmp_path)
    limited: Any = BodyLimits(inner, folder, Waiting(2), False)
    asyncio.run(limited(scope, receive, lambda _: None))

    assert b"".join(came) == body
    # Every piece costs a switch to another thread.
    assert len(pieces) == 79
    assert len(came) <= len(body) / GATHERED_BYTES + 1
    assert folder._size == len(body)


def told_when(status: int, ahead: int, path: str = "/gradio_api/queue/join") -> Any:
    def respond(_: Request) -> JSONResponse:
        return JSONResponse({"detail": "Queue is full."}, status_code=status)

    waiting = Waiting(2)
    waiting.watch(lambda: ahead)
    inner = Starlette(routes=[Route(path, respond, methods=["POST"])])
    guarded = BodyLimits(ToldWhen(inner, waiting), UploadFolder(Path("/none")), waiting, False)
    return TestClient(guarded).post(
        path, json={"data": []}, headers={"Accept-Language": "ro-RO,ro"}
    )


def test_who_finds_the_queue_full_is_told_when_to_come_back() -> None:
    answer = told_when(503, ahead=100)

    assert answer.status_code == 503
    # 100 queries of 0.3 s, two at a time, minus the ten seconds that everybody may wait.
    assert answer.headers["Retry-After"] == "6"
    assert answer.json()["detail"].endswith("încearcă din nou peste 6 s.")
    assert told_when(200, ahead=100).json() == {"detail": "Queue is full."}


def test_a_picture_that_nobody_would_look_at_is_not_taken() -> None:
    answer = told_when(200, ahead=100, path="/gradio_api/upload")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "6"
    assert told_when(200, ahead=1, path="/gradio_api/upload").status_code == 200


QUESTION = {"data": ["x"], "fn_index": 3, "session_hash": "me"}


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        ("/gradio_api/queue/join", json.dumps(QUESTION), True),
        ("/gradio_api/queue/join/", json.dumps(QUESTION), True),
        ("/gradio_api/call/query", "{}", True),
        ("/gradio_api/call/v2/query/", "{}", True),
        ("/gradio_api/queue/join", json.dumps({**QUESTION, "fn_index": 4}), False),
        ("/gradio_api/queue/join", json.dumps({**QUESTION, "fn_index": [3]}), False),
        ("/gradio_api/queue/join", "[3]", False),
        ("/gradio_api/queue/join", "no JSON", False),
        ("/gradio_api/queue/join", "[" * 90_000, False),
        ("/gradio_api/call/other", "{}", False),
        ("/gradio_api/cancel", json.dumps(QUESTION), False),
    ],
)
def test_a_question_is_refused_before_gradio_sees_it(path: str, body: str, refused: bool) -> None:
    ahead = 100

    async def gradio(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"].decode() == body
        await JSONResponse({"event_id": "a"})(scope, receive, send)

    waiting = Waiting(2)
    waiting.watch(lambda: ahead, frozenset({3, "query"}))
    page = TestClient(BodyLimits(gradio, UploadFolder(Path("/none")), waiting, False))
    headers = {"Accept-Language": "ro"}

    answer = page.post(path, content=body, headers=headers)
    assert answer.status_code == (503 if refused else 200)
    if refused:
        assert answer.headers["Retry-After"] == "6"
        assert answer.json()["detail"].startswith("Sunt mulți vizitatori acum")
        # It may be asked again over the same connection.
        assert "connection" not in answer.headers
    ahead = 1
    assert page.post(path, content=body, headers=headers).status_code == 200


def test_pictures_that_come_at_one_moment_keep_places(tmp_path: Path) -> None:
    waiting = Waiting(2)
    # 67 may wait.
    waiting.watch(lambda: 60)
    inner = Starlette(routes=[Route("/gradio_api/upload", JSONResponse([]), methods=["POST"])])
    page = TestClient(BodyLimits(inner, UploadFolder(tmp_path), waiting, False))

    statuses = [page.post("/gradio_api/upload", content=b"a").status_code for _ in range(10)]

    assert statuses == [200] * 7 + [503] * 3


def test_open_pages_do_not_take_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limits.HEARTBEATS", 2)
    statuses: list[int] = []
    leave = asyncio.Event()

    async def beat(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await leave.wait()
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def visit() -> None:
        app = ToldWhen(beat, Waiting(2))
        scope = {"type": "http", "path": "/gradio_api/heartbeat/x", "method": "GET", "headers": []}
        open_pages = [asyncio.create_task(app(scope, None, send)) for _ in range(3)]  # type: ignore[arg-type]
        await asyncio.sleep(0)
        leave.set()
        await asyncio.gather(*open_pages)
        await app(scope, None, send)  # type: ignore[arg-type]

    asyncio.run(visit())

    assert sorted(statuses) == [200, 200, 200, 503]


def test_answers_that_nobody_fetches_are_forgotten() -> None:
    ids: dict[str, set[str]] = {}
    queue = SimpleNamespace(pending_event_ids_session=ids, event_ids_to_events={})
    bound_memory(queue)

    for number in range(MESSAGES + 50):
        queue.pending_messages_per_session[f"s{number}"] = number
        ids[f"s{number}"] = {"event"}

    assert len(queue.pending_messages_per_session) == len(ids) == MESSAGES
    assert "s0" not in ids
    assert f"s{MESSAGES + 49}" in ids


def test_who_waits_is_not_forgotten_nor_who_was_just_told_something() -> None:
    ids: dict[str, set[str]] = {"waits": {"asked"}}
    queue = SimpleNamespace(pending_event_ids_session=ids, event_ids_to_events={"asked": None})
    bound_memory(queue)
    messages = queue.pending_messages_per_session

    messages["waits"] = messages["told"] = messages["quiet"] = "messages"
    for number in range(MESSAGES - 2):
        messages[f"s{number}"] = number
        assert messages["told"] == "messages"

    assert len(messages) == MESSAGES
    assert "waits" in messages
    assert "told" in messages
    assert "quiet" not in messages
    queue.event_ids_to_events.clear()
    messages["another"] = 0
    assert "waits" not in messages
    assert "waits" not in ids


def test_a_program_that_was_answered_is_forgotten_and_an_open_page_is_not() -> None:
    sessions = {
        "program": SimpleNamespace(state_data={}),
        "page": SimpleNamespace(state_data={1: 2}),
    }
    holder = SimpleNamespace(
        lock=threading.Lock(), session_data=sessions, time_last_used=dict.fromkeys(sessions)
    )
    blocks = SimpleNamespace(state_holder=holder)

    for session in ("program", "page", "nobody", None):
        forget_session(blocks, session)

    assert list(holder.session_data) == list(holder.time_last_used) == ["page"]


def test_a_clock_that_is_set_back_keeps_nothing_for_ever(tmp_path: Path) -> None:
    for days in (1, 400):
        (tmp_path / f"{days}.jpg").write_bytes(bytes(1000))
        os.utime(tmp_path / f"{days}.jpg", (time.time() + days * 86_400,) * 2)
    (tmp_path / "new.jpg").write_bytes(bytes(1000))

    assert shrink(tmp_path, 0) == 1000
    assert [path.name for path in tmp_path.iterdir()] == ["new.jpg"]
