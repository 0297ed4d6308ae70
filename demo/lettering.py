"""Fonts and lines for texts that are drawn into pictures."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from PIL import ImageFont

# The package and the file of a font.
Face = tuple[str, str]

# Open fonts (SIL OFL 1.1) from PyPI packages; both have all Romanian letters.
SERIF = ("font_source_serif_pro", "SourceSerifPro-Regular.otf")
SERIF_BOLD = ("font_source_serif_pro", "SourceSerifPro-Semibold.otf")
SERIF_ITALIC = ("font_source_serif_pro", "SourceSerifPro-It.otf")
SANS = ("font_source_sans_pro", "SourceSansPro-Regular.otf")
SANS_BOLD = ("font_source_sans_pro", "SourceSansPro-Semibold.otf")


@lru_cache
def font_of(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """Returns a font of a size in pixels."""
    package, name = face
    with resources.as_file(resources.files(package) / "files" / name) as path:
        return ImageFont.truetype(str(path), size)


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """Wraps a text to a width in pixels and at most ``most`` lines; "…" marks a cut."""
    lines: list[str] = []
    words = text.split()
    while words:
        line = words.pop(0)
        while words and font.getlength(f"{line} {words[0]}") <= width:
            line = f"{line} {words.pop(0)}"
        lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [_shortened(line, font, width) for line in lines]


def _shortened(line: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip(' ,.;:-')}…"
