"""The script of the page that asks again where the server is too busy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_the_page_asks_again_by_itself_and_says_so(browser: webdriver.Chrome, busy: str) -> None:
    browser.get(f"{busy}/")
    browser.execute_script("window.later = fetch('/busy-twice', {method: 'POST', body: 'a'})")

    notice = WebDriverWait(browser, 5).until(lambda _: browser.find_element(By.ID, "patience"))
    assert "îți vine rândul în circa 1 s" in notice.text
    browser.set_script_timeout(20)
    wait = "const done = arguments[0]; window.later.then(answer => done(answer.status))"
    assert browser.execute_async_script(wait) == 200
    assert Busy.asked == ["a", "a", "a"]
    assert not notice.is_displayed()
    # What is broken, or works, is not asked again.
    for path, answer in (("/broken", [503, "broken"]), ("/", [200, "answered"])):
        Busy.asked.clear()
        assert browser.execute_async_script(ASK, path) == answer
        assert Busy.asked == ["a question"]
