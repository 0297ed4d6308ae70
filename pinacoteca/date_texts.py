"""Reads dates as catalogues write them in English and Romanian, with some French and German."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

YEARS = range(1000, 2100)

# Only letters and digits count. Nothing but signs, such as "?", means no date too.
_NONE = """
|0|0000|x|n d|nd|s d|sd|s a|sine anno|f d|f a|f an|o j|fara data|fara an|undated|no date|not dated
|unknown|unknown date|date unknown|nedatat|nedatata|nedatabil|nedatabila|necunoscut|necunoscuta
|an necunoscut|data necunoscuta|nesemnat nedatat|nesemnata nedatata|nesemnat si nedatat
|unsigned undated|unsigned and undated|sans date|ohne datum|nan|none|null|n a
"""
_NO_DATE = frozenset(each.strip() for each in _NONE.split("|"))
_MONTHS = (
    "jan|feb|mar|apr|mai|may|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|ian|iun|iul|noi|"
    "january|february|march|april|june|july|august|september|october|november|december|"
    "ianuarie|februarie|martie|aprilie|iunie|iulie|septembrie|octombrie|noiembrie|decembrie|"
    "spring|summer|autumn|fall|winter|primavara|vara|toamna|iarna|primaverii|verii|toamnei|iernii"
)
# Words around the numbers of a date that do not change them.
_AROUND = """
c ca cca circa cirka cam about around approx approximate approximately aprox aproximativ vers env
environ um etwa vor nach avant apres catre spre inspre prin pe jur jurul probabil prob probably
perhaps possibly poate posibil presumably likely estimated estimat estimate anului anul an anno
domini anii anilor ani a al ale lea ai lui in din de la dupa inainte pana intre si sau ori or and
und et to from until till up by before no not than nu mai tarziu devreme after post ante pre between
later earlier onwards since cu incepand year years the of dated datat datata dat semnat semnata
signed painted made created executed pictat pictata realizat realizata executat executata lucrat
lucrata s sec secol secolul secolului secolele secolelor veac veacul century centuries cent th st nd
rd inceput inceputul inceputului incep sfarsit sfarsitul sfarsitului sf mijloc mijlocul mijlocului
jumatate jumatatea prima primul primele primii ultimele ultimii doua ii i sfert sfertul early late
mid middle half first second third last quarter end beginning start deceniul deceniile decenii
decade decades jh jahrhundert siecle debut fin milieu du e n eme er ad ce en hr d
"""
_WORDS = frozenset(_AROUND.split())
_WRITTEN_OUT = {
    "saptesprezecelea": "17",
    "optsprezecelea": "18",
    "nouasprezecelea": "19",
    "douazecilea": "20",
    "seventeenth": "17th",
    "eighteenth": "18th",
    "nineteenth": "19th",
    "twentieth": "20th",
    "the twenties": "1920s",
    "the thirties": "1930s",
    "anii douazeci": "anii 1920",
    "anii treizeci": "anii 1930",
}
_BEFORE_CHRIST = re.compile(
    r"\bb\.?\s*c\b|\bi\.?\s*(?:d\.?\s*)?hr\b|\bi\.?\s*e\.?\s*n\b|\ba\.\s*c\b|\b[av]v?\.?\s*(?:chr|j\b)"
)
_ROMAN = r"(?:xxi|xx|xix|xviii|xvii|xvi|xv|xiv|xiii|xii|xi)"
_ROMAN_VALUES = {
    name: number for number, name in enumerate(reversed(_ROMAN[3:-1].split("|")), start=11)
}
_YEAR = r"(?<!\d)(?:1\d{3}|20\d{2})(?!\d)"
_TEN = r"(?:1\d|20)\d0"
_OR = (
    r"\s*(?:-|/|&|\bor\b|\bto\b|\bsau\b|\bori\b|\bsi\b|\band\b|\bbis\b|\bpana in\b|\bpana la\b)\s*"
)
_NUMBER = rf"(?:{_ROMAN}|\d{{2}})"
_LEA = r"(?:\s*-?\s*lea)?(?![\da-z])"
_TH = r"\s*-?(?:th|st|nd|rd|e|eme|\.)?"
_LATE = r"(?:(?:early|mid|late|the)[\s-]+)*"
_CENTURY = r"(?:centur(?:y|ies)|cent\b\.?|c\b\.?|siecles?|jahrhunderts?|jh\b\.?)"
_SECOL = r"(?:secol(?:ul|ului|ele|elor)?|veac(?:ul|ului)?|sec\b\.?|s\b\.)\s*(?:al\s+)?(?:a\s+)?"
_DECADES = (
    "intai|i|1",
    "doilea|ii|2",
    "treilea|iii|trei|3",
    "patrulea|iv|patru|4",
    "cincilea|v|cinci|5",
    "saselea|vi|sase|6",
    "saptelea|vii|sapte|7",
    "optulea|viii|opt|8",
    "noualea|ix|noua|9",
    "zecelea|x|zece|10",
)
_DECADE_VALUES = {
    name: 10 * tens for tens, names in enumerate(_DECADES) for name in names.split("|")
}
# The first alternative that matches wins, so the longer ones come first.
_DATE = re.compile(
    "|".join(
        (
            # 1907-05-01 00:00:00, and 1907:05:01, the form of cameras
            rf"(?P<iso>{_YEAR})[-./:]\d{{1,2}}[-./:]\d{{1,2}}(?!\d)"
            r"(?:[t ]\d\d?:\d\d(?::[\d.]+)?z?)?",
            # 1.05.1907, 1/5/1907, 1 V 1907, V.1907, 05.1907
            rf"(?:\d{{1,2}}[./ -]{{1,2}})?(?<![\da-z])(?:\d{{1,2}}|[ivx]{{1,4}})[./ -]{{1,2}}"
            rf"(?P<day>{_YEAR})(?!\s*[-/]\s*\d)",
            # anii '60 ai sec. XIX, deceniul 3 al sec. XX
            rf"\b(?:anii|anilor)\s+'?(?P<ten_in>\d0)\s+(?:ai\s+|din\s+)?"
            rf"{_SECOL}(?P<ten_sec>{_NUMBER}){_LEA}",
            rf"\bdeceniul\s+(?:al\s+)?(?P<decade>{'|'.join(_DECADES)})(?:-?lea)?\s+"
            rf"(?:al\s+|din\s+)?{_SECOL}(?P<decade_sec>{_NUMBER}){_LEA}",
            # anii 1920-30, anii '20
            rf"\b(?:anii|anilor)\s+'?(?P<ten>\d0|{_TEN})(?:'?s)?"
            rf"(?:{_OR}'?(?P<to_ten>\d0|{_TEN}))?(?!\d|{_OR}'?\d)",
            # 1920s, 1920s-1930s, 1920-30s, the '20s
            rf"(?<!\d)(?P<tens>{_TEN})(?:'?s\b|(?={_OR}'?(?:1\d|20)?\d0'?s\b))"
            rf"(?:{_OR}'?(?P<to_tens>(?:1\d|20)?\d0)'?s\b)?",
            r"(?<![\d-])'?(?P<short_tens>\d0)'?s\b",
            # 190-?, 19--, 190x: libraries leave out unknown digits
            r"(?<!\d)(?P<hundred>1\d|20)(?:--|\?\?|xx|__)",
            r"(?<!\d)(?P<tenth>1\d\d|20\d)(?:[-_x](?![\da-z])|\?(?=\W*$))",
            # 1907-1908, 1907/08, 1907-8
            rf"(?P<first>{_YEAR})[?)\]]*(?:{_OR})[(\[]*'?(?P<last>{_YEAR}|\d{{1,2}}(?!\d))",
            rf"(?P<one>{_YEAR})(?:[.,]0\b)?",
            # sec. al XIX-lea, sec. 19, sec. XIX-XX
            rf"{_SECOL}(?P<sec>{_NUMBER}){_LEA}(?:{_OR}(?:{_SECOL})?(?P<to_sec>{_NUMBER}){_LEA})?",
            # 19th century, XIXe siècle, 19. Jh., late 19th - early 20th century
            rf"(?<![\da-z])(?P<cent>{_NUMBER}){_TH}(?:{_OR}{_LATE}(?P<to_cent>{_NUMBER}){_TH})?"
            rf"[\s-]*{_CENTURY}",
            # XIX, alone or with a second one
            rf"(?<![\da-z])(?P<roman>{_ROMAN})(?![\da-z])",
        )
    )
)
_PARTS = {
    "half": 2,
    "jum": 2,
    "treime": 3,
    "third": 3,
    "quarter": 4,
    "sfert": 4,
    "patrar": 4,
}
_ORDER = {
    "1": 1,
    "i": 1,
    "first": 1,
    "prim": 1,
    "2": 2,
    "ii": 2,
    "second": 2,
    "doua": 2,
    "doilea": 2,
    "3": 3,
    "iii": 3,
    "third": 3,
    "treia": 3,
    "treilea": 3,
    "4": 4,
    "iv": 4,
    "fourth": 4,
    "patra": 4,
    "patrulea": 4,
    "last": 0,
    "ultim": 0,
}
_NTH = (
    rf"(?<![\da-z])(?:al?\s+)?(?P<nth>{'|'.join(sorted(_ORDER, key=len, reverse=True))})"
    r"(?:st|nd|rd|th|ul|-?a|-?lea|\.)?"
)
_PART = r"(?P<part>half|third|quarter|jum\b\.?|jumatatea?|sfert(?:ul)?|treimea?|patrar(?:ul)?)"
# "first half", "a doua jumătate", and the other way round: "jumătatea a doua".
_FRACTIONS = (
    re.compile(rf"{_NTH}\s+{_PART}(?![a-z])"),
    re.compile(rf"\b{_PART}\s+{_NTH}(?![\da-z])"),
)


def plain_date(text: str) -> str:
    """Returns a date in lower case without accents, with one kind of dash and quote."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    dashed = re.sub("[\u2010-\u2015\u2212]", "-", letters)
    quoted = re.sub("[\u2018\u2019\u02bc`\u00b4]", "'", dashed)
    # Brackets within a number mark digits that somebody supplied: [19]07.
    whole = re.sub(r"(?<=\d)[\[\]](?=\d)", "", quoted).strip()
    # A spreadsheet may separate the thousands: 1,907.
    return re.sub(r"^([12])[., ](\d{3})$", r"\1\2", whole)


