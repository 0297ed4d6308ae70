r"""Learns the projections that compare paintings by movement, artist and subject.

    python train/learn_likeness.py --model model --data ../shared/data/pandora
    python train/learn_likeness.py --model model --data ../shared/data/pandora \
        --weights ../shared/weights/mobilenetv2_100_imagenet_backbone.safetensors

``train/train.py`` does this at the end of a run. This script does it again for an existing model,
from the pictures that it was trained on, and writes ``likeness.safetensors`` into the model's
folder. With ``--weights``, the ImageNet weights that its training began with, the network first
gets a second branch (``pinacoteca/second_branch.py``); ``train/average_weights.py`` does that as
well. Rebuild galleries of the model afterwards. 10,000 pictures of 224 px take five minutes on one
CPU core.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pandora import Picture, painter_classes, readable
from test_part import pictures_of_part

from pinacoteca.classifier import MovementClassifier
from pinacoteca.command_line import run
from pinacoteca.images import open_image
from pinacoteca.likeness import Likeness, roots
from pinacoteca.second_branch import add_second_branch

# By gallery/evaluate_neighbours.py: fewer dimensions find the artist less often, more add nothing.
HAND_DIMENSIONS = 128
SUBJECT_DIMENSIONS = 512
CELL_DIMENSIONS = 48
# The discriminants are combinations of this many principal components.
PRINCIPAL_COMPONENTS = 512
# Shrinks the scatter within painters towards a sphere, because most painters have few works.
SHRINKAGE = 0.5
# Channels with less than this share of the usual deviation hardly ever respond: they are noise.
SILENT = 1e-4

Doubles = npt.NDArray[np.float64]


class Scatter:
    """Mean and covariance of vectors that arrive batch by batch."""

    def __init__(self, dimension: int) -> None:
        self._count = 0
        self._sum = np.zeros(dimension)
        self._products = np.zeros((dimension, dimension))

    @classmethod
    def of(cls, vectors: npt.NDArray[np.floating[Any]]) -> Scatter:
        """Returns the scatter of vectors, float ``[n, dimension]``."""
        scatter = cls(vectors.shape[1])
        scatter.add(vectors)
        return scatter

    def add(self, vectors: npt.NDArray[np.floating[Any]]) -> None:
        """Adds vectors, float ``[n, dimension]``."""
        self._count += len(vectors)
        self._sum += vectors.sum(axis=0, dtype=np.float64)
        self._products += vectors.T @ vectors

    @property
    def mean(self) -> Doubles:
        """float64 ``[dimension]``."""
        return np.asarray(self._sum / self._count)

    def principal_components(self, count: int) -> tuple[Doubles, Doubles]:
        """Returns the directions of most variance, ``[dimension, count]``, and the variances."""
        from scipy.linalg import eigh

        covariance = self._products / self._count - np.outer(self.mean, self.mean)
        dimension = len(covariance)
        strongest = (dimension - min(count, dimension), dimension - 1)
        variances, directions = eigh(covariance, subset_by_index=strongest)
        return directions[:, ::-1], np.maximum(variances[::-1], 1e-12)


def learn_likeness(
    classifier: MovementClassifier, directory: Path, pictures: Sequence[Picture]
) -> Likeness:
    """Learns the projections from training pictures.

    Args:
        classifier: Gives the features; its own likeness is not used.
        directory: The tree that the paths of the pictures are relative to.
        pictures: At least two; their folders name the painters and the movements.
    """
    cells_seen = Scatter(classifier.dimension)
    pooled_batches, statistics_batches = [], []
    images = (open_image(directory / picture.place) for picture in pictures)
    for passed in classifier.passes(images):
        pooled_batches.append(roots(passed.all_pooled))
        statistics_batches.append(passed.statistics)
        cells_seen.add(roots(passed.subject_cells).reshape(-1, classifier.dimension))
    pooled, statistics = np.concatenate(pooled_batches), np.concatenate(statistics_batches)
    pooled_seen = Scatter.of(pooled)
    painters, _ = painter_classes(pictures)
    movements = [picture.movement.number for picture in pictures]
    hands, styles = hands_and_styles(statistics, np.array(painters), np.array(movements))
    return Likeness(
        statistics_mean=statistics.mean(axis=0),
        hand_projection=hands,
        style_projection=styles,
        subject_mean=pooled_seen.mean.astype(np.float32),
        subject_projection=half_whitening(pooled_seen, SUBJECT_DIMENSIONS),
        cell_mean=cells_seen.mean.astype(np.float32),
        cell_projection=half_whitening(cells_seen, CELL_DIMENSIONS),
    )


def hands_and_styles(
    statistics: npt.NDArray[np.float32],
    painters: npt.NDArray[np.int64],
    movements: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Returns the projections of ``Likeness`` that are learned from painters and from movements.

    The discriminants are combinations of principal components, because there are too many
    statistics for discriminant analysis itself (Belhumeur, Hespanha, Kriegman, "Eigenfaces vs.
    Fisherfaces", IEEE TPAMI 1997).

    Args:
        statistics: float32 ``[n, statistics]``.
        painters: int64 ``[n]``, a number for each painter.
        movements: int64 ``[n]``, a number for each movement.
    """
    scale = scale_of(statistics)
    scaled = np.asarray(statistics * scale, np.float32)
    seen = Scatter.of(scaled)
    axes, _ = seen.principal_components(min(PRINCIPAL_COMPONENTS, *scaled.shape))
    components = (scaled - seen.mean) @ axes
    hands, styles = (
        scale[:, None] * (axes @ discriminants(components, classes, HAND_DIMENSIONS))
        for classes in (painters, movements)
    )
    return hands.astype(np.float32), styles.astype(np.float32)


