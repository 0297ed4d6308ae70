"""Draws an answer as one picture to share: the painting, its movement and its neighbours."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from lettering import SANS, SANS_BOLD, SERIF, SERIF_BOLD, SERIF_ITALIC, Face, font_of, wrapped
from pictures import hash_drawing
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from texts import (
    TEXTS,
    Language,
    artist_name,
    facts_of,
    movement_name,
    movement_sentences,
    movement_years,
    percent,
)

from pinacoteca.collection import Painting
from pinacoteca.results import MovementProbability, Neighbour, QueryResult

# Square, because social networks do not crop squares.
SIDE = 1600
MARGIN = 80
NEIGHBOURS, MOVEMENTS = 5, 5
GAP = 26
# The most lines of a neighbour's label, which must end above the foot.
LABEL_LINES = 6
# The most lines about the movement, which must end above the bars.
SENTENCE_LINES = 3
BAR = 62
# The font size of a short movement name.
LARGEST = 100
# The smallest left edge of the movement column, beside a very narrow picture.
NARROWEST = 460
JPEG_QUALITY = 92

WALL, INK, QUIET, LINE = "#f7f2ea", "#2b211d", "#6d615a", "#d9cec3"
SIENNA, TRACK = "#94472f", "#e6dcd1"
SHADOW = (43, 33, 29, 90)

Box = tuple[int, int, int, int]
PictureOf = Callable[[str], Image.Image | None]


@dataclass(frozen=True)
class Asked:
    """What the answer is about.

    Attributes:
        picture: The picture.
        label: Artist and title for a painting of the collection; otherwise empty.
    """

    picture: Image.Image
    label: str = ""


def card_jpeg(
    asked: Asked,
    result: QueryResult,
    picture_of: PictureOf,
    language: Language,
) -> bytes:
    """Returns the card as a JPEG of 1600 x 1600 px.

    Args:
        asked: What the answer is about.
        result: The answer; its first five neighbours are shown.
        picture_of: Returns the picture of a painting, or None; then its BlurHash is shown.
        language: Of the texts.
    """
    neighbours = result.neighbours[:NEIGHBOURS]
    with ThreadPoolExecutor(NEIGHBOURS) as pool:
        # Parallel, because some pictures may have to be downloaded.
        pictures = list(pool.map(picture_of, [neighbour.image_id for neighbour in neighbours]))
    drawings = [
        stand_in(neighbour.painting) if picture is None else picture
        for neighbour, picture in zip(neighbours, pictures, strict=True)
    ]
    card = Image.new("RGB", (SIDE, SIDE), WALL)
    _draw_head(card, language)
    _draw_movement(card, asked, result, language)
    _draw_neighbours(card, neighbours, drawings, language)
    _draw_foot(card, None in pictures, language)
    buffer = io.BytesIO()
    # Chroma subsampling would blur the letters.
    card.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def stand_in(painting: Painting) -> Image.Image:
    """Returns the BlurHash of a painting, shown if its picture is not available."""
    return Image.open(io.BytesIO(hash_drawing(painting))).convert("RGB")


def _draw_head(card: Image.Image, language: Language) -> None:
    draw = ImageDraw.Draw(card)
    draw.text((MARGIN, 108), "Pinacoteca", INK, font_of(SERIF_BOLD, 46), anchor="ls")
    _spaced(
        draw,
        (SIDE - MARGIN, 106),
        TEXTS[language].card_kind,
        font_of(SANS_BOLD, 20),
        QUIET,
        to_the_left=True,
    )
    draw.line((MARGIN, 138, SIDE - MARGIN, 138), LINE, 2)


def _draw_movement(
    card: Image.Image, asked: Asked, result: QueryResult, language: Language
) -> None:
    top, bottom = 190, 860
    left, right, lower = MARGIN, MARGIN + 700, bottom - (46 if asked.label else 0)
    _, _, right, lower = _hang(card, asked.picture, (left, top, right, lower), "middle")
    draw = ImageDraw.Draw(card)
    if asked.label:
        font = font_of(SERIF_ITALIC, 25)
        (line,) = wrapped(asked.label, font, max(right - left, NARROWEST - 70), 1)
        draw.text((left, lower + 42), line, QUIET, font, anchor="ls")
    texts, best = TEXTS[language], result.movements[0]
    x = max(right + 70, MARGIN + NARROWEST)
    width = SIDE - MARGIN - x
    y = top + 16
    _spaced(draw, (x, y), texts.movement, font_of(SANS_BOLD, 22), SIENNA)
    name = movement_name(best.movement, language)
    font = _fitting(name, SERIF_BOLD, width)
    y += 26 + round(0.85 * font.size)
    draw.text((x, y), name, INK, font, anchor="ls")
    y += 50
    years = movement_years(best.movement, language)
    draw.text((x, y), years, QUIET, font_of(SERIF, 32), anchor="ls")
    y += 22
    sentences = (
        movement_sentences(best.movement, language)
        if result.looks_like_a_painting
        else (f"{texts.stranger}.",)
    )
    for line in _as_many_as_fit(sentences, font_of(SANS, 29), width):
        y += 39
        draw.text((x, y), line, INK, font_of(SANS, 29), anchor="ls")
    entries = result.movements[:MOVEMENTS]
    y = bottom - BAR * len(entries)
    for entry in entries:
        _draw_bar(draw, entry, (x, y, x + width, y + BAR), language)
        y += BAR


def _as_many_as_fit(
    sentences: Sequence[str], font: ImageFont.FreeTypeFont, width: int
) -> list[str]:
    """Returns the lines of all sentences if there is room for them, otherwise of the first one."""
    lines = wrapped(" ".join(sentences), font, width, SENTENCE_LINES + 1)
    fit = len(lines) <= SENTENCE_LINES
    return lines if fit else wrapped(sentences[0], font, width, SENTENCE_LINES)


def _draw_bar(
    draw: ImageDraw.ImageDraw, entry: MovementProbability, box: Box, language: Language
) -> None:
    left, _, right, bottom = box
    font = font_of(SANS, 26)
    base = bottom - 22
    draw.text((left, base), movement_name(entry.movement, language), INK, font, anchor="ls")
    share = percent(entry.probability, language)
    draw.text((right, base), share, INK, font_of(SANS_BOLD, 26), anchor="rs")
    draw.rounded_rectangle((left, bottom - 10, right, bottom), 5, TRACK)
    # A bar must not be shorter than its round ends.
    end = left + max(round((right - left) * entry.probability), 10)
    draw.rounded_rectangle((left, bottom - 10, end, bottom), 5, SIENNA)


def _draw_neighbours(
    card: Image.Image,
    neighbours: Sequence[Neighbour],
    pictures: Sequence[Image.Image],
    language: Language,
) -> None:
    draw = ImageDraw.Draw(card)
    texts = TEXTS[language]
    draw.line((MARGIN, 916, SIDE - MARGIN, 916), LINE, 2)
    _spaced(draw, (MARGIN, 962), texts.card_neighbours, font_of(SANS_BOLD, 22), SIENNA)
    width = (SIDE - 2 * MARGIN - (NEIGHBOURS - 1) * GAP) // NEIGHBOURS
    for place, (neighbour, picture) in enumerate(zip(neighbours, pictures, strict=True)):
        x = MARGIN + place * (width + GAP)
        _hang(card, picture, (x, 994, x + width, 1300), "bottom")
        _draw_label(draw, neighbour, x, width, language)
    if not neighbours:
        draw.text((MARGIN, 1060), texts.card_none, INK, font_of(SERIF, 32), anchor="ls")


def _draw_label(
    draw: ImageDraw.ImageDraw, neighbour: Neighbour, x: int, width: int, language: Language
) -> None:
    y = 1308
    room = LABEL_LINES
    for text, font, color, most in (
        (artist_name(neighbour.artist, language), font_of(SANS_BOLD, 25), INK, 2),
        (neighbour.title, font_of(SERIF_ITALIC, 25), INK, 3),
        (facts_of(neighbour.painting, language), font_of(SANS, 21), QUIET, 2),
    ):
        lines = wrapped(text, font, width, min(most, room))
        room -= len(lines)
        for line in lines:
            y += 31
            draw.text((x, y), line, color, font, anchor="ls")
        y += 5


def _draw_foot(card: Image.Image, stand_ins: bool, language: Language) -> None:
    draw = ImageDraw.Draw(card)
    texts, font = TEXTS[language], font_of(SANS, 19)
    sentence = f"{texts.card_stand_ins} {texts.card_rights}" if stand_ins else texts.card_rights
    lines = wrapped(sentence, font, SIDE - 2 * MARGIN, 2)
    for place, line in enumerate(reversed(lines)):
        draw.text((MARGIN, SIDE - 44 - 26 * place), line, QUIET, font, anchor="ls")


def _hang(
    card: Image.Image, picture: Image.Image, box: Box, line: Literal["middle", "bottom"]
) -> Box:
    """Draws a picture at the left of a box, as large as fits; returns the area it takes."""
    left, top, right, bottom = box
    scale = min((right - left) / picture.width, (bottom - top) / picture.height)
    size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    spare = bottom - top - size[1]
    x, y = left, top + (spare // 2 if line == "middle" else spare)
    shadow = Image.new("RGBA", (size[0] + 80, size[1] + 80))
    ImageDraw.Draw(shadow).rectangle((40, 46, size[0] + 40, size[1] + 46), SHADOW)
    shadow = shadow.filter(ImageFilter.GaussianBlur(12))
    card.paste(shadow, (x - 40, y - 40), shadow)
    card.paste(picture.resize(size, Image.Resampling.LANCZOS), (x, y))
    return x, y, x + size[0], y + size[1]


def _spaced(
    draw: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    font: ImageFont.FreeTypeFont,
    color: str,
    to_the_left: bool = False,
) -> None:
    """Writes spaced capitals, to the right or to the left of a point."""
    letters = text.upper()
    space = 0.09 * font.size
    x: float = place[0]
    if to_the_left:
        x -= sum(font.getlength(letter) + space for letter in letters) - space
    for letter in letters:
        draw.text((x, place[1]), letter, color, font, anchor="ls")
        x += font.getlength(letter) + space


def _fitting(text: str, face: Face, width: int) -> ImageFont.FreeTypeFont:
    """Returns the largest font with which a text fits into a line of this width."""
    font = font_of(face, LARGEST)
    return font_of(face, min(LARGEST, int(LARGEST * width / font.getlength(text))))
