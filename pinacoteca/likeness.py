"""What makes two paintings alike: movement, hand and subject.

Each is described by the features of the network that show it best. For hand and movement these are
the means and standard deviations of the channels of all blocks over the whole picture, which
reflect brushwork and colour (Gatys, Ecker, Bethge, "Image Style Transfer Using Convolutional Neural
Networks", CVPR 2016; Huang and Belongie, "Arbitrary Style Transfer in Real-Time with Adaptive
Instance Normalization", ICCV 2017). For the subject they are the last features, over the whole
picture and in a grid of cells. If the network has a second branch, the features of both are used,
and the cells come from the second. ``Likeness``, a file of the model folder, learns from the
training paintings which features count; ``LikenessSpace`` removes what all paintings of a
collection share.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError
from pinacoteca.search import unit_vectors
from pinacoteca.tensors import read_arrays, write_arrays

LIKENESS_FILE = "likeness.safetensors"
# A composition has a grid of 4 x 4 cells. In a finer grid, objects would have to stand in exactly
# the same place to match.
GRID = 4
# Shares within a part: of the outputs in the movement part, beside the style, and of the cells in
# the subject part, beside the whole picture. Chosen with gallery/evaluate_neighbours.py.
OUTPUTS_SHARE = 0.6
CELLS_SHARE = 0.35
# Softens the outputs, so that the second and third most likely movements count too.
MOVEMENT_TEMPERATURE = 2.0
# The strongest axes of a descriptor are shortened in a collection of AXES_FROM paintings or more.
# They are computed from at most AXES_PAINTINGS of them.
STRONGEST_AXES = 4
AXES_FROM = 100
AXES_PAINTINGS = 4096
LARGEST_SURPLUS = 0.8
# The settings that, together with the collection, decide how paintings are compared.
SPACE_SETTINGS = (
    OUTPUTS_SHARE,
    CELLS_SHARE,
    MOVEMENT_TEMPERATURE,
    STRONGEST_AXES,
    AXES_FROM,
    AXES_PAINTINGS,
    LARGEST_SURPLUS,
)
# How many nearest paintings a query is moved towards, and how far.
EXPANDED_BY = 5
EXPANSION_WEIGHT = 0.3
# Weights of movement, hand and subject at the two ends and in the middle of the slider from manner
# to subject, chosen with gallery/choose_weights.py. One end is best for styles by other artists,
# the other for subjects; the middle balances both with the hand. Among mixtures of about equal
# quality, the manner end keeps most of the hand and the middle most of the subject
# (gallery/README.md shows the curve).
MANNER_END = (0.6, 0.4, 0.0)
BALANCE = (0.1, 0.4, 0.5)
SUBJECT_END = (0.0, 0.0, 1.0)
BALANCED = 0.5

Array = npt.NDArray[np.float32]
Float = TypeVar("Float", bound=np.floating[Any])
Parts = tuple[Array, Array, Array]


class Descriptors(Protocol):
    """The descriptors of ``n`` pictures: the network's ``Analysis`` or a ``Collection``."""

    @property
    def hands(self) -> Array:
        """float32 ``[n, h]``, of ``Likeness``."""

    @property
    def styles(self) -> Array:
        """float32 ``[n, s]``, of ``Likeness``."""

    @property
    def subjects(self) -> Array:
        """float32 ``[n, p]``, of ``Likeness``."""

    @property
    def compositions(self) -> Array:
        """float32 ``[n, GRID * GRID * c]``, of ``Likeness``."""

    @property
    def logits(self) -> Array:
        """float32 ``[n, movements]``, before temperature and softmax."""


class Lengths(NamedTuple):
    """How many features of each kind a network gives; see ``Forward``.

    Attributes:
        statistics: Statistics of channels, over all stages of both branches.
        pooled: Pooled features of both branches.
        cells: Features of each cell.
    """

    statistics: int
    pooled: int
    cells: int


