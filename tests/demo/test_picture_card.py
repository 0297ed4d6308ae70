from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answers import answer
from galleries import painting
from lettering import SANS, SERIF_BOLD, SERIF_ITALIC, font_of
from picture_card import SIDE, Asked, card_jpeg
from PIL import Image, ImageChops, ImageDraw, ImageFont
from texts import movement_sentences, percent

from pinacoteca.movements import MOVEMENTS
from pinacoteca.results import MovementProbability

WORKS = tuple(painting(index) for index in range(6))
ASKED = Asked(Image.new("RGB", (400, 300), "teal"))


def card(
    result: Any = None, asked: Asked = ASKED, picture: Any = None, language: Any = "en"
) -> Any:
    data = card_jpeg(asked, result or answer(*WORKS), lambda _: picture, language)
    return Image.open(io.BytesIO(data))


def written(monkeypatch: pytest.MonkeyPatch, **wishes: Any) -> str:
    """Returns the texts of a card in order."""
    texts: list[str] = []
    draw = ImageDraw.ImageDraw.text

    def listen(self: Any, place: Any, text: str, *more: Any, **options: Any) -> Any:
        texts.append(text)
        return draw(self, place, text, *more, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", listen)
    card(**wishes)
    # Headings are drawn letter by letter.
    return " ".join(text for text in texts if len(text) > 1) + "".join(
        text for text in texts if len(text) == 1
    )


def test_a_card_is_a_picture_to_share() -> None:
    drawn = card()

    assert (drawn.format, drawn.size, drawn.mode) == ("JPEG", (SIDE, SIDE), "RGB")
    assert not drawn.getexif()
    pixels = np.asarray(drawn)
    # The painting is on the left, and no quarter of the card is empty.
    assert pixels[500, 400].tolist() == pytest.approx([0, 128, 128], abs=4)
    half = SIDE // 2
    for rows in (slice(0, half), slice(half, SIDE)):
        for columns in (slice(0, half), slice(half, SIDE)):
            assert (pixels[rows, columns].min(axis=2) < 90).mean() > 0.002


def test_a_card_says_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    text = written(monkeypatch, language="ro", asked=Asked(ASKED.picture, "Ștefan, Țara"))

    for expected in (
        "Impresionism",
        percent(0.62, "ro"),
        "Ștefan, Țara",
        "Painter",
        "Work 4",
        "1901 · Cubism",
    ):
        assert expected in text, expected
    assert "nedatat · Cubism" in text
    # A card has at most five neighbours.
    assert "Work 5" not in text
    assert "CURENTUL" in text and "CELE MAI APROPIATE" in text.replace("  ", " ")
    assert "Culorile estompate" in text


def test_a_stranger_gets_no_sentence_on_a_movement(monkeypatch: pytest.MonkeyPatch) -> None:
    text = written(monkeypatch, result=answer(*WORKS, looks_like_a_painting=False))

    assert "does not look like a painting" in text
    assert MOVEMENTS[8].sentence_english.split()[0] not in text


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("size", [(400, 300), (300, 400)])
def test_no_sentence_on_a_movement_is_cut(
    monkeypatch: pytest.MonkeyPatch, language: Any, size: tuple[int, int]
) -> None:
    asked = Asked(Image.new("RGB", size, "teal"))
    for movement in MOVEMENTS:
        result = answer(movements=(MovementProbability(movement, 0.6),))
        with monkeypatch.context() as patch:
            text = written(patch, result=result, asked=asked, language=language)
        assert movement_sentences(movement, language)[0] in text
        assert "…" not in text


def test_a_card_says_how_to_recognise_a_movement_if_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = written(monkeypatch, language="ro", asked=Asked(Image.new("RGB", (200, 500))))

    assert movement_sentences(MOVEMENTS[8], "ro")[1] in text


def test_the_blurhash_stands_in_for_a_picture_that_is_not_at_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown, drawn = card(picture=Image.new("RGB", (50, 50), "red")), card()

    assert ImageChops.difference(shown, drawn).getbbox() is not None
    red = np.asarray(shown)[1150]
    assert ((red[:, 0] > 240) & (red[:, 1] < 20)).sum() > 1200
    text = written(monkeypatch, picture=Image.new("RGB", (50, 50)))
    assert "Blurred colours" not in text


@pytest.mark.parametrize("size", [(3000, 20), (20, 3000), (1, 1)])
def test_no_picture_breaks_the_card(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, "red")

    assert card(asked=Asked(picture, "A " * 300), picture=picture).size == (SIDE, SIDE)


def test_long_labels_end_above_the_foot(monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[float] = []
    draw = ImageDraw.ImageDraw.text

    def listen(self: Any, place: Any, text: str, *more: Any, **options: Any) -> Any:
        places.append(place[1])
        return draw(self, place, text, *more, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", listen)
    long = "Constantin-Alexandru Popescu-Ștefănescu din Bucureștii Noi " * 3
    card(result=answer(*(painting(each, artist=long, title=long, style=long) for each in range(5))))

    foot = SIDE - 44 - 26
    assert max(place for place in places if place < foot) <= foot - 26


def test_a_card_without_neighbours_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "The collection has no matching painting." in written(monkeypatch, result=answer())


@pytest.mark.parametrize("face", [SERIF_BOLD, SERIF_ITALIC, SANS])
def test_the_fonts_have_every_letter_of_the_collection(face: tuple[str, str]) -> None:
    font = font_of(face, 40)
    assert isinstance(font, ImageFont.FreeTypeFont)
    nothing = bytes(font.getmask("\uffff"))
    table = Path(__file__).parents[2] / "gallery" / "paintings.csv"

    letters = set(table.read_text(encoding="utf-8")) | set("ĂÂÎȘȚăâîșț\N{EN DASH}·…„”")

    missing = {
        letter
        for letter in letters
        if letter.isprintable() and letter.strip() and bytes(font.getmask(letter)) == nothing
    }
    assert missing == set()
