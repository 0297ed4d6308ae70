"""The page works under a sub-path of a larger site, behind a real web server."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from served import STOP_SECONDS, free_port, served_page
from visitor import Page

SERVER = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""
SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "serving-samples.md"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sample_location(upstream: str) -> str:
    """Returns the nginx block that the docs give for a sub-path of a larger site."""
    text = SAMPLES.read_text(encoding="utf-8")
    (block,) = re.findall(r"```nginx\n(location /pinacoteca/ \{.*?\n\})\n```", text, re.DOTALL)
    return str(block).replace("http://127.0.0.1:7860", upstream)


@pytest.fixture
def site(
    model_folder: Path, gallery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a page that nginx serves under /pinacoteca/."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if nginx is None:
        pytest.skip("nginx is not on this machine")
    monkeypatch.setenv("GRADIO_ROOT_PATH", "/pinacoteca")
    port = free_port()
    folders = ("--model", model_folder, "--gallery", gallery, "--pictures", gallery / "pictures")
    with served_page(tmp_path / "log", *folders) as upstream:
        settings = tmp_path / "nginx.conf"
        location = sample_location(upstream)
        settings.write_text(SERVER.format(folder=tmp_path, port=port, location=location))
        server = subprocess.Popen([nginx, "-p", tmp_path, "-c", settings])
        try:
            yield f"http://127.0.0.1:{port}/pinacoteca/"
        finally:
            server.terminate()
            server.wait(STOP_SECONDS)


def test_everything_lives_below_the_path(
    site: str, browser: webdriver.Chrome, picture: Path, tmp_path: Path
) -> None:
    page = Page(browser, site).open()

    drawn = "[...document.querySelectorAll('.drawings img')].filter(each => each.naturalWidth)"
    page.until(lambda: page.run(f"{drawn}.length") == 6, "six drawings")
    page.upload(picture)

    requests = [
        (found[1], int(found[2]))
        for line in (tmp_path / "access.log").read_text().splitlines()
        if (found := re.search(r'"[A-Z]+ (\S+) [^"]*" (\d+)', line))
    ]
    assert any("/examples/" in path for path, _ in requests)
    assert any("/pictures/" in path for path, _ in requests)
    assert [each for each in requests if each[1] >= 400] == []
    assert [path for path, _ in requests if not path.startswith("/pinacoteca/")] == []
    assert page.errors() == []