@dataclass(frozen=True)
class Likeness:
    """Projections of the network's features, learned from paintings whose artists are known.

    Each feature is replaced by its signed square root, so that a few strong ones do not decide
    alone (power normalisation; Perronnin, Sánchez, Mensink, "Improving the Fisher Kernel for
    Large-Scale Image Classification", ECCV 2010). Statistics of channels are instead divided by
    their standard deviation over the training paintings.

    Attributes:
        statistics_mean: float32 ``[statistics]``.
        hand_projection: float32 ``[statistics, h]``: directions in which painters differ more than
            the paintings of one (linear discriminant analysis).
        style_projection: float32 ``[statistics, s]``: the same for movements.
        subject_mean: float32 ``[pooled]``.
        subject_projection: float32 ``[pooled, p]``: principal components, each divided by the
            square root of its deviation.
        cell_mean: float32 ``[cells]``.
        cell_projection: float32 ``[cells, c]``: the same for the cells of pictures.
    """

    statistics_mean: Array
    hand_projection: Array
    style_projection: Array
    subject_mean: Array
    subject_projection: Array
    cell_mean: Array
    cell_projection: Array

    def hands(self, statistics: Array) -> Array:
        """Returns float32 ``[n, h]`` from statistics of channels, float32 ``[n, statistics]``."""
        return _projected(statistics, self.statistics_mean, self.hand_projection)

    def styles(self, statistics: Array) -> Array:
        """Returns float32 ``[n, s]`` from statistics of channels, float32 ``[n, statistics]``."""
        return _projected(statistics, self.statistics_mean, self.style_projection)

    def subjects(self, embeddings: Array) -> Array:
        """Returns float32 ``[n, p]`` from pooled features, float32 ``[n, pooled]``."""
        return _projected(roots(embeddings), self.subject_mean, self.subject_projection)

    def compositions(self, cells: Array) -> Array:
        """Returns compositions from features of cells.

        Args:
            cells: float32 ``[n, GRID, GRID, cells]``, from the upper left, row by row.

        Returns:
            float32 ``[n, GRID * GRID * c]``.
        """
        projected = _projected(roots(cells), self.cell_mean, self.cell_projection)
        return projected.reshape(len(cells), GRID * GRID * projected.shape[-1])

    def save(self, folder: Path) -> None:
        """Writes ``likeness.safetensors`` into a model folder, whole or not at all."""
        write_arrays(folder / LIKENESS_FILE, vars(self))

    @classmethod
    def load(cls, folder: Path, lengths: Lengths) -> Self | None:
        """Reads the file of a model folder; None if it has none.

        Args:
            folder: In hub layout.
            lengths: How many features the network gives.

        Raises:
            ModelError: The file is damaged or belongs to another network.
        """
        path = folder / LIKENESS_FILE
        if (arrays := read_arrays(path)) is None:
            return None
        expected = {
            "statistics_mean": lengths.statistics,
            "hand_projection": lengths.statistics,
            "style_projection": lengths.statistics,
            "subject_mean": lengths.pooled,
            "subject_projection": lengths.pooled,
            "cell_mean": lengths.cells,
            "cell_projection": lengths.cells,
        }
        if {name: array.shape[0] for name, array in arrays.items() if array.ndim} != expected:
            raise ModelError(
                f"{path} does not fit the network beside it, which gives {lengths.statistics} "
                f"statistics, {lengths.pooled} features of a picture and {lengths.cells} of a "
                "cell: copy the model's folder whole, or learn the file anew with "
                "train/learn_likeness.py."
            )
        return cls(**arrays)


class LikenessSpace:
    """Makes movements, hands and subjects comparable within a collection.

    It subtracts the mean of the collection, so that what all paintings share does not make them all
    alike; this reduces hubs most (Suzuki et al., "Centering Similarity Measures to Reduce Hubs",
    EMNLP 2013). It also shortens the strongest axes to the length of the next one, so that a common
    difference such as light and dark does not decide alone (after Mu and Viswanath,
    "All-but-the-Top", ICLR 2018, who remove these axes).
    """

    def __init__(self, collection: Descriptors) -> None:
        """Takes the descriptors of a collection, row for row."""
        self._hands = _Evened(collection.hands)
        self._styles = _mean(collection.styles)
        self._outputs = _mean(_soft_roots(collection.logits))
        self._subjects = _Evened(collection.subjects)
        self._compositions = _Evened(collection.compositions)
        lengths = np.linalg.norm(self._hands(collection.hands), axis=1)
        # Gives hands the same weight as the other parts in the euclidean distance; 1 if all are
        # equal.
        self._hand_scale = float(lengths.mean()) or 1.0

    def parts(self, pictures: Descriptors, mirror: bool = False) -> Parts:
        """Returns the parts that ``NearestPaintings`` compares.

        The movement part joins the style with the square roots of softened probabilities, whose dot
        product is the Bhattacharyya coefficient of two distributions.

        Args:
            pictures: The descriptors of ``n`` pictures.
            mirror: Whether to exchange left and right.

        Returns:
            Movement, float32 ``[n, s + movements]``, and subject, float32
            ``[n, p + GRID * GRID * c]``, in rows of length 1, and between them hand, float32
            ``[n, h]``, in rows whose lengths are 1 on average.
        """
        compositions = pictures.compositions
        cells = self._compositions(mirrored(compositions) if mirror else compositions)
        outputs = _soft_roots(pictures.logits) - self._outputs
        return (
            _beside(pictures.styles - self._styles, outputs, OUTPUTS_SHARE),
            np.asarray(self._hands(pictures.hands) / self._hand_scale, np.float32),
            _beside(self._subjects(pictures.subjects), cells, CELLS_SHARE),
        )


