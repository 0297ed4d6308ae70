"""A visitor of the page, in headless Chromium."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

SECONDS = 30
# The default of Selenium is 0.5, and most waits are shorter.
POLL_SECONDS = 0.2
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A fake camera, and no prompt for permission.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
# What makes Chromium forget what a test has set or left.
FORGOTTEN: dict[str, dict[str, object]] = {
    "Emulation.clearDeviceMetricsOverride": {},
    "Emulation.setEmulatedMedia": {"features": []},
    "Emulation.setUserAgentOverride": {"userAgent": ""},
    "Browser.setDownloadBehavior": {"behavior": "default"},
    "Network.clearBrowserCache": {},
    "Network.clearBrowserCookies": {},
    "Storage.clearDataForOrigin": {"origin": "*", "storageTypes": "all"},
}
# The event of a drop or a paste from another program: files or a text.
GIVE = """
const [target, kind, files, text] = arguments;
const transfer = new DataTransfer();
for (const [name, data] of files) {
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
  transfer.items.add(new File([bytes], name, {type: "image/jpeg"}));
}
if (text) transfer.setData(kind === "drop" ? "text/uri-list" : "text/plain", text);
const options = {bubbles: true, cancelable: true};
if (kind === "paste") {
  return !target.dispatchEvent(new ClipboardEvent("paste", {clipboardData: transfer, ...options}));
}
return ["dragenter", "dragover", "drop"].map(
  each => !target.dispatchEvent(new DragEvent(each, {dataTransfer: transfer, ...options}))
)[2];
"""


def open_browser(profile: Path, recorded: bool = True) -> webdriver.Chrome:
    """Returns Chromium.

    Args:
        profile: The folder of its profile.
        recorded: Whether to record its console and its requests, which takes time.

    Raises:
        FileNotFoundError: Chromium or its driver is not installed.
    """
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        raise FileNotFoundError("chromium and chromedriver are not on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    if recorded:
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(chromedriver))


def forget(browser: webdriver.Chrome) -> None:
    """Leaves the page, and everything that tests have set or left in Chromium."""
    browser.get("about:blank")
    for command, arguments in FORGOTTEN.items():
        browser.execute_cdp_cmd(command, arguments)
    for kind in browser.log_types:
        browser.get_log(kind)  # type: ignore[no-untyped-call]


class Page:
    """A browser on the page."""

    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self.browser = browser
        self.address = address

    def open(self) -> Page:
        self.browser.get(self.address)
        self.find("#painting input[type=file]")
        # The line on what the network knows appears together with the language, once the page is
        # ready.
        self.find(".about")
        return self

    def resize(self, width: int) -> None:
        """Sets the window's width in pixels; below 600 it is a phone's."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector: str) -> WebElement:
        found: WebElement = self.until(lambda: next(iter(self.all(selector)), None), selector)
        return found

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        # The page may replace an element between finding and reading it; then it is found again.
        replaced = [StaleElementReferenceException]
        wait = WebDriverWait(self.browser, SECONDS, POLL_SECONDS, replaced)
        return wait.until(lambda _: condition(), what)

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

    def is_calm(self) -> bool:
        """Says whether no new answer is under way; Gradio covers the old one until it comes."""
        return not self.all("#answer [data-testid='status-tracker']:not(.hide)")

    def answered(self, count: int = 5) -> Page:
        self.until(
            lambda: len(self.all(".neighbours img")) == count and self.is_calm(),
            f"{count} neighbours",
        )
        return self

    def changed(self, action: Callable[[], object], selector: str = "#answer") -> str:
        """Performs an action and returns an element's text once it has changed."""
        before = self.text(selector)
        action()
        self.until(
            lambda: self.text(selector) != before and self.is_calm(), f"a change of {selector}"
        )
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
        """Returns the serious accessibility problems that axe finds."""
        return [
            f"{rule['id']}: {rule['nodes'][0]['html']}"
            for rule in Axe().run(self.browser)["violations"]
            if rule["impact"] in ("serious", "critical")
        ]

    def foreign_requests(self) -> list[str]:
        """Returns the addresses on other hosts requested since the last call."""
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
        """Returns the errors in the console since the last call."""
        return [
            entry["message"]
            for entry in self.browser.get_log("browser")  # type: ignore[no-untyped-call]
            if entry["level"] == "SEVERE"
        ]

    def give(self, kind: str, selector: str, *files: Path, text: str = "") -> bool:
        """Drops or pastes files, or a text; returns whether the page takes them.

        Args:
            kind: "drop" or "paste".
            selector: The selector of the element below the mouse or with the focus.
            files: JPEG files.
            text: An address for a drop, any text for a paste.
        """
        encoded = [(file.name, base64.b64encode(file.read_bytes()).decode()) for file in files]
        return bool(self.browser.execute_script(GIVE, self.find(selector), kind, encoded, text))


def contrast(page: Page, selector: str) -> float:
    """Returns the contrast of a text with its background (WCAG 2.2, contrast ratio)."""
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
