"""What the README tells people to do works as pasted."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPOSITORY
from served import served_page

from pinacoteca.movements import MOVEMENTS

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
SHELL_SNIPPETS = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)


def run_snippet(snippet: str, folder: Path = REPOSITORY) -> str:
    result = subprocess.run(
        [sys.executable, "-c", snippet], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_library_snippet_answers() -> None:
    (snippet,) = [text for text in SNIPPETS if "PaintingRetriever" in text]

    lines = run_snippet(snippet).splitlines()

    assert lines[0].endswith("%")
    assert [line.split()[0] for line in lines[1:]] == ["1", "2", "3", "4", "5"]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    with served_page(tmp_path / "log.txt") as address:
        yield address


def test_the_client_snippet_answers(page: str) -> None:
    (snippet,) = [text for text in SNIPPETS if "gradio_client" in text]
    assert "http://127.0.0.1:7860" in snippet

    answer = run_snippet(snippet.replace("http://127.0.0.1:7860", page))

    assert "movements" in answer and answer.count("'image_id'") == 5 + 3


def test_the_curl_snippet_answers(page: str) -> None:
    if not (shutil.which("curl") and shutil.which("sh")):
        pytest.skip("curl and sh are not on this machine")
    (snippet,) = [text for text in SHELL_SNIPPETS if "curl" in text]
    assert "http://127.0.0.1:7860" in snippet

    result = subprocess.run(
        ["sh", "-euc", snippet.replace("http://127.0.0.1:7860", page)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert result.returncode == 0, result.stderr
    assert "event: complete" in result.stdout
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("data: [")]
    (answer,) = json.loads(line.removeprefix("data: "))
    assert len(answer["neighbours"]) == 5


def test_every_file_and_option_that_is_named_is_there() -> None:
    for path in re.findall(r"\b(?:train|demo|gallery|model)/[\w./-]*\w", README):
        assert (REPOSITORY / path).exists(), path
    options = (REPOSITORY / "demo" / "options.py").read_text(encoding="utf-8")
    for option in ("--pictures", "--share", "--auth-file", "--mcp"):
        assert option in README
        assert f'"{option}"' in options


def test_the_readme_says_which_movements_the_weights_know() -> None:
    config = json.loads((REPOSITORY / "model" / "config.json").read_text(encoding="utf-8"))

    assert len(config["label_names"]) == len(MOVEMENTS) == 18
    assert "It knows all 18 movements of Pandora18K" in " ".join(README.split())
