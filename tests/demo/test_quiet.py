"""The server makes no requests of its own to other hosts."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from served import served_page

# Python runs this first. It records every name lookup and every connection that leaves the machine.
GUARD = """
import sys

def listen(event, arguments):
    if event == "socket.getaddrinfo":
        place = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        place = arguments[1][0]
    else:
        return
    if place not in (None, "localhost", "127.0.0.1", "::1", b"127.0.0.1", "0.0.0.0", ""):
        with open({log!r}, "a") as file:
            file.write(f"{{event}} {{place}}\\n")

sys.addaudithook(listen)
"""


@pytest.fixture
def requests_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that records the outgoing requests of the next page."""
    log = tmp_path / "guard" / "requests.txt"
    log.parent.mkdir()
    (log.parent / "sitecustomize.py").write_text(GUARD.format(log=str(log)), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(log.parent), prepend=":")
    return log


def test_no_request_leaves_the_server(
    requests_of: Path, model_folder: Path, gallery: Path, picture: Path, tmp_path: Path
) -> None:
    folders = ("--model", model_folder, "--gallery", gallery, "--pictures", gallery / "pictures")

    with served_page(tmp_path / "log.txt", *folders) as page:
        httpx.get(page).raise_for_status()
        httpx.get(f"{page}/pictures/painter_work-0").raise_for_status()
        Client(page, verbose=False).predict(handle_file(picture), api_name="/query")

    assert not requests_of.exists(), requests_of.read_text(encoding="utf-8")


def test_a_painting_that_is_not_at_hand_is_asked_for_at_its_source_alone(
    requests_of: Path, model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    folders = ("--model", model_folder, "--gallery", gallery)
    with served_page(tmp_path / "log.txt", *folders, fetches=True) as page:
        # The only painting of the gallery with an address.
        answer = httpx.get(f"{page}/pictures/painter_work-0", timeout=30)

    assert answer.status_code == 200
    asked = requests_of.read_text(encoding="utf-8").splitlines()
    assert asked and asked[0] == "socket.getaddrinfo uploads.wikiart.org"
    # The list of the painter's works and the addresses derived from the id are also requested
    # there.
    names = [line.split()[1] for line in asked if "getaddrinfo" in line]
    assert all(re.fullmatch(r"(www|uploads\d?)\.wikiart\.org", name) for name in names), names
