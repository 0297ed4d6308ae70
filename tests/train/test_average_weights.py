# ruff: noqa: F811

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import average_weights
import calibrate
import numpy as np
import pandora
import pytest
import torch
from augment_storage import WithoutColour
from galleries import analysis_of, collection_of, painting
from parts import Parts
from PIL import Image
from tiny_training import nothing_but_weights, tiny_recipe, train_tiny  # noqa: F401
from trees import write_pandora, write_picture

import train
from pinacoteca.classifier import MovementClassifier
from pinacoteca.errors import DataError, ModelError


def test_every_tensor_but_the_last_layer_and_counters_is_averaged() -> None:
    trained = {
        "conv.weight": torch.tensor([4.0]),
        "bn.num_batches_tracked": torch.tensor(7),
        "classifier.weight": torch.tensor([5.0]),
    }

    mean = average_weights.averaged(trained, {"conv.weight": torch.tensor([8.0])}, 0.25)

    assert {name: tensor.item() for name, tensor in mean.items()} == {
        "conv.weight": 5.0,
        "bn.num_batches_tracked": 7,
        "classifier.weight": 5.0,
    }
    others: list[dict[str, Any]] = [{}, {"conv.weight": torch.zeros(2)}]
    for other in others:
        with pytest.raises(ModelError, match=r"no tensor conv.weight"):
            average_weights.averaged(trained, other, 0.5)


def test_a_last_layer_is_fitted_to_weighted_pictures() -> None:
    generator = torch.Generator().manual_seed(0)
    targets = torch.arange(90) % 3
    features = torch.randn(90, 8, generator=generator) + 3 * torch.eye(8)[targets]
    start = torch.nn.Linear(8, 3)
    before = start.weight.clone()

    head = average_weights.fit_head(features, targets, torch.ones(90), start, 1e-4, 0.0)

    assert (head(features).argmax(1) == targets).float().mean() > 0.9
    assert torch.equal(start.weight, before)
    # Pictures of weight zero are not learned.
    weights = (targets != 2).double()
    blind = average_weights.fit_head(features, targets, weights, start, 1e-4, 0.0)
    assert int((blind(features).argmax(1) == 2).sum()) == 0


def test_only_a_run_can_be_averaged(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no run in"):
        average_weights.read_run(tmp_path, tmp_path, None)


@pytest.mark.usefixtures("nothing_but_weights")
def test_a_finished_run_is_read_whoever_trained_it_and_whatever_the_tree_has_gained(
    train_tiny: Callable[..., Path], tmp_path: Path
) -> None:
    run = train_tiny("run", "--epochs", "1")
    # As two processes write it.
    settings = json.loads((run / "settings.json").read_text(encoding="utf-8"))
    (run / "settings.json").write_text(json.dumps(settings | {"processes": 2}), encoding="utf-8")
    write_pandora(tmp_path / "tree", range(8, 9))

    training = average_weights.read_run(run, tmp_path / "tree", None)

    assert training.settings == settings | {"resolutions": (32, 48)}


@pytest.mark.usefixtures("nothing_but_weights")
def test_an_unfinished_run_is_named(
    train_tiny: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "train_epoch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train_tiny("run")

    with pytest.raises(DataError, match=r"not finished.*--resume"):
        average_weights.read_run(tmp_path / "run", tmp_path / "tree", None)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "There is no file"), (b"no weights", "no.* a safetensors file")]
)
def test_weights_are_checked_before_the_run_is_read(
    tmp_path: Path,
    run_script: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | None,
    message: str,
) -> None:
    monkeypatch.setattr(average_weights, "read_run", lambda *_: pytest.fail("read"))
    weights = tmp_path / "weights.safetensors"
    if content is not None:
        weights.write_bytes(content)

    with pytest.raises(ModelError, match=message):
        run_script(
            *(average_weights.main, "--run", tmp_path, "--data", tmp_path, "--weights", weights)
        )


def test_one_temperature_serves_both_groups() -> None:
    dice = np.random.default_rng(0)
    logits = dice.normal(0, 1.5, (3000, 6)).astype(np.float32)
    probabilities = calibrate.softmax(logits, 1.0)
    targets = np.array([dice.choice(6, p=row) for row in probabilities])

    # One group is overconfident by a factor of two, the other is calibrated.
    sure, honest = (calibrate.Group(factor * logits, targets) for factor in (2, 1))
    both = calibrate.shared_temperature([sure, honest])

    assert calibrate.shared_temperature([sure]) == pytest.approx(2, abs=0.15)
    assert 1.05 < both < 1.95


