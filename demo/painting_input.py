"""An image input that accepts only uploaded files and does not decode them.

Gradio's own input decodes everything before our code runs: a data URL of a few kilobytes can hold
169 million pixels, and an address is downloaded completely. This input refuses both;
``max_file_size`` limits uploads, and only ``open_image`` decodes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import gradio as gr
from arguments import PICTURE
from examples_strip import FOLDER
from gradio.utils import get_upload_folder

EXAMPLE = "demo/examples/garden.jpg"
# The route on which Gradio serves uploads.
FILE_ROUTE = "/gradio_api/file="


def uploaded_path(address: str) -> str | None:
    """Returns the path of the upload that one of our addresses serves; None for any other."""
    try:
        name = unquote(urlsplit(address).path.partition(FILE_ROUTE)[2])
    except ValueError:
        return None
    if not name or "\0" in name:
        return None
    path, folder = Path(name).resolve(), Path(get_upload_folder()).resolve()
    return str(path) if path.is_relative_to(folder) and path.is_file() else None


def is_ours(name: str) -> bool:
    """Says whether a path is that of an upload or of an example drawing."""
    if "\0" in name:
        return False
    path = Path(name).resolve()
    return any(path.is_relative_to(Path(each).resolve()) for each in (get_upload_folder(), FOLDER))


class PaintingInput(gr.Image):  # type: ignore[misc]
    """``gr.Image`` that returns the path of the uploaded file, without decoding it."""

    # Without this, Gradio would look for a custom front end.
    is_template = True

    async def async_move_resource_to_block_cache(self, url_or_file_path: Any) -> str | None:
        """Refuses addresses, which Gradio would download regardless of their size.

        The address of an upload is allowed, because its file is already here.
        """
        if str(url_or_file_path).startswith(("http://", "https://")):
            url_or_file_path = uploaded_path(str(url_or_file_path))
            if url_or_file_path is None:
                raise gr.Error(PICTURE["en"], print_exception=False)
        path: str | None = await super().async_move_resource_to_block_cache(url_or_file_path)
        return path

    def preprocess(self, payload: Any) -> str | None:
        """Returns the path of the upload, None if there is none; refuses all other values.

        Gradio checks only values that are marked as files; without the mark, any path on the server
        would reach this method.
        """
        if payload is None:
            return None
        if payload.path is None or not is_ours(payload.path):
            raise gr.Error(PICTURE["en"], print_exception=False)
        return str(payload.path)

    def example_payload(self) -> dict[str, Any]:
        """Returns the example for the API documentation; Gradio's own example is an address."""
        return {"path": EXAMPLE, "url": EXAMPLE, "meta": {"_type": "gradio.FileData"}}
