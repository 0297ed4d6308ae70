"""What an answer is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pinacoteca.movements import Movement
from pinacoteca.painting_within import Quadrilateral


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
        image_id: The key of the painting in the collection.
        artist: The painter's name.
        title: The title of the painting.
        year: The year of the painting, None where it is not known.
        style: The style that the collection's table gives.
        distance: To the query, in the metric that was asked for; about 0 for the same picture.
        closeness: The share, 0 to 1, of pairs of paintings of the collection that are farther from
            each other than this painting is from the query.
        mirrored: Whether it is nearer to the query with left and right exchanged.
        links: Addresses: ``page`` describes the painting, ``image`` shows it; known ones only.
    """

    rank: int
    image_id: str
    artist: str
    title: str
    year: int | None
    style: str
    distance: float
    closeness: float
    mirrored: bool
    links: Mapping[str, str]


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
        colourless: Whether the painting is grey or of one tint in the picture.
    """

    movements: tuple[MovementProbability, ...]
    neighbours: tuple[Neighbour, ...]
    nothing_close: bool
    strangeness: float | None
    looks_like_a_painting: bool
    cropped: Quadrilateral | None = None
    other_paintings: tuple[Quadrilateral, ...] = ()
    colourless: bool = False

    @property
    def movement_set(self) -> tuple[Movement, ...]:
        """The movements that the picture may belong to, most probable first; at least one."""
        found = tuple(entry.movement for entry in self.movements if entry.in_set)
        return found or (self.movements[0].movement,)
