"""All ways to give the page a picture: drop, paste, file, camera and examples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY
from texts import TEXTS
from visitor import Page

pytestmark = pytest.mark.browser

# The button of Gradio's input, which takes files while there is no picture.
OWN_AREA = "#painting button:has(input[type=file])"


def test_a_dropped_painting_is_answered(visit: Callable[..., Page], picture: Path) -> None:
    page = visit()
    assert "No painting yet" in page.text("#answer")

    page.give("drop", OWN_AREA, picture)
    page.answered()

    # A picture of the collection is nearest to itself with any weights.
    first = page.text(".neighbours li:first-child")
    for expected in (
        "Painter",
        "Work 3",
        "1903 · Cubism",
        "very close",
        "closer than every pair of paintings",
        "distance 0.0",
        "Page on WikiArt",
    ):
        assert expected in first, expected
    link = page.find(".neighbours li:first-child a").get_attribute("href")
    assert link == "https://www.wikiart.org/en/painter/work-3"
    assert len({item.text for item in page.all(".neighbours cite")}) == 5
    assert len(page.all(".bars li")) == 3
    assert "Paintings found: 5" in str(page.find("[role=status]").get_attribute("textContent"))
    loaded = "[...document.querySelectorAll('.neighbours img')].every(i => i.naturalWidth)"
    page.until(lambda: page.run(loaded), "pictures of the neighbours")
    image = page.find(".neighbours img").rect
    assert image["width"] / image["height"] == pytest.approx(48 / 40, abs=0.02)


def test_a_picture_is_pasted_or_dropped_wherever_and_whenever(
    visit: Callable[..., Page], picture: Path
) -> None:
    page = visit()
    assert page.give("paste", "body", picture)
    page.answered()
    assert "Work 3" in page.text(".neighbours li:first-child")
    # A second picture replaces the first; Gradio's own input is hidden while there is one.
    page.all("#tabs [role=tab]")[1].click()
    page.until(lambda: page.find("#map").is_displayed(), "the map")

    page.give("drop", "#map", picture.with_name("painter_work-1.jpg"))

    page.until(lambda: page.find("#answer").is_displayed(), "the first tab")
    page.until(lambda: "Work 1" in page.text(".neighbours li:first-child"), "its answer")
    assert "Your painting" in page.text("#painting")


def test_what_is_dropped_without_a_file_gets_a_sentence(visit: Callable[..., Page]) -> None:
    page = visit(language="ro")

    assert page.give("drop", "body", text="https://example.org/a.jpg")

    page.until(lambda: "nu este un fișier" in page.text("body"), "the sentence")
    assert page.browser.current_url.startswith(page.address)


def test_pasted_text_is_not_taken_for_a_picture(visit: Callable[..., Page], picture: Path) -> None:
    page = visit().upload(picture)
    page.find("#steering > button").click()
    before = page.text("#answer")

    assert not page.give("paste", "#words textarea, #words input", text="work 5")

    assert page.text("#answer") == before


def test_a_picture_is_taken_with_the_camera(visit: Callable[..., Page]) -> None:
    page = visit(width=390)
    page.find("#painting button[aria-label='Capture from camera']").click()
    page.until(
        lambda: next((b for b in page.all("#painting button") if "Webcam" in b.text), None),
        "the button that starts the camera",
    ).click()
    # Before the first frame, there is nothing to capture.
    frames = "[...document.querySelectorAll('#painting video')].some(video => video.videoWidth)"
    page.until(lambda: page.run(frames), "the camera's first frame")
    page.find("#painting button[aria-label='capture photo']").click()

    page.answered()


def test_an_example_is_answered_and_the_painting_taken_down(visit: Callable[..., Page]) -> None:
    page = visit(language="ro")
    assert len(page.all("#examples button img")) >= 6

    page.find("#examples button").click()
    page.answered()
    # Without our fix, Gradio restores the English label together with the picture.
    assert "Tabloul tău" in page.text("#painting")
    page.find("#painting button[aria-label='Remove Image']").click()

    page.until(lambda: not page.all(".neighbours"), "an empty answer")
    assert "Niciun tablou deocamdată" in page.text("#answer")


def test_a_new_picture_takes_the_place_of_the_painting(
    visit: Callable[..., Page], picture: Path
) -> None:
    page = visit()
    page.run("document.body.insertAdjacentHTML('beforeend', '<b data-ask=painter_work-1>x</b>')")
    page.run("document.querySelector('b[data-ask]').click()")
    page.answered()
    assert "Work 1" in page.text("#asked-with")

    page.find("#painting input[type=file]").send_keys(str(picture))

    page.until(lambda: "Work 3" in page.text(".neighbours li:first-child"), "the picture's answer")
    page.until(lambda: not page.all(".asked"), "no painting that is asked with")


def test_what_is_no_picture_gets_a_sentence(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit()
    (tmp_path / "letter.jpg").write_text("Dear museum,")

    page.find("#painting input[type=file]").send_keys(str(tmp_path / "letter.jpg"))

    page.until(lambda: "not a picture that can be read" in page.text("#answer"), "the sentence")
    assert "This picture could not be read" in page.text("#answer")
    page.choose("#language", "ro")
    page.until(lambda: "Imaginea nu a putut fi citită" in page.text("#answer"), "Romanian")


def test_every_drawn_example_can_be_published() -> None:
    import draw_examples

    drawn = {draw.__name__ for draw in draw_examples.DRAWINGS}

    assert len(drawn) >= 6
    assert {path.stem for path in (REPOSITORY / "demo" / "examples").iterdir()} == drawn
    assert set(TEXTS["en"].drawings) == drawn
