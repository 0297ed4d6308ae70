"""What is sent to the page is gone when the page is."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from served import served_page


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
        # Nobody else on the machine may look into it.
        assert folder.stat().st_mode & 0o077 == 0

    assert not list(tmp_path.glob("pinacoteca-*"))
    assert not copies_of(picture, tmp_path)
    assert "Traceback" not in log.read_text(encoding="utf-8")
