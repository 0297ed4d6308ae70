from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from both_ways import assert_alike, noise, passes
from galleries import write_likeness
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from pinacoteca.classifier import MovementClassifier
from pinacoteca.errors import ModelError
from pinacoteca.second_branch import (
    SECOND_BRANCH_FILE,
    add_second_branch,
    own_part,
    shared_part,
    shares_first_blocks,
)


@pytest.fixture(scope="module")
def other(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that equal the tiny model's only in the stem and the first two blocks."""
    tensors = load_file(model_folder / "model.safetensors")
    dice = np.random.default_rng(0)
    for array in own_part(tensors).values():
        array *= dice.uniform(0.8, 1.25, array.shape).astype(np.float32)
    path = tmp_path_factory.mktemp("other") / "backbone.safetensors"
    save_file({k: v for k, v in tensors.items() if not k.startswith("classifier.")}, path)
    return path


@pytest.fixture
def two_branches(model_folder: Path, other: Path, tmp_path: Path) -> Path:
    """The tiny model with a second branch and without a likeness."""
    for name in ("config.json", "model.safetensors"):
        shutil.copy(model_folder / name, tmp_path)
    add_second_branch(tmp_path, other)
    return tmp_path


def test_a_second_branch_shares_the_stem_and_the_first_two_blocks(two_branches: Path) -> None:
    whole = load_file(two_branches / "model.safetensors")
    own = load_file(two_branches / SECOND_BRANCH_FILE)

    assert {name.split(".")[0] for name in shared_part(whole)} == {"conv_stem", "bn1", "blocks"}
    assert "blocks.1.1.bn3.running_var" in shared_part(whole)
    assert {name.split(".")[0] for name in own} == {"blocks", "conv_head", "bn2"}
    assert min(int(name.split(".")[1]) for name in own if name.startswith("blocks")) == 2


def test_both_ways_see_two_branches_alike(two_branches: Path) -> None:
    first, second = passes(two_branches, [noise(64, 64), noise(50, 90)])

    assert first.second is not None
    assert_alike(first, second)
    # The main branch is unchanged, and the second one differs from it.
    assert not np.allclose(first.pooled, first.second.pooled, atol=0.01)


def test_a_second_branch_is_what_its_whole_network_sees(
    two_branches: Path, model_folder: Path, other: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = tmp_path_factory.mktemp("whole")
    shutil.copy(model_folder / "config.json", whole)
    last = {
        name: array
        for name, array in load_file(model_folder / "model.safetensors").items()
        if name.startswith("classifier.")
    }
    save_file(load_file(other) | last, whole / "model.safetensors")
    pictures = [noise(64, 64)]

    branch = next(MovementClassifier.from_pretrained(two_branches).passes(pictures)).second
    expected = next(MovementClassifier.from_pretrained(whole).passes(pictures))
    lone = next(MovementClassifier.from_pretrained(model_folder).passes(pictures))

    assert branch is not None
    np.testing.assert_allclose(branch.pooled, expected.pooled, atol=1e-5)
    np.testing.assert_allclose(branch.cells, expected.cells, atol=1e-5)
    for one, same in zip(branch.stages, expected.stages[3:], strict=True):
        np.testing.assert_allclose(one, same, atol=1e-5)
    # The movements do not depend on the second branch.
    both = next(MovementClassifier.from_pretrained(two_branches).passes(pictures))
    np.testing.assert_array_equal(both.logits, lone.logits)


def test_a_model_of_two_branches_describes_paintings_by_both(two_branches: Path) -> None:
    write_likeness(two_branches, branches=2)

    classifier = MovementClassifier.from_pretrained(two_branches)
    analysis = classifier.analyse([noise(64, 64)])

    passed = next(classifier.passes([noise(64, 64)]))
    assert passed.second is not None
    assert passed.statistics.shape == (1, 1488 + 1344)
    np.testing.assert_array_equal(passed.all_pooled[:, 1280:], passed.second.pooled)
    np.testing.assert_array_equal(passed.subject_cells, passed.second.cells)
    assert classifier.likeness is not None
    np.testing.assert_allclose(
        analysis.subjects, classifier.likeness.subjects(passed.all_pooled), atol=1e-5
    )
    assert analysis.embeddings.shape == (1, 1280)
    assert classifier.analyse([]).hands.shape == (0, analysis.hands.shape[1])


def test_a_second_branch_makes_another_model(two_branches: Path, model_folder: Path) -> None:
    lone = MovementClassifier.from_pretrained(model_folder, with_likeness=False).fingerprint
    both = MovementClassifier.from_pretrained(two_branches).fingerprint
    tensors = load_file(two_branches / SECOND_BRANCH_FILE)
    tensors["bn2.bias"][0] += 1
    with safe_open(two_branches / SECOND_BRANCH_FILE, framework="numpy") as file:
        metadata = file.metadata()
    save_file(tensors, two_branches / SECOND_BRANCH_FILE, metadata)

    changed = MovementClassifier.from_pretrained(two_branches).fingerprint

    assert len({lone, both, changed}) == 3


def spoilt(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / SECOND_BRANCH_FILE
    tensors = load_file(path)
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    change(tensors)
    save_file(tensors, path, metadata)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda tensors: tensors.pop("bn2.bias"), "does not hold the blocks of a second branch"),
        (lambda tensors: tensors["bn2.bias"].fill(np.nan), r"numbers in bn2\.bias that are not"),
    ],
)
@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_a_spoilt_second_branch_is_refused(
    two_branches: Path, change: Callable[[dict[str, Any]], object], reason: str, backend: Any
) -> None:
    spoilt(two_branches, change)

    with pytest.raises(ModelError, match=f"{reason}.*train/learn_likeness.py --weights"):
        MovementClassifier.from_pretrained(two_branches, backend=backend)


