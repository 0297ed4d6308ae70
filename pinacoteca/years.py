"""Years as catalogues write them: "c. 1907", "1907/08", "anii 1920", "sec. XIX".

An uncertain year is a range: filters match any year of the range, sorting uses the first, and
people see the original text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Self

from pinacoteca.spelling import visible

YEARS = range(1000, 2100)
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
    plain = _plain(written)
    if plain in _NO_DATE:
        return None
    if re.fullmatch(r"\d{4}([.,]0+)?", plain) and int(plain[:4]) in YEARS:
        return int(plain[:4])
    found = _ranges(plain) if len(written) <= LONGEST else None
    if found is None:
        raise ValueError(f"{written!r} is no year")
    return Year(*found, written)


def _plain(text: str) -> str:
    """Returns a date in lower case without accents, with one kind of dash and quote."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    dashed = re.sub("[\u2010-\u2015\u2212]", "-", letters)
    quoted = re.sub("[\u2018\u2019\u02bc`\u00b4]", "'", dashed)
    return quoted.replace("1st half", "first half").replace("2nd half", "second half").strip()


_NONE = """
||?|??|-|--|---|.|0|x|n.d.|n.d|nd|n. d.|s.d.|s.d|sd|s. d.|s.a.|s. a.|f.d.|f. d.|f.a.|f. a.|o.j.
|o. j.|fara data|fara an|undated|no date|not dated|unknown|nedatat|nedatata|necunoscut|necunoscuta
|an necunoscut|data necunoscuta|sans date|nan|none|null|n/a|#n/a
"""
_NO_DATE = frozenset(each.strip() for each in _NONE.split("|"))
_MONTHS = (
    "jan|feb|mar|apr|mai|may|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|ian|iun|iul|noi|"
    "january|february|march|april|june|july|august|september|october|november|december|"
    "ianuarie|februarie|martie|aprilie|iunie|iulie|septembrie|octombrie|noiembrie|decembrie|"
    "spring|summer|autumn|fall|winter|primavara|vara|toamna|iarna"
)
# Words around the numbers of a date that do not change them.
_AROUND = """
c ca cca circa cirka cam about around approx approximately aprox aproximativ vers um etwa catre spre
inspre probabil probably perhaps possibly poate posibil presumably likely estimated estimat estimate
anului anul an anii a al ale lea in din de la dupa inainte pana intre si sau ori or and und et to
from until till up by before after post ante between year years the of dated datat datata semnat
semnata signed s sec secol secolul secolului secolele veac veacul century centuries cent th st nd rd
inceput inceputul inceputului incep sfarsit sfarsitul sfarsitului sf mijloc mijlocul mijlocului
jumatate jumatatea prima primul doua ii i sfert sfertul early late mid middle half first second
third last quarter end beginning start deceniul decade jh jahrhundert siecle e eme er ad ce en hr d
"""
_WORDS = frozenset(_AROUND.split())
_ROMAN = r"(?:xxi|xx|xix|xviii|xvii|xvi|xv|xiv|xiii|xii|xi)"
_ROMAN_VALUES = {
    name: number for number, name in enumerate(reversed(_ROMAN[3:-1].split("|")), start=11)
}
_YEAR = r"(?<!\d)(?:1\d{3}|20\d{2})(?!\d)"
_OR = r"\s*(?:-|/|\bor\b|\bto\b|\bsau\b|\bori\b|\bsi\b|\band\b|\bpana in\b|\bpana la\b)\s*"
_CENTURY = r"(?:centur(?:y|ies)|cent\b\.?|c\b\.?|siecles?|jahrhunderts?|jh\b\.?)"
_SECOL = r"(?:secol(?:ul|ului|ele)?|veac(?:ul|ului)?|sec\b\.?|s\b\.)\s*(?:al\s+)?(?:a\s+)?"
# The first alternative that matches wins, so the longer ones come first.
_DATE = re.compile(
    "|".join(
        (
            # 1907-05-01 00:00:00, and 1907:05:01, the form of cameras
            rf"(?P<iso>{_YEAR})[-./:]\d{{1,2}}[-./:]\d{{1,2}}(?!\d)(?:[t ]\d\d?:\d\d(?::[\d.]+)?)?",
            # 1.05.1907, 1/5/1907, 1 V 1907, V.1907, 05.1907
            rf"(?:\d{{1,2}}[./ -]{{1,2}})?(?<![\da-z])(?:\d{{1,2}}|[ivx]{{1,4}})[./ -]{{1,2}}"
            rf"(?P<day>{_YEAR})(?!\s*[-/]\s*\d)",
            # anii 1920-30, anii '20, 1920s
            rf"\banii\s+'?(?P<ten>\d0|{_YEAR})(?:'?s)?(?:{_OR}'?(?P<to_ten>\d0|{_YEAR}))?(?!\d)",
            rf"(?P<tens>(?<!\d)(?:1\d|20)\d0)'?s\b"
            rf"(?:{_OR}(?P<to_tens>(?:(?:1\d|20))?\d0)'?s\b)?",
            # 190-?, 19--, 190x: libraries leave out unknown digits
            r"(?<!\d)(?P<hundred>1\d|20)(?:--|\?\?|xx|__)",
            r"(?<!\d)(?P<tenth>1\d\d|20\d)(?:[-_x](?![\da-z])|\?(?=\W*$))",
            # 1907-1908, 1907/08, 1907-8
            rf"(?P<first>{_YEAR})[?)\]]*(?:{_OR})[(\[]*(?P<last>{_YEAR}|\d{{1,2}}(?!\d))",
            rf"(?P<one>{_YEAR})(?:[.,]0\b)?",
            # sec. al XIX-lea, sec. 19, sec. XIX-XX
            rf"{_SECOL}(?P<sec>{_ROMAN}|\d{{2}})(?:\s*-?\s*lea)?(?![\da-z])"
            rf"(?:{_OR}(?:{_SECOL})?(?P<to_sec>{_ROMAN}|\d{{2}})(?:\s*-?\s*lea)?(?![\da-z]))?",
            # 19th century, XIXe siècle, 19. Jh.
            rf"(?<![\da-z])(?P<cent>{_ROMAN}|\d{{2}})\s*-?(?:th|st|nd|rd|e|eme|\.)?"
            rf"(?:{_OR}(?P<to_cent>{_ROMAN}|\d{{2}})\s*-?(?:th|st|nd|rd|e|eme|\.)?)?"
            rf"[\s-]*{_CENTURY}",
            # XIX, alone or with a second one
            rf"(?<![\da-z])(?P<roman>{_ROMAN})(?![\da-z])",
        )
    )
)


