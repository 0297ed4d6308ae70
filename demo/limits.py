"""Limits the size and the number of requests before Gradio reads them."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from texts import preferred_language
from uploads import FULL, UPLOAD_BYTES, UploadFolder
from waiting import Waiting

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Enough for paths and settings as JSON, and for a log-in form.
BODY_BYTES = 100_000
UPLOAD_PATH = "/gradio_api/upload"
# A page joins the queue with the number of its event; a program calls an endpoint by its name.
JOIN_PATH = "/gradio_api/queue/join"
CALL_PATHS = ("/gradio_api/call/v2/", "/gradio_api/call/")
# An upload is passed on in blocks of about this size.
GATHERED_BYTES = 500_000
# An assistant sends a picture of up to 30 MB inside its message, in Base64.
MCP_PATH = "/gradio_api/mcp"
MCP_BYTES = 42_000_000
RETRY_SECONDS = 60
# How long a refused upload may continue, unread.
LISTEN_SECONDS = 5.0
# Each open page keeps one connection to this address.
HEARTBEAT_PATH = "/gradio_api/heartbeat/"
HEARTBEATS = 300
# All connections, including idle ones; the other file descriptors are for files and the model.
CONNECTIONS = 1_000
KEPT_DESCRIPTORS = 200

_TOO_LARGE = "The request is too large."
_STOPPING = "The page is stopping."
_BUSY = {
    "en": "Many people are asking just now: please try again in {seconds} s.",
    "ro": "Sunt mulți vizitatori acum: încearcă din nou peste {seconds} s.",
}


class BodyLimits:
    """Refuses bodies that are too large, of any content type and on every route.

    Gradio writes the body of an upload to disk as it arrives. It reads every other body into
    memory, so only small ones are passed on.
    """

    def __init__(self, app: ASGIApp, uploads: UploadFolder, waiting: Waiting, mcp: bool) -> None:
        self._app = app
        self._uploads = uploads
        self._waiting = waiting
        self._mcp = mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers with status 413 or 503."""
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        is_upload = scope["path"].rstrip("/") == UPLOAD_PATH
        answer = _Answer(send)
        try:
            await (self._upload if is_upload else self._small)(scope, receive, answer)
        except ClientDisconnect:
            # The sender left before the end of the body, so there is nobody to answer.
            return
        except asyncio.CancelledError:
            # The page stops while the body is still on its way.
            if answer.began:
                raise
            await _refuse(_STOPPING, 503)(scope, receive, answer)

    async def _small(self, scope: Scope, receive: Receive, send: Send) -> None:
        to_mcp = self._mcp and scope["path"].rstrip("/") == MCP_PATH
        limit = MCP_BYTES if to_mcp else BODY_BYTES
        messages: list[Message] = []
        size = _declared(scope)
        received = 0
        while size <= limit:
            message = await receive()
            messages.append(message)
            received += len(message.get("body", b""))
            size = max(size, received)
            if not message.get("more_body"):
                break
        if size > limit:
            await _refuse(_TOO_LARGE, 413)(scope, receive, send)
            return
        if self._waiting.is_full and self._waiting.is_question(_event_of(scope, messages)):
            # Gradio would take ten times as long to say no.
            await _busy_question(scope, self._waiting)(scope, receive, send)
            return

        async def replay() -> Message:
            return messages.pop(0) if messages else await receive()

        await self._app(scope, replay, send)

    async def _upload(self, scope: Scope, receive: Receive, send: _Answer) -> None:
        if _declared(scope) > UPLOAD_BYTES:
            await _refuse_upload(_refuse(_TOO_LARGE, 413), scope, receive, send)
            return
        if self._waiting.is_full_for_pictures:
            # If the question would be refused, its picture is not stored.
            await _refuse_upload(_busy_upload(scope, self._waiting), scope, receive, send)
            return
        # An upload that declares no size may be of any.
        expected = _declared(scope) or UPLOAD_BYTES
        if not await self._uploads.enter(expected):
            await _refuse_upload(_refuse(FULL, 503), scope, receive, send)
            return
        self._waiting.expect()
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await _gathered(receive)
            received += len(message.get("body", b""))
            # Gradio then believes that the sender has left, and deletes what has arrived.
            return {"type": "http.disconnect"} if received > UPLOAD_BYTES else message

        try:
            await self._app(scope, counted, send)
        except Exception:
            if send.began or received <= UPLOAD_BYTES:
                raise
            await _refuse(_TOO_LARGE, 413)(scope, receive, send)
        finally:
            self._uploads.leave(expected, received)


