"""A place of its own for each file that the page is sent or gives out.

Gradio names the place of a file by its content. The same picture, sent by a whole class, would be
one file: each upload takes the place of the last while somebody reads it, and what is deleted as
one visitor's old picture is another's new one. Windows refuses to replace a file that is open.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from gradio import route_utils
from gradio.utils import get_upload_folder


class OwnUpload(route_utils.GradioUploadFile):  # type: ignore[misc]
    """An upload whose place depends on chance, too."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.sha.update(secrets.token_bytes(16))


def keep_uploads_distinct() -> None:
    """Lets Gradio give each upload a folder of its own."""
    route_utils.GradioUploadFile = OwnUpload


def own_file(name: str) -> Path:
    """Returns where a new file of this name may be written, beside the uploads."""
    return Path(mkdtemp(dir=get_upload_folder())) / name


def forget_deleted(sets: list[set[str]]) -> None:
    """Takes out of Gradio's lists of files to delete those that are gone already.

    Args:
        sets: Paths; the sets are changed.
    """
    for paths in sets:
        # A copy: uploads are added meanwhile.
        paths.difference_update([path for path in tuple(paths) if not Path(path).exists()])
