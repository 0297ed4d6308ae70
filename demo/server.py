"""What the page's server has beside Gradio: the pictures, and limits on what it is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drawings import FOLDER
from limits import BodyLimits
from pictures import PictureSource
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from uploads import UploadFolder


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


def app_settings(
    pictures: PictureSource, uploads: UploadFolder, mcp: bool = False
) -> dict[str, Any]:
    """Returns what ``launch`` passes on to FastAPI.

    Args:
        pictures: Answers requests for pictures.
        uploads: Where Gradio keeps what it is sent.
        mcp: Whether assistants may send pictures within their messages.
    """
    return {
        # Gradio's own routes come after these.
        "routes": [
            Route("/pictures/{image_id}", for_visitors(pictures.respond)),
            Mount("/examples", StaticFiles(directory=FOLDER)),
        ],
        "middleware": [Middleware(BodyLimits, uploads=uploads, mcp=mcp)],
    }
