"""Uploads are deleted when the page ends."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import uploads
from gradio_client import Client, handle_file
from served import APP, served_page


def copies_of(picture: Path, folder: Path) -> list[Path]:
    data = picture.read_bytes()
    return [path for path in folder.rglob("*") if path.is_file() and data in path.read_bytes()]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_nothing_of_an_upload_is_left(
    stop: signal.Signals, model_folder: Path, gallery: Path, picture: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"

    with served_page(log, "--model", model_folder, "--gallery", gallery, stop=stop) as page:
        with picture.open("rb") as file:
            httpx.post(f"{page}/gradio_api/upload", files={"files": file}).raise_for_status()
        Client(page, verbose=False).predict(handle_file(picture), api_name="/query")
        (folder,) = tmp_path.glob("pinacoteca-*")
        assert copies_of(picture, folder)
        # Other users of the machine must not be able to read it.
        assert folder.stat().st_mode & 0o077 == 0

    assert not list(tmp_path.glob("pinacoteca-*"))
    assert not copies_of(picture, tmp_path)
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_answers_under_way_are_given_before_the_end(
    model_folder: Path, gallery: Path, picture: Path, tmp_path: Path
) -> None:
    asked = threading.Barrier(7)
    answers: list[str] = []

    def ask(page: str) -> None:
        address = f"{page}/gradio_api/call/query_painting"
        event = httpx.post(address, json={"data": ["painter_work-3"]}).json()["event_id"]
        # A page that stops takes no new connection, so this one must stand before.
        with httpx.stream("GET", f"{address}/{event}", timeout=30) as stream:
            asked.wait(timeout=60)
            answers.append(stream.read().decode())

    with served_page(tmp_path / "log.txt", "--model", model_folder, "--gallery", gallery) as page:
        threads = [threading.Thread(target=ask, args=(page,)) for _ in range(6)]
        # An open page must not delay the end.
        heart = threading.Thread(target=listen, args=(page,))
        for thread in (heart, *threads):
            thread.start()
        asked.wait(timeout=60)
        stopped = time.monotonic()
    seconds = time.monotonic() - stopped
    for thread in (heart, *threads):
        thread.join(timeout=10)

    assert len(answers) == 6
    assert all("event: complete" in answer for answer in answers)
    assert seconds < 5
    assert "Traceback" not in (tmp_path / "log.txt").read_text(encoding="utf-8")


def listen(page: str) -> None:
    try:
        with httpx.stream("GET", f"{page}/gradio_api/heartbeat/me", timeout=30) as stream:
            for _ in stream.iter_lines():
                pass
    except httpx.TransportError:
        # The page has ended.
        pass


def test_the_folder_of_another_user_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "pinacoteca-theirs"
    theirs.mkdir()
    found = os.stat

    def guarded(path: Any, **how: Any) -> os.stat_result:
        if Path(path).parent == theirs:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return found(path, **how)

    monkeypatch.setattr(os, "stat", guarded)

    uploads.clear_left(tmp_path)

    assert theirs.is_dir()


def test_what_a_killed_page_left_is_cleared(tmp_path: Path) -> None:
    keep = "import uploads, sys, time; print(uploads.keep_uploads_apart(), flush=True);"
    environment = os.environ | {"GRADIO_TEMP_DIR": str(tmp_path), "PYTHONPATH": "demo"}
    command = [sys.executable, "-c", keep + "time.sleep(60)"]
    options: Any = {"cwd": APP.parent.parent, "env": environment, "text": True}
    foreign = tmp_path / "pinacoteca-of-somebody"
    foreign.mkdir()
    (tmp_path / "pinacoteca-link").symlink_to(foreign)

    killed: Any = subprocess.Popen(command, stdout=subprocess.PIPE, **options)
    running: Any = subprocess.Popen(command, stdout=subprocess.PIPE, **options)
    left, held = (Path(process.stdout.readline().strip()) for process in (killed, running))
    (left / "picture.jpg").write_bytes(b"x")
    assert left.is_dir()
    assert held.is_dir()
    killed.kill()
    killed.wait()
    subprocess.run([sys.executable, "-c", keep], stdout=subprocess.DEVNULL, check=True, **options)

    assert not left.exists()
    # One folder belongs to a running page; the other files are not uploads of a page.
    assert held.is_dir()
    assert foreign.is_dir()
    running.terminate()
    running.wait()
    assert not held.exists()


@pytest.mark.parametrize("path", ["upload", "call/query"])
def test_a_body_that_never_ends_leaves_no_traceback(
    path: str, model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"
    form = b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'

    def begin(page: str) -> socket.socket:
        host, port = page.removeprefix("http://").split(":")
        sender = socket.create_connection((host, int(port)), timeout=30)
        sender.sendall(
            f"POST /gradio_api/{path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            "Content-Type: multipart/form-data; boundary=cut\r\n"
            "Content-Length: 90000\r\n\r\n".encode()
            + form
        )
        return sender

    with served_page(log, "--model", model_folder, "--gallery", gallery) as page:
        begin(page).close()
        staying = begin(page)
        # The page has read both once it answers a third.
        httpx.get(f"{page}/gradio_api/startup-events").raise_for_status()

    staying.close()
    assert "Traceback" not in log.read_text(encoding="utf-8")
