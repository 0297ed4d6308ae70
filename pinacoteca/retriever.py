"""The whole answer to one picture: its movement and the nearest paintings of the collection."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

import numpy as np
import numpy.typing as npt

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection
from pinacoteca.images import open_image
from pinacoteca.likeness import LikenessSpace
from pinacoteca.movements import Movement
from pinacoteca.search import Metric, NearestPaintings

if TYPE_CHECKING:
    from PIL import Image

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class MovementProbability:
    """A movement and the calibrated probability, 0 to 1, that the picture belongs to it."""

    movement: Movement
    probability: float

    @property
    def name(self) -> str:
        """The English name of the movement."""
        return self.movement.english


@dataclass(frozen=True)
class Neighbour:
    """A painting of the collection in an answer.

    Attributes:
        rank: 1 for the nearest.
        image_id: The key of the painting in the collection.
        artist: The painter's name.
        title: The title of the painting.
        year: The year of the painting, None where it is not known.
        style: The style that the collection's table gives.
        distance: To the query, in the metric that was asked for; 0 is the same embedding.
        links: Addresses: ``page`` describes the painting, ``image`` shows it; known ones only.
    """

    rank: int
    image_id: str
    artist: str
    title: str
    year: int | None
    style: str
    distance: float
    links: Mapping[str, str]


@dataclass(frozen=True)
class QueryResult:
    """The answer to one picture.

    Attributes:
        movements: All that the network knows, most probable first.
        neighbours: Nearest first.
        strangeness: How far the picture is from the paintings of the training, about 1 for one of
            them; None if the model cannot tell.
        looks_like_a_painting: False if the strangeness is above the model's threshold.
    """

    movements: tuple[MovementProbability, ...]
    neighbours: tuple[Neighbour, ...]
    strangeness: float | None
    looks_like_a_painting: bool


class PaintingRetriever:
    """A classifier and the collection whose embeddings it made."""

    def __init__(self, classifier: MovementClassifier, collection: Collection) -> None:
        self.classifier = classifier
        self.collection = collection
        self._space = LikenessSpace(collection.embeddings)
        placed = self._space.place(collection.embeddings)
        self._nearest = NearestPaintings(replace(collection, embeddings=placed))

    @classmethod
    def from_pretrained(
        cls,
        model: str | os.PathLike[str] = "model",
        gallery: str | os.PathLike[str] = "gallery",
    ) -> Self:
        """Loads a model folder and a gallery folder.

        Args:
            model: What ``train/train.py`` exported.
            gallery: What ``gallery/build.py`` wrote. Relative names are looked up in the working
                directory first, then beside the library, where the repository keeps its own.

        Raises:
            ModelError: There is no model in the folder, or it is damaged.
            CollectionError: There is no collection in the folder, it is damaged, or another model
                made its embeddings.
        """
        classifier = MovementClassifier.from_pretrained(_found(model))
        collection = Collection.load(_found(gallery), classifier.fingerprint)
        return cls(classifier, collection)

    def query(
        self,
        image: Image.Image | str | os.PathLike[str] | bytes | BinaryIO,
        k: int = 5,
        metric: Metric = "cosine",
    ) -> QueryResult:
        """Returns the movements of a picture and its ``k`` nearest paintings.

        Args:
            image: A picture, or a file of one in any form that ``open_image`` takes.
            k: The number of neighbours, 1 to the size of the collection.
            metric: ``cosine`` or ``euclidean``.

        Raises:
            ImageError: The file is not a picture that can be read.
            ValueError: ``k`` or ``metric`` is out of range.
        """
        from PIL import Image

        picture = image.convert("RGB") if isinstance(image, Image.Image) else open_image(image)
        analysis = self.classifier.analyse([picture])
        placed = self._space.place(analysis.embeddings)
        distances, indices = self._nearest.search(placed, k=k, metric=metric)
        strangeness, familiar = self._familiarity(analysis.textures)
        return QueryResult(
            movements=self._movements(self.classifier.probabilities(analysis.logits)[0].tolist()),
            neighbours=tuple(
                self._neighbour(rank, row, distance)
                for rank, (row, distance) in enumerate(
                    zip(indices[0].tolist(), distances[0].tolist(), strict=True), start=1
                )
            ),
            strangeness=strangeness,
            looks_like_a_painting=familiar,
        )

    def _familiarity(self, textures: npt.NDArray[np.float32]) -> tuple[float | None, bool]:
        familiarity = self.classifier.familiarity
        if familiarity is None:
            return None, True
        strangeness = float(familiarity.strangeness(textures)[0])
        return strangeness, strangeness <= familiarity.threshold

    def _movements(self, probabilities: list[float]) -> tuple[MovementProbability, ...]:
        pairs = zip(self.classifier.movements, probabilities, strict=True)
        return tuple(
            sorted(
                (MovementProbability(movement, probability) for movement, probability in pairs),
                key=lambda entry: entry.probability,
                reverse=True,
            )
        )

    def _neighbour(self, rank: int, row: int, distance: float) -> Neighbour:
        painting = self.collection.paintings[row]
        links = {"page": painting.page_url, "image": painting.image_url}
        return Neighbour(
            rank=rank,
            image_id=painting.image_id,
            artist=painting.artist,
            title=painting.title,
            year=painting.year,
            style=painting.style,
            distance=distance,
            links={name: address for name, address in links.items() if address},
        )


def _found(folder: str | os.PathLike[str]) -> Path:
    path = Path(folder)
    beside_library = REPOSITORY / path
    return beside_library if not path.exists() and beside_library.exists() else path
