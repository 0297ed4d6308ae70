"""The command ``pinacoteca``."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pinacoteca import __main__ as command
from pinacoteca.errors import DataError, ImageError, OptionError
from pinacoteca.query_options import OPTIONS


@pytest.fixture
def folders(model_folder: Path, gallery: Path) -> tuple[str, ...]:
    return ("--model", str(model_folder), "--gallery", str(gallery))


def test_a_picture_gets_its_movements_and_neighbours(
    folders: tuple[str, ...], picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.main(["query", str(picture), *folders, "--count", "2"])

    first, *neighbours = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{picture}: ") and "%" in first
    assert [line.split()[0] for line in neighbours if line.startswith("    ")] == ["1", "2"]
    assert "Painter, Work 3, 1903" in neighbours[-2]


def test_a_folder_gives_a_line_of_json_for_each_picture(
    folders: tuple[str, ...], picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "more").mkdir()
    for name in ("a.jpg", "more/b.jpg"):
        shutil.copyfile(picture, tmp_path / name)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")

    with pytest.raises(DataError, match="1 of 3 pictures could not be read"):
        command.main(["query", str(tmp_path), *folders, "--json", "--artists", "other-painter"])

    said = capsys.readouterr()
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert [Path(each["picture"]).name for each in answers] == ["a.jpg", "b.jpg"]
    assert {each["artist"] for each in answers[0]["neighbours"]} == {"Other Painter"}
    assert "broken.jpg" in said.err and "picture" in said.err


def test_a_table_has_every_picture_and_no_formula(
    folders: tuple[str, ...],
    picture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("=1+1.jpg", "plain.jpg"):
        shutil.copyfile(picture, tmp_path / name)

    command.main(["query", "=1+1.jpg", "plain.jpg", *folders, "--csv", "--count", "100"])

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["picture"] for row in rows} == {"'=1+1.jpg", "plain.jpg"}
    # The gallery has eight paintings; two pairs of them are the same work.
    assert sum(row["kind"] == "neighbour" for row in rows) >= 12


def test_what_cannot_be_asked_gets_one_sentence(
    folders: tuple[str, ...], picture: Path, tmp_path: Path
) -> None:
    wrong: tuple[tuple[type[Exception], list[str], str], ...] = (
        (ImageError, [str(tmp_path / "nowhere.jpg")], "There is no file"),
        (DataError, [str(tmp_path)], "holds no pictures"),
        (OptionError, [str(picture), "--composition", "2"], "0 to 1; got 2.0"),
        (OptionError, [str(picture), "--styles", "Vorticism"], "no style 'Vorticism'"),
    )
    for kind, words, sentence in wrong:
        with pytest.raises(kind, match=sentence):
            command.main(["query", *words, *folders])


def test_every_option_of_a_question_has_a_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(["query", "--help"])

    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert all(f"--{option.name.replace('_', '-')}" in text for option in OPTIONS)


def test_info_says_what_there_is(
    folders: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    command.main(["info", *folders, "--json"])
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (facts["paintings"], facts["artists"], len(facts["movements"])) == (8, 2, 3)

    command.main(["info", *folders])
    assert "paintings: 8\n" in capsys.readouterr().out


def test_bash_completes_commands_and_options_as_the_docs_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("shtab", reason="shtab is of requirements-dev.txt")
    if not shutil.which("bash"):
        pytest.skip("bash is not on this machine")
    docs = (command.REPOSITORY / "docs" / "python-and-api.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^shtab (.+)$", docs, re.MULTILINE)
    monkeypatch.setenv("HOME", str(tmp_path))
    (folder,) = re.findall(r"^mkdir -p ~/(.+)$", docs, re.MULTILINE)
    (tmp_path / folder).mkdir(parents=True)

    def completed(*words: str) -> set[str]:
        script = f"""
            . ~/{folder}/pinacoteca
            COMP_WORDS=({" ".join(words)}) COMP_CWORD={len(words) - 1}
            complete=($(complete -p pinacoteca))
            "${{complete[-2]}}" pinacoteca "${{COMP_WORDS[-1]}}"
            echo "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
        return set(done.stdout.split())

    made = f"{sys.executable} -m shtab {line}"
    subprocess.run(["bash", "-c", made], cwd=command.REPOSITORY, check=True, timeout=300)

    assert completed("pinacoteca", "q") == {"query"}
    assert completed("pinacoteca", "query", "--one") == {"--one-per-artist"}
    assert completed("pinacoteca", "query", "--metric", "e") == {"euclidean"}


@pytest.mark.parametrize(("name", "said"), [("serve", "demo/app.py"), ("build", "build.py")])
def test_scripts_are_run_with_their_own_options(name: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pinacoteca", name, "--help"],
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    assert f"usage: {said}" in done.stdout


def test_without_the_repository_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "REPOSITORY", tmp_path)

    with pytest.raises(DataError, match="needs the whole repository"):
        command.main(["serve"])


def test_a_closed_pipe_ends_the_command_quietly() -> None:
    code = (
        "from pinacoteca.command_line import run\n"
        "run(lambda: [print('x' * 1000) for _ in range(10000)])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()

    assert process.stderr.read() == b"Stopped: the output is no longer read.\n"
    # The usual exit status after a closed pipe.
    assert process.wait(timeout=300) == 141
