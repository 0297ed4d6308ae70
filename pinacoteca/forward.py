"""What a pass of the network gives, whichever library computes it."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol, get_args

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

Backend = Literal["onnx", "torch"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)


class Forward(NamedTuple):
    """What one pass gives for ``n`` pictures.

    Attributes:
        logits: float32 ``[n, classes]``.
        pooled: float32 ``[n, features]``: the final feature map averaged over the picture.
        cells: float32 ``[n, GRID, GRID, features]``: the same, averaged over each cell.
        stages: For the stem and for each of the seven blocks, float32 ``[n, 2 * channels]``: the
            mean of each channel over the picture, then the standard deviation of each.
    """

    logits: Array
    pooled: Array
    cells: Array
    stages: tuple[Array, ...]

    @property
    def statistics(self) -> Array:
        """Those of all stages side by side, float32 ``[n, 2 * sum(channels)]``."""
        return np.concatenate(self.stages, axis=1)


class Network(Protocol):
    """A MobileNetV2 that is ready to run; several threads may call it at once.

    Attributes:
        features: The channels of the final feature map.
        channels: Those of the stem and of the seven blocks.
    """

    features: int
    channels: tuple[int, ...]

    def forward(self, batch: Array) -> Forward:
        """Takes preprocessed pictures, float32 ``[n, 3, height, width]``, ``n`` at least 1."""
        ...
