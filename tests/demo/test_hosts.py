"""The page answers requests to its own names only, and none from foreign websites."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hosts import KnownHosts, closed_cookie, own_names
from options import read_options
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient


def client_of(
    names: tuple[str, ...] = (), frames: tuple[str, ...] = (), link: str | None = None
) -> TestClient:
    def respond(_: Any) -> PlainTextResponse:
        answer = PlainTextResponse("answered")
        answer.set_cookie("token", "x", samesite="none", secure=True)
        answer.set_cookie("token-unsecure", "x", httponly=True)
        return answer

    app = Starlette(routes=[Route("/", respond, methods=["GET", "POST"])])
    known = KnownHosts(app, own_names("127.0.0.1", names), frames, lambda: link)
    return TestClient(known, base_url="http://127.0.0.1:7860")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200),
        ("localhost:7860", 200),
        ("LOCALHOST", 200),
        ("localhost.", 200),
        ("[::1]:7860", 200),
        ("192.168.1.5:7860", 200),
        ("pinacoteca.museum.ro", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:7860", 421),
        ("x@evil.example", 421),
        ("[", 421),
        ("", 421),
        ("link.gradio.live", 421),
    ],
)
def test_a_name_that_somebody_else_can_point_here_is_refused(host: str, status: int) -> None:
    client = client_of(names=("pinacoteca.museum.ro",))

    answer = client.get("/", headers={"Host": host})

    assert answer.status_code == status
    if status == 421:
        assert "--allow-host" in answer.text
        assert host.strip("[:") not in answer.text or len(host) < 2


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://127.0.0.1:7860", 200),
        ("https://museum.ro", 200),
        ("https://pinacoteca.museum.ro", 200),
        ("https://link.gradio.live", 200),
        ("http://127.0.0.1:3000", 403),
        ("http://localhost:3000", 403),
        ("https://evil.example", 403),
        ("https://museum.ro.evil.example", 403),
        ("null", 403),
        ("file://", 403),
        ("http://[", 403),
        ("", 403),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_foreign_website_is_refused(origin: str | None, status: int, method: str) -> None:
    client = client_of(
        ("pinacoteca.museum.ro",), ("https://museum.ro",), "https://link.gradio.live"
    )
    headers = {} if origin is None else {"Origin": origin}

    answer = client.request(method, "/", headers=headers)

    assert answer.status_code in ((status,) if method != "OPTIONS" else (status, 405))
    if status == 403:
        assert "--allow-frame" in answer.text


def test_the_public_link_is_a_name_of_the_page() -> None:
    client = client_of(link="https://abc.gradio.live")

    answer = client.get("/", headers={"Host": "abc.gradio.live"})

    assert answer.status_code == 200
    assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))


def test_browsers_are_told_to_be_careful() -> None:
    headers = client_of().get("/").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    for cookie in headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "samesite=none" not in cookie.lower()
    framed = client_of(frames=("https://museum.ro",)).get("/").headers
    assert framed["Content-Security-Policy"] == "frame-ancestors 'self' https://museum.ro"
    assert "X-Frame-Options" not in framed


def test_a_space_is_shown_in_its_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_HOST", "me-pinacoteca.hf.space")
    client = client_of()

    answer = client.get("/", headers={"Host": "me-pinacoteca.hf.space"})

    assert answer.status_code == 200
    assert "https://huggingface.co" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_closed(secure: bool) -> None:
    cookie = closed_cookie("a=b; Path=/; SameSite=none; httponly", secure)

    assert cookie == "a=b; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    assert closed_cookie("a=b; Secure", True) == "a=b; Secure; HttpOnly; SameSite=Lax"


def test_names_and_origins_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    options = read_options(
        ["--allow-host", "Museum.RO", "--allow-host", "b.ro", "--allow-frame", "https://a.ro/"]
    )

    assert options.allow_host == ("museum.ro", "b.ro")
    assert options.allow_frame == ("https://a.ro",)
    for wrong in (
        ["--allow-host", "https://a.ro"],
        ["--allow-frame", "a.ro"],
        ["--allow-frame", "https://a.ro; script-src *"],
        ["--allow-host", "*"],
    ):
        with pytest.raises(SystemExit):
            read_options(wrong)
        assert "is not a" in capsys.readouterr().err


def test_the_served_page_is_guarded(page: str) -> None:
    foreign = {"Host": "evil.example"}
    assert httpx.get(page, headers=foreign).status_code == 421
    upload = f"{page}/gradio_api/upload"
    files = {"files": ("a.png", b"x")}
    assert httpx.post(upload, files=files, headers={"Origin": "null"}).status_code == 403
    answer = httpx.get(page)
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        "access-control-allow-origin"
        not in httpx.get(page, headers={"Origin": "https://evil.example"}).headers
    )
