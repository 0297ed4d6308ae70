"""Log-ins: limits wrong passwords, and gives no hint whether the name was right."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

WINDOW_SECONDS = 60.0
# Wrong passwords in a minute: for one name from one address, for one name from anywhere (all
# visitors of a public link share one address), and from one address for any name (a class may share
# one).
OF_BOTH, OF_NAME, OF_ADDRESS = 5, 20, 30
# The oldest keys are forgotten, so that a flood of names cannot fill the memory.
MOST_KEYS = 10_000
_SENTENCE = "Too many wrong passwords: please wait a minute and try again."

_log = logging.getLogger("pinacoteca.page")


class Accounts:
    """Names and passwords; the comparison takes equally long whether or not the name exists."""

    def __init__(self, accounts: Iterable[tuple[str, str]]) -> None:
        self._digests = {name: _digest(password) for name, password in accounts}
        self._nobody = secrets.token_bytes(32)

    def __call__(self, name: str, password: str) -> bool:
        """Says whether somebody with this name and password may use the page."""
        expected = self._digests.get(name, self._nobody)
        return hmac.compare_digest(_digest(password), expected)


class Failures:
    """Counts wrong passwords by name and address over the last minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[tuple[str | None, str | None], deque[float]] = OrderedDict()

    def add(self, name: str, address: str) -> None:
        """Notes a wrong password."""
        for key, most in _keys(name, address):
            times = self._times.setdefault(key, deque(maxlen=most))
            times.append(self._clock())
            self._times.move_to_end(key)
        while len(self._times) > MOST_KEYS:
            self._times.popitem(last=False)

    def seconds_left(self, name: str, address: str) -> float:
        """Returns the seconds until the next attempt is allowed; 0 if it is allowed now."""
        now = self._clock()
        # Each list keeps only as many times as its limit; when full, the oldest says when to retry.
        waits = (
            self._times[key][0] + WINDOW_SECONDS - now
            for key, most in _keys(name, address)
            if key in self._times and len(self._times[key]) == most
        )
        return max(0.0, *waits, 0.0)


class LoginLimits:
    """Passes a log-in on to Gradio unless there were too many wrong passwords."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._failures = Failures()
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers with status 429."""
        is_login = scope["type"] == "http" and scope["path"].rstrip("/") == "/login"
        if not is_login or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []
        while True:
            messages.append(await receive())
            if not messages[-1].get("more_body"):
                break
        name = await _name_in(scope, messages)
        # One at a time, because parallel attempts would all pass before the first failure counts.
        async with self._turn:
            await self._attempt(name, scope, _replayed(messages, receive), send)

    async def _attempt(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        address = (scope.get("client") or ("", 0))[0]
        if left := self._failures.seconds_left(name, address):
            _log.warning("a log-in from %s was refused: too many wrong passwords", address)
            headers = {"Retry-After": str(int(left) + 1)}
            refusal = JSONResponse({"detail": _SENTENCE}, status_code=429, headers=headers)
            await refusal(scope, receive, send)
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 400:
                self._failures.add(name, address)
                _log.warning("a wrong password came from %s", address)
            await send(message)

        await self._app(scope, receive, noted)


async def _name_in(scope: Scope, messages: list[Message]) -> str:
    try:
        async with Request(scope, _replayed(messages, None)).form(max_files=0) as form:
            return str(form.get("username", "")).strip()[:300]
    except Exception:
        # Gradio reports what is wrong with such a form; here it has no name.
        return ""


def _replayed(messages: list[Message], then: Receive | None) -> Receive:
    left = list(messages)

    async def receive() -> Message:
        if left:
            return left.pop(0)
        return await then() if then is not None else {"type": "http.disconnect"}

    return receive


def _keys(name: str, address: str) -> Iterable[tuple[tuple[str | None, str | None], int]]:
    return ((name, address), OF_BOTH), ((name, None), OF_NAME), ((None, address), OF_ADDRESS)


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode(errors="replace")).digest()