def test_further_pictures_leave_out_painters_that_are_held_out(tmp_path: Path) -> None:
    for painter in ("frans-hals", "Rembrandt"):
        write_picture(tmp_path / "05_Baroque" / painter / "work.jpg", seed=1)
    write_picture(tmp_path / "09_Impressionism" / "claude-monet" / "work.jpg", seed=2)
    baroque = pandora.MOVEMENTS[4]
    held_out = [pandora.Picture("05_Baroque/Hals_Frans/other.jpg", baroque, "Hals_Frans")]

    found = pandora.further_pictures(tmp_path, held_out, [baroque])

    assert [picture.artist for picture in found] == ["Rembrandt"]
    assert all(picture.further for picture in found)
    with pytest.raises(DataError, match="no folder"):
        pandora.further_pictures(tmp_path / "nowhere", [], [baroque])


def test_a_painter_is_not_held_out_because_a_picture_was_renamed(tmp_path: Path) -> None:
    tree, more = tmp_path / "tree", tmp_path / "more"
    for number, painter in enumerate(("frans-hals", "Rembrandt")):
        for work in ("another.jpg", "work.jpg"):
            write_picture(tree / "05_Baroque" / painter / work, seed=10 * number + len(work))
        write_picture(more / "05_Baroque" / painter / "further.jpg", seed=50 + number)
    before = pandora.read_tree(tree)
    parts = ("train" if each.artist == "frans-hals" else "test" for each in before)
    recorded = Parts.of(tree, list(zip(before, parts, strict=True)))
    painter_folder = tree / "05_Baroque" / "frans-hals"
    (painter_folder / "work.jpg").rename(painter_folder / "renamed.jpg")
    now = pandora.read_tree(tree)
    train = recorded.found(tree, "train", now)

    found = pandora.further_of_split(more, "artist", now, train, pandora.movements_in(now))

    assert [picture.artist for picture in found] == ["frans-hals"]


def test_pictures_lose_their_colour_as_often_as_was_asked() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    random.seed(0)
    assert WithoutColour(0.0)(picture) is picture
    grey = sepia = 0
    for _ in range(40):
        red, green, blue = np.asarray(WithoutColour(1.0)(picture), int).reshape(-1, 3).T
        grey += bool((red == green).all() and (green == blue).all())
        sepia += bool((red >= green).all() and (green >= blue).all() and (red > blue).any())
    assert grey + sepia == 40
    assert 10 < grey < 30


def test_unknown_painters_are_those_of_paintings_of_known_movements(
    model_folder: Path,
) -> None:
    classifier = MovementClassifier.from_pretrained(model_folder)
    styles = (classifier.movements[0].english, classifier.movements[1].english, "No such style")
    paintings = [
        painting(index, artist_slug=f"artist-{index % 4}", style=styles[index % 3])
        for index in range(24)
    ]
    logits = np.random.default_rng(0).normal(size=(24, len(classifier.movements)))
    collection = collection_of(paintings, analysis_of(np.ones((24, 3)), logits=logits))

    group, artists = calibrate.unknown_painters(classifier, collection)

    assert len(group.logits) == len(group.targets) == len(artists) == 16
    assert set(group.targets.tolist()) == {0, 1}
    for calibrating in calibrate.halves(artists):
        assert len(set(artists[calibrating])) == len(set(artists[~calibrating])) == 2
        assert not set(artists[calibrating]) & set(artists[~calibrating])
    lone = collection_of(paintings[:1], analysis_of(np.ones((1, 3)), logits=logits[:1]))
    with pytest.raises(DataError, match="two or more artists"):
        calibrate.unknown_painters(classifier, lone)


def test_unknown_painters_are_measured_by_artists_that_did_not_calibrate() -> None:
    dice = np.random.default_rng(0)
    logits = dice.normal(0, 1.5, (600, 6)).astype(np.float32)
    targets = np.array([dice.choice(6, p=row) for row in calibrate.softmax(logits, 1.0)])
    group = calibrate.Group(logits, targets)
    artists = np.array([f"artist-{row % 20}" for row in range(600)])

    told = calibrate.cross_fitted(group, group, artists)

    assert told["pictures"] == 300
    assert told["calibration_error"] < 0.08
    assert told["coverage"] == pytest.approx(0.9, abs=0.03)


def test_calibration_is_written_beside_the_weights_and_nothing_else_changes(
    tmp_path: Path,
) -> None:
    config = {"temperature": 1.0, "label_names": ["05_Baroque"]}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    sets: Any = SimpleNamespace(settings={"coverage": 0.9})

    calibrate.write_into(tmp_path, 1.25, sets)

    written = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert written == config | {"temperature": 1.25, "prediction_sets": {"coverage": 0.9}}
