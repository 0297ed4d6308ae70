"""What makes two paintings alike: their style, and their composition.

Both come from the last features of the network. The style is what they are on the whole picture,
the composition is where they are. What of them counts is learned from the training paintings
(``Likeness``, a file of the model folder); what all paintings of a collection share is taken away
(``LikenessSpace``).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError
from pinacoteca.files import save_arrays, written_whole
from pinacoteca.search import unit_vectors
from pinacoteca.tensors import read_arrays

LIKENESS_FILE = "likeness.safetensors"
# A composition has so many cells a side. More would ask that things stand where they stand to the
# inch, which no two paintings do.
GRID = 4
# Of the movements beside the features, in the style. Measured by gallery/evaluate.py: without them,
# neighbours by other hands are of other styles more often; with more, those by one hand get lost.
MOVEMENT_WEIGHT = 1.0
# Softens their probabilities, so that the second and the third movement say something too.
MOVEMENT_TEMPERATURE = 4.0
# A query leans towards so many nearest paintings, so much.
EXPANDED_BY = 5
EXPANSION_WEIGHT = 0.5

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Likeness:
    """Projections of the network's last features, learned from paintings of known hands.

    Features are taken by the signed square root, which keeps a few strong ones from deciding alone
    (power normalisation; Perronnin, Sánchez, Mensink, "Improving the Fisher Kernel for Large-Scale
    Image Classification", ECCV 2010).

    Attributes:
        style_mean: float32 ``[features]``.
        style_projection: float32 ``[features, s]``: directions in which painters differ more than
            the paintings of one (linear discriminant analysis).
        cell_mean: float32 ``[features]``.
        cell_projection: float32 ``[features, c]``: principal components of the cells of pictures.
    """

    style_mean: Array
    style_projection: Array
    cell_mean: Array
    cell_projection: Array

    def styles(self, embeddings: Array) -> Array:
        """Returns the styles, float32 ``[n, s]``, of pooled features, float32 ``[n, features]``."""
        return np.asarray((roots(embeddings) - self.style_mean) @ self.style_projection, np.float32)

    def compositions(self, cells: Array) -> Array:
        """Returns compositions from features of cells.

        Args:
            cells: float32 ``[n, GRID, GRID, features]``, from the upper left, row by row.

        Returns:
            float32 ``[n, GRID * GRID * c]``.
        """
        projected = (roots(cells) - self.cell_mean) @ self.cell_projection
        size = GRID * GRID * projected.shape[-1]
        return np.asarray(projected.reshape(len(cells), size), np.float32)

    def save(self, folder: Path) -> None:
        """Writes ``likeness.safetensors`` into a model folder, whole or not at all."""
        with written_whole(folder / LIKENESS_FILE) as path:
            save_arrays(path, {name: np.ascontiguousarray(a) for name, a in vars(self).items()})

    @classmethod
    def load(cls, folder: Path, features: int) -> Self | None:
        """Reads the file of a model folder; None if it has none.

        Args:
            folder: In hub layout.
            features: How many the network gives.

        Raises:
            ModelError: The file is damaged or belongs to another network.
        """
        path = folder / LIKENESS_FILE
        if (arrays := read_arrays(path)) is None:
            return None
        expected = {field.name for field in fields(cls)}
        if arrays.keys() != expected or any(
            array.shape[:1] != (features,) for array in arrays.values()
        ):
            raise ModelError(
                f"{path} does not fit the network beside it, which gives {features} features: "
                "export the model anew with train/train.py."
            )
        return cls(**arrays)


class LikenessSpace:
    """Styles and compositions as they are compared within a collection.

    Without the mean, what all its paintings share no longer makes them all alike, which helps most
    against hubs (Suzuki et al., "Centering Similarity Measures to Reduce Hubs", EMNLP 2013).
    """

    def __init__(self, styles: Array, compositions: Array, logits: Array) -> None:
        """Takes what a collection holds, row for row; see ``parts``."""
        self._style_mean = _mean(styles)
        self._composition_mean = _mean(compositions)
        self._movement_mean = _mean(_soft_roots(logits))
        lengths = np.linalg.norm(compositions - self._composition_mean, axis=1)
        # So that the euclidean distance weighs both parts alike; 1 for a collection of equal ones.
        self._composition_scale = float(lengths.mean()) or 1.0

    def parts(self, styles: Array, compositions: Array, logits: Array) -> tuple[Array, Array]:
        """Returns the two parts by which ``NearestPaintings`` compares.

        The movements stand beside the style as square roots of softened probabilities, whose
        products are the Bhattacharyya coefficient of two distributions.

        Args:
            styles: float32 ``[n, s]``.
            compositions: float32 ``[n, d]``.
            logits: float32 ``[n, movements]``.

        Returns:
            Style, float32 ``[n, s + movements]``, and composition, float32 ``[n, d]``.
        """
        features = unit_vectors(styles - self._style_mean)
        movements = unit_vectors(_soft_roots(logits) - self._movement_mean)
        style = np.hstack([features, np.sqrt(MOVEMENT_WEIGHT) * movements])
        style /= np.sqrt(1 + MOVEMENT_WEIGHT)
        composition = (compositions - self._composition_mean) / self._composition_scale
        return np.asarray(style, np.float32), np.asarray(composition, np.float32)


def expanded(style: Array, nearest: Array) -> Array:
    """Returns the style of a query, leant towards those of the paintings nearest to it.

    What they share is what the query has in common with paintings at all, and finds more like
    them, by other hands too (average query expansion; Chum, Philbin, Sivic, Isard, Zisserman,
    "Total Recall", ICCV 2007). Its length stays.

    Args:
        style: float32 ``[s]``, the first of ``LikenessSpace.parts``.
        nearest: float32 ``[k, s]``.
    """
    leant = style + EXPANSION_WEIGHT * nearest.mean(axis=0)
    length = float(np.linalg.norm(leant))
    return np.asarray(leant * (np.linalg.norm(style) / length) if length else style, np.float32)


def mirrored(compositions: Array) -> Array:
    """Returns compositions, float32 ``[n, d]``, with left and right exchanged."""
    cells = compositions.reshape(len(compositions), GRID, GRID, -1)
    return np.ascontiguousarray(cells[:, :, ::-1]).reshape(compositions.shape)


def roots(features: Array) -> Array:
    """Returns the signed square roots, of the same shape."""
    return np.asarray(np.sign(features) * np.sqrt(np.abs(features)), np.float32)


def _soft_roots(logits: Array) -> Array:
    exponents = (logits - logits.max(axis=1, keepdims=True)) / MOVEMENT_TEMPERATURE
    exponentials = np.exp(exponents)
    return np.asarray(np.sqrt(exponentials / exponentials.sum(axis=1, keepdims=True)), np.float32)


def _mean(vectors: Array) -> Array:
    # Less its own mean, a lone painting would be nothing.
    return vectors.mean(axis=0) if len(vectors) > 1 else np.zeros_like(vectors[0])
