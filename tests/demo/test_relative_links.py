from __future__ import annotations

import pytest
from relative_links import RelativeLinks, relative
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

PAGE = '<html><head><link rel="manifest" href="/manifest.json" /></head><body>ș</body></html>'


def whole(_: Request) -> HTMLResponse:
    return HTMLResponse(PAGE)


def in_pieces(_: Request) -> StreamingResponse:
    return StreamingResponse((PAGE[:50], PAGE[50:]), media_type="text/html")


def data(_: Request) -> JSONResponse:
    return JSONResponse(PAGE)


@pytest.mark.parametrize("path", ["/", "/pieces"])
def test_the_page_names_its_manifest_and_icon_from_where_it_is(path: str) -> None:
    routes = [Route("/", whole), Route("/pieces", in_pieces), Route("/data", data)]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(RelativeLinks)]))

    answer = client.get(path)

    assert 'href="./manifest.json"' in answer.text
    assert '<head><link rel="icon" href="./favicon.ico">' in answer.text
    assert answer.text.endswith("<body>ș</body></html>")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert client.get("/data").json() == PAGE
    assert client.head("/").status_code == 200


def test_an_icon_of_its_own_stays() -> None:
    page = b'<head><link rel="icon" href="data:,"></head>'

    assert relative(page) == page
