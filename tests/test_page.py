"""The page as people see it: real clicks and real files in headless Chromium."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import REPOSITORY
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser

SECONDS = 30
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
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
        return self

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector: str) -> WebElement:
        return self.until(lambda: next(iter(self.all(selector)), None), selector)

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        return WebDriverWait(self.browser, SECONDS).until(lambda _: condition(), what)

    def text(self, selector: str) -> str:
        return str(
            self.browser.execute_script("return arguments[0].innerText", self.find(selector))
        )

    def upload(self, path: Path) -> None:
        self.find("#painting input[type=file]").send_keys(str(path))

    def answered(self) -> Page:
        self.until(lambda: len(self.all(".neighbours img")) == 5, "five neighbours")
        return self

    def choose(self, group: str, value: str) -> None:
        self.find(f"{group} input[value='{value}']").click()

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
def visit(page: str, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens the page in a browser of a width, a language and a colour scheme."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("chromium and chromedriver are not on this machine")
    browsers: list[webdriver.Chrome] = []

    def start(width: int = 1440, language: str = "en", scheme: str = "light") -> Page:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for argument in (*QUIET, f"--user-data-dir={tmp_path / str(len(browsers))}"):
            options.add_argument(argument)
        downloads = {"download.default_directory": str(tmp_path / "downloads")}
        options.add_experimental_option("prefs", {"intl.accept_languages": language} | downloads)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        browser = webdriver.Chrome(options, webdriver.ChromeService(chromedriver))
        browsers.append(browser)
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        preference = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)
        return Page(browser, page).open()

    yield start
    for browser in browsers:
        browser.quit()


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
    for expected in ("Painter", "Work 3", "1903 · Cubism", "distance 0.0", "Page on WikiArt"):
        assert expected in first, expected
    link = page.find(".neighbours li:first-child a").get_attribute("href")
    assert link == "https://www.wikiart.org/en/painter/work-3"
    assert len({item.text for item in page.all(".neighbours cite")}) == 5
    assert len(page.all(".bars li")) == 3
    loaded = "return [...document.querySelectorAll('.neighbours img')].every(i => i.naturalWidth)"
    page.until(lambda: page.browser.execute_script(loaded), "pictures of the neighbours")
    size = "const i = document.querySelector('.neighbours img'); return [i.width, i.height]"
    width, height = page.browser.execute_script(size)
    assert width / height == pytest.approx(48 / 40, abs=0.02)
    assert page.errors() == []
    assert page.foreign_requests() == []


def test_an_example_is_answered_and_the_painting_taken_down(visit: Callable[..., Page]) -> None:
    page = visit()
    assert len(page.all("#examples button img")) >= 6

    page.all("#examples button img")[0].click()
    page.answered()
    page.find("#painting button[aria-label='Remove Image']").click()

    page.until(lambda: not page.all(".neighbours"), "an empty answer")
    assert "Nothing on the easel yet" in page.text("#answer")


def test_another_distance_gives_another_answer_at_once(
    visit: Callable[..., Page], picture: Path
) -> None:
    page = visit()
    page.upload(picture)
    cosine = page.answered().text(".neighbours")

    page.choose("#metric", "euclidean")

    page.until(lambda: page.all(".neighbours") and page.text(".neighbours") != cosine, "a change")
    assert "Work 3" in page.text(".neighbours li:first-child")


def test_the_browsers_language_comes_first_and_can_be_changed(
    visit: Callable[..., Page], picture: Path
) -> None:
    page = visit(language="ro,en")
    page.until(lambda: "Trage aici un tablou" in page.text("header"), "Romanian")
    assert page.browser.execute_script("return document.documentElement.lang") == "ro"
    page.upload(picture)
    page.answered()
    for expected in ("Curentul artistic", "distanța 0,0", "Pagina de pe WikiArt"):
        # What the page shows in capitals is written in small letters.
        assert expected.casefold() in page.text("#answer").casefold(), expected
    assert "Tabloul tău" in page.text("#painting")

    page.choose("#language", "en")

    page.until(lambda: "Page on WikiArt" in page.text("#answer"), "English")
    assert "Your painting" in page.text("#painting")
    assert "Euclidean" in page.text("#metric")
    assert page.browser.execute_script("return document.documentElement.lang") == "en"


def test_an_answer_is_taken_away(visit: Callable[..., Page], picture: Path, tmp_path: Path) -> None:
    page = visit()
    page.find("#take_csv").click()
    page.until(lambda: "There is no answer yet" in page.text("body"), "a refusal")
    page.upload(picture)
    page.answered()

    for kind in ("csv", "xlsx", "card"):
        page.find(f"#take_{kind}").click()
        suffix = kind.replace("card", "jpg")
        file = tmp_path / "downloads" / f"pinacoteca.{suffix}"
        page.until(file.is_file, f"a download of {file.name}")

    rows = (tmp_path / "downloads" / "pinacoteca.csv").read_text(encoding="utf-8-sig").splitlines()
    assert sum(row.startswith("neighbour,") for row in rows) == 5
    with Image.open(tmp_path / "downloads" / "pinacoteca.jpg") as card:
        assert card.size == (1600, 1600)
    assert page.foreign_requests() == []


def test_a_link_opens_the_page_with_its_settings(visit: Callable[..., Page], picture: Path) -> None:
    page = visit(language="ro")
    page.upload(picture)
    cosine = page.answered().text(".neighbours")
    page.choose("#metric", "euclidean")
    page.until(lambda: page.all(".neighbours") and page.text(".neighbours") != cosine, "a change")
    page.find("#take_link").click()
    address = f"{page.address}/?metric=euclidean&language=ro"
    shown = "return document.querySelector('#link textarea')?.value"
    page.until(lambda: page.browser.execute_script(shown) == address, address)
    # What is shown is no longer what the link was made of.
    page.choose("#metric", "cosine")
    page.until(lambda: page.browser.execute_script(shown) is None, "no link")

    other = visit()
    other.browser.get(address)
    chosen = "#metric input[value='euclidean']"
    other.until(lambda: [each for each in other.all(chosen) if each.is_selected()], "the metric")
    assert "Tabloul tău" in other.text("#painting")


def test_what_is_no_picture_gets_a_sentence(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit()
    (tmp_path / "letter.jpg").write_text("Dear museum,")

    page.upload(tmp_path / "letter.jpg")

    page.until(lambda: "not a picture that can be read" in page.text("#answer"), "the sentence")
    assert "This picture could not be read" in page.text("#answer")
    page.choose("#language", "ro")
    page.until(lambda: "Imaginea nu a putut fi citită" in page.text("#answer"), "Romanian")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_everything_can_be_read(
    visit: Callable[..., Page], picture: Path, width: int, scheme: str
) -> None:
    page = visit(width=width, scheme=scheme)
    page.upload(picture)
    page.answered()

    overflow = "return document.documentElement.scrollWidth - window.innerWidth"
    assert page.browser.execute_script(overflow) <= 0
    for selector in (".movement .name", ".movement .note", ".neighbours .facts", ".about p"):
        assert contrast(page, selector) >= 4.5, selector
    painting, answer = page.find("#painting").rect, page.find("#answer").rect
    if width == 390:
        assert answer["y"] > painting["y"] + painting["height"] - 1
        assert page.find("#examples").rect["y"] > answer["y"]
    else:
        assert answer["x"] > painting["x"] + painting["width"] - 1


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
