"""A second last layer, which tells the movement by how the channels of all blocks respond.

The network's own last layer sees the last features alone, which training fits to the painters it
knows. The means and standard deviations of the channels of all blocks, in both branches, carry
brushwork and colour (Gatys, Ecker, Bethge, "Image Style Transfer Using Convolutional Neural
Networks", CVPR 2016). A linear layer on them errs on other paintings than the last layer does, so
a weighted sum of both is right more often than either. ``train/learn_statistics_head.py`` fits it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError
from pinacoteca.tensors import read_arrays, write_arrays

STATISTICS_HEAD_FILE = "statistics_head.safetensors"

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class StatisticsHead:
    """A linear layer on channel statistics, and how much it counts beside the network's own.

    Attributes:
        weights: float32 ``[statistics, movements]``.
        bias: float32 ``[movements]``.
        share: Of this layer in the sum, 0 to 1; the network's own logits have the rest.
    """

    weights: Array
    bias: Array
    share: float

    def combined(self, logits: Array, statistics: Array) -> Array:
        """Returns the weighted sum of both layers' logits.

        Args:
            logits: The network's own, float32 ``[n, movements]``.
            statistics: ``Forward.statistics``, float32 ``[n, statistics]``.

        Returns:
            float32 ``[n, movements]``.
        """
        own = statistics @ self.weights + self.bias
        return np.asarray((1 - self.share) * logits + self.share * own, np.float32)

    def save(self, folder: Path) -> None:
        """Writes ``statistics_head.safetensors`` into a model folder, whole or not at all."""
        arrays = {
            "weights": self.weights,
            "bias": self.bias,
            "share": np.array([self.share], np.float32),
        }
        write_arrays(folder / STATISTICS_HEAD_FILE, arrays)

    @classmethod
    def load(cls, folder: Path, statistics: int, movements: int) -> Self | None:
        """Reads the file of a model folder; None if it has none.

        Args:
            folder: In hub layout.
            statistics: How many the network gives.
            movements: How many it knows.

        Raises:
            ModelError: The file is damaged or belongs to another network.
        """
        path = folder / STATISTICS_HEAD_FILE
        if (arrays := read_arrays(path)) is None:
            return None
        shapes = {name: array.shape for name, array in arrays.items()}
        expected = {"weights": (statistics, movements), "bias": (movements,), "share": (1,)}
        if shapes != expected:
            raise ModelError(
                f"{path} does not fit the network beside it: it holds {shapes}, not {expected}; "
                "learn it anew with train/learn_statistics_head.py, or delete it."
            )
        return cls(arrays["weights"], arrays["bias"], float(arrays["share"][0]))
