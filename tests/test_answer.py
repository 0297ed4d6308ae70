from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from answer import answer_html, empty_html, footer_html, header_html
from galleries import painting

from pinacoteca.collection import Collection
from pinacoteca.movements import MOVEMENTS
from pinacoteca.results import MovementProbability, Neighbour, QueryResult


class Elements(HTMLParser):
    """Collects the elements with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def html_of(
    language: Any = "en",
    best: float = 0.7,
    links: dict[str, str] | None = None,
    familiar: bool = True,
    **changes: Any,
) -> str:
    work = painting(1, **changes)
    rest = (1 - best) / 5
    movements = tuple(
        MovementProbability(movement, best if place == 0 else rest)
        for place, movement in enumerate(MOVEMENTS[4:10])
    )
    neighbour = Neighbour(
        rank=1,
        image_id=work.image_id,
        artist=work.artist,
        title=work.title,
        year=work.year,
        style=work.style,
        distance=0.1234,
        links={"page": "https://example.org/a?b=1&c=2"} if links is None else links,
    )
    collection = Collection((work,), np.ones((1, 2), np.float32), "")
    result = QueryResult(movements, (neighbour,), 1.2, familiar)
    return answer_html(result, collection, language)


def test_an_answer_names_the_movement_and_five_probabilities() -> None:
    page = Elements(html_of())

    for expected in ("Baroque", "1600\N{EN DASH}1750", "70%", "about 70 are right", "6%"):
        assert expected in page.text, expected
    assert len([entry for entry in page.of("span") if entry.get("class") == "value"]) == 5
    assert "hesitates" not in page.text


def test_a_doubtful_answer_names_the_second_movement() -> None:
    assert "could also be Rococo" in Elements(html_of(best=0.3)).text
    assert "ar putea fi și Rococo" in Elements(html_of("ro", best=0.3)).text


def test_what_is_no_painting_is_called_so_and_no_odds_are_given() -> None:
    english, romanian = (Elements(html_of(each, familiar=False)).text for each in ("en", "ro"))

    assert "does not look like a painting we know" in english
    assert "Of 100 answers" not in english
    assert "Nu seamănă cu niciun tablou cunoscut" in romanian
    assert "does not look like" not in Elements(html_of()).text


def test_a_neighbour_bears_its_label() -> None:
    page = Elements(html_of())

    for expected in ("Painter", "Work 1", "1901 · Cubism", "distance 0.123", "Page on WikiArt"):
        assert expected in page.text, expected
    (image,) = page.of("img")
    assert image["alt"] == "Painter, Work 1"
    assert image["src"] == "pictures/painter_work-1"
    assert "--proportions: 1.2000" in str(image["style"])
    assert "url('data:image/png;base64," in str(image["style"])
    (link,) = page.of("a")
    assert link["href"] == "https://example.org/a?b=1&c=2"
    assert link["rel"] == "noopener noreferrer"


def test_romanian_answers_are_romanian() -> None:
    page = Elements(html_of("ro", year=None))

    for expected in ("Baroc", "70 %", "distanța 0,123", "nedatat · Cubism", "Pagina de pe WikiArt"):
        assert expected in page.text, expected


@pytest.mark.parametrize("language", ["en", "ro"])
def test_what_comes_from_a_table_is_text(language: Any) -> None:
    hostile = "<script>alert('\"')</script>"

    html = html_of(
        language,
        title=hostile,
        artist=hostile,
        style=hostile,
        image_id=f"../{hostile}",
        links={"page": "javascript:alert(1)", "image": 'https://x/"onload="alert(1)'},
    )

    page = Elements(html)
    assert not page.of("script")
    assert page.text.count(hostile) == 3
    (link,) = page.of("a")
    assert link["href"] == 'https://x/"onload="alert(1)'
    (image,) = page.of("img")
    assert set(image) == {"src", "alt", "style"}
    assert str(image["src"]).startswith("pictures/..%2F%3Cscript%3E")


def test_the_footer_says_what_the_network_has_not_seen() -> None:
    text = Elements(footer_html(MOVEMENTS[4:], "en")).text

    assert "It knows 14 movements: Baroque, Rococo" in text
    assert "It has never seen Byzantine Iconography, Early Renaissance, " in text
    assert "never seen" not in Elements(footer_html(MOVEMENTS, "en")).text


def test_title_and_invitation_are_in_both_languages() -> None:
    assert "Drop a painting" in header_html("en")
    assert "Trage aici" in header_html("ro")
    assert "șevalet" in empty_html("ro")
