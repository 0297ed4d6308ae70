"""The parts of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pinacoteca.collection import Painting
from pinacoteca.movements import Movement
from pinacoteca.painting_within import Quadrilateral
from pinacoteca.query_options import DEFAULTS, QueryOptions
from pinacoteca.years import as_written


@dataclass(frozen=True)
class MovementProbability:
    """A movement and the probability that the picture belongs to it.

    Attributes:
        movement: A movement that the network knows.
        probability: 0 to 1, calibrated.
        in_set: Whether it belongs to the smallest set that contains the right movement for nine of
            ten paintings (``PredictionSets``).
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
        painting: The painting.
        distance: The distance to the query in the chosen metric; about 0 for the same picture.
        closeness: The share, 0 to 1, of pairs of paintings in the collection that are farther apart
            than this painting and the query.
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
        """The year of the painting, None if it is not known."""
        return self.painting.year

    @property
    def style(self) -> str:
        """The style that the collection's table gives."""
        return self.painting.style

    @property
    def links(self) -> dict[str, str]:
        """The known addresses: ``page`` describes the painting, ``image`` shows it."""
        links = {"page": self.painting.page_url, "image": self.painting.image_url}
        return {name: address for name, address in links.items() if address}


@dataclass(frozen=True)
class QueryResult:
    """The answer to one picture.

    Attributes:
        movements: All movements that the network knows, most probable first.
        neighbours: The nearest paintings, nearest first; fewer than asked for if no more match.
        nothing_close: True if even the first is farther away than most neighbours are.
        strangeness: How far the picture is from the training paintings; about 1 for a painting.
            None if the model cannot tell, and for a painting of the collection.
        looks_like_a_painting: False if the strangeness is above the model's threshold.
        cropped: The corners of the painting that the answer is about; None for the whole picture.
        other_paintings: The corners of further paintings, largest first.
        uncertain: The corners of a possible painting in a picture that was not cropped; None if it
            seems to fill the picture.
        colourless: Whether the picture shows the painting in grey or in a single tint.
        asked: The painting of the collection that was the query; None for a picture.
        options: The options of the query.
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
        """Returns the answer in plain types, as the endpoints send it."""
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
                    "year": as_written(each.year),
                    "style": each.style,
                    "distance": each.distance,
                    "closeness": each.closeness,
                    "mirrored": each.mirrored,
                    "links": each.links,
                }
                for each in self.neighbours
            ],
        }
