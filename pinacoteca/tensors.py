"""Tensors that lie beside a network in its model folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError
from pinacoteca.files import checksum_of, save_arrays, written_whole

# The one key of the file's metadata.
CHECKSUM = "sha256"


def write_arrays(path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
    """Writes arrays by name as a safetensors file with a checksum, whole or not at all.

    Raises:
        OSError: The file cannot be written.
    """
    with written_whole(path) as temporary:
        save_arrays(temporary, arrays, {CHECKSUM: checksum_of(arrays)})


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Returns the arrays of a safetensors file by name; None if there is no such file.

    Raises:
        ModelError: The file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return None
    try:
        with safe_open(path, "numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            noted = (file.metadata() or {}).get(CHECKSUM)
    # numpy has no type for some that a file may name.
    except (OSError, SafetensorError, AttributeError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path} cannot be read ({error}): export the model anew with train/train.py."
        ) from None
    broken = [name for name, array in arrays.items() if not _is_finite(array)]
    if broken:
        raise ModelError(
            f"{path} is damaged: {broken[0]} holds numbers that are not finite. Copy it anew, or "
            "export the model anew with train/train.py."
        )
    # Files of older models have none.
    if noted is not None and noted != checksum_of(arrays):
        raise ModelError(
            f"{path} is damaged: its numbers are not those that were written. Copy it anew, or "
            "export the model anew with train/train.py."
        )
    return arrays


def _is_finite(array: npt.NDArray[Any]) -> bool:
    return bool(np.isfinite(array).all()) if np.issubdtype(array.dtype, np.floating) else True