def says_no_date(plain: str) -> bool:
    """Returns whether the text of ``plain_date`` says that there is no date."""
    return " ".join(re.findall(r"[^\W_]+", plain)) in _NO_DATE


def range_of(plain: str) -> tuple[int, int] | None:
    """Returns the first and the last year of a date; None if the text is not a date.

    Args:
        plain: What ``plain_date`` returned.
    """
    if _BEFORE_CHRIST.search(plain):
        return None
    for words, digits in _WRITTEN_OUT.items():
        plain = plain.replace(words, digits)
    fraction = next((found for each in _FRACTIONS if (found := each.search(plain))), None)
    if fraction is not None:
        plain = f"{plain[: fraction.start()]} {plain[fraction.end() :]}"
    spans = [span for match in _DATE.finditer(plain) for span in _spans(match)]
    if not spans or not _is_around_a_date(_DATE.sub(" ", plain)):
        return None
    spans = _without_their_century(spans)
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    if first not in YEARS or last - 1 not in YEARS:
        return None
    first, last = _fraction_of(first, last, fraction)
    # The 21st century ends in 2100.
    return first, min(last, YEARS[-1])


def _is_around_a_date(rest: str) -> bool:
    """Returns whether what is left of a text without its years says nothing else."""
    words = re.findall(r"[a-z]+|\d+", rest)
    has_month = any(re.fullmatch(_MONTHS, word) for word in words)
    for word in words:
        if word.isdigit():
            # The day of a month.
            if not (has_month and int(word) <= 31):
                return False
        elif word not in _WORDS and not re.fullmatch(_MONTHS, word):
            return False
    return not re.search(r"[^\w\s.,;:?!'\"~\u00b1\u2248\u2264\u2265<>()\[\]{}/+=*&-]", rest)


