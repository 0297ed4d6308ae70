"""The output of one pass of the network, the same from either backend."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol, get_args

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

Backend = Literal["onnx", "torch"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)


class Branch(NamedTuple):
    """The output of a second branch for ``n`` pictures; see ``Forward`` for the fields.

    ``stages`` covers the branch's own blocks only.
    """

    pooled: Array
    cells: Array
    stages: tuple[Array, ...]


class Forward(NamedTuple):
    """The output of one pass for ``n`` pictures.

    Attributes:
        logits: float32 ``[n, classes]``.
        pooled: float32 ``[n, features]``: the final feature map averaged over the picture.
        cells: float32 ``[n, GRID, GRID, features]``: the final feature map averaged over each cell.
        stages: For the stem and for each of the seven blocks, float32 ``[n, 2 * channels]``: the
            mean of each channel over the picture, then the standard deviation of each.
        second: The output of the second branch; None if the model has none.
    """

    logits: Array
    pooled: Array
    cells: Array
    stages: tuple[Array, ...]
    second: Branch | None = None

    @property
    def statistics(self) -> Array:
        """The stages of both branches side by side, the second's last, float32 ``[n, s]``."""
        further = self.second.stages if self.second else ()
        return np.concatenate([*self.stages, *further], axis=1)

    @property
    def all_pooled(self) -> Array:
        """``pooled`` of both branches side by side, float32 ``[n, features]`` or twice as many."""
        return self.pooled if self.second is None else np.hstack([self.pooled, self.second.pooled])

    @property
    def subject_cells(self) -> Array:
        """``cells`` of the second branch, which tells objects better, or of the only one.

        Returns:
            float32 ``[n, GRID, GRID, features]``.
        """
        return self.cells if self.second is None else self.second.cells


class Network(Protocol):
    """A MobileNetV2 that is ready to run; several threads may call it at once.

    Attributes:
        features: The channels of the final feature map.
        channels: The channels of the stem and of each of the seven blocks.
        second_channels: The channels of each block of the second branch; empty if there is none.
    """

    features: int
    channels: tuple[int, ...]
    second_channels: tuple[int, ...]

    def forward(self, batch: Array) -> Forward:
        """Takes preprocessed pictures, float32 ``[n, 3, height, width]``, ``n`` at least 1."""
        ...
