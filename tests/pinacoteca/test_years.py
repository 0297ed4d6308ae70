"""Dates in the many forms that catalogues use."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from pinacoteca.years import Year, last_of, read_year


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1907", 1907, 1907),
        ("1907.0", 1907, 1907),
        ("c. 1907", 1907, 1907),
        ("ca. 1890", 1890, 1890),
        ("c1907", 1907, 1907),
        ("cca 1907", 1907, 1907),
        ("about 1870", 1870, 1870),
        ("1907?", 1907, 1907),
        ("[1907]", 1907, 1907),
        ("[c. 1907?]", 1907, 1907),
        ("1907.", 1907, 1907),
        ("anul 1907", 1907, 1907),
        ("după 1907", 1907, 1907),
        ("1907\u200b", 1907, 1907),
        ("1907-1908", 1907, 1908),
        ("1907\u20131908", 1907, 1908),
        ("1907/08", 1907, 1908),
        ("1907-8", 1907, 1908),
        ("c. 1907 - c. 1910", 1907, 1910),
        ("1998-2001", 1998, 2001),
        ("1912-05", 1912, 1912),
        ("1907 sau 1908", 1907, 1908),
        ("între 1907 și 1910", 1907, 1910),
        ("anii 1920", 1920, 1929),
        ("anii '20", 1920, 1929),
        ("anii '20-'30", 1920, 1939),
        ("early 1920s", 1920, 1929),
        ("190-?", 1900, 1909),
        ("[18--]", 1800, 1899),
        ("sec. XIX", 1801, 1900),
        ("secolul al XX-lea", 1901, 2000),
        ("sec. XIX-XX", 1801, 2000),
        ("sfârșitul sec. XIX", 1801, 1900),
        ("a doua jumătate a sec. XIX", 1851, 1900),
        ("1st half of the 19th century", 1801, 1850),
        ("late 19th c.", 1801, 1900),
        ("XIX", 1801, 1900),
        ("1907-05-01", 1907, 1907),
        ("1907-05-01 00:00:00", 1907, 1907),
        ("1.05.1907", 1907, 1907),
        ("12.V.1907", 1907, 1907),
        ("1 mai 1907", 1907, 1907),
        ("May 1, 1907", 1907, 1907),
        ("not after 1907", 1907, 1907),
        ("nu mai târziu de 1907", 1907, 1907),
        ("în jurul anului 1907", 1907, 1907),
        ("pe la 1907", 1907, 1907),
        ("începând cu 1907", 1907, 1907),
        ("pictat în vara lui 1907", 1907, 1907),
        ("dat. 1907", 1907, 1907),
        ("anul 1907 e.n.", 1907, 1907),
        ("1907-05-01T00:00:00Z", 1907, 1907),
        ("\u22481907", 1907, 1907),
        ("[19]07", 1907, 1907),
        ("1907 & 1908", 1907, 1908),
        ("1907-'08", 1907, 1908),
        ("1999/00", 1999, 2000),
        ("între anii 1907-1910", 1907, 1910),
        ("anii 1910-1915", 1910, 1915),
        ("anii 1920-1930", 1920, 1939),
        ("1920-30s", 1920, 1939),
        ("'20s", 1920, 1929),
        ("the twenties", 1920, 1929),
        ("anii douăzeci", 1920, 1929),
        ("începutul anilor 1920", 1920, 1929),
        ("prima jumătate a anilor '20", 1920, 1924),
        ("anii 60 ai secolului al XIX-lea", 1860, 1869),
        ("deceniul 3 al sec. XX", 1921, 1930),
        ("deceniul al IV-lea al secolului al XX-lea", 1931, 1940),
        ("nineteenth century", 1801, 1900),
        ("secolul al nouăsprezecelea", 1801, 1900),
        ("sec. al XVIII-lea - al XIX-lea", 1701, 1900),
        ("late 19th \u2013 early 20th century", 1801, 2000),
        ("fin du XIXe siècle", 1801, 1900),
        ("sec. XXI", 2001, 2099),
        ("sec. XIX (1850-1875)", 1850, 1875),
        ("jumătatea a doua a sec. XIX", 1851, 1900),
        ("a II-a jum. a sec. XIX", 1851, 1900),
        ("ultimul sfert al sec. XIX", 1876, 1900),
        ("2nd quarter of the 20th century", 1926, 1950),
        ("ultima treime a secolului al XIX-lea", 1867, 1900),
    ],
)
def test_a_date_is_a_range_and_shown_as_written(text: str, first: int, last: int) -> None:
    year = read_year(text)

    assert year is not None
    assert (year, last_of(year)) == (first, last)
    assert str(year) == ("1907" if text == "1907.0" else text.replace("\u200b", ""))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "?",
            "-",
            "n.d.",
            "s. d.",
            "nedatat",
            "Fără dată",
            "unknown",
            "(?)",
            "[???]",
            "\u2026",
        ),
        *("(undated)", "Nedatat.", "n/d", "date unknown", "nesemnat, nedatat", "0000"),
    ],
)
def test_a_date_may_say_that_there_is_none(text: str) -> None:
    assert read_year(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("abc", "907", "19O7", "3000", "12345", "30 x 40", "restored 1950", "inv. 1907"),
        *("Aug-07", "1907, " * 50, "1200 î.Hr.", "1200 BC", "sec. XII î.e.n.", "1500 av. J.-C."),
        *("Paris, 1907", "copie după 1907", "1907 (turnat 1950)", "deceniul 3", "sec. X"),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no year"):
        read_year(text)


def test_a_range_is_a_number_wherever_numbers_are_wanted() -> None:
    year = Year(1907, 1910)

    assert json.dumps([year]) == "[1907]"
    assert sorted([Year(1910), 1908, year]) == [1907, 1908, 1910]
    assert f"{year}" == "1907-1910"
    for same in (pickle.loads(pickle.dumps(year)), copy.deepcopy(year)):
        assert (same, same.last, same.written) == (1907, 1910, "1907-1910")
