"""What the machine says by variables, before any library reads them: proxies and certificates.

Other programs leave behind what is no longer so, or spell it as only some libraries read it. Here
it is mended where there is one way to mend it, and named where there is not.
"""

from __future__ import annotations

import os
import re
from collections.abc import MutableMapping
from pathlib import Path

# What the libraries that we use look for certificates by.
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_BRACKETED = re.compile(r"\[([^\]%]+)(?:%[^\]]*)?\](?::\d+)?")


def missing_certificates(
    environment: MutableMapping[str, str] = os.environ,
) -> dict[str, str]:
    """Returns the variables that name certificates which are not there, with what they name."""
    return {
        name: environment[name]
        for name in _CERTIFICATES
        if environment.get(name) and not Path(environment[name]).exists()
    }


def missing_certificates_sentence(missing: dict[str, str]) -> str:
    """Says in a sentence what ``missing_certificates`` found."""
    names = " and ".join(f"{name} names {path}" for name, path in missing.items())
    return f"{names}, which is not there: correct it, or unset it to use this system's certificates"


def ask_this_machine_directly(environment: MutableMapping[str, str] = os.environ) -> None:
    """Lets no proxy come between this program and this machine, however ``no_proxy`` is spelled.

    ``[::1]`` among the exceptions is what addresses in a browser look like; httpx takes it for a
    port, and ends.
    """
    spellings = ("no_proxy", "NO_PROXY")
    listed = ",".join(environment[name] for name in spellings if environment.get(name))
    entries = [entry.strip() for entry in listed.split(",") if entry.strip()]
    if any(entry == "*" for entry in entries):
        return
    plain = [_BRACKETED.fullmatch(entry) for entry in entries]
    mended = [found[1] if found else entry for found, entry in zip(plain, entries, strict=True)]
    value = ",".join(dict.fromkeys([*mended, *_THIS_MACHINE]))
    for name in spellings:
        environment[name] = value
