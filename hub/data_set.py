"""The gallery as a data set of the hub: facts and numbers about paintings, and no picture."""

from __future__ import annotations

import shutil
from pathlib import Path

from pinacoteca.collection import EMBEDDINGS_FILE, TABLE_FILE, Collection
from pinacoteca.collection_map import MAP_FILE, CollectionMap
from pinacoteca.errors import DataError

CARD_FILE = "README.md"
NEEDED = (CARD_FILE, TABLE_FILE, EMBEDDINGS_FILE)
# What the card tells of, where a gallery has it. Somebody's pictures may lie beside these.
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
        DataError: One of them is missing.
        CollectionError: They are damaged, or do not belong together.
    """
    missing = [name for name in NEEDED if not (gallery / name).is_file()]
    if missing:
        raise DataError(
            f"The gallery {str(gallery)!r} lacks {', '.join(missing)}; please build it with "
            "gallery/build.py, and write a card beside it."
        )
    CollectionMap.load(gallery, Collection.load(gallery))
    for name in (*NEEDED, *FURTHER):
        if (gallery / name).is_file():
            shutil.copyfile(gallery / name, folder / name)