class _Answer:
    """Passes the messages of an answer on, and knows whether there were any."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.began = False

    async def __call__(self, message: Message) -> None:
        self.began = True
        await self._send(message)


async def _gathered(receive: Receive) -> Message:
    """Joins small messages of a body into one of up to about ``GATHERED_BYTES``.

    Gradio uses a thread to write each message, which takes longer than the writing itself.
    """
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        parts.append(message.get("body", b""))
        if not message.get("more_body") or sum(map(len, parts)) >= GATHERED_BYTES:
            return {**message, "body": b"".join(parts)}


def _has_body(scope: Scope) -> bool:
    names = {name for name, _ in scope.get("headers", ())}
    return b"content-length" in names or b"transfer-encoding" in names


def _declared(scope: Scope) -> int:
    """Returns the declared size of a request in bytes; 0 if it declares none."""
    value = dict(scope.get("headers", ())).get(b"content-length", b"0")
    # The server has already refused a value that is not a number.
    return int(value) if value.isdigit() else 0


def _event_of(scope: Scope, messages: list[Message]) -> object:
    """Returns the number or name of the event that a small request asks for; None for none."""
    path = scope["path"].rstrip("/")
    if path == JOIN_PATH:
        try:
            asked = json.loads(b"".join(message.get("body", b"") for message in messages))
            return asked["fn_index"]
        except (ValueError, LookupError, TypeError, RecursionError):
            # Gradio says what is wrong.
            return None
    for start in CALL_PATHS:
        if path.startswith(start):
            return path.removeprefix(start)
    return None


def _refuse(sentence: str, status: int) -> PlainTextResponse:
    # The rest of the body is not read, so the connection cannot be reused.
    headers = {"Connection": "close"}
    if status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    return PlainTextResponse(sentence, status_code=status, headers=headers)


async def _refuse_upload(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers at once, then goes on receiving for a moment.

    If the connection closed while the browser is still sending, the browser would report a broken
    connection instead of the answer, and would not retry.
    """
    if 0 < _declared(scope) <= UPLOAD_BYTES:
        # The server discards the rest by itself, and the sender can retry on the same connection.
        await answer(scope, receive, send)
        return
    answer.headers["Connection"] = "close"

    async def send_but_the_end(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "more_body": True}
        await send(message)

    async def listen() -> None:
        received = 0
        while received <= UPLOAD_BYTES:
            message = await receive()
            received += len(message.get("body", b""))
            if not message.get("more_body"):
                break

    await answer(scope, receive, send_but_the_end)
    with suppress(TimeoutError):
        await asyncio.wait_for(listen(), LISTEN_SECONDS)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _busy(scope: Scope, waiting: Waiting) -> tuple[str, dict[str, str]]:
    """Returns the sentence and the headers for one who has to come back later."""
    seconds = waiting.retry_after()
    language = preferred_language(Headers(scope=scope).get("accept-language", ""))
    return _BUSY[language].format(seconds=seconds), {"Retry-After": str(seconds)}


def _busy_upload(scope: Scope, waiting: Waiting) -> Response:
    sentence, headers = _busy(scope, waiting)
    return PlainTextResponse(sentence, status_code=503, headers=headers)


def _busy_question(scope: Scope, waiting: Waiting) -> Response:
    # As Gradio's own refusals.
    sentence, headers = _busy(scope, waiting)
    return JSONResponse({"detail": sentence}, status_code=503, headers=headers)


def limit_connections(config: Any) -> None:
    """Reserves some file descriptors for files; connections beyond the limit get status 503.

    Args:
        config: The configuration of the server, which each new connection reads.
    """
    try:
        import resource
    except ImportError:
        # Windows has no such limit on descriptors.
        config.limit_concurrency = CONNECTIONS
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + KEPT_DESCRIPTORS
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    config.limit_concurrency = max(min(CONNECTIONS, soft - KEPT_DESCRIPTORS), 16)


class ToldWhen:
    """Tells a sender when to retry if the queue is full, and limits idle connections."""

    def __init__(self, app: ASGIApp, waiting: Waiting) -> None:
        self._app = app
        self._waiting = waiting
        self._heartbeats = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers with status 503."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(HEARTBEAT_PATH):
            await self._heartbeat(scope, receive, send)
        elif scope["method"] == "POST":
            await self._question(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _heartbeat(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._heartbeats >= HEARTBEATS:
            # The page works without this connection.
            await _refuse("Too many pages are open.", 503)(scope, receive, send)
            return
        self._heartbeats += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._heartbeats -= 1

    async def _question(self, scope: Scope, receive: Receive, send: Send) -> None:
        replaced = False

        async def told(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            is_start = message["type"] == "http.response.start"
            named = is_start and "retry-after" in MutableHeaders(scope=message)
            if is_start and message["status"] == 503 and not named:
                # The queue filled up after the first check, and Gradio only says that it is full.
                replaced = True
                await _busy_question(scope, self._waiting)(scope, receive, send)
                return
            await send(message)

        await self._app(scope, receive, told)
