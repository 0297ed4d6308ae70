"""The commands and snippets of the README work as pasted."""

from __future__ import annotations

import ast
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
PAGES = [README] + [
    path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "docs").glob("*.md"))
]
SNIPPETS = [
    text for page in PAGES for text in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
]
SHELL_SNIPPETS = [
    text for page in PAGES for text in re.findall(r"```sh\n(.*?)```", page, flags=re.DOTALL)
]


def run_snippet(snippet: str, folder: Path = REPOSITORY) -> str:
    result = subprocess.run(
        [sys.executable, "-c", snippet], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_library_snippets_answer() -> None:
    short, long, chosen = [text for text in SNIPPETS if "PaintingRetriever" in text]

    assert run_snippet(short).count("'") >= 10
    lines = run_snippet(long).splitlines()

    assert lines[0].endswith("%")
    assert [line.split()[0] for line in lines[1:]] == ["1", "2", "3", "4", "5"]
    artists = ast.literal_eval(run_snippet(chosen))
    assert len(set(artists)) == 3


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page with the shipped model and gallery."""
    with served_page(tmp_path_factory.mktemp("shipped") / "log.txt") as address:
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
        timeout=300,
    )

    assert result.returncode == 0, result.stderr
    assert "event: complete" in result.stdout
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("data: [")]
    (answer,) = json.loads(line.removeprefix("data: "))
    assert len(answer["neighbours"]) == 5


def test_every_file_and_option_that_is_named_is_there() -> None:
    text = "\n".join(PAGES)
    for path in re.findall(r"(?<![\w/])(?:train|demo|gallery|model|docs)/[\w./-]*\w", text):
        assert (REPOSITORY / path).exists(), path
    options = (REPOSITORY / "demo" / "options.py").read_text(encoding="utf-8")
    for option in ("--pictures", "--share", "--auth-file", "--mcp"):
        assert option in text
        assert f'"{option}"' in options


def test_the_readme_says_which_movements_the_weights_know() -> None:
    config = json.loads((REPOSITORY / "model" / "config.json").read_text(encoding="utf-8"))

    assert len(config["label_names"]) == len(MOVEMENTS) == 18
    assert "It knows all 18 movements of Pandora18K" in " ".join(README.split())


def test_the_readme_is_short_and_every_page_is_linked() -> None:
    assert len(README.splitlines()) <= 130
    for path in (REPOSITORY / "docs").glob("*.md"):
        assert f"docs/{path.name}" in README, path.name


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    for path in [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#\s]*)(?:#([\w-]+))?\)", text):
            target, heading = link
            if target.startswith("http"):
                continue
            file = path.parent / target if target else path
            assert file.exists(), f"{path.name}: {target}"
            if heading:
                headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
                assert heading in {title.lower().replace(" ", "-") for title in headings}, link


def commands() -> set[str]:
    """Returns the commands of all shell snippets, one line each, without comments."""
    joined = "\n".join(SHELL_SNIPPETS).replace("\\\n", " ")
    lines = (re.sub(r"\s+", " ", line.split(" #")[0]).strip() for line in joined.splitlines())
    return {line for line in lines if line.startswith(("python ", "accelerate "))}


def test_the_command_lines_answer() -> None:
    lines = re.findall(r"^pinacoteca (.+?)(?:  +#.*)?$", "\n".join(SHELL_SNIPPETS), re.MULTILINE)
    assert {line.split()[0] for line in lines} == {"query", "info", "serve"}
    for line in lines:
        # Skip the page: it would run until somebody stops it.
        words = [*line.split(), *(["--help"] if line.startswith("serve") else [])]
        done = subprocess.run(
            [sys.executable, "-m", "pinacoteca", *words],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) > 5, line
        for option in (word for word in words if word.startswith("--")):
            assert option == "--help" or not line.startswith("serve") or option in done.stdout


def test_every_command_takes_the_options_that_it_is_shown_with() -> None:
    helps: dict[str, str] = {}
    for command in sorted(commands()):
        words = command.split()
        script = next(word for word in words if word.endswith(".py"))
        if script == "app.py":
            # The Space's command needs its folder; test_space.py tests it.
            continue
        if script not in helps:
            helps[script] = subprocess.run(
                [sys.executable, script, "--help"],
                cwd=REPOSITORY,
                capture_output=True,
                text=True,
                timeout=300,
                check=True,
            ).stdout
        for option in words[words.index(script) + 1 :]:
            if option.startswith("--"):
                assert option in helps[script], command
    assert len(helps) >= 10
