"""The page in headless Chromium, with real clicks and real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from PIL import Image
from selenium.webdriver.common.keys import Keys
from visitor import Page, contrast

pytestmark = pytest.mark.browser


def test_every_control_changes_the_answer_at_once(
    visit: Callable[..., Page], picture: Path
) -> None:
    page = visit().upload(picture)
    at_first = page.text("#answer")
    page.find("#steering > button").click()
    page.until(lambda: page.find("#reset").is_displayed(), "the controls")

    def reset() -> None:
        page.find("#reset").click()
        page.until(lambda: page.text("#answer") == at_first, "the first answer")

    page.changed(lambda: page.choose("#metric", "euclidean"))
    reset()
    slider = page.find("#composition input[type=range]")
    page.changed(lambda: slider.send_keys(Keys.ARROW_RIGHT))
    reset()
    page.choose("#count", 10)
    page.answered(8)
    reset()
    page.find("#one-per-artist input").click()
    page.answered(2)
    reset()
    for group, name in (("#artists", "Other Painter"), ("#styles", "Fauvism")):
        page.find(f"{group} input").send_keys(name, Keys.ENTER)
        page.answered(2)
        assert "2 of 8 paintings match the filters" in page.text(".nearest")
        assert page.text(".nearest").count(name) == 2
        page.press(Keys.ESCAPE)
        reset()
    page.choose("#century", 19)
    page.answered(2)
    reset()
    page.find("#words textarea, #words input").send_keys("work 5")
    page.answered(1)
    page.find("#words textarea, #words input").send_keys("0")
    page.until(lambda: "No painting matches these filters" in page.text("#answer"), "no painting")
    reset()
    page.changed(lambda: page.find("#as-in-report input").click())
    page.open_door(2)
    assert "compares the network's outputs" in page.text("dialog")


def test_a_click_on_a_neighbour_opens_its_dialog(visit: Callable[..., Page], picture: Path) -> None:
    page = visit().upload(picture)

    opened = page.open_door(2)

    view = page.text("dialog")
    for expected in (
        "Painter",
        "Work ",
        "closer than",
        "distance",
        "in the first picture",
        "in the second",
    ):
        assert expected in view, expected
    assert page.find("dialog .source").is_displayed()
    assert len(page.all("dialog .region")) == 6
    sizes = "[...document.querySelectorAll('dialog img')].map(i => i.width / i.height)"
    assert page.run(sizes) == pytest.approx([48 / 40, 48 / 40], abs=0.02)
    assert page.broken_rules() == []
    leaving: tuple[Callable[[], object], ...] = (
        lambda: page.press(Keys.ESCAPE),
        lambda: page.find("dialog [data-close]").click(),
        page.browser.back,
    )
    for leave in leaving:
        if not page.all("dialog"):
            page.open_door(2)
        leave()
        page.door_is_shut()
        assert page.focused("data-door") == opened
    assert len(page.all(".neighbours img")) == 5


def test_searching_with_a_neighbour_and_going_back(
    visit: Callable[..., Page], picture: Path
) -> None:
    page = visit().upload(picture)
    at_first = page.text(".neighbours")
    opened = page.open_door(2)

    page.changed(lambda: page.find("dialog [data-ask]").click(), ".neighbours")

    assert page.text("#asked-with").startswith(("You searched with", "YOU SEARCHED WITH"))
    ids = [button.get_attribute("data-door") for button in page.all(".neighbours button")]
    assert len(ids) == 5 and opened not in ids
    assert not page.find("#painting").is_displayed()
    page.browser.back()
    page.until(lambda: page.text(".neighbours") == at_first, "the answer before")
    page.until(lambda: page.focused("data-door") == opened, "the focus where it was")
    assert page.find("#painting").is_displayed()
    page.browser.forward()
    page.until(lambda: page.text(".neighbours") != at_first, "the answer after")
    page.find("#asked-with [data-ask]").click()
    page.until(lambda: page.text(".neighbours") == at_first, "the answer to one's own picture")


def test_searching_with_the_other_painting_of_a_page(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    dice = np.random.default_rng(5)
    sheet = Image.new("RGB", (620, 300), (244, 240, 230))
    for left, size in ((30, (280, 220)), (360, (220, 160))):
        pixels = dice.integers(20, 200, (size[1] // 10, size[0] // 10, 3), np.uint8)
        sheet.paste(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC), (left, 40))
    sheet.save(tmp_path / "page.png")
    page = visit().upload(tmp_path / "page.png")
    assert "shows 2 paintings" in page.text("#answer")
    assert page.broken_rules() == []
    (button,) = page.all("#answer [data-part]")
    assert button.text == "Search with another painting (middle right)"

    page.changed(button.click)

    page.until(lambda: "shows 2 paintings" not in page.text("#answer"), "one painting")
    proportions = "(i => i.naturalWidth / i.naturalHeight)(document.querySelector('#painting img'))"
    assert page.run(proportions) == pytest.approx(220 / 160, abs=0.05)
    assert not page.all("#answer [data-part]")


def test_more_by_an_artist_sets_the_filter(visit: Callable[..., Page], picture: Path) -> None:
    page = visit().upload(picture)
    page.find("#steering > button").click()
    page.until(lambda: page.find("#reset").is_displayed(), "the controls")
    page.choose("#count", 10)
    page.answered(8)
    others = [
        place
        for place, item in enumerate(page.all(".neighbours .artist"), start=1)
        if item.text == "Other Painter"
    ]

    page.open_door(others[0])
    page.find("dialog [data-artist]").click()

    page.door_is_shut().answered(2)
    assert "Other Painter" in page.text("#artists")


def test_an_id_that_the_collection_does_not_have_gets_a_sentence(
    visit: Callable[..., Page], picture: Path
) -> None:
    page = visit().upload(picture)
    button = "document.querySelector('.neighbours button')"

    page.run(f"{button}.dataset.door = '<b>nobody</b>'")
    page.find(".neighbours button").click()
    assert "not in the collection" in page.text("dialog")
    page.press(Keys.ESCAPE)
    page.door_is_shut()
    page.run(f"{button}.dataset.ask = 'nobody'")
    page.run(f"delete {button}.dataset.door")
    page.find(".neighbours button").click()

    page.until(lambda: "not in the collection" in page.text("#answer"), "the sentence")


def test_everything_can_be_done_with_keys(visit: Callable[..., Page], picture: Path) -> None:
    page = visit().upload(picture)
    page.run("document.activeElement.blur()")
    page.press(Keys.TAB)
    assert page.focused("data-answer") is not None
    page.press(Keys.ENTER)
    page.press(Keys.TAB)
    assert page.focused("data-door") == page.find(".neighbours button").get_attribute("data-door")
    page.run("document.activeElement.blur()")
    # Without the skip link, every control on the way can be reached.

    for _ in range(80):
        page.press(Keys.TAB)
        if page.focused("data-door"):
            break
    opened = page.focused("data-door")
    assert opened
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press(Keys.ENTER)
    page.until(lambda: page.focused("data-close") is not None, "the focus in the large view")
    page.press(Keys.TAB)
    assert page.focused("data-ask") == opened
    page.press(Keys.ENTER)

    page.until(lambda: page.all(".asked"), "the answer to the painting")
    assert page.focused("id") == "answer"


def test_the_browsers_language_comes_first_and_can_be_changed(
    visit: Callable[..., Page], picture: Path
) -> None:
    page = visit(language="ro,en")
    page.until(lambda: "Trage aici un tablou" in page.text("header"), "Romanian")
    assert page.run("document.documentElement.lang") == "ro"
    page.upload(picture)
    for expected in ("Curentul artistic", "distanța 0,0", "Pagina de pe WikiArt"):
        # CSS shows it in capitals; the text itself is in small letters.
        assert expected.casefold() in page.text("#answer").casefold(), expected
    assert "Tabloul tău" in page.text("#painting")
    page.open_door(2)
    assert "Înapoi la răspuns" in page.text("dialog")
    page.press(Keys.ESCAPE)
    page.door_is_shut()

    page.choose("#language", "en")

    page.until(lambda: "Page on WikiArt" in page.text("#answer"), "English")
    assert "Your painting" in page.text("#painting")
    assert "From manner to subject" in page.text("#composition")
    assert "Search" in page.text("#tabs [role=tab]")
    page.find("#steering > button").click()
    page.until(lambda: "Euclidean" in page.text("#metric"), "English controls")
    assert page.run("document.documentElement.lang") == "en"


def test_an_answer_is_downloaded(visit: Callable[..., Page], picture: Path, tmp_path: Path) -> None:
    page = visit()
    downloads = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.browser.execute_cdp_cmd("Browser.setDownloadBehavior", downloads)
    assert not page.find("#take_csv").is_displayed()
    # The picture may be removed at the moment when somebody presses the button.
    page.run("document.querySelector('#take_csv').click()")
    page.until(lambda: "There is no answer yet" in page.text("body"), "a refusal")
    page.upload(picture)

    for kind, suffix in (("csv", "csv"), ("xlsx", "xlsx"), ("card", "jpg")):
        page.find(f"#take_{kind}").click()
        file = tmp_path / f"pinacoteca.{suffix}"
        page.until(file.is_file, f"a download of {file.name}")

    rows = (tmp_path / "pinacoteca.csv").read_text(encoding="utf-8-sig").splitlines()
    assert sum(row.startswith("neighbour,") for row in rows) == 5
    sheet = load_workbook(tmp_path / "pinacoteca.xlsx")["Paintings"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [1, 2, 3, 4, 5]
    with Image.open(tmp_path / "pinacoteca.jpg") as card:
        assert card.size == (1600, 1600)


def test_a_link_opens_the_page_with_its_settings(visit: Callable[..., Page], picture: Path) -> None:
    page = visit(language="ro").upload(picture)
    page.find("#steering > button").click()
    page.changed(lambda: page.choose("#metric", "euclidean"))
    page.find("#take_link").click()
    address = f"{page.address}/?metric=euclidean&language=ro"
    shown = "document.querySelector('#link textarea')?.value"
    page.until(lambda: page.run(shown) == address, address)
    # The settings have changed since the link was made.
    page.choose("#metric", "cosine")
    page.until(lambda: page.run(shown) is None, "no link")

    other = visit()
    other.browser.get(address)
    other.find("#steering > button").click()
    chosen = "#metric input[value='euclidean']"
    other.until(lambda: [each for each in other.all(chosen) if each.is_selected()], "the metric")
    assert "Tabloul tău" in other.text("#painting")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_and_every_text_is_readable(
    visit: Callable[..., Page], picture: Path, width: int, scheme: str
) -> None:
    page = visit(width=width, scheme=scheme)
    assert page.find("#examples").rect["y"] < page.find("#composition").rect["y"]
    page.upload(picture)
    assert page.find(".verdict .name").rect["y"] < 844
    page.find("#steering > button").click()
    page.until(lambda: page.find("#reset").is_displayed(), "the controls")

    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.run(overflow) <= 0
    for selector in (".movement .name", ".movement .note", ".neighbours .facts", ".about p"):
        assert contrast(page, selector) >= 4.5, selector
    assert page.broken_rules() == []
    painting, answer = page.find("#painting").rect, page.find("#answer").rect
    if width == 390:
        assert answer["y"] > painting["y"] + painting["height"] - 1
        assert page.find("#examples").rect["y"] > answer["y"]
        assert painting["y"] < page.find("#composition").rect["y"] < answer["y"]
    else:
        assert answer["x"] > painting["x"] + painting["width"] - 1
    page.open_door(1)
    assert page.run(overflow) <= 0
    view = page.find("dialog").rect
    assert view["x"] >= 0 and view["x"] + view["width"] <= width
    assert page.broken_rules() == []
