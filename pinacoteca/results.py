"""What an answer is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pinacoteca.collection import Painting
from pinacoteca.movements import Movement
from pinacoteca.painting_within import Quadrilateral
from pinacoteca.query_options import DEFAULTS, QueryOptions


@dataclass(frozen=True)
class MovementProbability:
    """A movement and how likely it is that the picture belongs to it.

    Attributes:
        movement: One that the network knows.
        probability: 0 to 1, calibrated.
        in_set: Whether it is one of the movements that the picture may belong to: the smallest set
            that holds the right one in nine of ten paintings (``PredictionSets``).
    """

    movement: Movement
    probability: float
    in_set: bool = False

    @property
    def name(self) -> str:
        """The English name of the movement."""
        return self.movement.english


@dataclass(frozen=True)
class Neighbour:
    """A painting of the collection in an answer.

    Attributes:
        rank: 1 for the nearest.
        painting: As the collection's table has it.
        distance: To the query, in the metric that was asked for; about 0 for the same picture.
        closeness: The share, 0 to 1, of pairs of paintings of the collection that are farther from
            each other than this painting is from the query.
        mirrored: Whether it is nearer to the query with left and right exchanged.
    """

    rank: int
    painting: Painting
    distance: float
    closeness: float
    mirrored: bool

    @property
    def image_id(self) -> str:
        """The key of the painting in the collection."""
        return self.painting.image_id

    @property
    def artist(self) -> str:
        """The painter's name."""
        return self.painting.artist

    @property
    def title(self) -> str:
        """The title of the painting."""
        return self.painting.title

    @property
    def year(self) -> int | None:
        """The year of the painting, None where it is not known."""
        return self.painting.year

    @property
    def style(self) -> str:
        """The style that the collection's table gives."""
        return self.painting.style

    @property
    def links(self) -> dict[str, str]:
        """Addresses: ``page`` describes the painting, ``image`` shows it; known ones only."""
        links = {"page": self.painting.page_url, "image": self.painting.image_url}
        return {name: address for name, address in links.items() if address}


@dataclass(frozen=True)
class QueryResult:
    """The answer to one picture.

    Attributes:
        movements: All that the network knows, most probable first.
        neighbours: Nearest first; fewer than were asked for where no more may be found.
        nothing_close: True if even the first is farther than a neighbour mostly is.
        strangeness: How far the picture is from the paintings of the training, about 1 for one of
            them; None if the model cannot tell, and for a painting of the collection.
        looks_like_a_painting: False if the strangeness is above the model's threshold.
        cropped: Where in the picture the painting is that the answer is about, None for the whole
            picture.
        other_paintings: Where further paintings are, largest first.
        uncertain: Where the painting may be in a picture of which nothing was cropped; None where
            nothing suggests that it is less than the whole.
        colourless: Whether the painting is grey or of one tint in the picture.
        asked: The painting of the collection that was asked with; None for a picture.
        options: What was asked besides.
        selected: How many paintings of the collection the options let through.
        collection_size: How many paintings the collection has.
    """

    movements: tuple[MovementProbability, ...]
    neighbours: tuple[Neighbour, ...]
    nothing_close: bool
    strangeness: float | None
    looks_like_a_painting: bool
    cropped: Quadrilateral | None = None
    other_paintings: tuple[Quadrilateral, ...] = ()
    uncertain: Quadrilateral | None = None
    colourless: bool = False
    asked: Painting | None = None
    options: QueryOptions = DEFAULTS
    selected: int = 0
    collection_size: int = 0

    @property
    def movement_set(self) -> tuple[Movement, ...]:
        """The movements that the picture may belong to, most probable first; at least one."""
        found = tuple(entry.movement for entry in self.movements if entry.in_set)
        return found or (self.movements[0].movement,)

    def to_dict(self) -> dict[str, Any]:
        """Returns the answer in plain types, as programs get it."""
        return {
            "looks_like_a_painting": self.looks_like_a_painting,
            "strangeness": self.strangeness,
            "nothing_close": self.nothing_close,
            "cropped": self.cropped,
            "other_paintings": self.other_paintings,
            "uncertain": self.uncertain,
            "colourless": self.colourless,
            "movements": [
                {
                    "name": entry.movement.english,
                    "name_romanian": entry.movement.romanian,
                    "probability": entry.probability,
                    "in_set": entry.in_set,
                }
                for entry in self.movements
            ],
            "neighbours": [
                {
                    "rank": each.rank,
                    "image_id": each.image_id,
                    "artist": each.artist,
                    "title": each.title,
                    "year": each.year,
                    "style": each.style,
                    "distance": each.distance,
                    "closeness": each.closeness,
                    "mirrored": each.mirrored,
                    "links": each.links,
                }
                for each in self.neighbours
            ],
        }
