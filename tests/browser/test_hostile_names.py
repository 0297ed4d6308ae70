"""A gallery in which every text is an attack, shown in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from served import served_page
from visitor import Page

from pinacoteca.collection import Collection

pytestmark = pytest.mark.browser

SET = "window.pwned=(window.pwned||0)+1"
ATTACKS = (
    f"<script>{SET}</script>",
    f"<img src=x onerror='{SET}'>",
    f'"><svg onload="{SET}">',
    f"' onmouseover='{SET}' x='",
    f"</textarea></title></style></script><iframe srcdoc='<script>parent.{SET}</script>'>",
    f"{{{{constructor.constructor('{SET}')()}}}}${{{SET}}}",
    f"javascript:{SET}//%0a\r\nSet-Cookie: a=b",
    f"[a](javascript:{SET}) <a href=javascript:{SET}>b</a> &lt;script&gt;{SET}&lt;/script&gt;",
)
TURN = "\u202e"


@pytest.fixture(scope="module")
def hostile(
    model_folder: Path, gallery: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a page with such a gallery."""
    folder = tmp_path_factory.mktemp("hostile")
    collection = Collection.load(gallery)
    paintings = tuple(
        replace(
            painting,
            title=f"{TURN}title {attack}",
            artist=f"{TURN}artist {attack}",
            style=f"style {attack}",
            artist_slug=f"slug {attack}",
            page_url=f"javascript:{SET}",
            image_url=f"data:text/html,<script>{SET}</script>",
        )
        for painting, attack in zip(collection.paintings, ATTACKS, strict=True)
    )
    replace(collection, paintings=paintings).save(folder)
    shutil.copy(gallery / "map.safetensors", folder)
    where = ("--model", model_folder, "--gallery", folder, "--pictures", gallery / "pictures")
    with served_page(folder / "log.txt", *where) as address:
        yield address


def calm(page: Page) -> None:
    """Fails if a text of the gallery was run, framed, or requested from elsewhere."""
    assert page.run("window.pwned") is None
    assert page.run("document.querySelectorAll('iframe, object, embed').length") == 0
    assert page.run("document.cookie.includes('a=b')") is False
    hrefs = "[...document.querySelectorAll('[href], [src]')].filter(e => "
    hrefs += "/^(javascript|data:text)/i.test(e.getAttribute('href') || e.getAttribute('src')))"
    assert page.run(f"{hrefs}.length") == 0


def test_no_text_of_a_gallery_is_run(
    hostile: str, browser: webdriver.Chrome, picture: Path
) -> None:
    page = Page(browser, hostile)
    page.resize(1440)
    page.open().upload(picture)
    calm(page)
    shown = page.text("#answer")
    # They are shown literally, except for characters that change the direction of reading.
    assert any(attack.split("\r")[0][:20] in shown for attack in ATTACKS)
    assert TURN not in shown

    page.open_door(1)
    page.browser.execute_script(
        "for (const each of document.querySelectorAll('dialog *')) "
        "each.dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))"
    )
    calm(page)
    page.press("\ue00c")
    for name in ("Map", "Collection"):
        tabs = [tab for tab in page.all("button[role=tab]") if name in tab.text]
        for tab in tabs:
            tab.click()
            page.until(lambda: len(page.all("#map .dots path, #browser .rows img")) > 0, name)
            calm(page)
    for box in page.browser.find_elements(By.CSS_SELECTOR, "input[role=listbox]"):
        if box.is_displayed():
            box.click()
            calm(page)
    assert page.errors() == []
    assert page.foreign_requests() == []


@pytest.mark.parametrize("name", ["artists", "styles", "words", "painting", "lang"])
def test_no_text_of_a_link_is_run(hostile: str, browser: webdriver.Chrome, name: str) -> None:
    page = Page(browser, f"{hostile}/?{name}={quote(ATTACKS[1])}&{name}={quote(ATTACKS[2])}")

    page.open()

    calm(page)
    assert page.errors() == []


def test_no_name_adds_a_header(hostile: str) -> None:
    for name in ("x%0d%0aSet-Cookie:%20a=b", "x\u202e.jpg", "..%2f..%2fetc%2fpasswd", "x%00y"):
        for path in ("pictures/", "gradio_api/file=", "examples/"):
            answer = httpx.get(f"{hostile}/{path}{name}")
            assert answer.status_code in (400, 403, 404, 422), (path, name)
            assert "set-cookie" not in answer.headers
            assert "root:" not in answer.text
