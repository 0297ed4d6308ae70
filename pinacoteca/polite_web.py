"""Fetches from a few named hosts, politely, within limits, and never from a private network.

Anybody may have written an address in a table or the target of a redirect. Requests therefore go
only to the hosts of the rules, and only to public IP addresses. The connection uses the IP address
that was checked, so that a second look-up cannot lead elsewhere. If the environment names a proxy,
the proxy looks names up, and only the list of hosts protects.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from pinacoteca import __version__
from pinacoteca.errors import PinacotecaError

if TYPE_CHECKING:
    import ssl

    import httpx

# Holds a mail or web address at which hosts can reach whoever runs this program.
CONTACT_VARIABLE = "PINACOTECA_CONTACT"
REDIRECTS = 4
# How long to wait if a host does not say how long, and the longest wait.
PATIENCE_SECONDS, MOST_PATIENCE_SECONDS = 60.0, 3600.0
# A missing page is not requested again for a day; other failures may pass in minutes.
MISSING_SECONDS, FAILED_SECONDS = 86_400.0, 600.0
Resolve = Callable[[str, int], Sequence[str]]


class WebError(PinacotecaError):
    """An address cannot be fetched, or must not be."""


class MissingError(WebError):
    """A host says that there is nothing at an address."""


class BusyError(WebError):
    """A host asks to wait, or failed a moment ago.

    Attributes:
        seconds: How long to wait.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True)
class WebRules:
    """Which hosts may be fetched from, and the limits.

    Attributes:
        hosts: A regular expression that must match the whole host name.
        pause: Seconds from the end of one request to a host to the next.
        seconds: How long a request may take.
        bytes: How large an answer may be.
        private: Whether private networks and plain HTTP are allowed; only for a test server on the
            same machine.
    """

    hosts: str
    pause: float = 0.1
    seconds: float = 6.0
    bytes: int = 20_000_000
    private: bool = False


def user_agent() -> str:
    """Returns how the program introduces itself to hosts.

    Hosts refuse programs that do not identify themselves; see
    https://meta.wikimedia.org/wiki/User-Agent_policy.
    """
    import httpx

    about = ["finds paintings by Romanian artists, README.md says more"]
    if space := os.environ.get("SPACE_ID"):
        about.insert(0, f"https://huggingface.co/spaces/{space}")
    if contact := os.environ.get(CONTACT_VARIABLE):
        about.insert(0, contact)
    text = f"Pinacoteca/{__version__} ({'; '.join(about)}) httpx/{httpx.__version__}"
    return text.encode("ascii", "replace").decode()


