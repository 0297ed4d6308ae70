"""The page as people see it: real clicks and real files in headless Chromium."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_core_python.selenium import Axe
from conftest import REPOSITORY
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from texts import TEXTS

pytestmark = pytest.mark.browser

SECONDS = 30
DROP = """
const [area, name, data] = arguments;
const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
const transfer = new DataTransfer();
transfer.items.add(new File([bytes], name, {type: "image/jpeg"}));
for (const kind of ["dragenter", "dragover", "drop"]) {
  area.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true}));
}
"""


class Page:
    """A browser on the page."""

    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser = browser
        self.address = address

    def open(self) -> Page:
        self.browser.get(self.address)
        self.find("#painting input[type=file]")
        # What the network knows comes with the language, once the page is ready.
        self.find(".about")
        return self

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector: str) -> WebElement:
        return self.until(lambda: next(iter(self.all(selector)), None), selector)

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        return WebDriverWait(self.browser, SECONDS).until(lambda _: condition(), what)

    def run(self, script: str) -> Any:
        return self.browser.execute_script(f"return {script}")

    def text(self, selector: str) -> str:
        return str(
            self.browser.execute_script("return arguments[0].innerText", self.find(selector))
        )

    def press(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()

    def upload(self, path: Path) -> Page:
        self.find("#painting input[type=file]").send_keys(str(path))
        return self.answered()

    def answered(self, count: int = 5) -> Page:
        self.until(lambda: len(self.all(".neighbours img")) == count, f"{count} neighbours")
        return self

    def changed(self, action: Callable[[], object], selector: str = "#answer") -> str:
        """Returns the text of an element once an action has changed it."""
        before = self.text(selector)
        action()
        self.until(lambda: self.text(selector) != before, f"a change of {selector}")
        return self.text(selector)

    def choose(self, group: str, value: object) -> None:
        self.find(f"{group} input[value='{value}']").click()

    def open_door(self, place: int) -> str:
        """Opens a neighbour; returns its id."""
        button = self.find(f".neighbours li:nth-child({place}) button")
        button.click()
        self.until(lambda: self.run("document.querySelector('dialog')?.open"), "the large view")
        return str(button.get_attribute("data-door"))

    def door_is_shut(self) -> Page:
        self.until(lambda: not self.all("dialog"), "the answer without the large view")
        return self

    def focused(self, attribute: str) -> str | None:
        focused = self.browser.switch_to.active_element
        return focused.get_attribute(attribute)

    def broken_rules(self) -> list[str]:
        """Returns what axe finds wrong for people with other senses or hands, if it is serious."""
        return [
            f"{rule['id']}: {rule['nodes'][0]['html']}"
            for rule in Axe().run(self.browser)["violations"]
            if rule["impact"] in ("serious", "critical")
        ]

    def foreign_requests(self) -> list[str]:
        """Returns addresses of other hosts that were asked for since the last call."""
        addresses = [
            message["params"]["request"]["url"]
            for entry in self.browser.get_log("performance")  # type: ignore[no-untyped-call]
            if (message := json.loads(entry["message"])["message"])["method"]
            == "Network.requestWillBeSent"
        ]
        own = urlsplit(self.address).netloc
        return [
            address
            for address in addresses
            if urlsplit(address).scheme in ("http", "https", "ws", "wss")
            and urlsplit(address).netloc != own
        ]

    def errors(self) -> list[str]:
        """Returns what the console holds of errors since the last call."""
        return [
            entry["message"]
            for entry in self.browser.get_log("browser")  # type: ignore[no-untyped-call]
            if entry["level"] == "SEVERE"
        ]


@pytest.fixture
def visit(page: str, browser: webdriver.Chrome) -> Iterator[Callable[..., Page]]:
    """Opens the page in a window of a width, in a language and a colour scheme.

    Whatever a test does there, nothing may go wrong in the console and nobody else be asked.
    """
    visited = Page(browser, page)

    def start(width: int = 1440, language: str = "en", scheme: str = "light") -> Page:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        preference = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)
        agent = browser.execute_script("return navigator.userAgent")
        browser.execute_cdp_cmd(
            "Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": language}
        )
        return visited.open()

    yield start
    assert visited.errors() == []
    assert visited.foreign_requests() == []


def test_a_dropped_painting_is_answered(visit: Callable[..., Page], picture: Path) -> None:
    page = visit()
    assert "Nothing on the easel yet" in page.text("#answer")

    # The button that is the drop area.
    area = page.find("#painting button:has(input[type=file])")
    data = base64.b64encode(picture.read_bytes()).decode()
    page.browser.execute_script(DROP, area, "work.jpg", data)
    page.answered()

    # A picture that is itself in the collection is nearest to itself, whatever the weights.
    first = page.text(".neighbours li:first-child")
    for expected in (
        "Painter",
        "Work 3",
        "1903 · Cubism",
        "very close: closer than all pairs of paintings",
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


def test_an_example_is_answered_and_the_painting_taken_down(visit: Callable[..., Page]) -> None:
    page = visit(language="ro")
    assert len(page.all("#examples button img")) >= 6

    page.find("#examples button").click()
    page.answered()
    # Gradio would bring the English label back with the picture.
    assert "Tabloul tău" in page.text("#painting")
    page.find("#painting button[aria-label='Remove Image']").click()

    page.until(lambda: not page.all(".neighbours"), "an empty answer")
    assert "Încă nu e nimic pe șevalet" in page.text("#answer")


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
        assert "Paintings that meet the filters: 2 of 8" in page.text(".nearest")
        assert page.text(".nearest").count(name) == 2
        page.press(Keys.ESCAPE)
        reset()
    page.choose("#century", 19)
    page.answered(2)
    reset()
    page.find("#words textarea, #words input").send_keys("work 5")
    page.answered(1)
    page.find("#words textarea, #words input").send_keys("0")
    page.until(lambda: "No painting meets these filters" in page.text("#answer"), "no painting")
    reset()
    page.changed(lambda: page.find("#as-in-report input").click())
    page.open_door(2)
    assert "compares outputs of the network" in page.text("dialog")


def test_a_neighbour_is_a_door(visit: Callable[..., Page], picture: Path) -> None:
    page = visit().upload(picture)

    opened = page.open_door(2)

    view = page.text("dialog")
    for expected in ("Painter", "Work ", "closer than", "distance", "of yours", "of the painting"):
        assert expected in view, expected
    assert page.find("dialog .source").is_displayed()
    assert len(page.all("dialog .region")) == 6
    sizes = "[...document.querySelectorAll('dialog img')].map(i => i.width / i.height)"
    assert page.run(sizes) == pytest.approx([48 / 40, 48 / 40], abs=0.02)
    assert page.broken_rules() == []
    for leave in (
        lambda: page.press(Keys.ESCAPE),
        lambda: page.find("dialog [data-close]").click(),
        page.browser.back,
    ):
        if not page.all("dialog"):
            page.open_door(2)
        leave()
        page.door_is_shut()
        assert page.focused("data-door") == opened
    assert len(page.all(".neighbours img")) == 5


def test_one_searches_on_with_a_neighbour_and_comes_back(
    visit: Callable[..., Page], picture: Path
) -> None:
    page = visit().upload(picture)
    at_first = page.text(".neighbours")
    opened = page.open_door(2)

    page.changed(lambda: page.find("dialog [data-ask]").click(), ".neighbours")

    assert page.text("#asked-with").startswith(("You ask with", "YOU ASK WITH"))
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
    assert "no such painting" in page.text("dialog")
    page.press(Keys.ESCAPE)
    page.door_is_shut()
    page.run(f"{button}.dataset.ask = 'nobody'")
    page.run(f"delete {button}.dataset.door")
    page.find(".neighbours button").click()

    page.until(lambda: "no such painting" in page.text("#answer"), "the sentence")


def test_everything_can_be_done_with_keys(visit: Callable[..., Page], picture: Path) -> None:
    page = visit().upload(picture)
    page.run("document.activeElement.blur()")

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
        # What the page shows in capitals is written in small letters.
        assert expected.casefold() in page.text("#answer").casefold(), expected
    assert "Tabloul tău" in page.text("#painting")
    page.open_door(2)
    assert "Înapoi la răspuns" in page.text("dialog")
    page.press(Keys.ESCAPE)
    page.door_is_shut()

    page.choose("#language", "en")

    page.until(lambda: "Page on WikiArt" in page.text("#answer"), "English")
    assert "Your painting" in page.text("#painting")
    assert "From style to composition" in page.text("#composition")
    assert "Ask" in page.text("#tabs [role=tab]")
    page.find("#steering > button").click()
    page.until(lambda: "Euclidean" in page.text("#metric"), "English controls")
    assert page.run("document.documentElement.lang") == "en"


def test_an_answer_is_taken_away(visit: Callable[..., Page], picture: Path, tmp_path: Path) -> None:
    page = visit()
    downloads = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.browser.execute_cdp_cmd("Browser.setDownloadBehavior", downloads)
    page.find("#take_csv").click()
    page.until(lambda: "There is no answer yet" in page.text("body"), "a refusal")
    page.upload(picture)

    for kind, suffix in (("csv", "csv"), ("xlsx", "xlsx"), ("card", "jpg")):
        page.find(f"#take_{kind}").click()
        file = tmp_path / f"pinacoteca.{suffix}"
        page.until(file.is_file, f"a download of {file.name}")

    rows = (tmp_path / "pinacoteca.csv").read_text(encoding="utf-8-sig").splitlines()
    assert sum(row.startswith("neighbour,") for row in rows) == 5
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
    # What is shown is no longer what the link was made of.
    page.choose("#metric", "cosine")
    page.until(lambda: page.run(shown) is None, "no link")

    other = visit()
    other.browser.get(address)
    other.find("#steering > button").click()
    chosen = "#metric input[value='euclidean']"
    other.until(lambda: [each for each in other.all(chosen) if each.is_selected()], "the metric")
    assert "Tabloul tău" in other.text("#painting")


def test_what_is_no_picture_gets_a_sentence(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit()
    (tmp_path / "letter.jpg").write_text("Dear museum,")

    page.find("#painting input[type=file]").send_keys(str(tmp_path / "letter.jpg"))

    page.until(lambda: "not a picture that can be read" in page.text("#answer"), "the sentence")
    assert "This picture could not be read" in page.text("#answer")
    page.choose("#language", "ro")
    page.until(lambda: "Imaginea nu a putut fi citită" in page.text("#answer"), "Romanian")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_everything_can_be_read(
    visit: Callable[..., Page], picture: Path, width: int, scheme: str
) -> None:
    page = visit(width=width, scheme=scheme).upload(picture)
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


def contrast(page: Page, selector: str) -> float:
    """Returns the contrast of a text with what is behind it (WCAG 2.2, contrast ratio)."""
    script = """
    const colors = [getComputedStyle(arguments[0]).color];
    for (let node = arguments[0]; node; node = node.parentElement) {
      const color = getComputedStyle(node).backgroundColor;
      if (!/, 0\\)$|transparent/.test(color)) { colors.push(color); break; }
    }
    const context = document.createElement('canvas').getContext('2d');
    return colors.map(color => {
      context.fillStyle = color; context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    });
    """
    colors = page.browser.execute_script(script, page.find(selector))
    assert len(colors) == 2, colors
    lighter, darker = sorted((luminance(color) for color in colors), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: list[int]) -> float:
    """Returns the relative luminance of sRGB, 0 to 1 (WCAG 2.2)."""
    shares = [value / 255 for value in color]
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    ]
    return sum(
        weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def test_every_drawn_example_can_be_published() -> None:
    import draw_examples

    drawn = {draw.__name__ for draw in draw_examples.DRAWINGS}

    assert len(drawn) >= 6
    assert {path.stem for path in (REPOSITORY / "demo" / "examples").iterdir()} == drawn
    assert set(TEXTS["en"].drawings) == drawn
