"""How far a picture is from the paintings that the network was trained on.

The network's classes cannot tell: it may call a photograph of a flower Impressionist as confidently
as a painting of one. The middle layers can, because they respond to brushwork, lens blur and print.
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
    """A normal distribution of the features of paintings, and a threshold of strangeness.

    The squared Mahalanobis distance of Lee, Lee, Lee, Shin, "A Simple Unified Framework for
    Detecting Out-of-Distribution Samples and Adversarial Attacks", NeurIPS 2018, equation 2, with
    one class for all paintings, divided by the number of features: about 1 for a painting.

    Attributes:
        mean: float32 ``[features]``, over the training paintings.
        whitening: float32 ``[features, features]``; centred features times this have unit
            covariance.
        threshold: The strangeness above which a picture does not look like a painting.
    """

    mean: Array
    whitening: Array
    threshold: float

    def strangeness(self, features: Array) -> Array:
        """Returns the strangeness, float32 ``[n]``, of features, float32 ``[n, features]``."""
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
            features: The number of features that the network gives.

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