def _ranges(plain: str) -> tuple[int, int] | None:
    """Returns the first and the last year of a date; None if the text is not a date."""
    spans = [span for match in _DATE.finditer(plain) for span in _spans(match)]
    rest = _DATE.sub(" ", plain)
    words = re.findall(r"[a-z]+|\d+", rest)
    has_month = any(re.fullmatch(_MONTHS, word) for word in words)
    for word in words:
        if word.isdigit():
            # The day of a month.
            if not (has_month and int(word) <= 31):
                return None
        elif word not in _WORDS and not re.fullmatch(_MONTHS, word):
            return None
    if not spans or re.search(r"[^\w\s.,;:?!'\"~\u00b1<>()\[\]{}/+=*-]", rest):
        return None
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    if first not in YEARS or last not in YEARS:
        return None
    return _half(rest, first, last)


def _half(rest: str, first: int, last: int) -> tuple[int, int]:
    """Returns the half of a century if the words around it name one."""
    if last - first == 99:
        if re.search(r"\b(first half|prima jumatate)\b", rest):
            return first, first + 49
        if re.search(r"\b(second half|a doua jumatate)\b", rest):
            return first + 50, last
    return first, last


def _spans(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    found = {name: text for name, text in match.groupdict().items() if text}
    for name in ("iso", "day", "one"):
        if name in found:
            yield int(found[name]), int(found[name])
    if "first" in found:
        yield _years(found["first"], found["last"])
    for name in ("ten", "to_ten", "tens", "to_tens"):
        if name in found:
            start = int(found[name]) + (1900 if len(found[name]) == 2 else 0)
            if name == "to_tens" and len(found[name]) == 2:
                start = int(found["tens"]) // 100 * 100 + int(found[name])
            yield start, start + 9
    if "tenth" in found:
        yield 10 * int(found["tenth"]), 10 * int(found["tenth"]) + 9
    if "hundred" in found:
        yield 100 * int(found["hundred"]), 100 * int(found["hundred"]) + 99
    for name in ("sec", "to_sec", "cent", "to_cent", "roman"):
        if name in found:
            text = found[name]
            century = _ROMAN_VALUES.get(text) or int(text)
            yield 100 * century - 99, 100 * century


def _years(first: str, last: str) -> tuple[int, int]:
    """Returns a range; the second number may be shortened, or be the month of the first year."""
    start = int(first)
    if len(last) == 4:
        return min(start, int(last)), max(start, int(last))
    unit: int = 10 ** len(last)
    end = start // unit * unit + int(last)
    return start, end if end > start else start
