"""The options of a query, shared by the library, the page, its links and the endpoints.

To add an option, add a field here and a control of the same name in ``demo/controls.py`` with its
texts. Links, endpoints and the command line take it from its field.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from pinacoteca.collection import Painting
from pinacoteca.errors import OptionError
from pinacoteca.likeness import BALANCED
from pinacoteca.search import METRICS, Metric
from pinacoteca.selection import Selection
from pinacoteca.styles import style_key

# Enough for people. Programs that need more can set the count in the library.
MAX_COUNT = 100
MAX_WORDS = 200


def _about(says: str, address: str = "", **limits: Any) -> dict[str, Any]:
    """Returns the metadata of a field; see ``Option``."""
    return {"says": says, "address": address} | limits


def _is_count(value: Any) -> bool:
    try:
        return operator.index(value) >= 1
    except TypeError:
        return False


@dataclass(frozen=True)
class QueryOptions:
    """The options of a query.

    Attributes:
        metric: ``cosine`` or ``euclidean``.
        composition: From 0, neighbours alike in manner, to 1, alike in subject.
        artists: Slugs of painters; a painting must be by one of them. Empty for all.
        styles: Styles as in the collection's table, or their names; a painting must have one of
            them. Empty for all.
        first_year: Only paintings of that year or later; None or 0 for any.
        last_year: Only paintings of that year or earlier, likewise.
        count: The number of neighbours.
        one_per_artist: Whether to find only the nearest painting of each artist.
        as_in_report: Whether to compare only the outputs of the network, times 20, as the report of
            2022 did; ``composition`` then has no effect.
        words: Words that the title must have; see ``Selection``.

    Raises:
        OptionError: A value is out of range.
    """

    metric: Metric = field(default=METRICS[0], metadata=_about("The distance", choices=METRICS))
    composition: float = field(
        default=BALANCED,
        metadata=_about(
            "From 0, compare the manner of painting, to 1, compare the subject", range=(0, 1)
        ),
    )
    artists: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "Only paintings by these artists, as artist_slug of paintings.csv; empty: all"
        ),
    )
    styles: tuple[str, ...] = field(
        default=(),
        metadata=_about("Only paintings of these styles of paintings.csv; empty: all"),
    )
    first_year: int | None = field(default=None, metadata=_about("Only from this year on", "from"))
    last_year: int | None = field(default=None, metadata=_about("Only up to this year", "to"))
    count: int = field(default=5, metadata=_about(f"How many paintings, 1 to {MAX_COUNT}"))
    one_per_artist: bool = field(default=False, metadata=_about("At most one painting per artist"))
    as_in_report: bool = field(
        default=False,
        metadata=_about(
            "Whether to compare the outputs of the network alone, as the report of 2022 did"
        ),
    )
    words: str = field(
        default="",
        metadata=_about(
            f"Words of the title, up to {MAX_WORDS} characters, case and accents apart", "title"
        ),
    )

    def __post_init__(self) -> None:
        for name in ("artists", "styles"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("first_year", "last_year"):
            object.__setattr__(self, name, getattr(self, name) or None)
        if self.metric not in METRICS:
            raise OptionError(f"There is no distance {self.metric!r}: use {' or '.join(METRICS)}.")
        if not 0 <= self.composition <= 1:
            raise OptionError(f"composition is a number from 0 to 1; got {self.composition!r}.")
        if not _is_count(self.count):
            raise OptionError(f"count is a whole number from 1 to {MAX_COUNT}; got {self.count!r}.")
        if len(self.words) > MAX_WORDS:
            raise OptionError(f"The words of the title may have at most {MAX_WORDS} characters.")

    @classmethod
    def of(cls, options: Self | None = None, **changes: Any) -> Self:
        """Returns options with changes.

        Args:
            options: The options to change; None for the defaults.
            changes: Fields by name; also ``k`` for the count, and a ``selection``.

        Raises:
            OptionError: A value is out of range.
            TypeError: There is no such field.
        """
        if "k" in changes:
            changes["count"] = changes.pop("k")
        if "selection" in changes:
            changes |= asdict(changes.pop("selection"))
        return replace(options or cls(), **changes)

    @property
    def selection(self) -> Selection:
        """The filters of these options."""
        return Selection(self.artists, self.styles, self.first_year, self.last_year, self.words)

    def check_names(self, paintings: Sequence[Painting]) -> None:
        """Checks that the collection has the artists and styles.

        Raises:
            OptionError: There is no such artist or style.
        """
        slugs = {painting.artist_slug for painting in paintings} if self.artists else ()
        for slug in self.artists:
            if slug not in slugs:
                raise OptionError(
                    f"The collection has no artist {slug!r}: use an artist_slug of paintings.csv."
                )
        names = {style_key(painting.style) for painting in paintings} if self.styles else ()
        for name in self.styles:
            if style_key(name) not in names:
                raise OptionError(
                    f"The collection has no style {name!r}: use one of paintings.csv."
                )


DEFAULTS = QueryOptions()


@dataclass(frozen=True)
class Option:
    """Describes one field of ``QueryOptions``.

    Attributes:
        name: The name of the field.
        default: Its default value.
        says: Its meaning in a few words, for the command line and programs.
        address: Its name in links to the page.
        choices: The values that it may have; empty for any.
        range: The smallest and the largest value; None for any.
    """

    name: str
    default: Any
    says: str
    address: str
    choices: tuple[str, ...] = ()
    range: tuple[float, float] | None = None


OPTIONS: tuple[Option, ...] = tuple(
    Option(
        each.name,
        each.default,
        each.metadata["says"],
        each.metadata["address"] or each.name,
        each.metadata.get("choices", ()),
        each.metadata.get("range"),
    )
    for each in fields(QueryOptions)
)
