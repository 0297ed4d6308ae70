"""Tensors that lie beside a network in its model folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy.typing as npt

from pinacoteca.errors import ModelError


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Returns the arrays of a safetensors file by name; None if there is no such file.

    Raises:
        ModelError: The file is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not path.exists():
        return None
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"{path} cannot be read ({error}): export the model anew with train/train.py."
        ) from None
