"""A small hub on the loopback interface, and a test repository to push from.

The hub's client is the real one; the hub supports only what a push and a download need. Fixtures to
import: ``hub`` and ``house``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote

import pytest
from hub_answers import git_name

REPOSITORY = Path(__file__).resolve().parents[2]
TOKEN = "hf_" + "x" * 34
CARD = "---\nlicense: cc-by-nc-4.0\nlibrary_name: timm\n---\n\n# A card\n"
MODEL = {
    "config.json": b'{"architecture": "mobilenetv2_100"}\n',
    "confusion_matrix.png": b"\x89PNG\r\n\x1a\n",
    "familiarity.safetensors": b"64 features",
    "likeness.safetensors": b"128 directions",
    "metrics.json": b'{"top1": 0.5}\n',
    "model.safetensors": bytes(range(256)) * 64,
    "second_branch.safetensors": bytes(range(128)) * 64,
    "statistics_head.safetensors": b"18 movements",
}
HUB_FILES = {**MODEL, "README.md": CARD.encode()}
COMMIT = "a" * 40


class TroubleError(Exception):
    """The request got an error or no answer."""


@dataclass(frozen=True)
class Trouble:
    """An error with which the hub answers one request.

    Attributes:
        to: The request, given by its method and the end of its path.
        status: The status of the answer; 0 breaks the connection before everything is read.
        headers: The headers of the answer.
        late: Whether the hub first carries out the request.
    """

    to: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    late: bool = False


class SmallHub(ThreadingHTTPServer):
    """Answers the requests of a push, and records what was uploaded."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SmallHubHandler)
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        self.visibility: dict[str, str] = {}
        self.kinds: dict[str, tuple[str, str | None]] = {}
        self.always_public = False
        self.may_write = True
        self.uses_lfs = True
        self.yaml_errors: list[dict[str, str]] = []
        self.requests: list[str] = []
        self.lfs_objects: dict[str, bytes] = {}
        self.commits: list[dict[str, bytes]] = []
        self.troubles: list[Trouble] = []
        self.renamed: dict[str, str] = {}
        self.gated: set[str] = set()
        # Contents to show for a file instead of what was committed.
        self.damaged: dict[str, bytes] = {}

    @property
    def files(self) -> dict[str, bytes]:
        """Returns the files that the hub shows; only one repository has files."""
        every: dict[str, bytes] = {}
        for commit in self.commits:
            every |= commit
        return every | self.damaged

    @property
    def changes(self) -> list[str]:
        """Returns the requests that change something on the hub."""
        looks = ("GET ", "HEAD ", "POST /api/validate-yaml")
        return [request for request in self.requests if not request.startswith(looks)]


