"""The example drawings that a visitor can try."""

from __future__ import annotations

from html import escape
from pathlib import Path

from texts import TEXTS, Language

FOLDER = Path(__file__).parent / "examples"


def example_path(name: str) -> str | None:
    """Returns the file of an example; None if there is no such example."""
    return str(FOLDER / f"{name}.jpg") if name in TEXTS["en"].drawings else None


def examples_html(language: Language) -> str:
    """Returns the drawings as buttons; our server sends them at ``examples/<file>``."""
    texts = TEXTS[language]
    buttons = "".join(
        f'<li><button type="button" data-example="{escape(name)}" title="{escape(title)}">'
        f'<img src="examples/{escape(name)}.jpg" alt="{escape(title)}"></button></li>'
        for name, title in texts.drawings.items()
    )
    return f'<h2 class="eyebrow">{escape(texts.examples)}</h2><ul class="drawings">{buttons}</ul>'
