"""How far a picture is from the paintings that the network was trained on.

The classes of the network do not tell: a photograph of a flower is as surely an Impressionist as a
painting of one. Its middle layers do, which see brushwork, lens blur and print before they see a
movement.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError
from pinacoteca.tensors import read_arrays, write_arrays

FAMILIARITY_FILE = "familiarity.safetensors"

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Familiarity:
    """A normal distribution of features of paintings, and where strangeness begins.

    The squared Mahalanobis distance of Lee, Lee, Lee, Shin, "A Simple Unified Framework for
    Detecting Out-of-Distribution Samples and Adversarial Attacks", NeurIPS 2018, equation 2, with
    one class for all paintings, divided by the number of features: about 1 for a painting.

    Attributes:
        mean: float32 ``[features]``, over the training paintings.
        whitening: float32 ``[features, features]``; features less their mean, times this, have
            unit covariance.
        threshold: The strangeness above which a picture does not look like a painting.
    """

    mean: Array
    whitening: Array
    threshold: float

    def strangeness(self, features: Array) -> Array:
        """Returns the distance of each row of float32 ``[n, features]``, float32 ``[n]``."""
        whitened = (features - self.mean) @ self.whitening
        return np.asarray((whitened**2).mean(axis=1), np.float32)

    def save(self, folder: Path) -> None:
        """Writes ``familiarity.safetensors`` into a model folder, whole or not at all."""
        arrays = {
            "mean": self.mean,
            "whitening": self.whitening,
            "threshold": np.array([self.threshold], np.float32),
        }
        write_arrays(folder / FAMILIARITY_FILE, arrays)

    @classmethod
    def load(cls, folder: Path, features: int) -> Self | None:
        """Reads the file of a model folder; None if it has none.

        Args:
            folder: In hub layout.
            features: How many the network gives.

        Raises:
            ModelError: The file is damaged or belongs to another network.
        """
        path = folder / FAMILIARITY_FILE
        if (arrays := read_arrays(path)) is None:
            return None
        shapes = {name: array.shape for name, array in arrays.items()}
        expected = {"mean": (features,), "whitening": (features, features), "threshold": (1,)}
        if shapes != expected:
            raise ModelError(
                f"{path} does not fit the network beside it: it holds {shapes}, not {expected}; "
                "export the model anew with train/train.py."
            )
        return cls(arrays["mean"], arrays["whitening"], float(arrays["threshold"][0]))
