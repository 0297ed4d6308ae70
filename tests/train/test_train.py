# ruff: noqa: F811

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import average_weights
import batches
import learn_statistics_head
import network as networks
import numpy as np
import pandora
import pytest
import recipe as recipes
import torch
from PIL import Image
from run_settings import Training
from safetensors.torch import load_file
from tiny_training import TINY, nothing_but_weights, tiny_recipe, train_tiny  # noqa: F401
from trees import write_pandora

import train
from pinacoteca.classifier import MovementClassifier
from pinacoteca.errors import DataError, ModelError


def training_on(
    pictures: list[pandora.Picture], directory: Path, recipe: recipes.Recipe
) -> Training:
    return Training(
        recipe=recipe,
        recipe_name="tiny",
        split="random",
        directory=directory,
        movements=train.movements_in(pictures),
        train=tuple(pictures),
        validation=(),
        device="cpu",
        out=directory,
    )


def test_a_run_leaves_what_it_promises(
    train_tiny: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    out = train_tiny("run")

    assert "    0  05_Baroque\n    1  06_Rococo\n    2  07_Romanticism" in capsys.readouterr().out
    with open(out / "summary.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert all(0 < float(row["train_loss"]) < 10 for row in rows)
    settings = json.loads((out / "settings.json").read_text(encoding="utf-8"))
    assert settings["recipe"] == "tiny"
    assert settings["train_pictures"] == 12
    curves = np.asarray(Image.open(out / "curves.png").convert("RGB"))
    assert (curves == (122, 59, 46)).all(axis=-1).sum() > 50
    classifier = MovementClassifier.from_pretrained(out / "model")
    assert classifier.labels == ("05_Baroque", "06_Rococo", "07_Romanticism")
    config = json.loads((out / "model" / "config.json").read_text(encoding="utf-8"))
    assert config["pretrained_cfg"]["license"] == "cc-by-nc-4.0"
    assert config["pretrained_cfg"]["input_size"] == [3, 48, 48]
    assert config["training"]["split"] == "random"


@pytest.mark.usefixtures("nothing_but_weights")
def test_a_resumed_run_ends_with_the_same_weights(
    train_tiny: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = load_file(train_tiny("straight") / "model" / "model.safetensors")
    train_epoch = train.train_epoch

    def interrupted(*arguments: Any) -> Any:
        *_, epoch, _ = arguments
        if epoch == 1:
            raise KeyboardInterrupt
        return train_epoch(*arguments)

    monkeypatch.setattr(train, "train_epoch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train_tiny("interrupted")
    assert "--resume goes on from" in capsys.readouterr().out
    monkeypatch.setattr(train, "train_epoch", train_epoch)
    resumed = load_file(train_tiny("interrupted", "--resume") / "model" / "model.safetensors")

    assert resumed.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.equal(resumed[name], value), name


@pytest.mark.usefixtures("nothing_but_weights")
def test_a_run_with_other_settings_is_not_resumed(train_tiny: Callable[..., Path]) -> None:
    train_tiny("run", "--set", "epochs=1")

    with pytest.raises(DataError, match="epochs was 1, is 2"):
        train_tiny("run", "--set", "epochs=2", "--resume")
    with pytest.raises(DataError, match="nothing to resume"):
        train_tiny("never", "--resume")


@pytest.mark.usefixtures("nothing_but_weights")
def test_a_run_whose_rate_falls_in_steps_may_be_given_more_epochs(
    train_tiny: Callable[..., Path],
) -> None:
    steps = ("--set", 'schedule="step"', "--set", "step_epochs=1")
    expected = load_file(
        train_tiny("straight", *steps, "--set", "epochs=2") / "model" / "model.safetensors"
    )
    train_tiny("longer", *steps, "--set", "epochs=1")

    longer = train_tiny("longer", *steps, "--set", "epochs=2", "--resume")

    resumed = load_file(longer / "model" / "model.safetensors")
    assert all(torch.equal(resumed[name], value) for name, value in expected.items())
    with pytest.raises(DataError, match="epochs was 2, is 1"):
        train_tiny("longer", *steps, "--set", "epochs=1", "--resume")


@pytest.mark.usefixtures("nothing_but_weights")
def test_frozen_blocks_keep_their_weights_and_statistics(
    train_tiny: Callable[..., Path], backbone: Path
) -> None:
    (recipes.FOLDER / "tiny.toml").write_text(
        TINY.replace("warmup_epochs = 0.5", "warmup_epochs = 0.0")
    )
    trained = load_file(train_tiny("run", "--set", "epochs=1") / "model" / "model.safetensors")
    start = load_file(backbone)

    for name in ("conv_stem.weight", "bn1.running_mean", "blocks.0.0.bn1.running_var"):
        assert torch.equal(trained[name], start[name]), name
    for name in ("blocks.1.0.conv_pw.weight", "conv_head.weight"):
        assert not torch.equal(trained[name], start[name]), name


def test_the_temperature_is_the_best_one() -> None:
    generator = torch.Generator().manual_seed(1)
    targets = torch.randint(0, 4, (2000,), generator=generator)
    logits = torch.randn(2000, 4, generator=generator)
    logits[torch.arange(2000), targets] += 1.5

    # Calibrated logits, multiplied by three.
    assert train.temperature_for(3 * logits, targets) == pytest.approx(
        3 * train.temperature_for(logits, targets), rel=1e-3
    )


def test_random_crops_depend_on_the_epoch_and_the_place_alone(
    tmp_path: Path, tiny_recipe: str
) -> None:
    tree = write_pandora(tmp_path / "tree", range(5, 8))
    pictures = train.read_tree(tree)
    training = training_on(pictures, tree, replace(recipes.read_recipe(tiny_recipe), batch_size=6))

    # Typed as Any, because a picture may also be Lost.
    loaders: Any = [batches.training_batches(training, epoch) for epoch in (0, 0, 1)]
    first, again, later = loaders

    labels = [torch.cat([classes for _, classes in each]) for each in (first, again, later)]
    assert torch.equal(labels[0], labels[1]) and not torch.equal(labels[0], labels[2])
    assert {images.shape[-1] for images, _ in first} == {32, 48}
    alone = first.dataset[3][0]
    for index in range(3):
        again.dataset[index]
    assert torch.equal(again.dataset[3][0], alone)
    assert not torch.equal(later.dataset[3][0], alone)


@pytest.mark.parametrize(
    ("epoch", "rate"), [(0, 0.0), (0.25, 0.5e-3), (0.5, 1e-3), (1.75, 0.5e-3), (3, 0.0)]
)
def test_the_cosine_schedule(tiny_recipe: str, epoch: float, rate: float) -> None:
    tiny = recipes.read_recipe(tiny_recipe)

    assert train.learning_rate_at(tiny, epoch) == pytest.approx(rate, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "rate", "batch", "step"),
    [
        ("experiment-1", 0.001, 128, 10),
        ("experiment-2", 0.01, 128, 20),
        ("experiment-3", 0.01, 64, 10),
    ],
)
def test_the_experiments_are_those_of_the_report(
    name: str, rate: float, batch: int, step: int
) -> None:
    experiment = recipes.read_recipe(name)

    assert (experiment.optimizer, experiment.epochs, experiment.resolutions) == ("adam", 50, (224,))
    assert experiment.batch_size == batch
    assert train.learning_rate_at(experiment, step - 0.01) == pytest.approx(rate)
    assert train.learning_rate_at(experiment, step) == pytest.approx(rate / 10)
    assert train.learning_rate_at(experiment, 2 * step) == pytest.approx(rate / 100)


def test_without_crops_training_sees_what_the_model_will_see() -> None:
    plain = replace(recipes.read_recipe("experiment-1"), test_resolution=32)
    picture = Image.fromarray(np.arange(3 * 60 * 50, dtype=np.uint8).reshape(60, 50, 3))
    from timm.data import create_transform

    assert torch.equal(
        batches.training_transform(plain, 32)(picture),
        create_transform(**batches.data_config(plain))(picture),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": 1}, "unknown settings: colour"),
        ({"epochs": "many"}, "epochs is 'many'"),
        ({"epochs": True}, "epochs is True"),
        ({"resolutions": 32}, "resolutions is 32, but must be of type list of int"),
        ({"resolutions": []}, r"resolutions is \[\]"),
        ({"resolutions": [32, "64"]}, "must be of type list of int"),
        ({"optimizer": "sgd"}, "choose one of adam, adamw"),
        # Such a model could not be exported.
        ({"crop_mode": "border"}, "choose one of squash, center"),
        ({"batch_size": 0}, "batch_size is 0, but must be at least 2"),
        ({"epochs": -1}, "epochs is -1, but must be at least 1"),
        ({"schedule": "step"}, "step_epochs is 0, but .* needs at least 1"),
        ({"label_smoothing": 1.5}, "label_smoothing is 1.5, but must be from 0 to 1"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"resolutions": [64, 0]}, r"resolutions is \[64, 0\], but must be at least 32"),
    ],
)
def test_a_recipe_is_checked(tiny_recipe: str, change: dict[str, Any], message: str) -> None:
    settings = {**tomllib.loads(TINY), **change}

    with pytest.raises(DataError, match=message):
        recipes.recipe_from(settings, "tiny.toml")


def test_every_number_of_a_recipe_has_a_range() -> None:
    numbers = {field.name for field in fields(recipes.Recipe) if field.name not in recipes.CHOICES}

    assert recipes.RANGES.keys() == numbers


def test_a_recipe_gives_all_settings(tiny_recipe: str) -> None:
    settings = dict(vars(recipes.read_recipe(tiny_recipe)))
    del settings["seed"]

    with pytest.raises(DataError, match=r"tiny\.toml lacks seed"):
        recipes.recipe_from(settings, "tiny.toml")
    with pytest.raises(DataError, match="There is no recipe 'bset': choose one of tiny"):
        recipes.read_recipe("bset")


def test_weights_that_do_not_fit_are_refused(
    train_tiny: Callable[..., Path], tmp_path: Path, backbone: Path
) -> None:
    from safetensors.torch import save_file

    other = tmp_path / "other.safetensors"
    save_file({"conv_stem.weight": load_file(backbone)["conv_stem.weight"]}, other)
    with pytest.raises(ModelError, match="does not hold the weights of a mobilenetv2_100"):
        train_tiny("run", "--weights", str(other))
    other.write_bytes(b"no weights")
    with pytest.raises(ModelError, match="not a safetensors file"):
        train_tiny("run", "--weights", str(other))


def test_without_weights_and_hub_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import timm

    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(timm, "create_model", unreachable)
    with pytest.raises(ModelError, match="name a safetensors file with --weights"):
        networks._network_from_hub(3)


def test_a_movement_without_training_pictures_is_refused(
    train_tiny: Callable[..., Path],
) -> None:
    with pytest.raises(DataError, match="No training picture shows"):
        train_tiny("run", "--limit", "2")


@pytest.mark.usefixtures("nothing_but_weights")
def test_broken_pictures_are_named_and_skipped(
    train_tiny: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = train.read_tree(tmp_path / "tree")
    path = next(picture.path for picture in pictures if picture.split_random == "train")
    (tmp_path / "tree" / path).write_bytes(b"")

    train_tiny("run", "--set", "epochs=1")

    assert f"Skipped {path}: " in capsys.readouterr().out


def test_a_setting_of_the_command_line_takes_the_place_of_the_recipes(tiny_recipe: str) -> None:
    changed = recipes.read_recipe(tiny_recipe, ["epochs=7", 'crop_mode="center"'])

    assert changed == replace(recipes.read_recipe(tiny_recipe), epochs=7, crop_mode="center")
    with pytest.raises(DataError, match="'epochs=' is not valid TOML"):
        recipes.read_recipe(tiny_recipe, ["epochs="])
    with pytest.raises(DataError, match="unknown settings: colour"):
        recipes.read_recipe(tiny_recipe, ["colour=1"])


def test_a_painter_in_two_movements_is_two_classes(tmp_path: Path) -> None:
    baroque, rococo = pandora.MOVEMENTS[4], pandora.MOVEMENTS[5]
    pictures = [
        pandora.Picture("06_Rococo/one/b.jpg", rococo, "one"),
        pandora.Picture("05_Baroque/one/a.jpg", baroque, "one"),
        pandora.Picture("05_Baroque/two/a.jpg", baroque, "two"),
        pandora.Picture("05_Baroque/one/c.jpg", baroque, "one"),
    ]

    classes, movements = pandora.painter_classes(pictures)

    assert classes == [2, 0, 1, 0]
    assert movements == [baroque, baroque, rococo]


def _works(painters: dict[str, int], movement: Any) -> list[pandora.Picture]:
    return [
        pandora.Picture(f"{movement.folder}/{painter}/{number}.jpg", movement, painter)
        for painter, count in painters.items()
        for number in range(count)
    ]


def test_a_run_is_averaged_from_end_to_end(
    train_tiny: Callable[..., Path],
    backbone: Path,
    run_script: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Starting other processes takes longer than reading so few pictures.
    monkeypatch.setattr(batches, "worker_count", lambda *_: 0)
    run = train_tiny("run", "--epochs", "1", "--further", str(tmp_path / "tree"))
    tree = tmp_path / "tree"
    arguments = ("--run", run, "--data", tree, "--further", tree, "--weights", backbone)

    run_script(average_weights.main, *arguments, "--shares", "0,0.5")

    tried = json.loads((run / "averaging.json").read_text(encoding="utf-8"))
    fits = len(average_weights.DECAYS)
    assert [fit["share"] for fit in tried] == [0.0] * fits + [0.5] * fits
    config = json.loads((run / "averaged" / "config.json").read_text(encoding="utf-8"))
    best = max(tried, key=lambda fit: fit["accuracy"])
    assert config["training"]["imagenet_share"] == best["share"]
    assert config["training"]["further_pictures"] == 18
    assert MovementClassifier.from_pretrained(run / "averaged").likeness is not None

    model = ("--model", run / "averaged", "--data", tree, "--further", tree)
    run_script(learn_statistics_head.main, *model)

    head = MovementClassifier.from_pretrained(run / "averaged").statistics_head
    assert head is not None
    assert np.isclose(head.share, learn_statistics_head.SHARES).any()
    config = json.loads((run / "averaged" / "config.json").read_text(encoding="utf-8"))
    assert config["temperature"] > 0
    assert config["prediction_sets"] is None
    # A network that is averaged anew does not keep the head of another.
    run_script(average_weights.main, *arguments, "--shares", "0")
    assert MovementClassifier.from_pretrained(run / "averaged").statistics_head is None
    with pytest.raises(DataError, match="trained on other pictures"):
        average_weights.read_run(run, tree, None)


def test_balance_shows_prolific_painters_less_and_keeps_a_movements_share() -> None:
    pictures = _works({"much": 9, "little": 1}, pandora.MOVEMENTS[4])
    pictures += _works({"alone": 5}, pandora.MOVEMENTS[5])

    half, whole = (
        batches.showings(pictures, balance, 0.0, len(pictures)).tolist() for balance in (0.5, 1.0)
    )

    # A painter with nine times as many pictures is shown three times as often: 7.5 and 2.5 of ten.
    assert half == pytest.approx([7.5 / 9] * 9 + [2.5] + [1.0] * 5)
    assert whole == pytest.approx([5 / 9] * 9 + [5.0] + [1.0] * 5)


def test_further_pictures_change_what_a_movement_is_made_of_and_not_its_share() -> None:
    pictures = _works({"known": 8}, pandora.MOVEMENTS[4])
    pictures += _works({"alone": 2}, pandora.MOVEMENTS[5])
    more = _works({"known": 8, "another": 16}, pandora.MOVEMENTS[4])
    pictures += [replace(picture, further=True) for picture in more]

    as_they_are = batches.showings(pictures, 0.0, 0.0, 20)
    balanced = batches.showings(pictures, 1.0, 0.5, 30)

    # As in the tree (two of ten pictures), a fifth of the twenty showings is of the second
    # movement.
    assert as_they_are[8:10].sum() == pytest.approx(4)
    assert as_they_are[0] == pytest.approx(16 / 32)
    # A movement with four times as many pictures counts twice, and its two painters equally.
    assert balanced[8:10].sum() == pytest.approx(10)
    assert balanced[:8].sum() + balanced[10:18].sum() == pytest.approx(10)
    assert balanced[18:].sum() == pytest.approx(10)


def test_an_epoch_may_show_fewer_pictures_than_there_are(tiny_recipe: str, tmp_path: Path) -> None:
    pictures = _works({"much": 90, "little": 10}, pandora.MOVEMENTS[4])
    recipe = replace(recipes.read_recipe(tiny_recipe), painter_balance=0.0, epoch_pictures=40)

    order = batches.epoch_order(
        training_on(pictures, tmp_path, recipe), torch.Generator().manual_seed(1)
    )

    assert len(order) == len(set(order.tolist())) == 40


def test_a_balanced_epoch_shows_each_picture_as_often_as_its_weight_says(
    tiny_recipe: str, tmp_path: Path
) -> None:
    pictures = _works({"much": 90, "little": 10}, pandora.MOVEMENTS[4])
    plain = training_on(
        pictures, tmp_path, replace(recipes.read_recipe(tiny_recipe), painter_balance=0.0)
    )
    balanced = replace(plain, recipe=replace(plain.recipe, painter_balance=0.5))

    def order(training: Training, seed: int) -> torch.Tensor:
        return batches.epoch_order(training, torch.Generator().manual_seed(seed))

    assert order(plain, 1).sort().values.tolist() == list(range(100))
    shown = torch.bincount(order(balanced, 1), minlength=100)
    # Weights of 0.83 and 2.5, rounded up or down.
    assert set(shown[:90].tolist()) == {0, 1} and set(shown[90:].tolist()) == {2, 3}
    assert 70 <= int(shown[:90].sum()) <= 80 and int(shown.sum()) == 100
    assert torch.equal(order(balanced, 1), order(balanced, 1))
    assert not torch.equal(order(balanced, 1), order(balanced, 2))
    # A picture that is shown twice is hardly ever shown twice in a row.
    assert int((order(balanced, 1).diff() == 0).sum()) < 5


def test_strided_convolutions_stay_exact_and_copies_keep_their_own_weights() -> None:
    import copy

    strided = torch.nn.Conv2d(4, 4, 3, stride=2, padding=1, groups=4)
    network = torch.nn.Sequential(strided, torch.nn.Conv2d(4, 4, 1))
    images = torch.randn(2, 4, 8, 8)
    expected = strided(images)

    networks.strides_in_single_precision(network)
    twin = copy.deepcopy(network)
    torch.nn.init.zeros_(strided.weight)
    with torch.autocast("cpu", torch.bfloat16):
        kept = twin[0](images)
        assert network[1](images).dtype == torch.bfloat16

    assert kept.dtype == torch.float32
    assert torch.equal(kept, expected)
