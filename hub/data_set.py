"""Stages the gallery as a hub data set: facts and numbers about paintings, no pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

from pinacoteca.collection import EMBEDDINGS_FILE, TABLE_FILE, Collection
from pinacoteca.collection_map import MAP_FILE, CollectionMap
from pinacoteca.errors import DataError

CARD_FILE = "README.md"
NEEDED = (CARD_FILE, TABLE_FILE, EMBEDDINGS_FILE)
# The files that the card describes, as far as a gallery has them. Other files of the folder may be
# private pictures.
FURTHER = (
    MAP_FILE,
    "romanian_paintings_with_features.xlsx",
    "metrics.json",
    "frontier.json",
    "frontier.png",
)


def stage_data_set(gallery: Path, folder: Path) -> None:
    """Copies exactly the files of the data set into an empty folder.

    Raises:
        DataError: A file is missing.
        CollectionError: The files are damaged or do not belong together.
    """
    missing = [name for name in NEEDED if not (gallery / name).is_file()]
    if missing:
        raise DataError(
            f"The gallery {str(gallery)!r} lacks {', '.join(missing)}; please build it with "
            "gallery/build.py, and add a README.md as its card."
        )
    CollectionMap.load(gallery, Collection.load(gallery))
    for name in (*NEEDED, *FURTHER):
        if (gallery / name).is_file():
            shutil.copyfile(gallery / name, folder / name)
