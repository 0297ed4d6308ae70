"""Interprets the hub's answers to an upload: retry, explain an error, or check the result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pinacoteca.errors import PinacotecaError
from pinacoteca.files import sha256_of

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

# Too many requests, or a problem of the hub that may pass.
PASSING = frozenset({429, 500, 502, 503, 504})
PAUSES = (1.0, 2.0, 4.0)
LONGEST_PAUSE = 60.0
Answer = TypeVar("Answer")


class HubError(PinacotecaError):
    """The hub cannot be reached, or refuses a request."""


def patiently(ask: Callable[[], Answer]) -> Answer:
    """Returns the result of a request, and repeats it a few times if the hub has a passing problem.

    The hub's client itself retries when it sends files, but not when it commits them.
    """
    from huggingface_hub.errors import HfHubHTTPError

    for pause in PAUSES:
        try:
            return ask()
        except HfHubHTTPError as error:
            if error.response.status_code not in PASSING:
                raise
            seconds = min(_wished(error.response.headers) or pause, LONGEST_PAUSE)
            print(f"The hub answers {error.response.status_code}; asking again in {seconds:g} s.")
        time.sleep(seconds)
    return ask()


def _wished(headers: Mapping[str, str]) -> float | None:
    """Returns the seconds that the hub asks us to wait, None if it does not say."""
    value = headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def refusal(error: HfHubHTTPError, name: str) -> str:
    """Explains in a sentence what the hub's answer means for an upload to ``name``."""
    from huggingface_hub.errors import GatedRepoError

    status = error.response.status_code
    if isinstance(error, GatedRepoError):
        return f"{name} is gated, and this token has no access; please ask for access on its page."
    if status == 403:
        return f"The token may not write to {name}; please use one that may."
    if status == 404:
        return (
            f"The hub has no {name} that this token may see; please check the name, and whether "
            "the repository was renamed or deleted."
        )
    if status == 401:
        return "The hub does not know this token; please run 'hf auth login' or renew HF_TOKEN."
    if status in (409, 412):
        return (
            f"Somebody else is changing {name} just now, and nothing was committed; please repeat "
            "the command."
        )
    if status == 429:
        return (
            "The hub wants fewer requests, and nothing was committed; please repeat the command in "
            "a few minutes."
        )
    if status in PASSING:
        return (
            f"The hub has trouble of its own (status {status}), and does not say whether {name} "
            "was changed; please repeat the command later, which does no harm either way."
        )
    reason = " ".join((error.server_message or error.response.reason_phrase).split())
    return f"The hub refused the upload to {name} with status {status}: {reason}"


def check_arrived(hub: HfApi, name: str, kind: str, folder: Path, commit: str) -> None:
    """Checks that a commit holds the uploaded files.

    Args:
        hub: The hub's client.
        name: The repository.
        kind: The hub's name for the type of the repository.
        folder: The uploaded folder, with its subfolders.
        commit: The hash of the commit.

    Raises:
        HubError: A file is missing in the commit or has other bytes.
    """
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    files = {name: path for name, path in files.items() if path.is_file()}
    there = {
        each.path: each
        for each in hub.get_paths_info(name, list(files), revision=commit, repo_type=kind)
    }
    wrong = [each for each, path in files.items() if not _is_same(there.get(each), path)]
    if wrong:
        raise HubError(
            f"The commit {commit[:12]} of {name} lacks {', '.join(sorted(wrong))}, or holds other "
            "bytes; please repeat the command, and do not use this commit."
        )


def _is_same(there: Any, path: Path) -> bool:
    if there is None or there.size != path.stat().st_size:
        return False
    if there.lfs is not None:
        return bool(there.lfs.sha256 == sha256_of(path))
    return bool(there.blob_id == git_name(path.read_bytes()))


def git_name(data: bytes) -> str:
    """Returns the hash by which git and the hub identify this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
