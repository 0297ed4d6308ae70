"""Draws the pictures of the page that the README and the docs show.

    PYTHONPATH=. python tests/helpers/screenshots.py [--address http://127.0.0.1:7860]

Run it (`make screenshots`) after a change of the page, `model/` or `gallery/`, and look at the
results. The page is offline: it shows the blurred colours of paintings, so that no picture of a
painting enters the repository. The queries are drawings of our own. Needs Chromium and its driver;
takes half a minute.
"""

from __future__ import annotations

import argparse
import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from served import served_page
from visitor import Page, open_browser

from pinacoteca.command_line import run
from pinacoteca.files import written_whole

DEMO = Path(__file__).resolve().parents[2] / "demo"
DESK, PHONE, MAP = (1264, 880), (390, 844), (1212, 844)
GAP = 24
# True once the map has stopped moving and all pictures are faded in.
STILL = "document.getAnimations().every(each => each.playState !== 'running')"


@contextmanager
def visitor(address: str) -> Iterator[Page]:
    """Yields a browser on a page."""
    with TemporaryDirectory() as profile:
        browser = open_browser(Path(profile), recorded=False)
        try:
            browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
            yield Page(browser, address)
        finally:
            browser.quit()


def open_page(page: Page, size: tuple[int, int], language: str, scheme: str) -> None:
    """Opens the page in a window of a size; one narrower than 600 pixels is a phone."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    preference = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)
    page.address = f"{page.address.partition('?')[0]}?language={language}"
    page.open()


def ask_with(page: Page, drawing: str) -> None:
    """Asks with one of the drawings of the page."""
    page.find(f"#examples [data-example='{drawing}']").click()
    page.answered()
    pictures = "[...document.images].every(each => each.complete)"
    page.until(lambda: page.run(pictures), "all pictures")


def seen(page: Page) -> Image.Image:
    """Returns a picture of the window, scrolled to the top of the page."""
    page.run("window.scrollTo(0, 0)")
    # No focus ring around what was clicked.
    page.run("document.activeElement.blur()")
    page.until(lambda: page.run(STILL), "a page at rest")
    shot = page.browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")


def at_a_desk(page: Page) -> Image.Image:
    """Returns an answer in English."""
    open_page(page, DESK, "en", "light")
    ask_with(page, "sunrise")
    return seen(page)


def on_a_phone(page: Page) -> Image.Image:
    """Returns an answer in Romanian, in the dark."""
    open_page(page, PHONE, "ro", "dark")
    ask_with(page, "village")
    return seen(page)


def on_the_map(page: Page) -> Image.Image:
    """Returns the map with a drawing as the query."""
    open_page(page, MAP, "en", "light")
    ask_with(page, "village")
    page.find("button[role=tab]:nth-of-type(2)").click()
    page.find("#map .query .here")
    return seen(page)


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Returns two pictures of the same height side by side, with a gap between them."""
    both = Image.new("RGB", (left.width + GAP + right.width, left.height), "white")
    both.paste(left)
    both.paste(right, (left.width + GAP, 0))
    return both


def draw(address: str) -> dict[str, Image.Image]:
    """Returns the pictures by the names of their files."""
    with visitor(address) as page:
        return {
            "screenshot.png": at_a_desk(page),
            "screenshot_phone_and_map.png": beside(on_a_phone(page), on_the_map(page)),
        }


def main() -> None:
    """Draws both pictures into ``demo``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", help="of a page that runs (default: start one)")
    address = parser.parse_args().address
    if address:
        drawn = draw(address)
    else:
        with TemporaryDirectory() as folder, served_page(Path(folder) / "log") as started:
            drawn = draw(started)
    for name, picture in drawn.items():
        with written_whole(DEMO / name) as path:
            picture.save(path, "PNG", optimize=True)
        print(f"Wrote {DEMO / name}")


if __name__ == "__main__":
    run(main)
