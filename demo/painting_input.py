"""An image input that lets nothing but an uploaded file in, and leaves decoding to us.

Gradio's own decodes whatever it is sent before our code runs: a data URL of a few kilobytes can
hold 169 million pixels, and an address is fetched whole. Both are refused here; what was uploaded
is bounded by ``max_file_size`` and decoded by ``open_image`` alone.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

REFUSAL = "Please upload the picture itself as a file."


class PaintingInput(gr.Image):  # type: ignore[misc]
    """``gr.Image`` that hands over the path of the uploaded file, untouched."""

    # Without this, Gradio would look for a front end of our own.
    is_template = True

    async def async_move_resource_to_block_cache(self, url_or_file_path: Any) -> str | None:
        """Refuses addresses, which Gradio would fetch whatever their size."""
        if str(url_or_file_path).startswith(("http://", "https://")):
            raise gr.Error(REFUSAL, print_exception=False)
        path: str | None = await super().async_move_resource_to_block_cache(url_or_file_path)
        return path

    def preprocess(self, payload: Any) -> str | None:
        """Returns the path of the upload, None if there is none; refuses a data URL."""
        if payload is None:
            return None
        if payload.path is None:
            raise gr.Error(REFUSAL, print_exception=False)
        return str(payload.path)
