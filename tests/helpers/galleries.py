"""A gallery of generated pictures, embedded by the tiny model."""

# mypy: disable-error-code="arg-type"

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from draw_map import draw_map
from PIL import Image
from trees import write_picture

from pinacoteca.classifier import Analysis, MovementClassifier
from pinacoteca.collection import ARRAYS, Collection, Painting
from pinacoteca.images import open_image
from pinacoteca.likeness import GRID, Likeness

BLURHASH = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"

OTHER_PAINTER = {"artist_slug": "other-painter", "artist": "Other Painter", "style": "Fauvism"}


def painting(index: int, **changes: object) -> Painting:
    """Returns a painting; the first one has a picture address but no year."""
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
    return Painting(**(facts | changes))


def write_gallery(folder: Path, model_folder: Path, count: int = 8) -> Path:
    """Writes a gallery folder, and its pictures into ``pictures/Images/Painter``.

    From the seventh on, the paintings have another painter, style and century.
    """
    paintings = tuple(
        painting(index) if index < 6 else painting(index, year=1800 + index, **OTHER_PAINTER)
        for index in range(count)
    )
    images: list[Image.Image] = []
    for index, entry in enumerate(paintings):
        path = folder / "pictures" / "Images" / "Painter" / f"{entry.image_id}.jpg"
        write_picture(path, seed=index)
        images.append(open_image(path))
    classifier = MovementClassifier.from_pretrained(model_folder)
    collection_of(paintings, classifier.analyse(images), classifier.fingerprint).save(folder)
    draw_map(classifier, folder)
    return folder


def unlearned_likeness(branches: int = 1) -> Likeness:
    """Returns a made-up likeness for a model of one or two branches."""
    dice = np.random.default_rng(0)
    features, pooled, statistics = 1280, branches * 1280, 1488 + (branches - 1) * 1344
    return Likeness(
        statistics_mean=dice.random(statistics, np.float32) / 9,
        hand_projection=dice.normal(size=(statistics, 8)).astype(np.float32) / 36,
        style_projection=dice.normal(size=(statistics, 2)).astype(np.float32) / 36,
        subject_mean=dice.random(pooled, np.float32) / 9,
        subject_projection=dice.normal(size=(pooled, 6)).astype(np.float32) / 36,
        cell_mean=dice.random(features, np.float32) / 9,
        cell_projection=dice.normal(size=(features, 4)).astype(np.float32) / 36,
    )


def write_likeness(model_folder: Path, branches: int = 1) -> None:
    """Gives a model folder of one or two branches a made-up likeness."""
    unlearned_likeness(branches).save(model_folder)


def collection_of(
    paintings: Sequence[Painting], analysis: Analysis, fingerprint: str = ""
) -> Collection:
    """Returns the collection of paintings with their analysis."""
    arrays = {name: getattr(analysis, name) for name in ARRAYS}
    return Collection(tuple(paintings), **arrays, model_fingerprint=fingerprint)


def analysis_of(styles: Any, compositions: Any = None, logits: Any = None) -> Analysis:
    """Returns an analysis with these styles, also for the artist part; missing parts are zeros."""
    styles = np.asarray(styles, np.float32)
    count = len(styles)
    return Analysis(
        logits=_or_zeros(logits, (count, 3)),
        embeddings=np.zeros((count, 0), np.float32),
        textures=np.zeros((count, 0), np.float32),
        hands=styles,
        styles=styles,
        subjects=np.zeros((count, 1), np.float32),
        compositions=_or_zeros(compositions, (count, GRID * GRID)),
    )


def _or_zeros(array: Any, shape: tuple[int, int]) -> Any:
    return np.zeros(shape, np.float32) if array is None else np.asarray(array, np.float32)
