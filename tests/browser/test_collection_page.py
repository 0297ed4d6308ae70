"""The map and the table of the collection, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from visitor import Page, contrast

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(browser: webdriver.Chrome, page: str) -> Page:
    """The page, newly opened in a desktop window."""
    visited = Page(browser, page)
    visited.resize(1440)
    return visited.open()


def open_tab(page: Page, name: str, selector: str) -> None:
    page.until(
        lambda: next((tab for tab in page.all("button[role=tab]") if tab.text == name), None), name
    ).click()
    page.find(selector)


def selected_tab(page: Page) -> str:
    return page.text("button[role=tab][aria-selected=true]")


def point(page: Page, number: int) -> str:
    return f"#map .dots [data-image='painter_work-{number}']"


def answered_with(page: Page, number: int) -> None:
    """Waits for the answer to a painting, which is not among its own neighbours."""
    page.answered()
    shown = page.browser.execute_script(
        "return [...document.querySelectorAll('.neighbours img')].map(i => i.getAttribute('src'))"
    )
    assert f"pictures/painter_work-{number}" not in shown
    page.until(lambda: selected_tab(page) == "Search", "the first tab")


def test_a_point_shows_its_painting_and_a_click_searches_with_it(visit: Page) -> None:
    open_tab(visit, "Map", point(visit, 7))
    assert len(visit.all("#map .dots path")) == 8

    ActionChains(visit.browser).move_to_element(visit.find(point(visit, 3))).perform()

    for expected in ("Painter", "Work 3", "1903 · Cubism"):
        assert expected in visit.text("#map .card")
    loaded = "return document.querySelector('#map .card img')?.naturalWidth"
    visit.until(lambda: visit.browser.execute_script(loaded), "the picture")
    assert visit.browser.execute_script("return document.querySelector('#map .query line')") is None
    visit.find(point(visit, 3)).click()
    answered_with(visit, 3)
    open_tab(visit, "Map", "#map .query .here")
    assert len(visit.all("#map .query line")) == 5
    assert visit.errors() == []
    assert visit.foreign_requests() == []


def test_the_queried_painting_leads_back_to_its_answer(visit: Page) -> None:
    for _ in range(2):
        open_tab(visit, "Map", point(visit, 3))
        ActionChains(visit.browser).click(visit.find(point(visit, 3))).perform()
        visit.until(lambda: selected_tab(visit) == "Search", "the first tab")
        answered_with(visit, 3)


def test_the_map_is_used_with_the_keyboard_alone(visit: Page) -> None:
    open_tab(visit, "Map", point(visit, 7))
    visit.browser.execute_script("document.querySelector('#map input').focus()")
    ActionChains(visit.browser).send_keys(Keys.TAB).perform()
    first = visit.text("#map .card")
    assert "Work" in first

    seen = {first}
    for key in (Keys.ARROW_LEFT, Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ARROW_DOWN, "+", "0"):
        ActionChains(visit.browser).send_keys(key).perform()
        seen.add(visit.text("#map .card"))
    assert len(seen) > 1
    number = int(visit.text("#map .card cite").removeprefix("Work "))
    ActionChains(visit.browser).send_keys(Keys.ENTER).perform()

    answered_with(visit, number)


def test_a_group_or_an_artist_is_highlighted(visit: Page) -> None:
    open_tab(visit, "Map", point(visit, 7))
    visit.find("#map select option[value=date]").click()
    names = [item.text for item in visit.all("#map .legend button")]
    assert any("undated" in name for name in names)

    undated = next(item for item in visit.all("#map .legend button") if "undated" in item.text)
    undated.click()

    assert undated.get_attribute("aria-pressed") == "true"
    assert len(visit.all("#map .dots path:not(.faded)")) == 1
    assert visit.text("#map .count") == "1 of 8 paintings"
    undated.click()
    visit.find("#map input[type=search]").send_keys("nobody")
    assert visit.all("#map .dots path:not(.faded)") == []


def test_the_table_is_filtered_and_searched_from(visit: Page) -> None:
    open_tab(visit, "Collection", "#browser .rows img")
    artists = [button.text.split() for button in visit.all("#browser .artists button")]
    assert [*("Painter", "6"), "1901–1905"] in artists  # noqa: RUF001

    visit.find("#browse-words textarea, #browse-words input").send_keys("work 5")

    visit.until(lambda: len(visit.all("#browser .rows img")) == 1, "one painting")
    visit.find("#browser .rows button").click()
    answered_with(visit, 5)


def test_a_map_opened_after_an_answer_has_its_texts_and_marks_the_query(
    visit: Page, picture: Path
) -> None:
    visit.upload(picture)

    open_tab(visit, "Map", "#map .query .here")

    assert "Every point is a painting" in visit.text("#map")
    assert len(visit.all("#map .query line")) == 5
    assert visit.errors() == []


def test_map_and_table_are_in_romanian(visit: Page) -> None:
    open_tab(visit, "Map", point(visit, 7))
    visit.choose("#language", "ro")
    visit.until(lambda: "Colorează după" in visit.text("#map"), "Romanian")
    assert len(visit.all("#map .dots path")) == 8

    open_tab(visit, "Colecția", "#browser .rows img")

    visit.until(lambda: "Tablourile 1" in visit.text("#browser"), "Romanian")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_and_every_text_is_readable(visit: Page, width: int, scheme: str) -> None:
    visit.resize(width)
    visit.browser.get(f"{visit.address}?__theme={scheme}")
    visit.find("#painting input[type=file]")
    open_tab(visit, "Map", point(visit, 7))

    overflow = "return document.documentElement.scrollWidth - window.innerWidth"
    assert visit.browser.execute_script(overflow) <= 0
    for selector in ("#map .keys", "#map .count", "#map .legend .number"):
        assert contrast(visit, selector) >= 4.5, selector
    open_tab(visit, "Collection", "#browser .rows img")
    assert visit.browser.execute_script(overflow) <= 0
    for selector in ("#browser .facts", "#browser .years", "#browser .found"):
        assert contrast(visit, selector) >= 4.5, selector
    assert visit.browser.find_element(By.CSS_SELECTOR, "#browser .rows button").accessible_name
