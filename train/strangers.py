"""Gathers pictures that are not paintings, to measure whether the model can tell the difference.

    python train/strangers.py --out runs/strangers
    python train/evaluate.py --model model --data ../shared/data/pandora --strangers runs/strangers

The ``photographs`` come with Python packages that the requirements install, and from two Debian
packages of desktop backgrounds. The ``cutouts`` (objects photographed without a background) come
from a third. ``pages`` and ``plots`` are drawn. Without Debian's ``apt-get`` and ``dpkg`` the
script skips what needs a download. It gathers about 200 pictures, downloads 100 MB and takes half a
minute.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from pinacoteca.command_line import run
from pinacoteca.files import written_whole

PYTHON_PHOTOGRAPHS = {
    "gradio": "media_assets/images/*.jp*g",
    "matplotlib": "mpl-data/sample_data/grace_hopper.jpg",
    "sklearn": "datasets/images/*.jpg",
}
DEBIAN_PICTURES = {
    "mate-backgrounds": ("photographs", "usr/share/backgrounds/mate/nature/*.jpg"),
    "lomiri-wallpapers-16.04": ("photographs", "usr/share/backgrounds/*.jpg"),
    "tuxpaint-stamps-default": ("cutouts", "usr/share/tuxpaint/stamps/[afhpv]*/**/*.png"),
}
# Smaller cutouts in the package are drawings.
LEAST_BYTES = 40_000
DRAWN = 40
WORDS = (
    *("museum", "catalogue", "exhibition", "of", "oil", "on", "canvas", "signed", "lower", "right"),
    *("muzeu", "catalog", "expoziție", "din", "ulei", "pe", "pânză", "semnat", "dreapta", "jos"),
)


def main() -> None:
    """Fills a folder with one subfolder for each kind of picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    arguments = parser.parse_args()

    photographs_of_python_packages(arguments.out / "photographs")
    for package, (kind, pattern) in DEBIAN_PICTURES.items():
        if not pictures_of_debian_package(package, pattern, arguments.out / kind):
            print(f"Skipped {package}: apt-get cannot download it here.")
    draw_pages(arguments.out / "pages")
    draw_plots(arguments.out / "plots")
    for folder in sorted(path for path in arguments.out.iterdir() if path.is_dir()):
        print(f"{folder.name:12}{len(list(folder.iterdir())):5} pictures")


def photographs_of_python_packages(folder: Path) -> None:
    """Copies the photographs that come with installed packages."""
    folder.mkdir(parents=True, exist_ok=True)
    for package, pattern in PYTHON_PHOTOGRAPHS.items():
        spec = find_spec(package)
        for home in (spec.submodule_search_locations or []) if spec else []:
            _copy(Path(home).glob(pattern), folder)


def pictures_of_debian_package(package: str, pattern: str, folder: Path) -> bool:
    """Copies pictures out of a package, which is downloaded but not installed."""
    download, unpack = shutil.which("apt-get"), shutil.which("dpkg")
    if download is None or unpack is None:
        return False
    with TemporaryDirectory() as stage:
        done = subprocess.run(  # noqa: S603
            [download, "download", package], cwd=stage, capture_output=True, check=False
        )
        archives = list(Path(stage).glob("*.deb"))
        if done.returncode or not archives:
            return False
        subprocess.run([unpack, "-x", archives[0], f"{stage}/tree"], check=True)  # noqa: S603
        folder.mkdir(parents=True, exist_ok=True)
        _copy(sorted(Path(stage, "tree").glob(pattern)), folder)
    return True


def _copy(paths: Iterator[Path] | list[Path], folder: Path) -> None:
    for path in paths:
        drawing = path.suffix == ".png" and (
            "cartoon" in path.parts or path.stat().st_size < LEAST_BYTES
        )
        if path.is_file() and not path.is_symlink() and not drawing:
            shutil.copyfile(path, folder / path.name)


def draw_pages(folder: Path) -> None:
    """Draws pages of text in several sizes, inks and papers."""
    from PIL import Image, ImageDraw, ImageFont

    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(0)  # noqa: S311
    for number in range(DRAWN):
        width, height = dice.choice([(800, 1100), (1100, 800), (1200, 675), (600, 600)])
        size = dice.randint(14, 44)
        paper, ink = dice.choice([("white", "black"), ("#f6eede", "#3a2f26"), ("#202428", "#ddd")])
        page = Image.new("RGB", (width, height), paper)
        words = " ".join(dice.choices(WORDS, k=1200))
        columns = width // size * 2 - 10
        lines = [words[start : start + columns] for start in range(0, len(words), columns)]
        text = "\n".join(lines[: height // size - 6])
        ImageDraw.Draw(page).text((3 * size, 3 * size), text, ink, ImageFont.load_default(size))
        with written_whole(folder / f"page-{number:02}.png") as path:
            page.save(path, "PNG")


def draw_plots(folder: Path) -> None:
    """Draws plots like those in slides and papers."""
    import numpy as np
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(0)
    for number in range(DRAWN):
        figure = Figure(figsize=(6, 4.5), layout="constrained")
        axes = figure.subplots()
        values = dice.normal(size=(3, 30)).cumsum(axis=1)
        match number % 4:
            case 0:
                axes.plot(values.T)
            case 1:
                axes.bar(range(12), np.abs(values[0, :12]))
            case 2:
                axes.scatter(values[0], values[1], c=values[2])
            case _:
                axes.imshow(values[:, :9], aspect="auto")
        axes.set_title(f"Series {number}")
        with written_whole(folder / f"plot-{number:02}.png") as path:
            figure.savefig(path, format="png")


if __name__ == "__main__":
    run(main)
