"""Named arrays in safetensors files, with a JSON header if a file needs one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError
from pinacoteca.files import checksum_of, give_usual_rights, written_whole

# The name of our header in the metadata of a safetensors file.
HEADER = "pinacoteca"
# The header entry with the checksum of a model file.
CHECKSUM = "sha256"

Arrays = dict[str, npt.NDArray[Any]]


class TensorsError(ValueError):
    """A file of arrays cannot be read; the text is the reason, for the caller's message."""


def save_arrays(
    path: str | os.PathLike[str], arrays: Mapping[str, npt.NDArray[Any]], header: Any = None
) -> None:
    """Writes named arrays and an optional header; equal input gives equal bytes.

    Raises:
        OSError: The file cannot be written; safetensors itself raises another error.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    # safetensors writes the memory of an array as it is, even if it is in column order.
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    try:
        save_file(contiguous, path, None if header is None else {HEADER: json.dumps(header)})
    except SafetensorError as error:
        number = re.search(r"os error (\d+)", str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), os.fspath(path)) from None
    # safetensors makes files private to their owner.
    give_usual_rights(path)


def load_arrays(path: Path) -> tuple[Arrays, Any]:
    """Returns the arrays of a file by name, and its header.

    Raises:
        TensorsError: The file is missing, damaged or without a header.
    """
    arrays, headers = _contents(path)
    if not headers:
        raise TensorsError("it has no header")
    return arrays, headers[0]


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Writes a file of arrays for a model folder, with a checksum, whole or not at all.

    Raises:
        OSError: The file cannot be written.
    """
    with written_whole(path) as temporary:
        save_arrays(temporary, arrays, {CHECKSUM: checksum_of(arrays)})


def read_arrays(path: Path) -> Arrays | None:
    """Reads a file of arrays in a model folder; None if there is no file.

    Raises:
        ModelError: The file is damaged.
    """
    if not path.exists():
        return None
    try:
        arrays, headers = _contents(path)
        noted = headers[0].get(CHECKSUM) if headers else None
    except (TensorsError, AttributeError) as error:
        raise ModelError(
            f"{path} cannot be read ({error}): export the model anew with train/train.py."
        ) from None
    broken = [name for name, array in arrays.items() if not _is_finite(array)]
    if broken:
        raise ModelError(
            f"{path} is damaged: {broken[0]} holds numbers that are not finite. Copy it again, or "
            "export the model anew with train/train.py."
        )
    # Files of older models have no checksum.
    if noted is not None and noted != checksum_of(arrays):
        raise ModelError(
            f"{path} is damaged: its numbers are not those that were written. Copy it anew, or "
            "export the model anew with train/train.py."
        )
    return arrays


def _contents(path: Path) -> tuple[Arrays, list[Any]]:
    """Returns the arrays by name, and a list of the header, or an empty one."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            headers = [json.loads(metadata[HEADER])] if HEADER in metadata else []
            return {name: file.get_tensor(name) for name in file.keys()}, headers  # noqa: SIM118
    # RecursionError for brackets nested too deeply, TypeError or KeyError for types unknown to
    # numpy.
    except (
        *(SafetensorError, OSError, ValueError),
        *(RecursionError, KeyError, AttributeError, TypeError),
    ) as error:
        raise TensorsError(str(error)) from None


def _is_finite(array: npt.NDArray[Any]) -> bool:
    return bool(np.isfinite(array).all()) if np.issubdtype(array.dtype, np.floating) else True
