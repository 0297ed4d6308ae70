"""Filters that decide which paintings of a collection may be found."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pinacoteca.collection import Painting
from pinacoteca.styles import style_key
from pinacoteca.years import last_of


@dataclass(frozen=True)
class Selection:
    """Conditions that a painting must all meet; without any, every painting passes.

    Attributes:
        artists: Slugs of painters; the painting is by one of them.
        styles: Styles as in the collection's table, or their names; the painting has one of them.
        first_year: The painting is, or may be, of that year or later; undated ones do not pass.
        last_year: The painting is, or may be, of that year or earlier; undated ones do not pass.
        words: The title contains all these words, in any order. Case and accents do not count, and
            parts of words match: ``port`` finds "Portrait" and "Harbour port".
    """

    artists: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    words: str = ""

    def mask(self, paintings: Sequence[Painting]) -> npt.NDArray[np.bool_]:
        """Returns True, bool ``[n]``, for the paintings that meet the conditions."""
        # Most queries have no filter, and checking every painting would take longer than the
        # search.
        if self == Selection():
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
            if self.first_year is not None and last_of(painting.year) < self.first_year:
                return False
            if self.last_year is not None and painting.year > self.last_year:
                return False
        # Removing accents from every title is slow, and most selections have no words.
        title = plain(painting.title) if words else ""
        return all(word in title for word in words)


def plain(text: str) -> str:
    """Returns a text in lower case without accents, for comparison."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