class SmallHubHandler(BaseHTTPRequestHandler):
    server: SmallHub
    silent: bool
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status: int, content: object, **headers: str) -> None:
        if self.silent:
            self.close_connection = True
            return
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def start(self) -> tuple[str, bytes]:
        path = self.path.split("?")[0]
        self.server.requests.append(f"{self.command} {path}")
        self.silent = False
        trouble = self.trouble(path)
        if trouble is None or trouble.late:
            self.silent = trouble is not None
            return path, self.body()
        if trouble.status:
            self.body()
            text = {"error": f"trouble {trouble.status}"}
            self.answer(trouble.status, text, **trouble.headers)
        else:
            self.rfile.read(min(100, int(self.headers.get("Content-Length", 0))))
            self.close_connection = True
        raise TroubleError

    def trouble(self, path: str) -> Trouble | None:
        for place, each in enumerate(self.server.troubles):
            method, end = each.to.split(" ")
            if method == self.command and path.endswith(end):
                return self.server.troubles.pop(place)
        return None

    def handle_one_request(self) -> None:
        with suppress(TroubleError):
            super().handle_one_request()

    def do_GET(self) -> None:
        path, _ = self.start()
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer(401, {"error": "Invalid credentials"})
        elif path == "/api/whoami-v2":
            self.answer(200, {"type": "user", "name": "ada", "orgs": []})
        elif "/resolve/" in path:
            self.give(path.split("/resolve/")[1].split("/", 1)[1])
        elif "/tree/" in path:
            self.answer(200, [self.about(name) for name in sorted(self.server.files)])
        else:
            kind, name = path.removeprefix("/api/").split("/", 1)
            self.describe(kind, name.split("/revision/")[0])

    def do_HEAD(self) -> None:
        self.do_GET()

    def describe(self, kind: str, name: str) -> None:
        if name in self.server.renamed:
            there = f"/api/{kind}/{self.server.renamed[name]}"
            self.answer(307, {"error": "moved"}, Location=there)
        elif name in self.server.gated:
            text = f"Access to model {name} is restricted"
            self.answer(403, {"error": text}, X_Error_Code="GatedRepo")
        elif visibility := self.server.visibility.get(name):
            siblings = [{"rfilename": each} for each in sorted(self.server.files)]
            about = {"id": name, "sha": COMMIT, "private": visibility == "private"}
            self.answer(200, about | {"siblings": siblings})
        else:
            self.answer(404, {"error": "Repository not found"}, X_Error_Code="RepoNotFound")

    def give(self, name: str) -> None:
        data = self.server.files[unquote(name)]
        self.send_response(200)
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def about(self, path: str) -> dict[str, Any]:
        data = self.server.files[path]
        entry = {"type": "file", "path": path, "size": len(data), "oid": git_name(data)}
        if self.server.uses_lfs and path.endswith(".safetensors"):
            oid = hashlib.sha256(data).hexdigest()
            entry["lfs"] = {"oid": oid, "size": len(data), "pointerSize": 134}
        return entry

    def do_POST(self) -> None:
        path, body = self.start()
        if not self.server.may_write:
            self.answer(403, {"error": "Forbidden: this token may only read"})
        elif path == "/api/repos/create":
            wish = json.loads(body)
            name = f"{wish['organization']}/{wish['name']}"
            self.server.kinds[name] = (wish.get("type", "model"), wish.get("sdk"))
            public = self.server.always_public or wish["visibility"] == "public"
            self.server.visibility[name] = "public" if public else "private"
            self.answer(200, {"url": f"{self.server.endpoint}/{name}"})
        elif path == "/api/validate-yaml":
            status = 400 if self.server.yaml_errors else 200
            self.answer(status, {"errors": self.server.yaml_errors, "warnings": []})
        elif path.endswith("/preupload/main"):
            files = json.loads(body)["files"]
            self.answer(200, {"files": [self.upload_mode(file["path"]) for file in files]})
        elif path.endswith(".git/info/lfs/objects/batch"):
            wanted = json.loads(body)["objects"]
            self.answer(200, {"transfer": "basic", "objects": [self.lfs_action(o) for o in wanted]})
        elif path.endswith("/commit/main"):
            self.server.commits.append(self.committed_files(body))
            address = f"{self.server.endpoint}/ada/paintings/commit/{COMMIT}"
            self.answer(200, {"commitUrl": address, "commitOid": COMMIT})
        elif "/paths-info/" in path:
            wanted_paths = parse_qs(body.decode())["paths"]
            known = self.server.files
            self.answer(200, [self.about(each) for each in wanted_paths if each in known])
        else:
            self.answer(404, {"error": f"no such page: {path}"})

    def do_PUT(self) -> None:
        path, body = self.start()
        self.server.lfs_objects[path.removeprefix("/lfs/")] = body
        self.answer(200, {})

    def upload_mode(self, path: str) -> dict[str, Any]:
        lfs = self.server.uses_lfs and path.endswith(".safetensors")
        return {"path": path, "uploadMode": "lfs" if lfs else "regular", "shouldIgnore": False}

    def lfs_action(self, wanted: dict[str, Any]) -> dict[str, Any]:
        address = f"{self.server.endpoint}/lfs/{wanted['oid']}"
        return {**wanted, "actions": {"upload": {"href": address}}}

    def committed_files(self, body: bytes) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        for line in body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                files[value["path"]] = self.server.lfs_objects[value["oid"]]
        return files


@pytest.fixture
def hub() -> Iterator[SmallHub]:
    with SmallHub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class House:
    """A copy of the script in a separate repository, with a small model and card."""

    forgotten: ClassVar[tuple[str, ...]] = ("HF_", "HUGGING_FACE_", "HUGGINGFACE_")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.card = folder / "model_card.md"
        self.model = folder / "model"
        self.script = folder / "hub" / "push_to_hub.py"
        for room in (self.model, self.script.parent, folder / "home"):
            room.mkdir()
        for path in (REPOSITORY / "hub").glob("*.py"):
            shutil.copyfile(path, self.script.parent / path.name)
        self.card.write_text(CARD, encoding="utf-8")
        for name, content in MODEL.items():
            (self.model / name).write_bytes(content)
        # Files that must never be uploaded.
        (self.model / "last.pth").write_bytes(b"a pickle")
        (self.model / ".cache").mkdir()
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().startswith(self.forgotten) and "proxy" not in name.lower()
        } | {
            "HF_HOME": str(folder / "home"),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "PYTHONPATH": str(REPOSITORY),
        }

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.environment | environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.python(
            str(self.script), "--repo-id", "ada/paintings", *arguments, **environment
        )

    def push(
        self, hub: SmallHub, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        known = {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": TOKEN}
        return self.run("--push", *arguments, **(known | environment))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Returns the message with which a run ended, and checks that it is one sentence."""
    assert done.returncode == 2, done.stderr
    sentence = done.stderr.strip()
    assert sentence.startswith("error: ")
    assert "\n" not in sentence
    return sentence