def half_whitening(seen: Scatter, dimensions: int) -> npt.NDArray[np.float32]:
    """Returns principal components, each divided by the square root of its deviation.

    Half whitening keeps the first components from dominating and the last from adding noise.
    """
    directions, variances = seen.principal_components(dimensions)
    return np.asarray(directions / variances**0.25, np.float32)


def scale_of(statistics: npt.NDArray[np.float32]) -> Doubles:
    """Returns factors that give each statistic unit deviation, float64 ``[n]``; 0 for noise."""
    deviations = statistics.astype(np.float64).std(axis=0)
    heard = deviations > SILENT * np.median(deviations)
    scale: Doubles = np.zeros_like(deviations)
    scale[heard] = 1 / deviations[heard]
    return scale


def discriminants(
    features: npt.NDArray[np.floating[Any]], classes: npt.NDArray[np.int64], dimensions: int
) -> Doubles:
    """Returns the directions in which classes differ most, relative to the scatter within a class.

    Linear discriminant analysis with a shrunk scatter within classes. A direction is weighted by
    the fourth root of its ratio of scatters, so that a few do not dominate. A class is weighted by
    the square root of its size. Classes with a single member are left out, unless there are no
    others.

    Args:
        features: float ``[n, dimension]``.
        classes: int64 ``[n]``.
        dimensions: The largest number of directions.

    Returns:
        float64 ``[dimension, s]``.
    """
    from scipy.linalg import eigh

    _, places, counts = np.unique(classes, return_inverse=True, return_counts=True)
    if (several := counts[places] > 1).any():
        features = features[several]
        _, places, counts = np.unique(classes[several], return_inverse=True, return_counts=True)
    means = np.zeros((len(counts), features.shape[1]))
    np.add.at(means, places, features)
    means /= counts[:, None]
    within = np.cov((features - means[places]).T, bias=True).reshape(2 * features.shape[1:])
    weights = np.sqrt(counts) / np.sqrt(counts).sum()
    spread = means - features.mean(axis=0)
    between = (spread.T * weights) @ spread
    sphere = np.trace(within) / len(within) * np.eye(len(within))
    # Two equal pictures have no scatter; any sphere will do.
    shrunk = (1 - SHRINKAGE) * within + SHRINKAGE * sphere + 1e-12 * np.eye(len(within))
    ratios, directions = eigh(between, shrunk)
    best = np.argsort(ratios)[::-1][: min(dimensions, max(len(counts) - 1, 1))]
    return np.asarray(directions[:, best] * np.maximum(ratios[best], 0) ** 0.25)


def main() -> None:
    """Learns the likeness of one model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder in hub layout")
    parser.add_argument("--data", type=Path, required=True, help="the Pandora18K tree")
    parser.add_argument("--weights", type=Path, help="ImageNet backbone, for a second branch")
    arguments = parser.parse_args()

    if arguments.weights is not None:
        add_second_branch(arguments.model, arguments.weights)
    classifier = MovementClassifier.from_pretrained(arguments.model, with_likeness=False)
    trained_on = pictures_of_part(arguments.model, arguments.data, "train")
    pictures = readable(arguments.data, trained_on)
    learn_likeness(classifier, arguments.data, pictures).save(arguments.model)
    print(f"Learned from {len(pictures):,} pictures; wrote into {arguments.model}")


if __name__ == "__main__":
    run(main)
