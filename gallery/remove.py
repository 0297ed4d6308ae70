"""Removes paintings from a collection; it keeps the pictures and needs no model.

    python gallery/remove.py --gallery gallery IMAGE_ID ...

Rewrites the files of ``gallery/build.py`` without these paintings, all in one step. If one of the
ids is unknown, nothing changes. The other paintings keep their positions on the map. Takes a second
for 1,412 paintings.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from spreadsheet import GALLERY_FILES, SPREADSHEET_FILE, stored_logits, write_spreadsheet

from pinacoteca.collection import Collection
from pinacoteca.collection_map import CollectionMap
from pinacoteca.command_line import run
from pinacoteca.locks import alone_in
from pinacoteca.swap import swapped


def remove(folder: Path, image_ids: Sequence[str]) -> Collection:
    """Removes paintings from a collection and returns the rest.

    Args:
        folder: What ``gallery/build.py`` wrote.
        image_ids: The ids of the paintings to remove.

    Raises:
        CollectionError: The collection is damaged, lacks one of the paintings, or would be empty.
    """
    whole = Collection.load(folder)
    places = CollectionMap.load(folder, whole)
    left = whole.without(image_ids)
    logits = stored_logits(left, folder)
    with swapped(folder, GALLERY_FILES) as staged:
        left.save(staged)
        if places is not None:
            places.of(left).save(staged)
        path = staged / SPREADSHEET_FILE
        write_spreadsheet(path, left.paintings, list(logits.columns), logits.to_numpy())
    return left


def main() -> None:
    """Removes paintings from one collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gallery", type=Path, required=True, help="what gallery/build.py wrote")
    parser.add_argument("image_ids", nargs="+", metavar="IMAGE_ID", help="as in paintings.csv")
    arguments = parser.parse_args()

    with alone_in(arguments.gallery):
        left = remove(arguments.gallery, arguments.image_ids)
    print(f"{len(left)} paintings are left in {arguments.gallery}")


if __name__ == "__main__":
    run(main)