class _Evened:
    """Subtracts a collection's mean from a descriptor and shortens its strongest axes."""

    def __init__(self, vectors: Array) -> None:
        """Takes the descriptors of the collection, float32 ``[n, d]``."""
        self._mean = _mean(vectors)
        dimension = vectors.shape[1]
        self._axes: Array = np.zeros((dimension, 0), np.float32)
        self._surplus: Array = np.zeros(0, np.float32)
        # With few paintings or few dimensions, every axis may be a strong one.
        if len(vectors) < AXES_FROM or dimension < AXES_FROM // 2:
            return
        some = unit_vectors(vectors[:: -(-len(vectors) // AXES_PAINTINGS)] - self._mean)
        variances, axes = np.linalg.eigh(some.T @ some)
        lengths = np.sqrt(np.maximum(variances[-STRONGEST_AXES - 1 :], 0))
        if lengths[-1] > 0:
            self._axes = np.asarray(axes[:, -STRONGEST_AXES:], np.float32)
            # If all paintings differ along a few axes only, these must not vanish.
            surplus = np.minimum(1 - lengths[0] / lengths[1:], LARGEST_SURPLUS)
            self._surplus = np.asarray(surplus, np.float32)

    def __call__(self, vectors: Array) -> Array:
        """Returns vectors, float32 ``[n, d]``, ready to be compared."""
        centred = vectors - self._mean
        return np.asarray(centred - (centred @ self._axes * self._surplus) @ self._axes.T)


def slider_weights(subject: float) -> tuple[float, float, float]:
    """Returns the weights of movement, hand and subject at a position of the slider.

    Args:
        subject: From 0, manner only, to 1, subject only.
    """
    if subject <= BALANCED:
        start, end, share = MANNER_END, BALANCE, subject / BALANCED
    else:
        start, end, share = BALANCE, SUBJECT_END, (subject - BALANCED) / (1 - BALANCED)
    movement, hand, shown = (
        (1 - share) * first + share * last for first, last in zip(start, end, strict=True)
    )
    return movement, hand, shown


def expanded(vector: Array, nearest: Array) -> Array:
    """Returns one part of a query, moved towards the same part of its nearest paintings.

    This finds more paintings like them, also by other artists (average query expansion; Chum,
    Philbin, Sivic, Isard, Zisserman, "Total Recall", ICCV 2007). Only the direction changes; the
    length stays.

    Args:
        vector: float32 ``[d]``, one of ``LikenessSpace.parts``.
        nearest: float32 ``[k, d]``.
    """
    length = float(np.linalg.norm(vector))
    leant = unit_vectors(vector[None])[0] + EXPANSION_WEIGHT * unit_vectors(nearest).mean(axis=0)
    return length * unit_vectors(leant[None])[0] if leant.any() else vector


def mirrored(compositions: Array) -> Array:
    """Returns compositions, float32 ``[n, d]``, with left and right exchanged."""
    cells = compositions.reshape(len(compositions), GRID, GRID, -1)
    return np.ascontiguousarray(cells[:, :, ::-1]).reshape(compositions.shape)


def roots(features: npt.NDArray[Float]) -> npt.NDArray[Float]:
    """Returns the signed square roots, which keep a few strong features from dominating."""
    return np.asarray(np.sign(features) * np.sqrt(np.abs(features)), features.dtype)


def _projected(features: Array, mean: Array, projection: Array) -> Array:
    return np.asarray((features - mean) @ projection, np.float32)


def _beside(first: Array, second: Array, share: float) -> Array:
    """Returns two descriptors side by side; the second makes up ``share`` of the cosine."""
    weighed = [
        np.float32(np.sqrt(1 - share)) * unit_vectors(first),
        np.float32(np.sqrt(share)) * unit_vectors(second),
    ]
    return np.asarray(np.hstack(weighed), np.float32)


def _soft_roots(logits: Array) -> Array:
    exponents = (logits - logits.max(axis=1, keepdims=True)) / MOVEMENT_TEMPERATURE
    exponentials = np.exp(exponents)
    return np.asarray(np.sqrt(exponentials / exponentials.sum(axis=1, keepdims=True)), np.float32)


def _mean(vectors: Array) -> Array:
    # A single painting minus its own mean would be zero.
    return vectors.mean(axis=0) if len(vectors) > 1 else np.zeros_like(vectors[0])
