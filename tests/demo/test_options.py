from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from options import Options, OptionsError, read_options
from served import APP

from pinacoteca.errors import DataError, SearchIndexError


def test_without_arguments_the_page_is_private(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PINACOTECA_PICTURES", raising=False)

    assert read_options([]) == Options()
    assert (Options().host, Options().share) == ("127.0.0.1", False)


def test_every_option_is_explained_to_whoever_serves_the_page() -> None:
    page = (APP.parent.parent / "docs" / "deploying.md").read_text(encoding="utf-8")
    options = [f"--{field.name.replace('_', '-')}" for field in fields(Options)]

    assert [option for option in options if f"`{option}" not in page] == []


def test_pictures_are_fetched_unless_it_is_offline() -> None:
    options = read_options(["--picture-host", "a.org", "--picture-host", "b.org"])

    assert (options.offline, options.picture_host) == (False, ("a.org", "b.org"))
    assert read_options(["--offline"]).offline


def test_pictures_come_from_the_argument_or_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PINACOTECA_PICTURES", str(tmp_path))

    assert read_options([]).pictures == tmp_path
    assert read_options(["--pictures", str(tmp_path.parent)]).pictures == tmp_path.parent
    with pytest.raises(DataError, match=r"There is no folder .*nowhere: name the one"):
        read_options(["--pictures", str(tmp_path / "nowhere")])


def test_an_index_is_a_file_or_a_server() -> None:
    assert read_options([]).index is None
    for address in ("milvus.db", "http://host:19530", "https://user:word@host"):
        assert read_options(["--index", address]).index == address
    for text in ("milvus", "host:19530", "http://host:port", ""):
        with pytest.raises(SearchIndexError, match="is not an index address"):
            read_options(["--index", text])


def test_the_variables_of_gradio_stand_for_what_is_not_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    monkeypatch.setenv("GRADIO_SERVER_PORT", "7777")
    assert (read_options([]).host, read_options([]).port) == ("0.0.0.0", 7777)
    given = read_options(["--host", "127.0.0.1", "--port", "7000"])
    assert (given.host, given.port) == ("127.0.0.1", 7000)
    monkeypatch.setenv("GRADIO_SERVER_PORT", "http")
    with pytest.raises(OptionsError, match="GRADIO_SERVER_PORT: 'http' is not a port"):
        read_options([])
    # Gradio would read an empty variable as a number, too.
    monkeypatch.setenv("GRADIO_SERVER_PORT", "")
    monkeypatch.setenv("GRADIO_SERVER_NAME", "")
    assert read_options([]) == Options()
    assert "GRADIO_SERVER_PORT" not in os.environ


@pytest.mark.parametrize(
    ("given", "taken"),
    [("::1", "[::1]"), ("::", "[::]"), ("[::1]", "[::1]"), ("127.0.0.1", "127.0.0.1"), ("x", "x")],
)
def test_a_host_is_taken_as_everybody_writes_it(given: str, taken: str) -> None:
    assert read_options(["--host", given]).host == taken


@pytest.mark.parametrize("port", ["0", "70000", "http", "²"])
def test_a_port_is_a_port(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        read_options(["--port", port])

    assert stop.value.code == 2
    assert f"'{port}' is not a port from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["--help"], 0, "--pictures"),
        (["--pictures", "nowhere"], 2, "There is no folder nowhere"),
        (["--index", "nowhere"], 2, "'nowhere' is not an index address"),
        (["--model", "nowhere"], 2, "There is no model in nowhere"),
    ],
)
def test_mistakes_end_with_a_sentence(arguments: list[str], status: int, text: str) -> None:
    command = [sys.executable, "-X", "importtime", str(APP), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert result.returncode == status
    assert text in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    # Errors in the arguments must be reported before the slow imports.
    assert ("gradio.blocks" in result.stderr) == ("--model" in arguments)
