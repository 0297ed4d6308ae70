"""A flipped bit in a shipped file of numbers is noticed before it can affect an answer.

Texts that people may edit, `config.json` and `paintings.csv`, have no checksum; only their values
are checked.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection
from pinacoteca.collection_map import CollectionMap
from pinacoteca.errors import PinacotecaError
from pinacoteca.tensors import read_arrays

FLIPS = {"model.safetensors": 2, "second_branch.safetensors": 2, "likeness.safetensors": 2}
FLIPS |= {"statistics_head.safetensors": 4}
FLIPS |= {"familiarity.safetensors": 8, "embeddings.safetensors": 8, "map.safetensors": 8}


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of the shipped model and gallery, to be damaged."""
    folder = tmp_path_factory.mktemp("shipped")
    for room in ("model", "gallery"):
        (folder / room).mkdir()
        for pattern in ("*.safetensors", "config.json", "paintings.csv"):
            for path in (REPOSITORY / room).glob(pattern):
                shutil.copy(path, folder / room)
    return folder


def load(folder: Path, name: str) -> None:
    """Loads the part of model or gallery that reads a file, as the page does at its start."""
    if name == "familiarity.safetensors":
        read_arrays(folder / "model" / name)
        return
    fingerprint = None
    if (folder / "model" / name).exists():
        fingerprint = MovementClassifier.from_pretrained(folder / "model").fingerprint
    collection = Collection.load(folder / "gallery", fingerprint)
    CollectionMap.load(folder / "gallery", collection)


@pytest.mark.parametrize("name", FLIPS)
def test_a_flipped_bit_is_noticed(name: str, copies: Path) -> None:
    (path,) = copies.glob(f"*/{name}")
    whole = path.read_bytes()
    load(copies, name)
    dice = np.random.default_rng(len(name))

    for place in dice.integers(8, len(whole), FLIPS[name]):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(dice.integers(8))
        path.write_bytes(damaged)
        with pytest.raises(PinacotecaError):
            load(copies, name)
    path.write_bytes(whole)
    load(copies, name)
