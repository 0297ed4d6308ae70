"""The collection as a map: a place in the plane for each painting, like ones near each other."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pinacoteca.collection import Collection
from pinacoteca.errors import CollectionError
from pinacoteca.files import checksum_of, save_arrays, written_whole
from pinacoteca.results import Neighbour

MAP_FILE = "map.safetensors"
FORMAT_VERSION = 1
_METADATA_KEY = "pinacoteca"
_TENSOR = "positions"


@dataclass(frozen=True, eq=False)
class CollectionMap:
    """The places of the paintings of a collection.

    Attributes:
        image_ids: The paintings, in the order of the collection.
        positions: float32 ``[n, 2]``, 0 to 1, to the right and downwards.
        model_fingerprint: ``Collection.model_fingerprint`` of the collection.
    """

    image_ids: tuple[str, ...]
    positions: npt.NDArray[np.float32]
    model_fingerprint: str

    def place(self, neighbours: Sequence[Neighbour]) -> tuple[float, float]:
        """Returns about where a picture would be: between its nearest neighbours.

        The median of their positions, to the right and downwards. An approximation, for the map was
        drawn without the picture; but unlike the mean, the median does not leave the part of the
        map where most of them are for the sake of one elsewhere. (Each painting of the collection
        placed by its five neighbours comes to lie half as far from its own place.)

        Args:
            neighbours: One or more, of this collection.

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
        """Returns the map of some of its paintings, all that ``collection`` has."""
        rows = {image_id: row for row, image_id in enumerate(self.image_ids)}
        image_ids = tuple(painting.image_id for painting in collection.paintings)
        positions = self.positions[[rows[image_id] for image_id in image_ids]]
        return CollectionMap(image_ids, positions, self.model_fingerprint)

    @classmethod
    def load(cls, folder: str | os.PathLike[str], collection: Collection) -> Self | None:
        """Reads the map of a gallery folder; None if it has none.

        Args:
            folder: Holds ``map.safetensors``, if anything.
            collection: What the same folder holds.

        Raises:
            CollectionError: The file is damaged, or is of another collection or model.
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
            # safetensors writes memory as it lies, columns first if need be.
            save_arrays(
                path,
                {_TENSOR: np.ascontiguousarray(self.positions)},
                {_METADATA_KEY: json.dumps(header)},
            )


def _read(path: Path) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {})[_METADATA_KEY])
            positions = file.get_tensor(_TENSOR)
        rows = len(header["image_ids"])
        sound = (
            header["format_version"] == FORMAT_VERSION
            and isinstance(header["model_fingerprint"], str)
            and positions.dtype == np.float32
            and positions.shape == (rows, 2)
            and bool(((positions >= 0) & (positions <= 1)).all())
            # Maps of earlier versions have no checksum.
            and header.get("sha256") in (None, checksum_of({_TENSOR: positions}))
        )
    # Brackets nested without end, and types that numpy does not know.
    except (
        *(SafetensorError, OSError, ValueError, KeyError),
        *(RecursionError, AttributeError, TypeError),
    ) as error:
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
