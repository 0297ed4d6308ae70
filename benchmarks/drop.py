"""Measures how long a visitor waits from dropping a picture until the answer is drawn.

    python benchmarks/drop.py --photographs DIR --pictures DIR [--gallery DIR] [--model DIR]

Serves the page, opens it in headless Chromium, and drops each picture of ``--photographs`` three
times in each of two sizes, in turns: enlarged to 12 megapixels, like a phone's photograph, and
reduced to 224 pixels. The time runs from the drop until the movement and the five neighbours with
their pictures are drawn on the screen. ``--pictures`` is a PandoraRom tree with the pictures of the
gallery.

Prints the median and p95 of both sizes and their ratio. Needs requirements-dev.txt and chromium.
The 48 photographs take six minutes on two CPU cores.
"""

from __future__ import annotations

import argparse
import base64
import io
import sys
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from tqdm import tqdm

from pinacoteca.command_line import run
from pinacoteca.errors import PinacotecaError
from pinacoteca.images import open_image

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.append(str(REPOSITORY / "tests" / "helpers"))

from served import served_page  # noqa: E402
from visitor import open_browser  # noqa: E402

ROUNDS = 3
PHOTOGRAPH_PIXELS = 12_000_000
SMALL_SIDE = 224
JPEG_QUALITY = 90
SECONDS = 60
WINDOW = (1440, 900)
NEIGHBOURS = 5

HAND_OVER = """
const bytes = Uint8Array.from(atob(arguments[0]), letter => letter.charCodeAt(0));
window.transfer = new DataTransfer();
transfer.items.add(new File([bytes], "photograph.jpg", {type: "image/jpeg"}));
"""
# The second frame begins after the first has been put on the screen.
DROP = """
const [count, done] = arguments;
const area = document.querySelector("#painting button:has(input[type=file])");
const start = performance.now();
for (const kind of ["dragenter", "dragover", "drop"]) {
  area.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true}));
}
function look() {
  const pictures = [...document.querySelectorAll(".neighbours img")];
  const drawn = pictures.length === count && pictures.every(p => p.complete && p.naturalWidth);
  if (!drawn) return requestAnimationFrame(look);
  Promise.all(pictures.map(picture => picture.decode())).then(() =>
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start))));
}
look();
"""


class BenchmarkError(PinacotecaError):
    """The measurement cannot be made."""


def jpeg(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """Returns a picture resized to ``size``, in pixels, as JPEG."""
    buffer = io.BytesIO()
    picture.resize(size, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def sizes(picture: Image.Image) -> dict[str, tuple[int, int]]:
    """Returns the two sizes to drop a picture in, in pixels."""
    enlarged = (PHOTOGRAPH_PIXELS / (picture.width * picture.height)) ** 0.5
    reduced = SMALL_SIDE / max(picture.size)
    return {
        name: (round(scale * picture.width), round(scale * picture.height))
        for name, scale in (("12 megapixels", enlarged), ("224 pixels", reduced))
    }


def opened(profile: Path) -> webdriver.Chrome:
    """Returns Chromium with a desktop window.

    Raises:
        BenchmarkError: It is not installed.
    """
    try:
        browser = open_browser(profile, recorded=False)
    except FileNotFoundError as error:
        raise BenchmarkError(f"{error}: install chromium and chromium-driver.") from None
    browser.set_window_size(*WINDOW)
    browser.set_script_timeout(SECONDS)
    return browser


def measure(browser: webdriver.Chrome, photographs: list[Path]) -> dict[str, list[float]]:
    """Returns the times from drop to answer for both sizes, in milliseconds."""
    times: dict[str, list[float]] = {}
    for path in tqdm(photographs * ROUNDS, desc="drops"):
        picture = open_image(path)
        for name, size in sizes(picture).items():
            data = base64.b64encode(jpeg(picture, size)).decode()
            browser.execute_script(HAND_OVER, data)
            times.setdefault(name, []).append(browser.execute_async_script(DROP, NEIGHBOURS))
            take_down(browser)
    return times


def take_down(browser: webdriver.Chrome) -> None:
    """Removes the picture, so that the next one is dropped on an empty page."""
    browser.find_element(By.CSS_SELECTOR, "#painting button[aria-label='Remove Image']").click()
    WebDriverWait(browser, SECONDS).until(
        lambda _: (
            not browser.find_elements(By.CSS_SELECTOR, ".neighbours img")
            and browser.find_elements(By.CSS_SELECTOR, "#painting input[type=file]")
        )
    )


def main() -> None:
    """Prints the two medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photographs", type=Path, required=True, metavar="DIR")
    parser.add_argument("--pictures", type=Path, required=True, metavar="DIR")
    parser.add_argument("--gallery", type=Path, default=REPOSITORY / "gallery", metavar="DIR")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "model", metavar="DIR")
    arguments = parser.parse_args()
    photographs = sorted(arguments.photographs.glob("*.jpg"))
    if not photographs:
        raise BenchmarkError(
            f"--photographs {arguments.photographs} has no picture: name a folder of JPEG files."
        )

    folders = ("--model", arguments.model.resolve(), "--gallery", arguments.gallery.resolve())
    pictures = ("--pictures", arguments.pictures.resolve())
    with TemporaryDirectory() as folder:
        browser = opened(Path(folder) / "profile")
        try:
            with served_page(Path(folder) / "log.txt", *folders, *pictures) as address:
                browser.get(address)
                WebDriverWait(browser, SECONDS).until(
                    lambda _: browser.find_elements(By.CSS_SELECTOR, ".about")
                )
                times = measure(browser, photographs)
        finally:
            browser.quit()

    for name, values in times.items():
        late = quantiles(values, n=20)[-1]
        print(
            f"{name:>13}: median {median(values):4.0f} ms, p95 {late:4.0f} ms, {len(values)} drops"
        )
    large, small = (median(values) for values in times.values())
    print(f"        ratio: {large / small:.2f}")


if __name__ == "__main__":
    run(main)
