"""Makes the addresses of Gradio's manifest and of the page's icon relative.

Gradio names its manifest from the root of the host, and browsers look for the icon there. If a web
server serves the page under a path, these addresses belong to another site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MANIFEST = b'href="/manifest.json"'
_INSTEAD = b'href="./manifest.json"'
_HEAD = b"<head>"
_ICON = b'<link rel="icon" href="./favicon.ico">'


class RelativeLinks:
    """Changes these addresses in the HTML page of an app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on and changes the page in the answer."""
        start: Message | None = None
        body = b""

        async def told(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif message["type"] == "http.response.body" and start is not None:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    body = relative(body)
                    MutableHeaders(scope=start)["Content-Length"] = str(len(body))
                    await send(start)
                    await send({"type": "http.response.body", "body": body})
            else:
                await send(message)

        # The answer to a HEAD request has no page to change.
        is_asked_for = scope["type"] == "http" and scope["method"] == "GET"
        await self._app(scope, receive, told if is_asked_for else send)


def relative(page: bytes) -> bytes:
    """Returns a page with relative addresses."""
    page = page.replace(_MANIFEST, _INSTEAD)
    has_icon = b'rel="icon"' in page
    return page if has_icon else page.replace(_HEAD, _HEAD + _ICON, 1)


def _is_page(message: Message) -> bool:
    headers = dict(message["headers"])
    return bool(headers.get(b"content-type", b"").startswith(b"text/html"))
