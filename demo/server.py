"""What the page's server has beside Gradio: the pictures, and a limit on what it is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drawings import FOLDER
from pictures import PictureSource
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The page sends paths and settings as JSON; uploads come as forms, with a limit of their own.
JSON_BYTES = 100_000
# An assistant sends a picture of up to 30 MB within its message, in Base64.
MCP_PATH = "/gradio_api/mcp"
MCP_BYTES = 42_000_000


class LimitedJson:
    """Refuses JSON bodies that are too large, before Gradio reads them into memory."""

    def __init__(self, app: ASGIApp, mcp: bool) -> None:
        self._app = app
        self._mcp = mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers with status 413."""
        headers = dict(scope.get("headers", ()))
        is_form = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
        if scope["type"] != "http" or scope["method"] != "POST" or is_form:
            await self._app(scope, receive, send)
            return
        to_mcp = self._mcp and scope["path"].rstrip("/") == MCP_PATH
        limit = MCP_BYTES if to_mcp else JSON_BYTES
        messages: list[Message] = []
        size = 0
        while True:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if size > limit:
                refusal = PlainTextResponse("The request is too large.", status_code=413)
                await refusal(scope, receive, send)
                return
            if not message.get("more_body"):
                break

        async def replay() -> Message:
            return messages.pop(0) if messages else await receive()

        await self._app(scope, replay, send)


def for_visitors(respond: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Returns a route of ours that asks for the same log-in as Gradio's own, where there is one."""

    def guarded(request: Request) -> Response:
        app = request.app
        names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
        known = any(request.cookies.get(name) in app.tokens for name in names)
        if app.auth is not None and not known:
            return PlainTextResponse("Please log in to the page first.", status_code=401)
        return respond(request)

    return guarded


def app_settings(pictures: PictureSource, mcp: bool = False) -> dict[str, Any]:
    """Returns what ``launch`` passes on to FastAPI.

    Args:
        pictures: Answers requests for pictures.
        mcp: Whether assistants may send pictures within their messages.
    """
    return {
        # Gradio's own routes come after these.
        "routes": [
            Route("/pictures/{image_id}", for_visitors(pictures.respond)),
            Mount("/examples", StaticFiles(directory=FOLDER)),
        ],
        "middleware": [Middleware(LimitedJson, mcp=mcp)],
    }
