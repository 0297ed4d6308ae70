"""The answer as HTML; everything that comes from a table is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from pictures import hash_address
from texts import (
    TEXTS,
    Language,
    movement_name,
    movement_sentence,
    movement_years,
    number,
    percent,
)

from pinacoteca.collection import Collection
from pinacoteca.movements import MOVEMENTS, Movement
from pinacoteca.results import MovementProbability, Neighbour, QueryResult

MOVEMENTS_SHOWN = 5
# Below an even chance the page names the second movement too.
SURE = 0.5


def answer_html(result: QueryResult, collection: Collection, language: Language) -> str:
    """Returns the movement and the neighbours."""
    cards = "".join(
        _neighbour_html(neighbour, collection, language) for neighbour in result.neighbours
    )
    texts = TEXTS[language]
    return (
        f'<div class="answer">{_stranger_html(result, language)}'
        f"{_movement_html(result, language)}"
        f'<section class="nearest"><h2 class="eyebrow">{escape(texts.neighbours)}</h2>'
        f'<ol class="neighbours">{cards}</ol></section></div>'
    )


def empty_html(language: Language) -> str:
    """Returns what stands in the place of the answer before there is one."""
    return _notice(TEXTS[language].nothing_yet, TEXTS[language].nothing_yet_hint)


def unreadable_html(reason: str, language: Language) -> str:
    """Returns what stands there for a file that is no picture; ``reason`` is in English."""
    texts = TEXTS[language]
    return _notice(texts.unreadable, reason if language == "en" else texts.unreadable_hint)


def _notice(heading: str, sentence: str) -> str:
    return (
        f'<div class="answer empty"><p class="invitation">{escape(heading)}</p>'
        f"<p>{escape(sentence)}</p></div>"
    )


def header_html(language: Language) -> str:
    """Returns the title of the page."""
    return f"<header><h1>Pinacoteca</h1><p>{escape(TEXTS[language].subtitle)}</p></header>"


def footer_html(known: Sequence[Movement], language: Language) -> str:
    """Returns what the network knows, what happens to an upload, and whose everything is."""
    texts = TEXTS[language]
    unknown = [movement for movement in MOVEMENTS if movement not in known]
    paragraphs = [
        texts.knows.format(count=len(known), movements=_listed(known, language)),
        texts.knows_not.format(movements=_listed(unknown, language)) if unknown else "",
        texts.privacy,
        texts.rights,
    ]
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs if text)
    return f'<footer class="about"><h2>{escape(texts.about)}</h2>{body}</footer>'


def _listed(movements: Iterable[Movement], language: Language) -> str:
    return ", ".join(movement_name(movement, language) for movement in movements)


def _stranger_html(result: QueryResult, language: Language) -> str:
    if result.looks_like_a_painting:
        return ""
    texts = TEXTS[language]
    return (
        f'<aside class="stranger"><p class="invitation">{escape(texts.stranger)}</p>'
        f"<p>{escape(texts.stranger_hint)}</p></aside>"
    )


def _movement_html(result: QueryResult, language: Language) -> str:
    texts = TEXTS[language]
    movements = result.movements
    best, second = movements[0], movements[1] if len(movements) > 1 else None
    name = escape(movement_name(best.movement, language))
    # The probabilities were calibrated on paintings.
    notes = (
        [texts.calibrated.format(right=f"{100 * best.probability:.0f}")]
        if result.looks_like_a_painting
        else []
    )
    if second is not None and best.probability < SURE:
        other = movement_name(second.movement, language)
        notes.insert(0, texts.unsure.format(second=other))
    bars = "".join(_bar_html(entry, language) for entry in movements[:MOVEMENTS_SHOWN])
    return (
        f'<section class="movement"><h2 class="eyebrow">{escape(texts.movement)}</h2>'
        f'<div class="verdict"><p class="name">{name}</p>'
        f'<p class="years">{escape(movement_years(best.movement, language))}</p>'
        f"<p>{escape(movement_sentence(best.movement, language))}</p>"
        f'<p class="note">{escape(" ".join(notes))}</p></div>'
        f'<ul class="bars" aria-label="{escape(texts.probabilities)}">{bars}</ul></section>'
    )


def _bar_html(entry: MovementProbability, language: Language) -> str:
    width = f"{100 * entry.probability:.1f}"
    return (
        f'<li><span class="label">{escape(movement_name(entry.movement, language))}</span>'
        f'<span class="track" aria-hidden="true"><span style="width: {width}%"></span></span>'
        f'<span class="value">{escape(percent(entry.probability, language))}</span></li>'
    )


def _neighbour_html(neighbour: Neighbour, collection: Collection, language: Language) -> str:
    texts = TEXTS[language]
    painting = collection.painting(neighbour.image_id)
    alternative = (
        texts.picture_of.format(artist=painting.artist, title=painting.title)
        if painting.artist
        else painting.title
    )
    style = (
        f"--proportions: {painting.width / painting.height:.4f}; "
        f"background-image: url('{hash_address(painting)}')"
    )
    year = str(neighbour.year) if neighbour.year is not None else texts.year_unknown
    facts = " · ".join(fact for fact in (year, neighbour.style) if fact)
    artist = f'<span class="artist">{escape(neighbour.artist)}</span>' if neighbour.artist else ""
    distance = texts.neighbour_distance.format(distance=number(neighbour.distance, 3, language))
    links = " ".join(
        f'<a href="{escape(neighbour.links[kind])}" target="_blank" '
        f'rel="noopener noreferrer">{escape(text)}</a>'
        for kind, text in (("page", texts.page), ("image", texts.picture))
        # Somebody else's table may hold an address that runs a script.
        if neighbour.links.get(kind, "").startswith(("https://", "http://"))
    )
    return (
        f'<li><figure><div class="frame"><img src="pictures/{quote(neighbour.image_id, safe="")}" '
        f'alt="{escape(alternative)}" style="{style}"></div>'
        f'<figcaption><span class="rank">{neighbour.rank}</span>'
        f"{artist}"
        f"<cite>{escape(neighbour.title)}</cite>"
        f'<span class="facts">{escape(facts)}</span>'
        f'<span class="facts">{escape(distance)}</span>'
        f'<span class="links">{links}</span></figcaption></figure></li>'
    )
