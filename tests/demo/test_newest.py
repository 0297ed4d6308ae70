"""Each page has one query, closed pages have none, and a refused upload gets the reason."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
import uvicorn
from guarded import GuardedBlocks
from limits import BodyLimits
from uploads import UploadFolder
from waiting import Waiting

SECONDS = 90
# Occupies the only place until the event is set.
door = threading.Event()
answered: list[str] = []


def answer(words: str) -> str:
    if words == "first":
        door.wait(SECONDS)
    answered.append(words)
    return f"of {words}"


@pytest.fixture(scope="module")
def small_blocks() -> Iterator[GuardedBlocks]:
    """A page with named functions that answers one query at a time."""
    with GuardedBlocks() as blocks:
        name, shown = gr.Textbox(), gr.HTML(elem_id="answer")
        limits: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "answers"}
        name.change(answer, name, shown, api_visibility="private", **limits)
        name.submit(
            lambda words: (answer(words), words),
            name,
            [shown, name],
            api_visibility="private",
            **limits,
        )
        name.blur(answer, name, gr.Textbox(), api_visibility="private", **limits)
        gr.Button().click(answer, name, gr.Textbox(), api_name="ask", **limits)
    blocks.answer_in_turn(1, "answers")
    blocks.launch(prevent_thread_lock=True, quiet=True, run_history=False)
    yield blocks
    blocks.close(verbose=False)


@pytest.fixture
def small_page(small_blocks: GuardedBlocks) -> str:
    """Its address."""
    return str(small_blocks.local_url).rstrip("/")


CHANGE, SUBMIT, BLUR = range(3)


@pytest.fixture
def occupied(small_page: str) -> Iterator[str]:
    """The same page while its only place is taken; it is free again afterwards."""
    answered.clear()
    door.clear()
    join(small_page, "somebody", CHANGE, "first")
    yield small_page
    door.set()


def join(page: str, session: str, function: int, name: str) -> str:
    body = {"data": [name], "fn_index": function, "session_hash": session}
    joined = httpx.post(f"{page}/gradio_api/queue/join", json=body, timeout=SECONDS)
    return str(joined.raise_for_status().json()["event_id"])


def ended(page: str, session: str) -> dict[str, dict[str, Any]]:
    """Returns the last message of each event of a page."""
    messages = {}
    address = f"{page}/gradio_api/queue/data"
    with httpx.stream("GET", address, params={"session_hash": session}, timeout=SECONDS) as stream:
        for line in stream.iter_lines():
            message = json.loads(line.removeprefix("data:") or "{}")
            if message.get("msg") == "process_completed":
                messages[message["event_id"]] = message
            if message.get("msg") == "close_stream":
                return messages
    return messages


def test_a_newer_question_of_a_page_takes_the_place_of_an_older_one(occupied: str) -> None:
    older = join(occupied, "me", CHANGE, "older")
    join(occupied, "other", CHANGE, "other")
    newer = join(occupied, "me", CHANGE, "newer")
    last = join(occupied, "me", SUBMIT, "last")
    door.set()

    messages = ended(occupied, "me")
    ended(occupied, "other")

    # The older queries end without an answer, and the page keeps its place in the queue.
    assert answered == ["first", "last", "other"]
    assert set(messages) == {older, newer, last}
    for event in (older, newer):
        assert messages[event]["success"] is True
        assert messages[event]["output"]["data"] == [{"__type__": "update"}]
    assert messages[last]["output"]["data"][0] == "of last"


def test_what_shows_something_else_is_answered(occupied: str) -> None:
    join(occupied, "me", SUBMIT, "shows more")
    join(occupied, "me", BLUR, "shows no answer")
    join(occupied, "me", BLUR, "nor does this")
    join(occupied, "me", CHANGE, "shows less")
    door.set()

    assert len(ended(occupied, "me")) == 4
    assert answered == ["first", "shows more", "shows no answer", "nor does this", "shows less"]


def test_a_program_gets_every_answer(occupied: str) -> None:
    address = f"{occupied}/gradio_api/call/ask"
    events = [
        httpx.post(address, json={"data": [name], "session_hash": "program"}).json()["event_id"]
        for name in ("one", "two")
    ]
    door.set()

    assert len(set(ended(occupied, "program")) & set(events)) == 2
    assert answered == ["first", "one", "two"]


def test_who_has_left_costs_nothing(occupied: str, small_blocks: GuardedBlocks) -> None:
    def waits(session: str) -> bool:
        queues = small_blocks._queue.event_queue_per_concurrency_id.values()
        return any(event.session_hash == session for each in queues for event in each.queue)

    join(occupied, "leaves", CHANGE, "left behind")
    address = f"{occupied}/gradio_api/queue/data"
    with httpx.stream("GET", address, params={"session_hash": "leaves"}, timeout=SECONDS) as stream:
        # Held, because an iterator that nobody holds closes the connection.
        lines = stream.iter_lines()
        next(lines)
        assert waits("leaves")
    # The server notices a closed connection only after a while.
    deadline = time.monotonic() + SECONDS
    while waits("leaves"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    join(occupied, "stays", CHANGE, "stays")
    door.set()
    ended(occupied, "stays")

    assert answered == ["first", "stays"]


def test_who_waits_is_not_told_of_each_answer(occupied: str) -> None:
    for number in range(12):
        join(occupied, f"visitor {number}", CHANGE, str(number))
    address = f"{occupied}/gradio_api/queue/data"
    told: list[str] = []
    with httpx.stream(
        "GET", address, params={"session_hash": "visitor 11"}, timeout=SECONDS
    ) as stream:
        for line in stream.iter_lines():
            if not told:
                door.set()
            if line:
                told.append(json.loads(line.removeprefix("data:"))["msg"])

    assert answered == ["first", *map(str, range(12))]
    assert "process_completed" in told
    # Twelve were answered meanwhile.
    assert told.count("estimation") < 12


def test_many_more_than_are_remembered_wait_and_are_answered(
    small_page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memory.MESSAGES", 3)
    door.clear()
    answered.clear()
    for number in range(10):
        join(small_page, f"patient {number}", CHANGE, str(number))
    door.set()

    for number in range(10):
        assert len(ended(small_page, f"patient {number}")) == 1
    assert len(answered) == 10


@pytest.fixture
def full_server(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A server that refuses every upload, because far too many queries are waiting."""

    async def never(*_: Any) -> None:
        raise AssertionError("the upload came through")

    waiting = Waiting(2)
    waiting.watch(lambda: 1000)
    app = BodyLimits(never, UploadFolder(tmp_path), waiting, False)
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    thread.join(SECONDS)


def test_who_is_refused_may_ask_again_over_the_same_connection(
    full_server: tuple[str, int],
) -> None:
    host, port = full_server
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    for _ in range(3):
        connection.request("POST", "/gradio_api/upload", bytes(200_000))
        answer = connection.getresponse()
        assert answer.status == 503
        assert answer.read().startswith(b"Many people are asking")
        assert not answer.will_close
    connection.close()


@pytest.mark.parametrize(("size", "status"), [(8_000_000, b"503"), (40_000_000, b"413")])
def test_who_is_refused_while_sending_hears_why(
    full_server: tuple[str, int], size: int, status: bytes
) -> None:
    head = f"POST /gradio_api/upload HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_connection(full_server, timeout=SECONDS) as connection:
        connection.sendall(head.encode())
        # Like a browser: first send everything, or as much as the server takes, then listen.
        for _ in range(min(size, 30_000_000) // 100_000):
            connection.sendall(bytes(100_000))
        answer = connection.recv(10_000)

    assert answer.split()[1] == status
    assert (b"retry-after: 60" in answer.lower()) == (status == b"503")
