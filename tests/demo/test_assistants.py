"""The query works as a tool of the Model Context Protocol."""

from __future__ import annotations

import asyncio
import base64
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import options
import pytest
from options import OptionsError, read_options
from served import APP, served_page

needs_mcp = pytest.mark.skipif(
    importlib.util.find_spec("mcp") is None, reason="gradio[mcp] is not installed"
)


@pytest.fixture(scope="module")
def tools_page(
    model_folder: Path, gallery: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    log = tmp_path_factory.mktemp("mcp") / "log.txt"
    with served_page(log, "--model", model_folder, "--gallery", gallery, "--mcp") as address:
        yield address


def converse(page: str, *calls: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[bool, str]]]:
    """Returns the tools by name, and for each call of ``query`` whether it failed and its text."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk() -> tuple[dict[str, Any], list[tuple[bool, str]]]:
        async with (
            streamable_http_client(f"{page}/gradio_api/mcp/") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            results = [await session.call_tool("query", call) for call in calls]
            return tools, [(result.isError, result.content[0].text) for result in results]  # type: ignore[union-attr]

    return asyncio.run(talk())


@needs_mcp
def test_an_assistant_can_ask(tools_page: str, picture: Path) -> None:
    data = picture.read_bytes()
    # Larger than the limit of the page's own requests.
    padded = base64.b64encode(data + bytes(300_000)).decode()
    upload = httpx.post(f"{tools_page}/gradio_api/upload", files={"files": ("a.jpg", data)})
    address = f"{tools_page}/gradio_api/file={upload.json()[0]}"

    tools, answers = converse(
        tools_page, {"image": f"data:image/jpeg;base64,{padded}"}, {"image": address}
    )

    assert "calibrated probabilities" in tools["query"].description
    assert tools["query"].inputSchema["properties"]["metric"]["enum"] == ["cosine", "euclidean"]
    for failed, text in answers:
        assert not failed and "painter_work-3" in text


@needs_mcp
def test_an_assistant_can_make_the_server_fetch_or_read_nothing(tools_page: str) -> None:
    file = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    _, answers = converse(
        tools_page,
        {"image": "https://example.org/a.jpg"},
        {"image": "/etc/passwd"},
        {"image": file},
    )

    assert [failed for failed, _ in answers] == [True, True, True]
    assert "upload the picture itself" in answers[0][1]


def test_the_page_has_no_tools_unless_they_are_asked_for(page: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"accept": "application/json, text/event-stream"}
    answer = httpx.post(f"{page}/gradio_api/mcp/", json=message, headers=headers)

    assert answer.status_code in (404, 405)


def test_without_the_package_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options.importlib.util, "find_spec", lambda _: None)

    with pytest.raises(OptionsError, match=r"pip install 'gradio\[mcp\]"):
        read_options(["--mcp"])


def test_tools_and_accounts_do_not_go_together(tmp_path: Path) -> None:
    command = [sys.executable, str(APP), "--mcp", "--auth-file", str(tmp_path / "accounts.txt")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert result.returncode == 2
    assert "An assistant cannot log in" in result.stderr
