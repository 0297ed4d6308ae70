"""A local stand-in for WikiArt, with lists of works, pictures and all kinds of failures."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pinacoteca.picture_finder import Source
from pinacoteca.polite_web import WebRules

# So small that a short list has several pages.
PAGE_SIZE = 2


@dataclass(frozen=True)
class Answer:
    """The response to a path."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class LoopbackSource:
    """Lists ``works`` by painter, serves ``answers`` by path, and counts the requests."""

    def __init__(self) -> None:
        self.works: dict[str, list[dict[str, str]]] = {}
        self.answers: dict[str, Answer | Path] = {}
        self.requests: list[str] = []
        self.agents: set[str] = set()
        self.page_size = PAGE_SIZE
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                source.requests.append(self.path)
                source.agents.add(self.headers["User-Agent"])
                answer = source.answer(self.path)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def source(self, **rules: Any) -> Source:
        """Returns the source, set to make no pauses."""
        return source_at(self.base, **rules)

    def add(self, artist: str, work: str, picture: bytes | Path, **facts: str) -> str:
        """Lists a work, with its picture at a path unrelated to its id, and returns the path."""
        path = f"/00142/images/{artist}/{work}.jpg"
        entry = {"title": work, "year": "1908", "image": f"{self.base}{path}!Large.jpg"}
        entry |= {"paintingUrl": f"/en/{artist}/{work}"} | facts
        self.works.setdefault(artist, []).append(entry)
        self.answers[path] = picture if isinstance(picture, Path) else Answer(picture)
        return path

    def answer(self, address: str) -> Answer:
        parts = urlsplit(address)
        if (known := self.answers.get(parts.path)) is not None:
            return Answer(known.read_bytes()) if isinstance(known, Path) else known
        _, _, artist, *rest = [*parts.path.split("/"), "", "", ""]
        if rest[:1] != ["mode"] or artist not in self.works:
            return Answer(status=404)
        start = self.page_size * (int(parse_qs(parts.query)["page"][0]) - 1)
        works = self.works[artist]
        page = {
            "Paintings": works[start : start + self.page_size] or None,
            "AllPaintingsCount": len(works),
            "PageSize": self.page_size,
        }
        return Answer(json.dumps(page).encode())


def source_at(base: str, **rules: Any) -> Source:
    """Returns the source at an address, set to make no pauses."""
    settings: dict[str, Any] = {"pause": 0.0, "seconds": 2.0, "private": True} | rules
    return Source(
        base + "/en/{artist}/mode/all-paintings?json=2&page={page}",
        (base + "/images/{artist}/{work}.jpg",),
        WebRules(r"127\.0\.0\.1", **settings),
    )


@contextmanager
def loopback_source() -> Iterator[LoopbackSource]:
    """Runs a source until the block ends."""
    source = LoopbackSource()
    thread = threading.Thread(target=source.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield source
    finally:
        source.server.shutdown()
        source.server.server_close()
