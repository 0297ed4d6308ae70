"""Handles pictures that a tab still shows but the server no longer has.

Uploads are deleted after an hour and when the server stops. A visitor who returns to an open tab is
told so, and everything but the picture still works.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder
from painting_input import PaintingInput
from texts import TEXTS, Language

from pinacoteca.errors import ImageError

# Replaces the path of a lost picture, and the id of the painting in the question.
MARK = "lost:"
ANEW, HOUR = "anew", "hour"
# The name that keep_uploads_apart gives to its folders.
_OTHER_SERVER = re.compile(r"(^|[/\\])pinacoteca-[^/\\]+[/\\]")


class LostPictureError(ImageError):
    """A picture was uploaded and is no longer there.

    Attributes:
        kind: ``anew`` if the server was restarted, ``hour`` if the picture was deleted.
    """

    def __init__(self, kind: str) -> None:
        self.kind = HOUR if kind == HOUR else ANEW
        super().__init__(f"{self.heading('en')}: {TEXTS['en'].lost_hint}")

    def heading(self, language: Language) -> str:
        """Returns what happened, in a few words."""
        texts = TEXTS[language]
        return texts.lost_hour if self.kind == HOUR else texts.lost_anew


def check_not_lost(painting: str | None, asked: str) -> None:
    """Raises an error for a value that begins with ``MARK``.

    Raises:
        LostPictureError: The question is about a lost picture.
    """
    source = asked or painting or ""
    if source.startswith(MARK):
        raise LostPictureError(source.removeprefix(MARK))


def without_lost(
    components: Sequence[Any], inputs: Sequence[Any]
) -> tuple[list[Any], dict[int, str]]:
    """Returns the values without lost pictures, and the marks of those, by index."""
    lost = {
        place: MARK + kind
        for place, (component, value) in enumerate(zip(components, inputs, strict=False))
        if isinstance(component, PaintingInput) and (kind := _kind_of(value)) is not None
    }
    return [None if place in lost else value for place, value in enumerate(inputs)], lost


def _kind_of(value: Any) -> str | None:
    path = value.get("path") if isinstance(value, dict) else None
    # Gradio itself resolves the address of an upload.
    if not isinstance(path, str) or "\0" in path or "://" in path:
        return None
    file, folder = Path(path).resolve(), Path(get_upload_folder()).resolve()
    if file.is_relative_to(folder):
        return None if file.is_file() else HOUR
    # A path in the folder of a server that has ended is lost; any other path is refused as usual.
    return ANEW if _OTHER_SERVER.search(path) else None