def resolved(host: str, port: int) -> Sequence[str]:
    """Returns the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class PoliteWeb:
    """Fetches from the hosts of the rules, one request a host at a time; safe for threads."""

    def __init__(self, rules: WebRules, resolve: Resolve = resolved) -> None:
        self._rules = rules
        self._resolve = resolve
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._failed: dict[str, tuple[float, bool]] = {}

    def get(self, address: str) -> bytes:
        """Returns the content of an address.

        Raises:
            MissingError: There is nothing, or there was nothing in the last day.
            BusyError: The host asks to wait, or the address failed a few minutes ago.
            WebError: It must not be fetched, is too large or too slow, or failed.
        """
        self._check_failed(address)
        try:
            return self._followed(address)
        except BusyError:
            raise
        except WebError as error:
            missing = isinstance(error, MissingError)
            seconds = MISSING_SECONDS if missing else FAILED_SECONDS
            self._failed[address] = time.monotonic() + seconds, missing
            raise

    def patience(self) -> float:
        """Returns how many seconds a host asks to wait; 0 if none does."""
        waits = [free - time.monotonic() for free in tuple(self._free_at.values())]
        longest = max(waits, default=0.0)
        return longest if longest > self._rules.pause else 0.0

    def distrust(self, address: str) -> None:
        """Treats an address as missing, because its content was not the expected one."""
        self._failed[address] = time.monotonic() + MISSING_SECONDS, True

    def _check_failed(self, address: str) -> None:
        until, missing = self._failed.get(address, (0.0, False))
        if (seconds := until - time.monotonic()) <= 0:
            return
        if missing:
            raise MissingError(f"There was nothing at {address}.")
        raise BusyError(f"{address} could not be had a while ago.", seconds)

    def _followed(self, address: str) -> bytes:
        for _ in range(REDIRECTS + 1):
            host, pinned = self._checked(address)
            with self._lock:
                turn = self._locks[host]
            with turn:
                self._wait_for(host)
                try:
                    answer = self._asked(address, host, pinned)
                finally:
                    free = time.monotonic() + self._rules.pause
                    self._free_at[host] = max(self._free_at.get(host, 0.0), free)
            if isinstance(answer, bytes):
                return answer
            address = answer
        raise WebError(f"{address} is one redirect too many.")

    def _checked(self, address: str) -> tuple[str, str]:
        """Returns the host of an address and the IP address to connect to."""
        try:
            parts = urlsplit(address)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            raise WebError(f"{address!r} is no address.") from None
        schemes = ("https", "http") if self._rules.private else ("https",)
        if parts.scheme not in schemes or parts.username is not None:
            raise WebError(f"{address} is no plain https address.")
        if not re.fullmatch(self._rules.hosts, host):
            raise WebError(f"{address} is not at a host that pictures come from.")
        if port not in (None, 443) and not self._rules.private:
            raise WebError(f"{address} is not at the usual port.")
        if self._proxy_for(address):
            # Behind a proxy, only the proxy may be able to look names up.
            return host, host
        try:
            numbers = self._resolve(host, port or 443)
        except (OSError, UnicodeError):
            raise WebError(f"{host} cannot be found.") from None
        if not self._rules.private:
            numbers = [number for number in numbers if _is_public(number)]
        if not numbers:
            raise WebError(f"{host} is in a private network.")
        return host, numbers[0]

    def _proxy_for(self, address: str) -> str | None:
        """Returns the proxy that the environment names for an address; None for no proxy."""
        parts = urlsplit(address)
        if self._rules.private or proxy_bypass(parts.hostname or ""):
            return None
        proxies = getproxies()
        proxy = proxies.get(parts.scheme) or proxies.get("all")
        return proxy if proxy is None or "://" in proxy else f"http://{proxy}"

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        """The certificates to check hosts with. Loading them takes longer than a small picture."""
        import httpx

        # A company's proxy may use the company's own certificates.
        return httpx.create_ssl_context(trust_env=bool(os.environ.get("SSL_CERT_FILE")))

    def _wait_for(self, host: str) -> None:
        wait = self._free_at.get(host, 0.0) - time.monotonic()
        if wait > self._rules.pause:
            raise BusyError(f"{host} asked for patience.", wait)
        if wait > 0:
            time.sleep(wait)

    def _asked(self, address: str, host: str, pinned: str) -> bytes | str:
        """Returns an answer, or the address that it redirects to."""
        import httpx

        url = httpx.URL(address)
        headers = {"Host": url.netloc.decode("ascii"), "User-Agent": user_agent()}
        deadline = time.monotonic() + self._rules.seconds
        client = httpx.Client(
            timeout=self._rules.seconds / 2,
            trust_env=False,
            proxy=self._proxy_for(address),
            verify=self._certificates,
        )
        try:
            with (
                client,
                client.stream(
                    "GET",
                    url.copy_with(host=pinned),
                    headers=headers,
                    extensions={"sni_hostname": host},
                ) as answer,
            ):
                if answer.is_redirect:
                    return urljoin(address, str(answer.headers.get("Location", "")))
                self._check_status(answer, address, host)
                return self._body(answer, address, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise WebError(f"{address} cannot be had ({error}).") from None

    def _check_status(self, answer: httpx.Response, address: str, host: str) -> None:
        status = answer.status_code
        if status in (404, 410):
            raise MissingError(f"There is nothing at {address}.")
        if status in (429, 503):
            seconds = patience(answer.headers.get("Retry-After", ""))
            self._free_at[host] = time.monotonic() + seconds
            raise BusyError(f"{host} asked for patience.", seconds)
        if status != 200:
            raise WebError(f"{address} answered with status {status}.")

    def _body(self, answer: httpx.Response, address: str, deadline: float) -> bytes:
        data = bytearray()
        for block in answer.iter_bytes():
            data += block
            # The time-out of the library restarts with every block, so the total is checked here.
            if len(data) > self._rules.bytes or time.monotonic() > deadline:
                raise WebError(f"{address} is too large or too slow.")
        return bytes(data)


def patience(header: str) -> float:
    """Returns the seconds of a Retry-After header (RFC 9110); a minute if it gives none."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except (ValueError, TypeError):
            seconds = PATIENCE_SECONDS
    return min(max(seconds, 1.0), MOST_PATIENCE_SECONDS)


def _is_public(number: str) -> bool:
    try:
        address = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return False
    # An IPv4 address may be written as IPv6: "::ffff:127.0.0.1" is this machine too.
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_global) and not mapped.is_multicast
