"""Trees with file names that are no valid text, and with links that lead nowhere."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import evaluate
import parts
import pytest
from mistakes import Mistake, draw_mistakes
from pandora import read_tree
from parts import Parts
from PIL import Image
from trees import write_pandora, write_picture

from pinacoteca.movements import MOVEMENTS


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with a folder and a picture whose names are not UTF-8."""
    tree = write_pandora(tmp_path / "tree", range(5, 7))
    folder = tree / MOVEMENTS[4].folder / os.fsdecode(b"p\xe3dure")
    try:
        write_picture(folder / os.fsdecode(b"t\xe2rg.jpg"), seed=1)
    except OSError:
        pytest.skip("this file system has no names that are not UTF-8")
    return tree


def test_the_record_of_a_run_keeps_any_name(tree: Path, tmp_path: Path) -> None:
    pictures = read_tree(tree)
    recorded = Parts.of(tree, [(picture, picture.split_random) for picture in pictures])

    recorded.save(tmp_path)

    assert Parts.load(tmp_path) == recorded
    assert b"p\xe3dure/t\xe2rg.jpg" in (tmp_path / "parts.csv").read_bytes()


def test_links_that_lead_nowhere_are_no_pictures_of_the_run(tree: Path) -> None:
    pictures = read_tree(tree)
    recorded = Parts.of(tree, [(picture, "train") for picture in pictures])
    folder = (tree / pictures[0].path).parent
    for name, goal in (("gone.jpg", "nowhere"), ("round.jpg", "round.jpg")):
        (folder / name).symlink_to(goal)

    now = read_tree(tree)

    assert len(now) == len(pictures) + 2
    known = dict(zip((each.path for each in now), recorded.parts_now(tree, now), strict=True))
    assert {path for path, part in known.items() if part is None} == {
        (folder / name).relative_to(tree).as_posix() for name in ("gone.jpg", "round.jpg")
    }
    found = recorded.found(tree, "train", now)
    assert [each.path for each in found] == [each.path for each in pictures]


def test_unchanged_pictures_are_not_read_again(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = read_tree(tree)
    recorded = Parts.of(tree, [(picture, "train") for picture in pictures])
    monkeypatch.setattr(parts, "fingerprint", lambda path: pytest.fail(f"{path} was read"))

    assert recorded.parts_now(tree, pictures) == ["train"] * len(pictures)


def test_mistakes_are_drawn_with_any_name_and_after_a_move(tree: Path, tmp_path: Path) -> None:
    pictures = read_tree(tree)
    (odd,) = (each for each in pictures if not each.path.isprintable())
    moved = replace(pictures[0], path="05_Baroque/gone/away.jpg", moved_to=pictures[0].path)

    draw_mistakes(
        [Mistake(each, MOVEMENTS[0], 0.9) for each in (odd, moved)], tree, tmp_path / "sheet.png"
    )

    assert Image.open(tmp_path / "sheet.png").width > 1000


def test_figures_are_kept_if_the_mistakes_cannot_be_drawn(
    model_folder: Path, tmp_path: Path, run_script: Callable[..., None]
) -> None:
    tree = write_pandora(tmp_path / "tree", range(5, 7))
    model = shutil.copytree(model_folder, tmp_path / "model")
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    with pytest.raises(OSError, match="file"):
        run_script(
            *(evaluate.main, "--model", model, "--data", tree, "--split", "random"),
            *("--mistakes", in_the_way / "sheet.png"),
        )

    assert json.loads((model / "metrics.json").read_text(encoding="utf-8"))["pictures"]
