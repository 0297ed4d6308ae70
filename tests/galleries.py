"""A gallery of generated pictures, embedded by the tiny model."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from trees import write_picture

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection, Painting
from pinacoteca.images import open_image

BLURHASH = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"


def painting(index: int, **changes: object) -> Painting:
    """Returns a painting; the first has an address of its picture and no year."""
    facts = {
        "image_id": f"painter_work-{index}",
        "artist_slug": "painter",
        "artist": "Painter",
        "title": f"Work {index}",
        "year": 1900 + index if index else None,
        "style": "Cubism",
        "page_url": f"https://www.wikiart.org/en/painter/work-{index}",
        "image_url": None if index else "https://uploads.wikiart.org/work-0.jpg",
        "width": 48,
        "height": 40,
        "blurhash": BLURHASH,
    }
    return Painting(**(facts | changes))  # type: ignore[arg-type]


def write_gallery(folder: Path, model_folder: Path, count: int = 8) -> Path:
    """Writes a gallery folder, and its pictures into ``pictures/Images/Painter``."""
    paintings = tuple(painting(index) for index in range(count))
    images: list[Image.Image] = []
    for index, entry in enumerate(paintings):
        path = folder / "pictures" / "Images" / "Painter" / f"{entry.image_id}.jpg"
        write_picture(path, seed=index)
        images.append(open_image(path))
    classifier = MovementClassifier.from_pretrained(model_folder)
    Collection(paintings, classifier.embed(images), classifier.fingerprint).save(folder)
    return folder
