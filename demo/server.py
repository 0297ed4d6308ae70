"""What the page's server has beside Gradio: the pictures, and a limit on what it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drawings import FOLDER
from pictures import PictureSource
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The page sends paths and settings as JSON; uploads come as forms, with a limit of their own.
JSON_BYTES = 100_000


class LimitedJson:
    """Refuses JSON bodies that are too large, before Gradio reads them into memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers with status 413."""
        headers = dict(scope.get("headers", ()))
        is_form = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
        if scope["type"] != "http" or scope["method"] != "POST" or is_form:
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []
        size = 0
        while True:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if size > JSON_BYTES:
                refusal = PlainTextResponse("The request is too large.", status_code=413)
                await refusal(scope, receive, send)
                return
            if not message.get("more_body"):
                break

        async def replay() -> Message:
            return messages.pop(0) if messages else await receive()

        await self._app(scope, replay, send)


def app_settings(pictures: PictureSource) -> dict[str, Any]:
    """Returns what ``launch`` passes on to FastAPI."""
    return {
        # Gradio's own routes come after these.
        "routes": [
            Route("/pictures/{image_id}", pictures.respond),
            Mount("/examples", StaticFiles(directory=FOLDER)),
        ],
        "middleware": [Middleware(LimitedJson)],
    }
