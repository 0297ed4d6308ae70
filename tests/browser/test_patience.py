"""The page's script repeats a request when the server is too busy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.utils import get_upload_folder
from guarded import GuardedBlocks
from limits import BodyLimits, ToldWhen
from painting_input import PaintingInput
from PIL import Image
from selenium import webdriver
from starlette.middleware import Middleware
from uploads import UploadFolder
from visitor import Page

SCRIPT = Path(__file__).resolve().parents[2] / "demo" / "static" / "patience.js"
ASK = """
const done = arguments[arguments.length - 1];
fetch(arguments[0], {method: "POST", body: "a question"}).then(
  async answer => done([answer.status, await answer.text()]), error => done(String(error)));
"""


class Busy(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        html = f'<html lang="ro"><body></body><script>{SCRIPT.read_text()}</script></html>'
        self.answer(200, html, {"Content-Type": "text/html; charset=utf-8"})

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == "/busy-twice" and len(self.asked) <= 2:
            self.answer(503, "busy", {"Retry-After": "1"})
        elif self.path == "/broken":
            self.answer(503, "broken", {})
        else:
            self.answer(200, "answered", {})

    def answer(self, status: int, text: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def busy() -> Iterator[str]:
    Busy.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_the_page_asks_again_by_itself_and_says_so(browser: webdriver.Chrome, busy: str) -> None:
    browser.get(f"{busy}/")
    browser.execute_script("window.later = fetch('/busy-twice', {method: 'POST', body: 'a'})")

    notice = Page(browser, busy).find("#patience")
    assert "îți vine rândul în circa 1 s" in notice.text
    browser.set_script_timeout(20)
    wait = "const done = arguments[0]; window.later.then(answer => done(answer.status))"
    assert browser.execute_async_script(wait) == 200
    assert Busy.asked == ["a", "a", "a"]
    assert not notice.is_displayed()
    # Requests that fail for another reason, or succeed, are not repeated.
    for path, answer in (("/broken", [503, "broken"]), ("/", [200, "answered"])):
        Busy.asked.clear()
        assert browser.execute_async_script(ASK, path) == answer
        assert Busy.asked == ["a question"]


@pytest.fixture
def crowded() -> Iterator[tuple[str, list[int]]]:
    """A page with our limits, and the length of its queue to set; 40 queries are too many."""
    limits: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "answers"}
    with GuardedBlocks() as blocks:
        painting = PaintingInput(type="filepath", sources=["upload"], elem_id="painting")
        shown = gr.HTML(elem_id="answer")
        painting.change(
            lambda path: "answered" if path else "",
            painting,
            shown,
            api_visibility="private",
            **limits,
        )
    blocks.answer_in_turn(1, "answers")
    ahead = [40]
    waiting = blocks.waiting
    assert waiting is not None
    waiting.watch(lambda: ahead[0])
    uploads = UploadFolder(Path(get_upload_folder()))
    _, address, _ = blocks.launch(
        prevent_thread_lock=True,
        quiet=True,
        run_history=False,
        head=f"<script>{SCRIPT.read_text()}</script>",
        app_kwargs={
            "middleware": [
                Middleware(BodyLimits, uploads=uploads, waiting=waiting, mcp=False),
                Middleware(ToldWhen, waiting=waiting),
            ]
        },
    )
    yield address, ahead
    blocks.close(verbose=False)


@pytest.mark.browser
def test_a_picture_that_is_refused_is_sent_again_and_answered(
    crowded: tuple[str, list[int]], browser: webdriver.Chrome, tmp_path: Path
) -> None:
    address, ahead = crowded
    # As large as a photograph, so that it is still being sent when it is refused.
    grain = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), dtype=np.uint8)
    Image.fromarray(grain).save(tmp_path / "large.png")
    page = Page(browser, address)
    browser.get(address)
    page.find("#painting input[type=file]").send_keys(str(tmp_path / "large.png"))

    assert "Many people are asking just now" in page.find("#patience").text
    ahead[0] = 0

    page.until(lambda: "answered" in page.text("#answer"), "the answer")
    page.until(lambda: not page.find("#patience").is_displayed(), "the end of the notice")
