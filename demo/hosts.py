"""Checks host names and origins, and sets the security headers of the page.

Any website can make its visitor's browser send requests to a page on the visitor's own machine: by
a form, by a script, or by pointing its own name to 127.0.0.1 (DNS rebinding). The browser adds
``Host`` or ``Origin`` to every such request, which shows where it comes from.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from pinacoteca.surroundings import is_address

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Hugging Face sets this variable, and shows the page in a frame on its site.
SPACE_VARIABLE = "SPACE_HOST"
SPACE_FRAME = "https://huggingface.co"


def own_names(host: str, allowed: Collection[str]) -> frozenset[str]:
    """Returns the names that a page answers to, besides IP addresses.

    Args:
        host: The address that it listens on.
        allowed: Further names.
    """
    names = {"localhost", host.strip("[]"), *allowed}
    if not _is_loopback(host):
        machine = socket.gethostname().lower()
        names |= {machine, f"{machine.partition('.')[0]}.local"}
    if space := os.environ.get(SPACE_VARIABLE):
        names.add(space)
    return frozenset(name.lower() for name in names)


class KnownHosts:
    """Refuses requests for other names and from foreign web pages, and adds security headers.

    Args:
        app: The app that answers.
        names: The names that the page answers to.
        frames: Origins, as ``https://museum.example``, that may show the page in a frame.
        shared_link: Returns the public address of the page; None while there is none.
    """

    def __init__(
        self,
        app: ASGIApp,
        names: Collection[str],
        frames: Collection[str],
        shared_link: Callable[[], str | None],
    ) -> None:
        self._app = app
        self._names = names
        self._frames = tuple(frames)
        if SPACE_VARIABLE in os.environ:
            self._frames += (SPACE_FRAME,)
        self._shared_link = shared_link

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers with status 421 or 403."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell(MutableHeaders(scope=message), self._is_secure(scope, host))
            await send(message)

        if not self._is_own(_name_of(host)):
            refusal = (
                "This page does not answer to the name it was called by. Whoever serves it can "
                "allow the name with --allow-host."
            )
            await PlainTextResponse(refusal, status_code=421)(scope, receive, told)
        elif not self._is_known(headers.get("origin"), host):
            refusal = (
                "This page does not answer to other websites. Whoever serves it can allow one "
                "with --allow-frame."
            )
            await PlainTextResponse(refusal, status_code=403)(scope, receive, told)
        else:
            await self._app(scope, receive, told)

    def _is_own(self, name: str) -> bool:
        # DNS rebinding needs a name, so an IP address is safe.
        return name in self._names or is_address(name) or name == self._shared_name()

    def _is_known(self, origin: str | None, host: str) -> bool:
        if origin is None or origin in self._frames:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https"):
            return False
        name = _name_of(parts.netloc)
        behind_proxy = name in self._names and name != "localhost" and not is_address(name)
        # A browser names any port but the default, so without one a proxy removed it from the host.
        portless = name == _name_of(host) == host.rstrip(".")
        return parts.netloc == host or portless or behind_proxy or name == self._shared_name()

    def _shared_name(self) -> str | None:
        link = self._shared_link()
        return None if link is None else _name_of(urlsplit(link).netloc)

    def _is_secure(self, scope: Scope, host: str) -> bool:
        return scope.get("scheme") == "https" or _name_of(host) == self._shared_name()

    def _tell(self, headers: MutableHeaders, is_secure: bool) -> None:
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        if "content-security-policy" not in headers:
            frames = " ".join(("'self'", *self._frames))
            headers["Content-Security-Policy"] = f"frame-ancestors {frames}"
        if not self._frames:
            headers["X-Frame-Options"] = "SAMEORIGIN"
        cookies = headers.getlist("set-cookie")
        if cookies:
            del headers["set-cookie"]
            for cookie in cookies:
                headers.append("set-cookie", closed_cookie(cookie, is_secure))


def closed_cookie(cookie: str, is_secure: bool) -> str:
    """Returns a ``Set-Cookie`` value whose cookie scripts and other websites cannot use."""
    pair, *attributes = (part.strip() for part in cookie.split(";"))
    ours = ("httponly", "samesite")
    kept = [part for part in attributes if part.lower().partition("=")[0] not in ours]
    kept += ["HttpOnly", "SameSite=Lax"]
    if is_secure and "secure" not in (part.lower() for part in kept):
        kept.append("Secure")
    return "; ".join((pair, *kept))


def _name_of(netloc: str) -> str:
    try:
        return (urlsplit(f"//{netloc}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    name = host.strip("[]")
    return name == "localhost" or (is_address(name) and ipaddress.ip_address(name).is_loopback)