def _without_their_century(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leaves out the century in "sec. XIX (1850-1900)", because the years say more."""
    exact = [(first, last) for first, last in spans if last - first < 99]
    if not exact or len(exact) == len(spans):
        return spans
    centuries = [span for span in spans if span not in exact]
    inside = min(centuries)[0] - 1 <= min(exact)[0] and max(exact)[1] <= max(centuries)[1]
    return exact if inside else spans


def _fraction_of(first: int, last: int, fraction: re.Match[str] | None) -> tuple[int, int]:
    """Returns the half, third or quarter of a century or decade that the words name."""
    length = last - first + 1
    if fraction is None or length not in (10, 100):
        return first, last
    parts = next(count for name, count in _PARTS.items() if fraction["part"].startswith(name))
    nth = _ORDER[fraction["nth"]] or parts
    if nth > parts:
        return first, last
    return first + length * (nth - 1) // parts, first + length * nth // parts - 1


def _spans(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    found = {name: text for name, text in match.groupdict().items() if text}
    for name in ("iso", "day", "one"):
        if name in found:
            yield int(found[name]), int(found[name])
    if "first" in found:
        yield _years(found["first"], found["last"])
    if "ten_in" in found:
        start = 100 * _century(found["ten_sec"]) - 100 + int(found["ten_in"])
        yield start, start + 9
    if "decade" in found:
        start = 100 * _century(found["decade_sec"]) - 99 + _DECADE_VALUES[found["decade"]]
        yield start, start + 9
    for name in ("ten", "to_ten", "tens", "to_tens", "short_tens"):
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
            century = _century(found[name])
            yield 100 * century - 99, 100 * century


def _century(text: str) -> int:
    return _ROMAN_VALUES.get(text) or int(text)


def _years(first: str, last: str) -> tuple[int, int]:
    """Returns a range; the second number may be shortened, or be the month of the first year."""
    start = int(first)
    if len(last) == 4:
        return min(start, int(last)), max(start, int(last))
    unit: int = 10 ** len(last)
    end = start // unit * unit + int(last)
    if last == "00":
        # No month: 1999/00.
        end += unit
    return start, end if end > start else start
