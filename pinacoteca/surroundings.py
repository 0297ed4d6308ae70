"""Checks environment variables for proxies and certificates before any library reads them.

Other programs leave outdated values, or spellings that only some libraries understand. This module
fixes what has one possible fix, and reports the rest.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

from pinacoteca.errors import DataError

# The variables through which our libraries find certificates.
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
# What httpx understands beside addresses: names, parts of names, IPv4 networks, and ports.
_LISTED = re.compile(r"(?:[a-z]+://)?[a-z0-9._*-]+(?::\d+)?(?:/\d+)?", re.IGNORECASE)
_BRACKETED = re.compile(r"\[([^\]%]+)(?:%[^\]]*)?\](?::\d+)?")


def missing_certificates(
    environment: MutableMapping[str, str] = os.environ,
) -> dict[str, str]:
    """Returns the variables whose certificates do not exist, with the paths that they name."""
    return {
        name: environment[name]
        for name in _CERTIFICATES
        if environment.get(name) and not Path(environment[name]).exists()
    }


def missing_certificates_sentence(missing: dict[str, str]) -> str:
    """Returns a sentence about the result of ``missing_certificates``."""
    names = " and ".join(f"{name} names {path}" for name, path in missing.items())
    return f"{names}, which does not exist: correct or unset it to use the system's certificates"


def unusable_proxies(environment: MutableMapping[str, str] = os.environ) -> dict[str, str]:
    """Returns the variables whose proxies httpx cannot use, with a sentence about each.

    Desktops write ``socks://``, which httpx does not know; other SOCKS proxies need an extra
    package. Spaces around an address are taken out of the environment.
    """
    found = {}
    for name in (*_PROXIES, *map(str.upper, _PROXIES)):
        if name not in environment:
            continue
        environment[name] = environment[name].strip()
        if environment[name] and (reason := _unusable(environment[name])):
            found[name] = f"{name} {reason}"
    return found


def check_proxies(environment: MutableMapping[str, str] = os.environ) -> None:
    """Raises an error if a proxy makes all fetching and pushing impossible; mends ``no_proxy``.

    Raises:
        DataError: A variable names a proxy that cannot be used.
    """
    for sentence in unusable_proxies(environment).values():
        raise DataError(f"{sentence}.")
    ask_this_machine_directly(environment)


def _unusable(address: str) -> str | None:
    """Returns what is wrong with a proxy's address, without quoting it: it may hold a password."""
    scheme, there, rest = address.rpartition("://")
    kind = scheme.casefold() if there else "http"
    known = "http://HOST:PORT or socks5://HOST:PORT"
    try:
        parts = urlsplit(f"//{rest}")
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        return f"names no host and port: write {known}"
    if kind not in ("http", "https", "socks5", "socks5h"):
        return f"names a proxy of the unknown kind {kind}://: write {known}"
    if kind.startswith("socks") and importlib.util.find_spec("socksio") is None:
        return "names a SOCKS proxy, which needs a package: `pip install 'httpx[socks]'`"
    return None


def ask_this_machine_directly(
    environment: MutableMapping[str, str] = os.environ, host: str = "localhost"
) -> None:
    """Makes requests to this machine bypass the proxy, however ``no_proxy`` is spelled.

    ``host`` is the address that this program listens on.

    ``no_proxy`` may hold ``[::1]``, the form used in browsers, or ``fd00::/8``; httpx takes a part
    of them for a port and fails. What it cannot understand is left out.
    """
    spellings = ("no_proxy", "NO_PROXY")
    listed = ",".join(environment[name] for name in spellings if environment.get(name))
    entries = [entry.strip() for entry in listed.split(",") if entry.strip()]
    if any(entry == "*" for entry in entries):
        return
    plain = [_BRACKETED.fullmatch(entry) for entry in entries]
    mended = [found[1] if found else entry for found, entry in zip(plain, entries, strict=True)]
    known = [entry for entry in mended if _LISTED.fullmatch(entry) or is_address(entry)]
    value = ",".join(dict.fromkeys([*known, *_THIS_MACHINE, host.strip("[]")]))
    for name in spellings:
        environment[name] = value


def is_address(text: str) -> bool:
    """Returns whether a text is an IPv4 or IPv6 address, without brackets."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
