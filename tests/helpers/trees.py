"""Tiny generated pictures in the layouts of Pandora18K and PandoraRom."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from openpyxl import Workbook
from PIL import Image

from pinacoteca.movements import MOVEMENTS

# Paths as in the real Pandora18K: spaces, diacritics, anonymous works, one more level in abstract
# art, upper-case extensions, and the same file name under several artists.
ARTISTS = {
    1: ("Andrei Rublev", "Anonym_unidentified"),
    2: ("antonello-da-messina", "Fra Angelico"),
    6: ("Unidentified_artists", "françois-boucher"),
    16: ("_Abstract_Art/Kandinsky_Vassily", "_Minimalism/frank-stella"),
}
OTHER_ARTISTS = ("Ștefan Luchian", "nicolae-grigorescu")
FILES = ("untitled.jpg", "Landscape.JPG", "portrait-of-a-man-1470.jpeg")

PAINTINGS = (
    ("stefan-luchian_anemones", "Post Impressionism", "stefan-luchian"),
    ("nicolae-grigorescu_peasant-with-bag-1868", "Realism", "nicolae-grigorescu"),
    ("victor-brauner_=1+1-1934", "Surrealism", "victor-brauner"),
    ("ion-tuculescu_eyes", "Expressionism", "ion-tuculescu"),
    ("adam-baltatu_after-rain", "Impressionism", "adam-baltatu"),
    ("theodor-pallady_bridge-over-seine", "Impressionism", "theodor-pallady"),
)


def write_picture(path: Path, seed: int, size: tuple[int, int] = (48, 40)) -> None:
    """Writes a picture of coarse random patches that differs from seed to seed."""
    patches = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(patches).resize(size, Image.Resampling.NEAREST)
    picture.save(path, format="JPEG")


def write_pandora(directory: Path, numbers: range = range(1, 19)) -> Path:
    """Writes a tree with six pictures by two artists for each movement of ``numbers``."""
    for movement in MOVEMENTS:
        if movement.number not in numbers:
            continue
        for place, artist in enumerate(ARTISTS.get(movement.number, OTHER_ARTISTS)):
            for index, name in enumerate(FILES):
                seed = 100 * movement.number + 10 * place + index
                write_picture(directory / movement.folder / artist / name, seed)
    return directory


def write_pandorarom(
    directory: Path, paintings: Sequence[tuple[str, str, str]] = PAINTINGS
) -> Path:
    """Writes paintings (id, style, artist) in PandoraRom's layout; returns the spreadsheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Lista-completa"
    sheet.append(("image_id", "style", "artist_slug"))
    for seed, (image_id, style, slug) in enumerate(paintings):
        sheet.append((image_id, style, slug))
        folder = directory / "Images" / slug.title()
        write_picture(folder / f"{image_id}.jpg", seed=1000 + seed)
    book.save(directory / "romanian_wikiart_2.xlsx")
    return directory / "romanian_wikiart_2.xlsx"
