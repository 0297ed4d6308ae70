"""Which paintings of a collection may be found."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pinacoteca.collection import Painting
from pinacoteca.styles import style_key


@dataclass(frozen=True)
class Selection:
    """Conditions that a painting must all meet; an empty one lets everything through.

    Attributes:
        artists: Slugs of painters, any of them.
        styles: As the collection's table has them or by their names, any of them.
        first_year: The painting is of that year or later; one without a year is not.
        last_year: The painting is of that year or earlier; one without a year is not.
        words: Words that the title has, all of them, in any order; case, accents and the rest of
            a longer word do not count, so that ``port`` finds "Portrait" and "Harbour port".
    """

    artists: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    words: str = ""

    def mask(self, paintings: Sequence[Painting]) -> npt.NDArray[np.bool_]:
        """Returns True, bool ``[n]``, for the paintings that meet the conditions."""
        if self == Selection():
            # As most people ask, and then no painting need be looked at.
            return np.ones(len(paintings), np.bool_)
        words = plain(self.words).split()
        styles = {style_key(style) for style in self.styles}
        return np.array([self._meets(painting, words, styles) for painting in paintings], np.bool_)

    def _meets(self, painting: Painting, words: Sequence[str], styles: Set[str]) -> bool:
        if self.artists and painting.artist_slug not in self.artists:
            return False
        if styles and style_key(painting.style) not in styles:
            return False
        if self.first_year is not None or self.last_year is not None:
            if painting.year is None:
                return False
            if self.first_year is not None and painting.year < self.first_year:
                return False
            if self.last_year is not None and painting.year > self.last_year:
                return False
        # Most selections have no words, and taking accents off every title would take longest.
        title = plain(painting.title) if words else ""
        return all(word in title for word in words)


def plain(text: str) -> str:
    """Returns a text in small letters without accents, for comparison."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
