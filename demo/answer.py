"""The answer as HTML; values from a table are escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from crop import text_of
from pictures import hash_address
from texts import (
    TEXTS,
    Language,
    artist_name,
    closeness_in_words,
    facts_of,
    movement_name,
    movement_sentences,
    movement_years,
    number,
    percent,
    place_name,
)

from pinacoteca.collection import Painting
from pinacoteca.movements import MOVEMENTS, Movement
from pinacoteca.painting_within import Quadrilateral
from pinacoteca.results import MovementProbability, Neighbour, QueryResult

MOVEMENTS_SHOWN = 5
# A first movement that is less likely than this is not sure. Without prediction sets, the page then
# names the second movement as well.
SURE = 0.5
# The verdict names at most this many movements.
NAMED = 2
# Of the other movements in the prediction set, those are named that are at least this likely.
WORTH_NAMING = 0.05


def answer_html(result: QueryResult, language: Language) -> str:
    """Returns the movement and the neighbours."""
    return (
        f'<div class="answer">{_stranger_html(result, language)}'
        f"{_seen_html(result, language)}"
        f"{_movement_html(result, language)}{_nearest_html(result, language)}"
        "</div>"
    )


def empty_html(language: Language) -> str:
    """Returns the text shown before there is an answer."""
    return _notice(TEXTS[language].nothing_yet, TEXTS[language].nothing_yet_hint)


def unreadable_html(reason: str, language: Language) -> str:
    """Returns the text for a file that is not a picture; ``reason`` is in English."""
    texts = TEXTS[language]
    return _notice(texts.unreadable, reason if language == "en" else texts.unreadable_hint)


def lost_html(kind: str, heading: str, language: Language) -> str:
    """Returns the text for a lost picture; ``data-lost`` makes the page remove the picture."""
    notice = _notice(heading, TEXTS[language].lost_hint)
    return f'<div data-lost="{escape(kind)}">{notice}</div>'


def unknown_html(language: Language) -> str:
    """Returns the text for a painting that the collection does not have."""
    return _notice(TEXTS[language].unknown_painting, TEXTS[language].unknown_painting_hint)


def asked_html(painting: Painting | None, language: Language) -> str:
    """Returns the painting of the collection that is the query; nothing for None."""
    if painting is None:
        return ""
    texts = TEXTS[language]
    return (
        f'<section class="asked"><h2 class="eyebrow">{escape(texts.asked_with)}</h2>'
        f'<figure>{picture_html(painting, language)}<figcaption class="caption">'
        f"{label_html(painting, language)}</figcaption></figure>"
        f'<button type="button" class="action" data-ask="">{escape(texts.ask_with_own)}</button>'
        "</section>"
    )


def status_html(result: QueryResult | None, language: Language) -> str:
    """Returns an answer in one sentence, which a screen reader speaks when it arrives."""
    sentence = ""
    if result is not None:
        movement = movement_name(result.movements[0].movement, language)
        sentence = TEXTS[language].found.format(movement=movement, count=len(result.neighbours))
    return f'<p role="status">{escape(sentence)}</p>'


def name_of(painting: Painting, language: Language) -> str:
    """Returns artist and title, or only the title if the artist is not known."""
    if not painting.artist:
        return painting.title
    return TEXTS[language].picture_of.format(artist=painting.artist, title=painting.title)


def picture_html(painting: Painting, language: Language) -> str:
    """Returns the picture of a painting, with its BlurHash in place until it has loaded."""
    style = (
        f"--proportions: {painting.width / painting.height:.4f}; "
        f"background-image: url('{hash_address(painting)}')"
    )
    name = escape(name_of(painting, language))
    return f'<img src="pictures/{quote(painting.image_id, safe="")}" alt="{name}" style="{style}">'


def label_html(painting: Painting, language: Language) -> str:
    """Returns artist, title, year and style of a painting."""
    artist = escape(artist_name(painting.artist, language))
    return (
        f'<span class="artist">{artist}</span><cite>{escape(painting.title)}</cite>'
        f'<span class="facts">{escape(facts_of(painting, language))}</span>'
    )


def closeness_html(neighbour: Neighbour, language: Language) -> str:
    """Returns how close a neighbour is, in words and as a distance."""
    texts = TEXTS[language]
    distance = texts.neighbour_distance.format(distance=number(neighbour.distance, 3, language))
    words, meaning = closeness_in_words(neighbour.closeness, language)
    facts = [meaning, distance, *([texts.mirrored] if neighbour.mirrored else [])]
    return f'<span class="closeness">{escape(words)}</span>' + "".join(
        f'<span class="facts">{escape(fact)}</span>' for fact in facts
    )


def link_html(painting: Painting, language: Language) -> str:
    """Returns the link to the page of a painting; nothing if it has none."""
    address = painting.page_url or ""
    # An address in somebody else's table could run a script.
    if not address.startswith(("https://", "http://")):
        return ""
    return (
        f'<a class="source" href="{escape(address)}" target="_blank" rel="noopener noreferrer">'
        f"{escape(TEXTS[language].page)}</a>"
    )


def _notice(heading: str, sentence: str) -> str:
    return (
        f'<div class="answer empty"><p class="invitation">{escape(heading)}</p>'
        f"<p>{escape(sentence)}</p></div>"
    )


def header_html(language: Language) -> str:
    """Returns the title of the page, after a button that takes the keyboard to the answer."""
    texts = TEXTS[language]
    return (
        f'<button type="button" class="skip action" data-answer>{escape(texts.to_answer)}</button>'
        f"<header><h1>Pinacoteca</h1><p>{escape(texts.subtitle)}</p></header>"
    )


def footer_html(known: Sequence[Movement], language: Language) -> str:
    """Returns what the network knows, what happens to uploads, and who holds which rights."""
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


def _seen_html(result: QueryResult, language: Language) -> str:
    """Returns notes on what the answer is about, if it is not simply the picture."""
    texts = TEXTS[language]
    others, uncertain = result.other_paintings, result.uncertain
    notes = [
        texts.cropped if result.cropped is not None else "",
        texts.other_paintings.format(count=1 + len(others)) if others else "",
        texts.uncertain if uncertain is not None else "",
        texts.colourless if result.colourless else "",
    ]
    buttons = [
        _part_html(part, texts.ask_other.format(place=_middle(part, language))) for part in others
    ]
    if uncertain is not None:
        buttons.append(_part_html(uncertain, texts.ask_part))
    actions = f'<div class="parts">{"".join(buttons)}</div>' if buttons else ""
    return "".join(f'<p class="note">{escape(note)}</p>' for note in notes if note) + actions


def _part_html(corners: Quadrilateral, label: str) -> str:
    """Returns a button that searches with a part of the picture."""
    return (
        f'<button type="button" class="action" data-part="{text_of(corners)}">'
        f"{escape(label)}</button>"
    )


def _middle(corners: Quadrilateral, language: Language) -> str:
    """Returns where the middle of a part is, e.g. "upper left"."""
    column, row = (sum(shares) / len(corners) for shares in zip(*corners, strict=True))
    return place_name(min(row, 0.999), min(column, 0.999), language)


def _movement_html(result: QueryResult, language: Language) -> str:
    texts = TEXTS[language]
    movements = result.movements
    best, likely = movements[0], result.movement_set
    # More than two names would not help anybody.
    named = likely if len(likely) <= NAMED else likely[:1]
    others = tuple(
        entry.movement
        for entry in movements[len(named) : len(likely)]
        if entry.probability >= WORTH_NAMING
    )
    if len(likely) == 1 and best.probability < SURE:
        others = tuple(entry.movement for entry in movements[1:2])
    notes = [texts.unsure] if others and best.probability < SURE else []
    if others:
        notes.append(texts.could_be.format(others=_alternatives(others, language)))
    # The probabilities were calibrated on paintings only.
    if result.looks_like_a_painting:
        right = f"{100 * best.probability:.0f}"
        notes.append(texts.both_named if len(named) > 1 else texts.calibrated.format(right=right))
    name = escape(_alternatives(named, language))
    bars = "".join(_bar_html(entry, language) for entry in movements[:MOVEMENTS_SHOWN])
    return (
        f'<section class="movement"><h2 class="eyebrow">{escape(texts.movement)}</h2>'
        f'<div class="verdict"><p class="name">{name}</p>'
        f'<p class="years">{escape(movement_years(best.movement, language))}</p>'
        f"<p>{escape(' '.join(movement_sentences(best.movement, language)))}</p>"
        f'<p class="note">{escape(" ".join(notes))}</p></div>'
        f'<ul class="bars" aria-label="{escape(texts.probabilities)}">{bars}</ul></section>'
    )


def _alternatives(movements: Sequence[Movement], language: Language) -> str:
    """Returns names as a sentence lists them: "A, B or C"."""
    *first, last = (movement_name(movement, language) for movement in movements)
    return TEXTS[language].alternatives.join([", ".join(first), last] if first else [last])


def _bar_html(entry: MovementProbability, language: Language) -> str:
    width = f"{100 * entry.probability:.1f}"
    return (
        f'<li><span class="label">{escape(movement_name(entry.movement, language))}</span>'
        f'<span class="track" aria-hidden="true"><span style="width: {width}%"></span></span>'
        f'<span class="value">{escape(percent(entry.probability, language))}</span></li>'
    )


def _nearest_html(result: QueryResult, language: Language) -> str:
    texts = TEXTS[language]
    notes = []
    if result.selected < result.collection_size:
        notes.append(texts.filtered.format(count=result.selected, all=result.collection_size))
    if not result.neighbours:
        notes += [f"{texts.nothing_found}.", texts.nothing_found_hint]
    elif result.nothing_close:
        notes.append(texts.nothing_close)
    note = f'<p class="note">{escape(" ".join(notes))}</p>' if notes else ""
    cards = "".join(_neighbour_html(neighbour, language) for neighbour in result.neighbours)
    gallery = f'<ol class="neighbours">{cards}</ol>' if cards else ""
    return (
        f'<section class="nearest"><h2 class="eyebrow">{escape(texts.neighbours)}</h2>'
        f"{note}{gallery}</section>"
    )


def _neighbour_html(neighbour: Neighbour, language: Language) -> str:
    painting = neighbour.painting
    name = TEXTS[language].open_painting.format(painting=name_of(painting, language))
    return (
        f'<li><figure><button type="button" class="frame" aria-haspopup="dialog" '
        f'aria-label="{escape(name)}" data-door="{escape(painting.image_id)}">'
        f"{picture_html(painting, language)}</button>"
        f'<figcaption class="caption"><span class="rank">{neighbour.rank}</span>'
        f"{label_html(painting, language)}{closeness_html(neighbour, language)}"
        f"{link_html(painting, language)}</figcaption></figure></li>"
    )
