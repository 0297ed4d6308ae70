"""Gives each uploaded file its own path.

Gradio derives the path of a file from its content. If a whole class sends the same picture, that is
one file: each upload replaces it while somebody reads it, and deleting one visitor's old picture
deletes another's new one. Windows refuses to replace an open file.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from gradio import route_utils


class _RandomName:
    """A name in the place of a hash, which would take as long as receiving the file."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(32)

    def update(self, data: bytes) -> None:
        """Does nothing."""

    def hexdigest(self) -> str:
        """Returns the name."""
        return self._name


class OwnUpload(route_utils.GradioUploadFile):  # type: ignore[misc]
    """An upload with a path of its own."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.sha = _RandomName()


def keep_uploads_distinct() -> None:
    """Makes Gradio give each upload its own folder."""
    route_utils.GradioUploadFile = OwnUpload


def forget_deleted(sets: list[set[str]]) -> None:
    """Removes files that no longer exist from Gradio's sets of files to delete.

    Args:
        sets: Sets of paths, changed in place.
    """
    for paths in sets:
        # Iterates over a copy, because uploads are added meanwhile.
        paths.difference_update([path for path in tuple(paths) if not Path(path).exists()])
