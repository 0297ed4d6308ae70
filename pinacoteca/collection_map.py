"""The collection as a map: similar paintings lie near each other in the plane."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pinacoteca.collection import Collection
from pinacoteca.errors import CollectionError
from pinacoteca.files import checksum_of, written_whole
from pinacoteca.results import Neighbour
from pinacoteca.tensors import TensorsError, load_arrays, save_arrays

MAP_FILE = "map.safetensors"
FORMAT_VERSION = 1
_TENSOR = "positions"


@dataclass(frozen=True, eq=False)
class CollectionMap:
    """The places of the paintings of a collection.

    Attributes:
        image_ids: The paintings, in the order of the collection.
        positions: float32 ``[n, 2]``, from 0 to 1: x to the right, y downwards.
        model_fingerprint: ``Collection.model_fingerprint`` of the collection.
    """

    image_ids: tuple[str, ...]
    positions: npt.NDArray[np.float32]
    model_fingerprint: str

    def place(self, neighbours: Sequence[Neighbour]) -> tuple[float, float]:
        """Returns the approximate place of a picture, x and y: the median of its neighbours'.

        It is approximate, because the map was drawn without the picture. A single neighbour far
        from the others moves the median less than the mean: paintings of the collection, placed by
        their five neighbours, lie half as far from their true places.

        Args:
            neighbours: One or more paintings of this collection.

        Raises:
            ValueError: There are none.
        """
        if not neighbours:
            raise ValueError("a place needs at least one neighbour")
        rows = {image_id: row for row, image_id in enumerate(self.image_ids)}
        positions = self.positions[[rows[neighbour.image_id] for neighbour in neighbours]]
        x, y = np.median(positions, axis=0).tolist()
        return x, y

    def of(self, collection: Collection) -> CollectionMap:
        """Returns the map reduced to the paintings of ``collection``, all of which it must hold."""
        rows = {image_id: row for row, image_id in enumerate(self.image_ids)}
        image_ids = tuple(painting.image_id for painting in collection.paintings)
        positions = self.positions[[rows[image_id] for image_id in image_ids]]
        return CollectionMap(image_ids, positions, self.model_fingerprint)

    @classmethod
    def load(cls, folder: str | os.PathLike[str], collection: Collection) -> Self | None:
        """Reads the map of a gallery folder; None if it has none.

        Args:
            folder: May hold ``map.safetensors``.
            collection: The collection of the same folder.

        Raises:
            CollectionError: The file is damaged or belongs to another collection or model.
        """
        path = Path(folder) / MAP_FILE
        if not path.is_file():
            return None
        positions, header = _read(path)
        image_ids = tuple(header["image_ids"])
        if image_ids != tuple(painting.image_id for painting in collection.paintings):
            raise CollectionError(f"{path} is the map of other paintings: {_redraw(path.parent)}.")
        if header["model_fingerprint"] != collection.model_fingerprint:
            raise CollectionError(f"{path} was drawn with another model: {_redraw(path.parent)}.")
        return cls(image_ids, positions, header["model_fingerprint"])

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes ``map.safetensors``, whole or not at all; equal maps give equal bytes."""
        header = {
            "format_version": FORMAT_VERSION,
            "model_fingerprint": self.model_fingerprint,
            "image_ids": list(self.image_ids),
            "sha256": checksum_of({_TENSOR: self.positions}),
        }
        with written_whole(Path(folder) / MAP_FILE) as path:
            save_arrays(path, {_TENSOR: self.positions}, header)


def _read(path: Path) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
    try:
        arrays, header = load_arrays(path)
        positions = arrays[_TENSOR]
        rows = len(header["image_ids"])
        sound = (
            header["format_version"] == FORMAT_VERSION
            and isinstance(header["model_fingerprint"], str)
            and positions.dtype == np.float32
            and positions.shape == (rows, 2)
            and bool(((positions >= 0) & (positions <= 1)).all())
            # Maps written by earlier versions have no checksum.
            and header.get("sha256") in (None, checksum_of({_TENSOR: positions}))
        )
    except (TensorsError, KeyError, TypeError, ValueError) as error:
        raise CollectionError(
            f"{path} holds no map of a collection ({error}): {_redraw(path.parent)}."
        ) from None
    if not sound:
        raise CollectionError(
            f"{path} is damaged or not a map of format version {FORMAT_VERSION}: "
            f"{_redraw(path.parent)}."
        )
    return positions, header


def _redraw(folder: Path) -> str:
    return f"draw it anew with `python gallery/draw_map.py --model DIR --gallery {folder}`"
