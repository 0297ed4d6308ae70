"""Stages the page as a Hugging Face Space: a folder that runs as it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from pinacoteca.errors import DataError

APP_FILE = "app.py"
REQUIREMENTS_FILE = "requirements-demo.txt"
# The files that the page needs, and nothing else: a gallery folder may also hold private pictures,
# and the page's folder passwords.
NEEDED = {
    "demo": ("*.py", "static/*.js", "static/*.css", "examples/*.jpg"),
    "pinacoteca": ("*.py",),
    "model": ("config.json", "metrics.json", "*.safetensors"),
    "gallery": ("paintings.csv", "*.safetensors"),
}
NOT_SERVED = ("draw_examples.py",)
# A Space brings Gradio (sdk_version) and the hub's client; our library is next to app.py.
NOT_REQUIRED = ("-e", "gradio", "huggingface-hub")

# The server must be reachable from outside. Without server-side rendering, the page is the same one
# that the tests use.
APP = '''"""Starts the page on a Hugging Face Space; by hand: python app.py"""

import os
import runpy
import sys
from pathlib import Path

DEMO = Path(__file__).resolve().parent / "demo"
os.environ["GRADIO_SSR_MODE"] = "false"
sys.path.insert(0, str(DEMO))
sys.argv[1:] = sys.argv[1:] or ["--host", "0.0.0.0", "--port", "7860"]
runpy.run_path(str(DEMO / "app.py"), run_name="__main__")
'''

CARD = """---
title: Pinacoteca
emoji: 🖼️
colorFrom: yellow
colorTo: red
sdk: gradio
sdk_version: {gradio}
python_version: "3.11"
app_file: {app}
license: cc-by-nc-4.0
short_description: A painting's movement and the nearest Romanian paintings
---

# Pinacoteca

Drop a painting: see its art movement, with honest confidence, and the nearest paintings by Romanian
artists. In English and Romanian.

This Space holds no picture of the collection: the page fetches pictures from WikiArt if the table
has their addresses, and draws blurred colours for the others. Code: Apache-2.0. Weights, embeddings
and table: CC BY-NC 4.0, for research and teaching.
"""


def stage_space(repository: Path, model: Path, gallery: Path, folder: Path) -> None:
    """Copies what the page needs into an empty folder, and writes the files that start it.

    Args:
        repository: Has the library, the page, ``requirements-demo.txt`` and the licence.
        model: The model folder.
        gallery: The gallery folder, made by that model.
        folder: The folder of the Space.

    Raises:
        DataError: A file is missing, or ``requirements-demo.txt`` names no version of Gradio.
    """
    needed = (
        model / "config.json",
        model / "model.safetensors",
        gallery / "paintings.csv",
        gallery / "embeddings.safetensors",
        repository / REQUIREMENTS_FILE,
        repository / "LICENSE",
    )
    missing = [str(path) for path in needed if not path.is_file()]
    if missing:
        raise DataError(f"The Space would lack {', '.join(missing)}; please make them first.")
    requirements = (repository / REQUIREMENTS_FILE).read_text(encoding="utf-8")
    card = CARD.format(gradio=gradio_version(requirements), app=APP_FILE)
    sources = {
        "demo": repository / "demo",
        "pinacoteca": repository / "pinacoteca",
        "model": model,
        "gallery": gallery,
    }
    for room, source in sources.items():
        for path in _needed_of(source, NEEDED[room]):
            target = folder / room / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    for name in _left_out(sources["demo"]):
        print(f"Not in the Space: demo/{name}")
    shutil.copyfile(repository / "LICENSE", folder / "LICENSE")
    (folder / "requirements.txt").write_text(space_requirements(requirements), encoding="utf-8")
    (folder / APP_FILE).write_text(APP, encoding="utf-8")
    (folder / "README.md").write_text(card, encoding="utf-8")


def _needed_of(source: Path, patterns: tuple[str, ...]) -> list[Path]:
    known = _known_to_git(source)
    return sorted(
        path
        for pattern in patterns
        for path in source.glob(pattern)
        if path.is_file()
        and not path.name.startswith(".")
        and path.name not in NOT_SERVED
        and (known is None or path.relative_to(source).as_posix() in known)
    )


def _known_to_git(source: Path) -> frozenset[str] | None:
    """Returns the files of a folder that are in git; None if there are none, or without git."""
    command = ["git", "-C", str(source), "ls-files", "-z"]
    try:
        listed = subprocess.run(  # noqa: S603 - no word of it is from outside
            command, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return frozenset(filter(None, listed.split("\0"))) or None


def _left_out(page: Path) -> list[str]:
    """Returns the names in the page's folder that are on neither list, except hidden ones."""
    taken = {path.relative_to(page).parts[0] for path in _needed_of(page, NEEDED["demo"])}
    return sorted(
        path.name
        for path in page.iterdir()
        if path.name not in taken and not path.name.startswith((".", "__pycache__"))
    )


def gradio_version(requirements: str) -> str:
    """Returns the version of Gradio in the text of a requirements file.

    Raises:
        DataError: It names no version.
    """
    found = re.search(r"^gradio(?:\[\w+\])?\s*[~=>]=\s*([\d.]+)", requirements, re.MULTILINE)
    if found is None:
        raise DataError(f"{REQUIREMENTS_FILE} names no version of gradio, as in gradio~=6.31.0.")
    return found[1]


def space_requirements(requirements: str) -> str:
    """Returns the requirements of a Space: ours, except for what a Space has anyway."""
    lines = [
        line
        for line in requirements.splitlines()
        if line
        and not line.startswith("#")
        and re.split(r"[\s\[~=<>!]", line)[0] not in NOT_REQUIRED
    ]
    return "\n".join(lines) + "\n"
