"""A second branch of the network: later blocks with their own weights after shared first blocks.

Training specialises the later blocks in movements, so they lose some features that tell objects
apart. The initial weights still have these features. Training leaves the stem and the first blocks
unchanged, so both branches share them, and half a network more gives the features of two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError
from pinacoteca.files import written_whole
from pinacoteca.model_files import WEIGHTS_FILE
from pinacoteca.tensors import TensorsError, load_arrays, read_arrays, save_arrays

SECOND_BRANCH_FILE = "second_branch.safetensors"
# The number of shared blocks after the stem.
SHARED_BLOCKS = 2
# Averaging equal weights in float32 may change their last bits.
ROUNDING = 1e-6
# A counter of training steps, which does not affect the output.
COUNTER = ".num_batches_tracked"
_METADATA_KEY = "shared"
_SHARED = ("conv_stem.", "bn1.", *(f"blocks.{number}." for number in range(SHARED_BLOCKS)))
_ANEW = "make it anew with train/learn_likeness.py --weights"

Tensors = Mapping[str, npt.NDArray[Any]]


def shared_part(tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
    """Returns the tensors that both branches use."""
    return {name: array for name, array in tensors.items() if _counts(name) and _is_shared(name)}


def own_part(tensors: Tensors) -> dict[str, npt.NDArray[Any]]:
    """Returns the tensors that belong to one branch only, without those of the last layer."""
    return {
        name: array
        for name, array in tensors.items()
        if _counts(name) and not _is_shared(name) and not name.startswith("classifier.")
    }


def shared_checksum(tensors: Tensors) -> str:
    """Returns the SHA-256 of the tensors that both branches use, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for name, array in sorted(shared_part(tensors).items()):
        digest.update(f"{name} {array.shape} {array.dtype}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def shares_first_blocks(network: Tensors, other: Tensors) -> bool:
    """Returns whether two networks have the same stem and first blocks, apart from rounding."""
    first, second = shared_part(network), shared_part(other)
    return _shapes(first) == _shapes(second) and all(
        np.allclose(first[name], second[name], rtol=ROUNDING, atol=ROUNDING) for name in first
    )


def add_second_branch(folder: Path, weights: Path) -> None:
    """Gives a model folder a second branch, whole or not at all.

    Args:
        folder: In hub layout.
        weights: A safetensors file of the network that the branch is taken from.

    Raises:
        ModelError: A file is missing or damaged, or the two networks do not share their stem and
            first blocks.
    """
    network, other = _tensors(folder / WEIGHTS_FILE), _tensors(weights)
    if not shares_first_blocks(network, other):
        raise ModelError(
            f"The network in {folder} does not have the stem and the first {SHARED_BLOCKS} blocks "
            f"of {weights}: name the weights that its training started from, or train it with "
            "these blocks frozen."
        )
    arrays = own_part(other)
    if _shapes(arrays) != _shapes(own_part(network)):
        raise ModelError(f"{weights} does not hold a network like that in {folder}: name another.")
    with written_whole(folder / SECOND_BRANCH_FILE) as path:
        save_arrays(path, arrays, {_METADATA_KEY: shared_checksum(network)})


def read_second_branch(folder: Path, network: Tensors) -> dict[str, npt.NDArray[Any]] | None:
    """Reads the file of a model folder; None if it has none.

    Args:
        folder: In hub layout.
        network: The tensors of the network in it.

    Returns:
        The tensors that belong to the branch only.

    Raises:
        ModelError: The file is damaged or belongs to another network.
    """
    path = folder / SECOND_BRANCH_FILE
    if not path.exists():
        return None
    try:
        arrays, header = load_arrays(path)
    except TensorsError as error:
        raise ModelError(f"{path} cannot be read ({error}): {_ANEW}.") from None
    if header != {_METADATA_KEY: shared_checksum(network)}:
        raise ModelError(f"{path} does not belong to the network beside it: {_ANEW}.")
    if _shapes(arrays) != _shapes(own_part(network)):
        raise ModelError(f"{path} does not hold the blocks of a second branch: {_ANEW}.")
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ModelError(f"{path} holds numbers in {name} that are not finite: {_ANEW}.")
    return arrays


def _tensors(path: Path) -> dict[str, npt.NDArray[Any]]:
    if (tensors := read_arrays(path)) is None:
        raise ModelError(f"There are no weights at {path}: name a safetensors file that is there.")
    return tensors


def _shapes(tensors: Tensors) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in tensors.items()}


def _is_shared(name: str) -> bool:
    return name.startswith(_SHARED)


def _counts(name: str) -> bool:
    return not name.endswith(COUNTER)
