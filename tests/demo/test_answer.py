from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from answer import (
    answer_html,
    asked_html,
    empty_html,
    footer_html,
    header_html,
    status_html,
    unknown_html,
)
from crop import corners_of
from elements import Elements
from galleries import painting

from pinacoteca.movements import MOVEMENTS
from pinacoteca.results import MovementProbability, Neighbour, QueryResult


def result_of(
    best: float = 0.7,
    familiar: bool = True,
    mirrored: bool = False,
    nothing_close: bool = False,
    found: int = 1,
    **changes: Any,
) -> QueryResult:
    work = painting(1, **changes)
    rest = (1 - best) / 5
    movements = tuple(
        MovementProbability(movement, best if place == 0 else rest)
        for place, movement in enumerate(MOVEMENTS[4:10])
    )
    neighbour = Neighbour(
        rank=1,
        painting=work,
        distance=0.1234,
        closeness=0.985,
        mirrored=mirrored,
    )
    result = QueryResult(movements, (neighbour,) * found, nothing_close, 1.2, familiar)
    return replace(result, selected=1, collection_size=1)


def likely_html(count: int, language: Any = "en", best: float = 0.4) -> Elements:
    result = result_of(best=best)
    movements = [
        replace(entry, in_set=place < count) for place, entry in enumerate(result.movements)
    ]
    changed = replace(result, movements=tuple(movements))
    return Elements(answer_html(changed, language))


def html_of(
    language: Any = "en",
    allowed: int = 1,
    best: float = 0.7,
    familiar: bool = True,
    mirrored: bool = False,
    nothing_close: bool = False,
    found: int = 1,
    **changes: Any,
) -> str:
    result = result_of(best, familiar, mirrored, nothing_close, found, **changes)
    return answer_html(replace(result, selected=allowed), language)


def test_an_answer_names_the_movement_and_five_probabilities() -> None:
    page = Elements(html_of())

    for expected in ("Baroque", "1600\N{EN DASH}1750", "70%", "about 70 are right", "6%"):
        assert expected in page.text, expected
    assert len([entry for entry in page.of("span") if entry.get("class") == "value"]) == 5
    assert "hesitates" not in page.text


def test_a_doubtful_answer_names_the_second_movement() -> None:
    assert "It could also be Rococo" in Elements(html_of(best=0.3)).text
    assert "Ar putea fi și Rococo" in Elements(html_of("ro", best=0.3)).text


def test_two_movements_that_it_may_be_lead_the_answer() -> None:
    english, romanian = likely_html(2).text, likely_html(2, "ro").text

    assert "Baroque or Rococo" in english
    assert "For 9 of 10 paintings, the right movement is among those named." in english
    assert "Baroc sau Rococo" in romanian
    assert "not sure" not in english and "are right" not in english


def test_of_more_movements_the_first_leads_and_the_others_are_named() -> None:
    text = likely_html(4).text

    assert "Baroque or" not in text
    assert "It could also be Rococo, Romanticism or Realism." in text
    assert "about 40 are right" in text


def test_the_network_is_not_sure_only_below_one_half() -> None:
    doubtful, sure = likely_html(4).text, likely_html(4, best=0.7).text

    assert "The network is not sure. It could also be" in doubtful
    assert "It could also be Rococo" in sure and "not sure" not in sure


def test_movements_that_are_hardly_likely_are_not_named() -> None:
    # The others have one percent each, though they are in the set.
    assert "could also be" not in likely_html(4, best=0.95).text


def test_what_is_no_painting_is_called_so_and_no_odds_are_given() -> None:
    english, romanian = (Elements(html_of(each, familiar=False)).text for each in ("en", "ro"))

    assert "does not look like a painting" in english
    assert "Of 100 answers" not in english
    assert "Nu pare a fi un tablou" in romanian
    assert "does not look like" not in Elements(html_of()).text


def test_a_neighbour_bears_its_label() -> None:
    page = Elements(html_of(page_url="https://example.org/a?b=1&c=2"))

    for expected in (
        "Painter",
        "Work 1",
        "1901 · Cubism",
        "closer than 98.5% of pairs of paintings",
        "distance 0.123",
        "Page on WikiArt",
    ):
        assert expected in page.text, expected
    assert "mirror" not in page.text
    assert '<span class="closeness">close</span>' in html_of()
    (image,) = page.of("img")
    assert image["alt"] == "Painter, Work 1"
    assert image["src"] == "pictures/painter_work-1"
    assert "--proportions: 1.2000" in str(image["style"])
    assert "url('data:image/png;base64," in str(image["style"])
    (link,) = page.of("a")
    assert link["href"] == "https://example.org/a?b=1&c=2"
    assert link["rel"] == "noopener noreferrer"


