"""Draws the map of the collection, on which similar paintings are close together.

    python gallery/draw_map.py --model model --gallery gallery

Writes ``map.safetensors`` into the gallery folder, a position for each painting, computed by t-SNE
(L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", JMLR 2008) from the vectors that the
retriever compares. ``gallery/build.py`` does this at its end; this script only redraws the map.
Drawing the same collection again gives the same bytes. 1,412 paintings take about ten seconds on
one CPU core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection
from pinacoteca.collection_map import MAP_FILE, CollectionMap
from pinacoteca.command_line import run
from pinacoteca.locks import alone_in
from pinacoteca.retriever import PaintingRetriever

# Fewer paintings need no map, and t-SNE cannot arrange so few.
FEWEST = 5
SEED = 35
PERPLEXITY = 30


def draw_map(classifier: MovementClassifier, folder: Path) -> str:
    """Writes the map of a collection into its folder, or deletes an old map of too few paintings.

    Returns a line to print once everything is saved.

    Args:
        classifier: The model that made the collection.
        folder: What ``Collection.save`` wrote. The stored, rounded vectors always give the same
            map.

    Raises:
        CollectionError: The folder holds no collection of this model.
    """
    collection = Collection.load(folder, classifier.fingerprint)
    if len(collection) < FEWEST:
        (folder / MAP_FILE).unlink(missing_ok=True)
        return f"No map: {len(collection)} paintings are fewer than {FEWEST}"
    vectors = PaintingRetriever(classifier, collection).compared()
    image_ids = tuple(painting.image_id for painting in collection.paintings)
    CollectionMap(image_ids, positions_of(vectors), collection.model_fingerprint).save(folder)
    return f"Drew the map of {len(collection)} paintings"


def positions_of(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Returns map positions for vectors.

    Args:
        vectors: float32 ``[n, d]``, compared by their euclidean distance.

    Returns:
        float32 ``[n, 2]``, 0 to 1; the longer axis is horizontal, and both axes have one scale.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    # Several threads sum in varying order, and t-SNE amplifies the rounding differences.
    with threadpool_limits(1):
        places = TSNE(
            perplexity=min(PERPLEXITY, (len(vectors) - 1) / 3), init="pca", random_state=SEED
        ).fit_transform(vectors)
        places = PCA(2, svd_solver="full").fit_transform(places.astype(np.float64))
    low, high = places.min(axis=0), places.max(axis=0)
    scaled = (places - (low + high) / 2) / (np.max(high - low) or 1.0) + 0.5
    return np.asarray(np.clip(scaled, 0, 1), np.float32)


def main() -> None:
    """Draws the map."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="what train/train.py exported")
    parser.add_argument("--gallery", type=Path, required=True, help="what gallery/build.py wrote")
    arguments = parser.parse_args()

    classifier = MovementClassifier.from_pretrained(arguments.model)
    with alone_in(arguments.gallery):
        print(draw_map(classifier, arguments.gallery))


if __name__ == "__main__":
    run(main)
