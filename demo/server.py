"""Adds routes for pictures, and limits on requests, to Gradio's server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from examples_strip import example_path
from hosts import KnownHosts, own_names
from limits import BodyLimits, ToldWhen
from logins import LoginLimits
from options import Options
from relative_links import RelativeLinks
from sharing import Sharing
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from uploads import UploadFolder
from waiting import Waiting


def for_visitors(respond: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Returns a route that requires the same log-in as Gradio's own routes, if there is one."""

    def guarded(request: Request) -> Response:
        app = request.app
        names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
        known = any(request.cookies.get(name) in app.tokens for name in names)
        if app.auth is not None and not known:
            return PlainTextResponse("Please log in to the page first.", status_code=401)
        return respond(request)

    return guarded


def drawing(request: Request) -> Response:
    """Answers ``GET /examples/<name>.jpg``: one of the drawings that the page offers."""
    path = example_path(request.path_params["name"].removesuffix(".jpg"))
    if path is None:
        return PlainTextResponse("There is no such drawing.", status_code=404)
    return FileResponse(path)


def app_settings(
    options: Options,
    picture: Callable[[Request], Response],
    uploads: UploadFolder,
    waiting: Waiting,
    sharing: Sharing,
) -> dict[str, Any]:
    """Returns the settings that ``launch`` passes on to FastAPI.

    Args:
        options: The options of the page.
        picture: Answers requests for pictures, which may come before the pictures are loaded.
        uploads: The folder where Gradio keeps uploads.
        waiting: Decides who must come back later.
        sharing: The state of the public link.
    """
    return {
        # These routes come before Gradio's own.
        "routes": [
            Route("/pictures/{image_id}", for_visitors(picture)),
            # Not a mounted folder, whose path would break behind a proxy that adds a prefix.
            Route("/examples/{name}", drawing),
        ],
        # A request passes through these in order.
        "middleware": [
            Middleware(
                KnownHosts,
                names=own_names(options.host, options.allow_host),
                frames=options.allow_frame,
                shared_link=lambda: sharing.link,
            ),
            Middleware(BodyLimits, uploads=uploads, waiting=waiting, mcp=options.mcp),
            Middleware(ToldWhen, waiting=waiting),
            Middleware(LoginLimits),
            Middleware(RelativeLinks),
        ],
    }
