"""Checks folders, certificates, proxies and variables before Gradio is imported."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from uploads import FOLDER_VARIABLE

from pinacoteca.errors import PinacotecaError
from pinacoteca.surroundings import (
    ask_this_machine_directly,
    missing_certificates,
    missing_certificates_sentence,
    unusable_proxies,
)

HOME_PREFIX = "pinacoteca-home-"
# Variables of Gradio that have no effect here, and our options that replace them.
INSTEAD = {"GRADIO_SHARE": "--share", "GRADIO_MCP_SERVER": "--mcp"}
ROOT_VARIABLE = "GRADIO_ROOT_PATH"


class SurroundingsError(PinacotecaError):
    """A folder or an environment variable prevents the page from starting."""


def prepare_surroundings(host: str) -> None:
    """Fixes what can be fixed, and reports the rest.

    Args:
        host: The address that the page listens on.

    Raises:
        SurroundingsError: The folder for uploads cannot be written to, or a variable of Gradio is
            not a number.
    """
    if missing := missing_certificates():
        # The page runs without certificates; only pictures and the public link need them.
        print(f"{missing_certificates_sentence(missing)}. The page goes on without.", flush=True)
        for name in missing:
            del os.environ[name]
    for name, sentence in unusable_proxies().items():
        print(f"{sentence}. The page goes on without.", flush=True)
        os.environ.pop(name, None)
    ask_this_machine_directly(host=host)
    give_a_home(make_folder_for_uploads())
    _check_gradio_variables()
    _mend_root_path()


def make_folder_for_uploads() -> Path:
    """Makes the folder that ``GRADIO_TEMP_DIR`` names, or finds the system's; returns it.

    Raises:
        SurroundingsError: It cannot be made or written to.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    try:
        folder = Path(named or tempfile.gettempdir()).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        where = f"{named}, which {FOLDER_VARIABLE} names" if named else "this system's"
        raise SurroundingsError(
            f"Uploads cannot be kept in the folder for temporary files, {where} "
            f"({error.strerror or error}): set {FOLDER_VARIABLE} to one that can be written to."
        ) from None


def give_a_home(spare: Path) -> None:
    """Makes a home directory for the caches of libraries if the user has no writable one.

    It is deleted when the page ends.

    Args:
        spare: A folder to make it in if there is none for temporary files.
    """
    try:
        home = Path.home()
        if os.access(home, os.W_OK | os.X_OK):
            return
        reason = f"{home} cannot be written to"
    except RuntimeError:
        reason = "this user has none"
    try:
        made = tempfile.mkdtemp(prefix=HOME_PREFIX)
    except OSError:
        made = tempfile.mkdtemp(prefix=HOME_PREFIX, dir=spare)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    os.environ["HOME"] = made
    print(f"No home directory: {reason}. {made} serves until the page ends.", flush=True)


def _check_gradio_variables() -> None:
    ports = os.environ.get("GRADIO_NUM_PORTS", "1")
    if not (ports.isascii() and ports.isdigit()):
        raise SurroundingsError(
            f"GRADIO_NUM_PORTS is {ports!r} and must be a whole number: correct or unset it."
        )
    for name, option in INSTEAD.items():
        if os.environ.get(name, "").lower() in ("true", "1"):
            print(f"{name} does nothing here: use {option}.", file=sys.stderr)


def _mend_root_path() -> None:
    """Writes the path below which the page is served as Gradio needs it: ``/pinacoteca``."""
    if ROOT_VARIABLE not in os.environ:
        return
    path = os.environ[ROOT_VARIABLE].strip().rstrip("/")
    if path and "://" not in path:
        path = "/" + path.lstrip("/")
    os.environ[ROOT_VARIABLE] = path