def test_the_second_branch_of_another_network_is_refused(two_branches: Path) -> None:
    weights = two_branches / "model.safetensors"
    tensors = load_file(weights)
    tensors["blocks.1.0.bn1.bias"][0] += 1e-6
    save_file(tensors, weights)

    with pytest.raises(ModelError, match=r"does not belong to the network beside it: make it anew"):
        MovementClassifier.from_pretrained(two_branches)
    (two_branches / SECOND_BRANCH_FILE).write_bytes(b"no file of that kind")
    with pytest.raises(ModelError, match=r"second_branch\.safetensors cannot be read"):
        MovementClassifier.from_pretrained(two_branches)


def test_a_likeness_without_its_second_branch_is_refused(two_branches: Path) -> None:
    write_likeness(two_branches, branches=2)
    (two_branches / SECOND_BRANCH_FILE).unlink()

    with pytest.raises(ModelError, match="copy the model's folder whole, or learn"):
        MovementClassifier.from_pretrained(two_branches)
    MovementClassifier.from_pretrained(two_branches, with_likeness=False)


def test_only_weights_with_the_same_first_blocks_make_a_second_branch(
    two_branches: Path, other: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = (two_branches / SECOND_BRANCH_FILE).read_bytes()
    tensors = load_file(other)
    tensors["bn1.weight"][3] *= 1.0001
    strange = tmp_path_factory.mktemp("strange") / "strange.safetensors"
    save_file(tensors, strange)
    short = strange.with_name("short.safetensors")
    save_file({k: v for k, v in load_file(other).items() if "blocks.6" not in k}, short)

    assert not shares_first_blocks(load_file(other), tensors)
    rounded = {name: 0.6 * array + 0.4 * array for name, array in load_file(other).items()}
    assert shares_first_blocks(load_file(other), rounded)
    with pytest.raises(ModelError, match="name the weights that its training started from"):
        add_second_branch(two_branches, strange)
    with pytest.raises(ModelError, match="does not hold a network like that"):
        add_second_branch(two_branches, short)
    with pytest.raises(ModelError, match="There are no weights at"):
        add_second_branch(two_branches, strange.with_name("nowhere.safetensors"))
    assert (two_branches / SECOND_BRANCH_FILE).read_bytes() == before


def test_untouched_tensors_survive_averaging_to_the_bit() -> None:
    import average_weights
    import torch

    generator = torch.Generator().manual_seed(0)
    tensor = torch.randn(1000, generator=generator)

    mean = average_weights.averaged({"conv.weight": tensor}, {"conv.weight": tensor.clone()}, 0.4)

    assert torch.equal(mean["conv.weight"], tensor)
