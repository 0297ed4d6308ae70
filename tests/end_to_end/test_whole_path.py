"""The whole path on a tree of 18 movements: train, evaluate, build a gallery, query."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import build
import evaluate
import pytest
import recipe as recipes
from trees import write_pandora, write_pandorarom

import train
from pinacoteca.movements import MOVEMENTS
from pinacoteca.retriever import PaintingRetriever


def test_from_a_tree_of_pictures_to_an_answer(
    tmp_path: Path,
    backbone: Path,
    run_script: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The shipped recipe, at a resolution and with as many pictures as a test can afford.
    recipe_folder = tmp_path / "recipes"
    recipe_folder.mkdir()
    text = (recipes.FOLDER / "best.toml").read_text(encoding="utf-8")
    best = recipes.read_recipe("best")
    small = text.replace(f"resolutions = {list(best.resolutions)}", "resolutions = [64]").replace(
        f"test_resolution = {best.test_resolution}", "test_resolution = 64"
    )
    (recipe_folder / "best.toml").write_text(small, encoding="utf-8")
    monkeypatch.setattr(recipes, "FOLDER", recipe_folder)
    tree = write_pandora(tmp_path / "pandora")
    table = write_pandorarom(tmp_path / "pandorarom")
    model, gallery = tmp_path / "run" / "model", tmp_path / "gallery"

    arguments = ("--recipe", "best", "--data", tree, "--weights", backbone)
    short = ("--set", "epochs=1", "--set", "epoch_pictures=128")
    run_script(train.main, *arguments, *short, "--out", tmp_path / "run")
    run_script(evaluate.main, "--model", model, "--data", tree)
    sources = ("--images", tmp_path / "pandorarom", "--table", table, "--model", model)
    run_script(build.main, *sources, "--out", gallery)
    retriever = PaintingRetriever.from_pretrained(model, gallery)
    query = tmp_path / "pandorarom" / "Images" / "Victor-Brauner" / "victor-brauner_=1+1-1934.jpg"
    result = retriever.query(query)

    metrics = json.loads((model / "metrics.json").read_text(encoding="utf-8"))
    assert len(metrics["per_class"]) == 18
    assert metrics["pictures"] == 22
    assert {entry.movement for entry in result.movements} == set(MOVEMENTS)
    assert len({neighbour.image_id for neighbour in result.neighbours}) == 5
    first = result.neighbours[0]
    assert first.image_id == "victor-brauner_=1+1-1934"
    assert (first.artist, first.year, first.style) == ("Victor Brauner", 1934, "Surrealism")
    # Query expansion moves the query a little towards its neighbours.
    assert first.distance < 0.03
    assert first.links["page"].startswith("https://www.wikiart.org/en/victor-brauner/")
