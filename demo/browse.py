"""The collection as HTML, artist by artist; values from its table are escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import quote

from pictures import hash_address
from texts import TEXTS, Language, artist_name, facts_of

from pinacoteca.collection import Collection, Painting
from pinacoteca.selection import Selection, plain
from pinacoteca.styles import style_name
from pinacoteca.years import last_of

PAGE_SIZE = 30
# Stands for the empty slug of unknown painters; no slug contains it.
UNKNOWN = "~"


@dataclass(frozen=True)
class Filter:
    """A visitor's filters.

    Attributes:
        words: Words that must all be in the title or the artist's name; see ``Selection.words``.
        styles: See ``Selection``, as for both years.
        first_year: See there.
        last_year: See there.
        artist: The slug of a painter; ``UNKNOWN`` for unknown painters; empty for all.
    """

    words: str = ""
    styles: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    artist: str = ""

    def paintings(self, collection: Collection) -> list[Painting]:
        """Returns the paintings that pass all filters but the artist, by artist, year and title."""
        selection = Selection((), self.styles, self.first_year, self.last_year)
        words = plain(self.words).split()
        found = [
            painting
            for painting, meets in zip(
                collection.paintings, selection.mask(collection.paintings), strict=True
            )
            if meets and _has_words(painting, words)
        ]
        return sorted(found, key=_place_in_table)


def browse_html(collection: Collection, chosen: Filter, page: int, language: Language) -> str:
    """Returns the artists with their numbers of matching paintings, and a page of paintings.

    Args:
        collection: The collection.
        chosen: The filters.
        page: 0 for the first; a number that is too high shows the last.
        language: The language of the texts.
    """
    everybodys = chosen.paintings(collection)
    paintings = [
        painting
        for painting in everybodys
        if chosen.artist in ("", painting.artist_slug or UNKNOWN)
    ]
    page = max(0, min(page, (len(paintings) - 1) // PAGE_SIZE))
    start = page * PAGE_SIZE
    return (
        f'<div class="browse">{_artists_html(everybodys, chosen.artist, language)}'
        f'<section class="paintings">'
        f"{_paintings_html(paintings, start, language)}"
        f"{_pages_html(len(paintings), page, language)}</section></div>"
    )


def style_choices(collection: Collection, language: Language) -> list[tuple[str, str]]:
    """Returns the styles of a collection, most frequent first, as pairs of label and value."""
    counts = Counter(painting.style for painting in collection.paintings)
    unnamed = TEXTS[language].map_no_style
    return [
        (f"{style_name(style, language) or unnamed} ({count})", style)
        for style, count in counts.most_common()
    ]


def year_choices(collection: Collection) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Returns the choices for the first and the last year, by decades; 0 is any."""
    years = [painting.year for painting in collection.paintings if painting.year is not None]
    last = max(map(last_of, years), default=0)
    decades = range(min(years) // 10 * 10, last + 1, 10) if years else range(0)
    starts = [(str(year), year) for year in decades]
    ends = [(str(year + 9), year + 9) for year in decades]
    return [("", 0), *starts], [("", 0), *ends]


def _has_words(painting: Painting, words: Sequence[str]) -> bool:
    text = plain(f"{painting.artist} {painting.title}")
    return all(word in text for word in words)


def _place_in_table(painting: Painting) -> tuple[str, str, bool, int, str]:
    undated = painting.year is None
    surname = painting.artist_slug.rsplit("-", 1)[-1]
    return surname, painting.artist_slug, undated, painting.year or 0, plain(painting.title)


def _artists_html(paintings: Sequence[Painting], chosen: str, language: Language) -> str:
    items = "".join(
        f'<li><button type="button" data-kind="artist" data-key="{escape(slug or UNKNOWN)}" '
        f'aria-pressed="{str((slug or UNKNOWN) == chosen).lower()}">'
        f"<span>{escape(artist_name(works[0].artist, language))}</span>"
        f'<span class="number">{len(works)}</span>'
        f'<span class="years">{escape(_years(works, language))}</span></button></li>'
        for slug, works in _by_artist(paintings)
    )
    heading = escape(TEXTS[language].browse_artists)
    return f'<nav class="artists" aria-label="{heading}"><h3>{heading}</h3><ul>{items}</ul></nav>'


def _paintings_html(paintings: Sequence[Painting], start: int, language: Language) -> str:
    texts = TEXTS[language]
    if not paintings:
        return f"<p>{escape(texts.browse_nothing)}</p>"
    works_of = dict(_by_artist(paintings))
    sections = []
    for slug, shown in _by_artist(paintings[start : start + PAGE_SIZE]):
        works = works_of[slug]
        figures = "".join(_painting_html(painting, language) for painting in shown)
        facts = " · ".join(filter(None, [_years(works, language), str(len(works))]))
        sections.append(
            f'<h4 class="artist">{escape(artist_name(works[0].artist, language))} '
            f"<span>{escape(facts)}</span></h4>"
            f'<ul class="rows">{figures}</ul>'
        )
    return "".join(sections)


def _painting_html(painting: Painting, language: Language) -> str:
    texts = TEXTS[language]
    proportions = painting.width / painting.height
    facts = facts_of(painting, language)
    artist = artist_name(painting.artist, language)
    label = texts.browse_search_with.format(artist=artist, title=painting.title)
    address = f"pictures/{quote(painting.image_id, safe='')}"
    return (
        f'<li style="--proportions: {proportions:.4f}">'
        f'<button type="button" data-kind="painting" data-key="{escape(painting.image_id)}" '
        f'title="{escape(texts.map_search_with)}" aria-label="{escape(label)}">'
        f'<img src="{address}" alt="" loading="lazy" '
        f"style=\"background-image: url('{hash_address(painting)}')\">"
        f"<cite>{escape(painting.title)}</cite>"
        f'<span class="facts">{escape(facts)}</span></button></li>'
    )


def _pages_html(count: int, page: int, language: Language) -> str:
    if not count:
        return ""
    texts = TEXTS[language]
    start, end = page * PAGE_SIZE, min((page + 1) * PAGE_SIZE, count)
    found = texts.browse_found.format(first=start + 1, last=end, count=count)
    buttons = [
        f'<button type="button" data-kind="page" data-key="{target}"'
        f"{'' if there else ' disabled'}>{escape(text)}</button>"
        for target, there, text in (
            (page - 1, page > 0, texts.browse_previous),
            (page + 1, end < count, texts.browse_next),
        )
    ]
    return (
        f'<div class="pages">{buttons[0]}<span class="found" role="status">{escape(found)}</span>'
        f"{buttons[1]}</div>"
    )


def _years(works: Iterable[Painting], language: Language) -> str:
    """Returns the range of years of an artist's dated works."""
    years = [painting.year for painting in works if painting.year is not None]
    if not years:
        return TEXTS[language].year_unknown
    first, last = int(min(years)), max(map(last_of, years))
    return str(first) if first == last else f"{first}–{last}"  # noqa: RUF001 - a range


def _by_artist(paintings: Iterable[Painting]) -> list[tuple[str, list[Painting]]]:
    groups = groupby(paintings, key=lambda painting: painting.artist_slug)
    return [(slug, list(works)) for slug, works in groups]
