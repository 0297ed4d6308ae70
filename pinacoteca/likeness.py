"""The space in which two paintings are compared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


class LikenessSpace:
    """Square roots of pooled features, less their mean over a collection.

    The root keeps a few strong features from deciding alone (power normalisation; Perronnin,
    Sánchez, Mensink, "Improving the Fisher Kernel for Large-Scale Image Classification", ECCV
    2010). Without the mean, what all paintings share no longer makes them all alike, which helps
    most against hubs (Suzuki et al., "Centering Similarity Measures to Reduce Hubs", EMNLP 2013).
    """

    def __init__(self, embeddings: Array) -> None:
        """Takes the mean of a collection's embeddings, float32 ``[n, d]``."""
        roots = _roots(embeddings)
        # Less its own mean, a lone painting would be nothing.
        self._mean = roots.mean(axis=0) if len(roots) > 1 else np.zeros_like(roots[0])

    def place(self, embeddings: Array) -> Array:
        """Returns where embeddings, float32 ``[q, d]``, lie in the space, float32 ``[q, d]``."""
        return np.asarray(_roots(embeddings) - self._mean, np.float32)


def _roots(embeddings: Array) -> Array:
    return np.asarray(np.sign(embeddings) * np.sqrt(np.abs(embeddings)), np.float32)