def test_a_neighbour_is_a_button_with_a_name() -> None:
    (button,) = Elements(html_of()).of("button")

    assert button["data-door"] == "painter_work-1"
    assert button["aria-label"] == "Open Painter, Work 1"


def test_a_mirror_image_is_called_so() -> None:
    assert "closer when mirrored" in Elements(html_of(mirrored=True)).text
    assert "mai apropiat în oglindă" in Elements(html_of("ro", mirrored=True)).text


def test_neighbours_that_are_not_close_are_called_so() -> None:
    assert "No painting is close" not in Elements(html_of()).text
    assert "No painting is close" in Elements(html_of(nothing_close=True)).text
    assert "Niciun tablou nu este apropiat" in Elements(html_of("ro", nothing_close=True)).text


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ("about the painting in your picture", "shows 2 paintings", "black and white")),
        ("ro", ("se referă la tabloul din imagine", "Tablouri în imagine: 2", "alb-negru")),
    ],
)
def test_what_was_seen_of_the_picture_is_said(language: Any, sentences: tuple[str, ...]) -> None:
    part = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4))
    changed = replace(result_of(), cropped=part, other_paintings=(part,), colourless=True)

    told = Elements(answer_html(changed, language)).text
    plain = Elements(answer_html(result_of(), language)).text

    for sentence in sentences:
        assert sentence in told
        assert sentence not in plain


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["Search with another painting (upper left)", "Search with the painting alone"]),
        ("ro", ["Caută cu alt tablou (sus în stânga)", "Caută numai cu tabloul"]),
    ],
)
def test_a_part_of_the_picture_can_be_searched_with(language: Any, labels: list[str]) -> None:
    part = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4))
    changed = replace(result_of(), other_paintings=(part,), uncertain=part)

    page = Elements(answer_html(changed, language))

    offered = [button for button in page.of("button") if "data-part" in button]
    assert [corners_of(str(button["data-part"])) for button in offered] == [part, part]
    for label in labels:
        assert label in page.text
    assert "data-part" not in answer_html(result_of(), language)


def test_filters_say_what_they_leave() -> None:
    assert "match the filters" not in Elements(html_of(allowed=1)).text
    page = Elements(html_of(allowed=0, found=0))

    assert "0 of 1 paintings match the filters." in page.text
    assert "No painting matches these filters" in page.text
    assert not page.of("ol")


def test_the_painting_that_is_asked_with_can_be_taken_down() -> None:
    page = Elements(asked_html(painting(1), "en"))

    assert "You searched with" in page.text and "Work 1" in page.text
    (button,) = page.of("button")
    assert button["data-ask"] == ""
    assert asked_html(None, "en") == ""


def test_an_answer_is_told_to_those_who_do_not_see_it() -> None:
    page = Elements(status_html(result_of(), "en"))

    assert "Movement: Baroque. Paintings found: 1." in page.text
    assert [element["role"] for element in page.of("p")] == ["status"]
    assert not Elements(status_html(None, "en")).text.strip()


def test_romanian_answers_are_romanian() -> None:
    page = Elements(html_of("ro", year=None))

    for expected in (
        "Baroc",
        "70\N{NO-BREAK SPACE}%",
        "distanța 0,123",
        "nedatat · Cubism",
        "Pagina de pe WikiArt",
    ):
        assert expected in page.text, expected


@pytest.mark.parametrize("language", ["en", "ro"])
def test_what_comes_from_a_table_is_text(language: Any) -> None:
    hostile = "<script>alert('\"')</script>"
    changes: dict[str, Any] = {
        "title": hostile,
        "artist": hostile,
        "style": hostile,
        "image_id": f"../{hostile}",
        "page_url": "javascript:alert(1)",
    }

    page = Elements(html_of(language, **changes))

    assert not page.of("script") and not page.of("a")
    assert page.text.count(hostile) == 3
    (button,) = page.of("button")
    assert set(button) == {"type", "class", "aria-haspopup", "aria-label", "data-door"}
    (image,) = page.of("img")
    assert set(image) == {"src", "alt", "style"}
    assert str(image["src"]).startswith("pictures/..%2F%3Cscript%3E")
    link = 'https://x/"onload="alert(1)'
    assert [each["href"] for each in Elements(html_of(page_url=link)).of("a")] == [link]


def test_the_footer_says_what_the_network_has_not_seen() -> None:
    text = Elements(footer_html(MOVEMENTS[4:], "en")).text

    assert "It knows 14 movements: Baroque, Rococo" in text
    assert "It does not know Byzantine Iconography, Early Renaissance, " in text
    assert "does not know" not in Elements(footer_html(MOVEMENTS, "en")).text


def test_title_and_invitation_are_in_both_languages() -> None:
    assert "Drop a painting" in header_html("en")
    assert "Trage aici" in header_html("ro")
    assert "Niciun tablou" in empty_html("ro")
    assert "not in the collection" in unknown_html("en")
