"""Years as catalogues write them: "c. 1907", "1907/08", "anii 1920", "sec. XIX".

An uncertain year is a range: filters match any year of the range, sorting uses the first, and
people see the original text.
"""

from __future__ import annotations

import re
from typing import Self

from pinacoteca.date_texts import YEARS, plain_date, range_of, says_no_date
from pinacoteca.spelling import visible

# A longer text is a sentence, not a date.
LONGEST = 100


class Year(int):
    """The first possible year of a painting, as an ordinary int.

    Attributes:
        last: The last possible year.
        written: The date as the source writes it; ``str`` returns it.
    """

    last: int
    written: str

    def __new__(cls, first: int, last: int | None = None, written: str = "") -> Self:
        """Returns a year that stands for ``first`` to ``last``."""
        year = super().__new__(cls, first)
        year.last = first if last is None else last
        year.written = written or (
            str(int(first)) if year.last == first else f"{int(first)}-{year.last}"
        )
        return year

    def __reduce__(self) -> tuple[type[Year], tuple[int, int, str]]:
        return Year, (int(self), self.last, self.written)

    def __str__(self) -> str:
        return self.written


def last_of(year: int) -> int:
    """Returns the last year of a range, or the year itself."""
    return year.last if isinstance(year, Year) else year


def as_written(year: int | None) -> int | str | None:
    """Returns a year for a table: the number, or the original text if it says more."""
    return year.written if isinstance(year, Year) else year


def read_year(text: str) -> int | None:
    """Reads a date; anything but a plain four-digit year becomes a ``Year``.

    Returns:
        None if the text says that there is no date.

    Raises:
        ValueError: The text is not a date.
    """
    written = visible(text)
    plain = plain_date(written)
    if says_no_date(plain):
        return None
    if re.fullmatch(r"\d{4}([.,]0+)?", plain) and int(plain[:4]) in YEARS:
        return int(plain[:4])
    found = range_of(plain) if len(written) <= LONGEST else None
    if found is None:
        raise ValueError(f"{written!r} is no year")
    return Year(*found, written)
