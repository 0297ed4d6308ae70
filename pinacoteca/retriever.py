"""Answers a picture with its movement and the nearest paintings of the collection."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self, TypeAlias, Union

import numpy as np
import numpy.typing as npt

from pinacoteca.classifier import Analysis, MovementClassifier
from pinacoteca.closeness import Closeness
from pinacoteca.collection import ARRAYS, Collection, Painting
from pinacoteca.collection_map import CollectionMap
from pinacoteca.images import light, open_image
from pinacoteca.likeness import (
    BALANCE,
    EXPANDED_BY,
    SPACE_SETTINGS,
    SUBJECT_END,
    LikenessSpace,
    expanded,
    mirrored,
    slider_weights,
)
from pinacoteca.milvus import open_index
from pinacoteca.painting_within import (
    Quadrilateral,
    has_colour,
    paintings_or_doubt,
)
from pinacoteca.query_options import QueryOptions
from pinacoteca.regions import Match, matching_regions
from pinacoteca.results import MovementProbability, Neighbour, QueryResult
from pinacoteca.search import NearestPaintings, PaintingIndex, checked_k, unit_vectors

if TYPE_CHECKING:
    from PIL import Image

REPOSITORY = Path(__file__).resolve().parent.parent
# The report of 2022 multiplied the outputs of its network by this before comparing them.
REPORT_FACTOR = 20
# Two pictures with a smaller cosine distance, at the default weights, count as the same work. Two
# of three copies at JPEG quality 30 are this close; the nearest pair of the shipped collection is
# at 0.159.
DUPLICATE_DISTANCE = 0.14
# A first neighbour that is not closer than this share of all pairs counts as not close. This
# happens to one in fifty paintings that are not in the shipped collection.
CLOSE = 0.988
# A picture shows a painting of the collection if the distance of their subjects is less than this
# share of the distance to the next one. Of 400 paintings that are not in the shipped collection,
# fewer than one in a hundred is mistaken for one that is. Of its own paintings, nineteen in twenty
# are recognised when recoloured, cropped or mirrored, and nine in ten when photographed at an
# angle.
SAME_WORK_RATIO = 0.65
# A nearly symmetric picture is about as close as its mirror image.
MIRROR_SHARE = 0.9

Source: TypeAlias = Union["Image.Image", str, os.PathLike[str], bytes, BinaryIO, Painting]


@dataclass(frozen=True)
class Sight:
    """What ``PaintingRetriever.look`` sees in a picture.

    Attributes:
        analysis: The analysis of the largest painting in it.
        cropped: The corners of that painting; None if it fills the picture.
        others: The corners of further paintings.
        uncertain: The corners of what may be a painting, if none is certain.
        colourless: Whether the painting is grey or of a single tint.
    """

    analysis: Analysis
    cropped: Quadrilateral | None = None
    others: tuple[Quadrilateral, ...] = ()
    uncertain: Quadrilateral | None = None
    colourless: bool = False


class PaintingRetriever:
    """A classifier and a collection that it embedded.

    Attributes:
        classifier: The model.
        collection: The paintings to search.
        map: Their places in the plane; None if no map was drawn.
    """

    def __init__(
        self,
        classifier: MovementClassifier,
        collection: Collection,
        index: str | None = None,
        map: CollectionMap | None = None,
    ) -> None:
        """Takes what ``from_pretrained`` loads; see there for ``index``."""
        self.classifier = classifier
        self.collection = collection
        self.map = map
        self._space = LikenessSpace(collection)
        parts = self._space.parts(collection)
        self._parts = parts
        self._nearest: PaintingIndex = (
            NearestPaintings(parts)
            if index is None
            else open_index(index, parts, _stamp(collection))
        )
        self._closeness = Closeness(self._nearest, parts)
        outputs = [REPORT_FACTOR * collection.logits]
        self._report = NearestPaintings(outputs)
        self._report_closeness = Closeness(self._report, outputs)

    @classmethod
    def from_pretrained(
        cls,
        model: str | os.PathLike[str] = "model",
        gallery: str | os.PathLike[str] = "gallery",
        index: str | None = None,
        threads: int = 1,
    ) -> Self:
        """Loads a model folder and a gallery folder.

        Args:
            model: What ``train/train.py`` exported.
            gallery: What ``gallery/build.py`` wrote. Relative paths are looked up in the working
                directory first, then beside the library, where the repository keeps its model and
                gallery.
            index: The address of a Milvus index, as ``open_index`` takes it; None compares every
                painting.
            threads: How many threads the network uses for a pass.

        Raises:
            SearchIndexError: The index cannot be opened or built.
            ModelError: There is no model in the folder, or it is damaged.
            CollectionError: There is no collection in the folder, it is damaged, another model made
                its embeddings, or its map belongs to another collection.
        """
        classifier = MovementClassifier.from_pretrained(_found(model), threads=threads)
        folder = _found(gallery)
        collection = Collection.load(folder, classifier.fingerprint)
        return cls(classifier, collection, index, CollectionMap.load(folder, collection))

    def query(
        self,
        image: Source,
        options: QueryOptions | None = None,
        **changes: Any,
    ) -> QueryResult:
        """Returns the movements of a picture and the paintings nearest to it.

        If the picture shows a painting in a frame, on a wall or on a page, only the painting
        counts. If the collection has a work twice, only the nearer picture is found.

        Args:
            image: A picture, anything that ``open_image`` takes, or a painting of the collection,
                which is then not among its own neighbours.
            options: The options; None for the defaults.
            changes: Fields of ``QueryOptions`` by name, which override ``options``; also ``k`` for
                the number of neighbours, and a ``selection``.

        Raises:
            ImageError: The file is not a picture that can be read.
            CollectionError: The collection has no such painting.
            OptionError: An option is out of range, or the collection has no such artist or style.
            ValueError: More neighbours are asked for than there are paintings.
        """
        wish = QueryOptions.of(options, **changes)
        paintings = self.collection.paintings
        wish.check_names(paintings)
        checked_k(wish.count, len(paintings))
        selected = wish.selection.mask(paintings)
        seen = self.look(image)
        analysis = seen.analysis
        itself = self.collection.row(image.image_id) if isinstance(image, Painting) else None
        probabilities = self.classifier.probabilities(analysis.logits)
        neighbours = self._neighbours(analysis, wish, selected, itself)
        strangeness, familiar = self._familiarity(analysis.textures)
        return QueryResult(
            movements=self._movements(probabilities),
            neighbours=neighbours,
            nothing_close=bool(neighbours) and neighbours[0].closeness < CLOSE,
            strangeness=strangeness,
            looks_like_a_painting=familiar,
            cropped=seen.cropped,
            other_paintings=seen.others,
            uncertain=seen.uncertain,
            colourless=seen.colourless,
            asked=image if isinstance(image, Painting) else None,
            options=wish,
            selected=int(selected.sum()),
            collection_size=len(paintings),
        )

    def regions(self, image: Source, painting: Painting, mirror: bool = False) -> tuple[Match, ...]:
        """Returns the regions of a picture and of a painting that are most alike, best first.

        Args:
            image: As ``query`` takes it.
            painting: Of the collection.
            mirror: Whether to mirror the picture before comparing it; the regions refer to the
                picture as it is.

        Raises:
            ImageError: The file is not a picture that can be read.
            CollectionError: The collection has no such painting.
        """
        seen = self.look(image)
        first = seen.analysis.compositions
        second = self.collection.compositions[self.collection.row(painting.image_id)]
        if mirror:
            matches = matching_regions(mirrored(first)[0], second, self._mean_composition)
            matches = tuple(match.with_query_mirrored() for match in matches)
        else:
            matches = matching_regions(first[0], second, self._mean_composition)
        if seen.cropped is None:
            return matches
        return tuple(match.with_query_within(seen.cropped) for match in matches)

    @cached_property
    def _mean_composition(self) -> npt.NDArray[np.float32]:
        return np.asarray(self.collection.compositions.mean(axis=0))

    def compared(self) -> npt.NDArray[np.float32]:
        """Returns the paintings as vectors, float32 ``[n, d]``, for maps and clustering.

        Half the squared euclidean distance of two vectors is the cosine distance of the paintings
        at the default composition, without mirror images.
        """
        parts = zip(BALANCE, self._parts, strict=True)
        return np.hstack(
            [np.float32(np.sqrt(weight)) * unit_vectors(part) for weight, part in parts]
        )

    def look(self, image: Source) -> Sight:
        """Returns what ``query`` and ``regions`` see in a picture, whatever is asked about it.

        Args:
            image: As ``query`` takes it.

        Raises:
            ImageError: The file is not a picture that can be read.
            CollectionError: The collection has no such painting.
        """
        from PIL import Image

        if isinstance(image, Painting):
            return Sight(self._stored(self.collection.row(image.image_id)))
        picture = image.convert("RGB") if isinstance(image, Image.Image) else open_image(image)
        picture = light(picture)
        with ThreadPoolExecutor(1) as helper:
            # Most pictures are one painting and nothing else, so the network need not wait until
            # that is certain.
            whole = helper.submit(self.classifier.analyse, [picture])
            (painting, *others), uncertain = paintings_or_doubt(picture)
            colourless = not has_colour(painting.picture)
        return Sight(
            self.classifier.analyse([painting.picture]) if painting.cropped else whole.result(),
            painting.corners if painting.cropped else None,
            tuple(other.corners for other in others),
            uncertain,
            colourless,
        )

    def _stored(self, row: int) -> Analysis:
        """Returns what the collection holds of a painting, in the form of an analysis."""
        nothing = np.empty((1, 0), np.float32)
        return Analysis(
            logits=self.collection.logits[[row]],
            embeddings=nothing,
            textures=nothing,
            hands=self.collection.hands[[row]],
            styles=self.collection.styles[[row]],
            subjects=self.collection.subjects[[row]],
            compositions=self.collection.compositions[[row]],
        )

    def _neighbours(
        self,
        analysis: Analysis,
        wish: QueryOptions,
        selected: npt.NDArray[np.bool_],
        itself: int | None,
    ) -> tuple[Neighbour, ...]:
        others = np.ones(len(self.collection), np.bool_)
        if itself is not None:
            others[itself] = False
        mask = others & selected
        taken: list[tuple[int, float, bool]] = []
        for row, distance, mirror in self._ranking(analysis, wish, others, mask):
            if not self._repeats(row, [earlier for earlier, _, _ in taken], wish.one_per_artist):
                taken.append((row, distance, mirror))
            if len(taken) == wish.count:
                break
        closeness = self._report_closeness if wish.as_in_report else self._closeness
        distances = np.array([distance for _, distance, _ in taken], np.float32)
        shares = closeness.share_farther(distances, _weights(wish), wish.metric).tolist()
        return tuple(
            Neighbour(rank, self.collection.paintings[row], distance, share, mirror)
            for rank, ((row, distance, mirror), share) in enumerate(
                zip(taken, shares, strict=True), start=1
            )
        )

    def _ranking(
        self,
        analysis: Analysis,
        wish: QueryOptions,
        others: npt.NDArray[np.bool_],
        mask: npt.NDArray[np.bool_],
    ) -> Iterator[tuple[int, float, bool]]:
        """Yields rows, their distances, and whether the mirror image is the nearer one.

        Args:
            analysis: The analysis of the query.
            wish: The options of the query.
            others: bool ``[n]``, False for the query if it is a painting of the collection.
            mask: bool ``[n]``, True for the paintings that may be found.
        """
        nearest: PaintingIndex
        weights = _weights(wish)
        if wish.as_in_report:
            # The outputs of the network cannot be mirrored.
            nearest, queries = self._report, [REPORT_FACTOR * analysis.logits.repeat(2, axis=0)]
        else:
            nearest, queries = self._nearest, self._queries(analysis, weights, others)
        available = int(mask.sum())
        # Usually enough; repeated works or artists need more.
        count = min(2 * wish.count, available)
        done = 0
        while done < available:
            found = nearest.search(queries, weights, count, wish.metric, mask)
            ranked = _merged(*found)[:count]
            yield from ranked[done:]
            done, count = count, min(4 * count, available)

    def _queries(
        self, analysis: Analysis, weights: tuple[float, ...], others: npt.NDArray[np.bool_]
    ) -> list[npt.NDArray[np.float32]]:
        """Returns the parts of a query and, in the second row, those of its mirror image."""
        parts = self._sides(analysis)
        # A painting of the collection need not be recognised.
        if others.all() and (known := self._recognised(parts)) is not None:
            row, turned = known
            parts = self._sides(self._stored(row))
            if turned:
                parts = [part[::-1] for part in parts]
            # The query then behaves as if the painting had been chosen in the collection.
            others = others.copy()
            others[row] = False
        if not (count := min(EXPANDED_BY, int(others.sum()))):
            return parts
        found = self._nearest.search(parts, weights, count, mask=others)
        rows = [row for row, _, _ in _merged(*found)[:count]]
        return [
            np.stack([expanded(vector, stored[rows]) for vector in part])
            for part, stored in zip(parts, self._parts, strict=True)
        ]

    def _sides(self, analysis: Analysis) -> list[npt.NDArray[np.float32]]:
        """Returns the parts of one picture and, in the second row, those of its mirror image."""
        upright, turned = (self._space.parts(analysis, mirror) for mirror in (False, True))
        return [np.concatenate(pair) for pair in zip(upright, turned, strict=True)]

    def _recognised(self, parts: Sequence[npt.NDArray[np.float32]]) -> tuple[int, bool] | None:
        """Returns the row of the painting that a picture shows, and whether it is mirrored.

        The subject of such a picture is much nearer to the painting than to the next one (the ratio
        test of Lowe, "Distinctive Image Features from Scale-Invariant Keypoints", IJCV 2004,
        section 7.1). Once the painting is known, flaws of a phone photograph or an old print no
        longer matter.
        """
        if len(self.collection) < 2:
            return None
        found = self._nearest.search(parts, SUBJECT_END, 2)
        (row, distance, turned), (_, second, _), *_ = _merged(*found)
        return (row, turned) if distance < SAME_WORK_RATIO * second else None

    def _repeats(self, row: int, earlier: list[int], one_per_artist: bool) -> bool:
        """Returns whether a painting repeats a work, or an artist, of the earlier rows."""
        if not earlier:
            return False
        paintings = self.collection.paintings
        if one_per_artist and paintings[row].artist_slug in {
            paintings[other].artist_slug for other in earlier
        }:
            return True
        vectors = [part[row] for part in self._parts]
        distances = self._nearest.distances(vectors, BALANCE, np.array(earlier), "cosine")
        return bool(distances.min() < DUPLICATE_DISTANCE)

    def _familiarity(self, textures: npt.NDArray[np.float32]) -> tuple[float | None, bool]:
        familiarity = self.classifier.familiarity
        if familiarity is None or not textures.size:
            return None, True
        strangeness = float(familiarity.strangeness(textures)[0])
        return strangeness, strangeness <= familiarity.threshold

    def _movements(self, probabilities: npt.NDArray[np.float32]) -> tuple[MovementProbability, ...]:
        sets = self.classifier.prediction_sets
        best = probabilities == probabilities.max(axis=1, keepdims=True)
        inside = sets.members(probabilities) if sets else best
        columns = (probabilities[0].tolist(), inside[0].tolist())
        return tuple(
            sorted(
                map(MovementProbability, self.classifier.movements, *columns),
                key=lambda entry: entry.probability,
                reverse=True,
            )
        )


def _weights(options: QueryOptions) -> tuple[float, ...]:
    """Returns how much each part of a painting counts."""
    return (1.0,) if options.as_in_report else slider_weights(options.composition)


def _merged(
    distances: npt.NDArray[np.float32], rows: npt.NDArray[np.int64]
) -> list[tuple[int, float, bool]]:
    """Returns each row once, with the smaller of its distances to a query and its mirror image.

    The ``k`` nearest rows by that distance are among the ``k`` nearest to one of the two.

    Returns:
        Rows, distances, and whether the mirror image is clearly the nearer one.
    """
    upright, turned = (
        dict(zip(its_rows.tolist(), its_distances.tolist(), strict=True))
        for its_distances, its_rows in zip(distances, rows, strict=True)
    )
    # The mirror image may find a row that is not among the nearest of the picture itself.
    farthest = max(upright.values(), default=np.inf)
    best = {row: min(upright.get(row, np.inf), turned.get(row, np.inf)) for row in upright | turned}
    ordered = sorted(best.items(), key=lambda item: (item[1], item[0]))
    return [
        (row, distance, distance < MIRROR_SHARE * upright.get(row, farthest))
        for row, distance in ordered
    ]


def _stamp(collection: Collection) -> str:
    """Returns a text that identifies the collection and the settings of the comparison.

    It is not made from the parts, whose last bits may differ between machines.
    """
    digest = hashlib.sha256(repr(SPACE_SETTINGS).encode())
    for name in ARRAYS:
        digest.update(getattr(collection, name).tobytes())
    return digest.hexdigest()


def _found(folder: str | os.PathLike[str]) -> Path:
    path = Path(folder)
    beside_library = REPOSITORY / path
    return beside_library if not path.exists() and beside_library.exists() else path
