"""Shared fixtures: the real pictures, a tiny model, and scripts run like commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from galleries import write_gallery, write_likeness
from selenium import webdriver
from served import served_page
from visitor import Page, forget, open_browser

from pinacoteca.movements import MOVEMENTS

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"
ROOMS = ("train", "gallery", "hub", "demo")


def pytest_configure(config: pytest.Config) -> None:
    """Turns every warning that our code causes into an error; computes on one thread each."""
    # Before PyTorch is imported, and for all programs that tests start. Threads that wait for each
    # other would otherwise keep the cores busy, on a busy machine for longer than they compute.
    os.environ |= {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    scripts = {path.stem for room in ROOMS for path in (REPOSITORY / room).glob("*.py")}
    ours = "|".join([r"pinacoteca(\..*)?", *sorted(scripts)])
    config.addinivalue_line("filterwarnings", f"error:::({ours})$")


@pytest.fixture(scope="session", autouse=True)
def no_certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps httpx from loading all certificates for each request; no test needs TLS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SSL_CERT_FILE", raising=False)
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("no-certificates")))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real pictures; tests that need it are skipped without it."""
    if not (SHARED / "data" / "README.md").is_file():
        pytest.skip("the real pictures of ../shared/data are not on this machine")
    return SHARED / "data"


@pytest.fixture(scope="session")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A safetensors file of an untrained backbone without its last layer."""
    import timm
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "backbone.safetensors"
    save_file(timm.create_model("mobilenetv2_100", num_classes=0).state_dict(), path)
    return path


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained model of three movements, in hub layout, for pictures of 64 px."""
    import timm
    import torch
    from timm.models import save_for_hf

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model")
    labels = [movement.folder for movement in (MOVEMENTS[4], MOVEMENTS[8], MOVEMENTS[13])]
    save_for_hf(
        timm.create_model("mobilenetv2_100", num_classes=len(labels)),
        str(folder),
        model_config={"label_names": labels, "temperature": 1.5},
        safe_serialization=True,
        data_config={"input_size": (3, 64, 64), "crop_mode": "squash", "crop_pct": 1.0},
    )
    write_likeness(folder)
    return folder


@pytest.fixture(scope="session")
def gallery(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery folder of eight paintings, with their pictures."""
    return write_gallery(tmp_path_factory.mktemp("gallery"), model_folder)


@pytest.fixture(scope="session")
def page_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of the page of ``page``."""
    return tmp_path_factory.mktemp("page") / "log.txt"


@pytest.fixture(scope="session")
def page(model_folder: Path, gallery: Path, page_log: Path) -> Iterator[str]:
    """The address of a page that answers from the tiny model and gallery."""
    folders = ("--model", model_folder, "--gallery", gallery, "--pictures", gallery / "pictures")
    with served_page(page_log, *folders) as address:
        yield address


@pytest.fixture
def picture(gallery: Path) -> Path:
    """The picture of a painting of the gallery."""
    return gallery / "pictures" / "Images" / "Painter" / "painter_work-3.jpg"


@pytest.fixture
def run_script(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Calls the ``main`` of a script with command-line arguments."""

    def call(main: Callable[[], None], *arguments: object) -> None:
        monkeypatch.setattr(sys, "argv", [main.__module__, *map(str, arguments)])
        main()

    return call


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Chromium, started once."""
    try:
        browser = open_browser(tmp_path_factory.mktemp("browser"))
    except FileNotFoundError as error:
        pytest.skip(str(error))
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def browser(chromium: webdriver.Chrome) -> webdriver.Chrome:
    """Chromium without anything that the tests of other modules left in it."""
    forget(chromium)
    return chromium


@pytest.fixture
def visit(page: str, browser: webdriver.Chrome) -> Iterator[Callable[..., Page]]:
    """Opens the page with a given window width, language and colour scheme.

    Afterwards, fails on any error in the console and any request to another host.
    """
    visited = Page(browser, page)

    def start(width: int = 1440, language: str = "en", scheme: str = "light") -> Page:
        visited.resize(width)
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
