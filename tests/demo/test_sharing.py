"""The public link without a network: the tunnel is replaced, the page is real."""

from __future__ import annotations

import time
from html import escape
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio import networking
from gradio.exceptions import ChecksumMismatchError, ShareCertificateWriteError
from served import START_SECONDS, served_page
from sharing import Sharing, message, notice_html, open_tunnel
from texts import LANGUAGES, TEXTS

LINK = "https://abc123.gradio.live"


def dig(monkeypatch: pytest.MonkeyPatch, outcome: str | Exception) -> Sharing:
    def setup_tunnel(*_: Any) -> str:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(networking, "setup_tunnel", setup_tunnel)
    sharing = Sharing(asked_for=True)
    before = sharing.settled
    assert not before
    open_tunnel(sharing, "127.0.0.1", 7860)
    assert sharing.settled
    return sharing


def test_a_link_is_shown_with_a_code_and_what_it_means(monkeypatch: pytest.MonkeyPatch) -> None:
    # Gradio passes on an http address, although its server also has https.
    sharing = dig(monkeypatch, "http://abc123.gradio.live")

    assert sharing.link == LINK
    text = message(sharing)
    assert f"Public link: {LINK}" in text and "Everyone who has the link can use the page" in text
    for language in LANGUAGES:
        shown = notice_html(sharing, language)
        assert f'<a href="{LINK}">' in shown and "<svg" in shown
        assert escape(TEXTS[language].share_meaning) in shown
        assert f'aria-label="{TEXTS[language].share_code}"' in shown


@pytest.mark.parametrize(
    ("error", "obstacle", "advice"),
    [
        (RuntimeError("no answer"), "no_service", "api.gradio.app"),
        (httpx.ConnectError("no route"), "no_program", "cdn-media.huggingface.co"),
        (ChecksumMismatchError(), "wrong_program", "Delete it"),
        (ShareCertificateWriteError("read-only"), "no_folder", "can write to"),
        (PermissionError("noexec"), "no_start", "virus scanner"),
        (ValueError("login to server failed"), "refused", "start the page again later"),
    ],
)
def test_a_link_that_did_not_come_has_a_reason_and_a_way_out(
    monkeypatch: pytest.MonkeyPatch, error: Exception, obstacle: str, advice: str
) -> None:
    sharing = dig(monkeypatch, error)

    assert (sharing.link, sharing.obstacle) == (None, obstacle)
    assert "No public link could be made" in message(sharing) and advice in message(sharing)
    assert advice in notice_html(sharing, "en")
    romanian = notice_html(sharing, "ro")
    assert "Linkul public nu a putut fi creat" in romanian and "None" not in romanian


def test_a_link_that_is_on_its_way_is_said_so() -> None:
    assert "being set up" in notice_html(Sharing(asked_for=True), "en")
    assert Sharing().settled


def test_a_page_without_a_network_is_served_all_the_same(
    model_folder: Path, gallery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens there, so the tunnel fails even if this machine has a network.
    monkeypatch.setenv("GRADIO_SHARE_SERVER_ADDRESS", "127.0.0.1:1")
    log = tmp_path / "log.txt"

    with served_page(log, "--model", model_folder, "--gallery", gallery, "--share") as address:
        deadline = time.monotonic() + START_SECONDS
        while "No public link could be made" not in log.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        page = httpx.get(address)

    assert page.status_code == 200
    # With Gradio's own sharing, the page would load a script from a foreign server.
    assert "amazonaws" not in page.text
