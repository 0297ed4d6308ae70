"""Ways to rank paintings by likeness: ours, those of the report of 2022, and simpler ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from spreadsheet import stored_logits

from pinacoteca.classifier import batches
from pinacoteca.errors import ModelError
from pinacoteca.likeness import EXPANDED_BY, expanded
from pinacoteca.retriever import REPORT_FACTOR

if TYPE_CHECKING:
    from PIL import Image

    from pinacoteca.collection import Collection

REPORT_PER_ARTIST = 5
HISTOGRAM_BINS = 8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """A way to rank a collection.

    Attributes:
        name: The name in the tables.
        distances: A function from rows, int64 ``[q]``, to their distances to all rows, float64
            ``[q, n]``; infinite for a painting that may not be found.
    """

    name: str
    distances: Callable[[npt.NDArray[np.int64]], Floats]


def by_vectors(
    name: str, vectors: Floats, metric: str = "cosine", found: npt.NDArray[np.bool_] | None = None
) -> Way:
    """Returns the way that compares vectors.

    Args:
        name: The name in the tables.
        vectors: float64 ``[n, d]``.
        metric: ``cosine`` or ``euclidean``.
        found: bool ``[n]``, the paintings that may be found; None for all.
    """
    if metric == "cosine":
        vectors = _units(vectors)
    squares = (vectors**2).sum(axis=1)

    def distances(queries: npt.NDArray[np.int64]) -> Floats:
        # Half the squared distance of unit vectors is their cosine distance, so one formula is
        # enough.
        result = squares[queries, None] + squares - 2 * vectors[queries] @ vectors.T
        if found is not None:
            result[:, ~found] = np.inf
        return np.asarray(result)

    return Way(name, distances)


def by_parts(
    name: str,
    parts: Sequence[Floats],
    mirrored: Floats,
    weights: Sequence[float],
    expansion: bool = False,
) -> Way:
    """Returns the way that adds the weighted cosines of parts.

    Args:
        name: The name in the tables.
        parts: Each is float64 ``[n, d]``.
        mirrored: The last part, computed for the mirror images.
        weights: One for each part.
        expansion: Whether a query is moved towards its nearest paintings (query expansion).
    """
    units = [_units(part) for part in parts]
    mirror = _units(mirrored)
    shares = np.array(weights) / sum(weights)

    def similarities(upright: Sequence[Floats], turned: Floats) -> Floats:
        *others, last = (query @ unit.T for query, unit in zip(upright, units, strict=True))
        last = np.maximum(last, turned @ units[-1].T)
        weighed = (share * cosines for share, cosines in zip(shares, [*others, last], strict=True))
        return sum(weighed, np.zeros(1))

    def distances(queries: npt.NDArray[np.int64]) -> Floats:
        upright, turned = [unit[queries] for unit in units], mirror[queries]
        found = similarities(upright, turned)
        if expansion:
            found[np.arange(len(queries)), queries] = -np.inf
            nearest = np.argsort(-found, axis=1)[:, :EXPANDED_BY]
            upright = [
                _leant(part, unit, nearest) for part, unit in zip(upright, units, strict=True)
            ]
            found = similarities(upright, _leant(turned, units[-1], nearest))
        return 1 - found

    return Way(name, distances)


def _leant(part: Floats, units: Floats, nearest: npt.NDArray[np.int64]) -> Floats:
    """Returns one part of all queries after query expansion, as in ``expanded``."""
    rows = [expanded(*pair) for pair in zip(part, units[nearest], strict=True)]
    return _units(np.stack(rows).astype(np.float64))


def centred(vectors: Floats) -> Floats:
    """Returns vectors minus their mean."""
    return np.asarray(vectors - vectors.mean(axis=0))


def half_whitened(vectors: Floats, dimensions: int) -> Floats:
    """Returns principal components, each divided by the square root of its deviation."""
    middle = centred(vectors)
    variances, directions = np.linalg.eigh(middle.T @ middle / len(middle))
    best = np.argsort(variances)[::-1][:dimensions]
    scales = np.maximum(variances[best], 1e-12) ** 0.25
    return np.asarray(middle @ (directions[:, best] / scales))


def _units(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))


def by_chance(count: int) -> Way:
    """Returns the way that ranks at random."""
    dice = np.random.default_rng(0)
    return Way("chance", lambda queries: dice.random((len(queries), count)))


def by_frequency(styles: npt.NDArray[np.str_]) -> Way:
    """Returns the way that always answers with the commonest style and ignores the picture."""
    _, places, counts = np.unique(styles, return_inverse=True, return_counts=True)
    distances = -counts[places].astype(np.float64)
    return Way("commonest style", lambda queries: np.tile(distances, (len(queries), 1)))


def report_ways(collection: Collection, folder: Path) -> Iterator[Way]:
    """Yields the report's two ways, each on five paintings of each artist and on all.

    Args:
        collection: The paintings, in their order.
        folder: What ``gallery/build.py`` wrote for a model of the report's recipe; the outputs are
            read from its spreadsheet, as in the report.
    """
    outputs = REPORT_FACTOR * stored_logits(collection, folder).to_numpy()
    few = first_of_each_artist(collection, REPORT_PER_ARTIST)
    for found, which in ((few, f"{few.sum()} paintings"), (None, "all paintings")):
        for metric in ("euclidean", "cosine"):
            yield by_vectors(f"report, {metric}, {which}", outputs, metric, found)


def first_of_each_artist(collection: Collection, count: int) -> npt.NDArray[np.bool_]:
    """Returns a mask of the first ``count`` paintings of each artist, bool ``[n]``."""
    taken: dict[str, int] = {}
    chosen = []
    for painting in collection.paintings:
        taken[painting.artist_slug] = taken.get(painting.artist_slug, 0) + 1
        chosen.append(taken[painting.artist_slug] <= count)
    return np.array(chosen)


def imagenet_features(weights: Path) -> Callable[[Iterable[Image.Image]], Floats]:
    """Returns a function from pictures to features of a MobileNetV2 trained on ImageNet alone.

    Raises:
        ModelError: The file does not hold the weights of a MobileNetV2.
    """
    import timm
    import torch
    from safetensors.torch import load_file
    from timm.data import create_transform, resolve_model_data_config

    network = timm.create_model("mobilenetv2_100", num_classes=0).eval()
    try:
        network.load_state_dict(load_file(weights), strict=True)
    except Exception as error:
        raise ModelError(f"{weights} does not hold a mobilenetv2_100 ({error}).") from None
    settings = resolve_model_data_config(network) | {"crop_mode": "squash", "crop_pct": 1.0}
    transform = create_transform(**settings)

    def features(pictures: Iterable[Image.Image]) -> Floats:
        with torch.inference_mode():
            rows = [
                network(torch.stack([transform(picture) for picture in batch])).numpy()
                for batch in batches(pictures)
            ]
        return np.concatenate(rows).astype(np.float64)

    return features


def colour_histograms(pictures: Iterable[Image.Image]) -> Floats:
    """Returns the square roots of 8 x 8 x 8 RGB histograms, float64 ``[n, 512]``.

    Their Euclidean distance is the Hellinger distance up to a factor.
    """
    edges = [np.linspace(0, 256, HISTOGRAM_BINS + 1)] * 3
    rows = []
    for picture in pictures:
        pixels = np.asarray(picture.resize((64, 64))).reshape(-1, 3)
        counts, _ = np.histogramdd(pixels, edges)
        rows.append(np.sqrt(counts.ravel() / counts.sum()))
    return np.stack(rows)
