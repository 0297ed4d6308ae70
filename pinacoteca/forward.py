"""What a pass of the network gives, whichever library computes it."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol, get_args

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

Backend = Literal["onnx", "torch"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)


class Branch(NamedTuple):
    """What a second branch gives for ``n`` pictures; ``Forward`` says what each is.

    Its ``stages`` are those of its own blocks alone.
    """

    pooled: Array
    cells: Array
    stages: tuple[Array, ...]


class Forward(NamedTuple):
    """What one pass gives for ``n`` pictures.

    Attributes:
        logits: float32 ``[n, classes]``.
        pooled: float32 ``[n, features]``: the final feature map averaged over the picture.
        cells: float32 ``[n, GRID, GRID, features]``: the same, averaged over each cell.
        stages: For the stem and for each of the seven blocks, float32 ``[n, 2 * channels]``: the
            mean of each channel over the picture, then the standard deviation of each.
        second: The same of the second branch; None if the model has none.
    """

    logits: Array
    pooled: Array
    cells: Array
    stages: tuple[Array, ...]
    second: Branch | None = None

    @property
    def statistics(self) -> Array:
        """Those of all stages side by side, the second branch's last, float32 ``[n, s]``."""
        further = self.second.stages if self.second else ()
        return np.concatenate([*self.stages, *further], axis=1)

    @property
    def all_pooled(self) -> Array:
        """Of both branches side by side, float32 ``[n, features]``, or twice as many."""
        return self.pooled if self.second is None else np.hstack([self.pooled, self.second.pooled])

    @property
    def subject_cells(self) -> Array:
        """Of the second branch if there is one: things are told best where training bent nothing.

        Returns:
            float32 ``[n, GRID, GRID, features]``.
        """
        return self.cells if self.second is None else self.second.cells


class Network(Protocol):
    """A MobileNetV2 that is ready to run; several threads may call it at once.

    Attributes:
        features: The channels of the final feature map.
        channels: Those of the stem and of the seven blocks.
        second_channels: Those of the blocks of the second branch; empty if there is none.
    """

    features: int
    channels: tuple[int, ...]
    second_channels: tuple[int, ...]

    def forward(self, batch: Array) -> Forward:
        """Takes preprocessed pictures, float32 ``[n, 3, height, width]``, ``n`` at least 1."""
        ...
