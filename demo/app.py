"""Serves the page: drop a painting, see its movement and the nearest Romanian paintings.

    python demo/app.py [--pictures DIR] [--share] [--host HOST] [--port PORT]
        [--model DIR] [--gallery DIR] [--index ADDRESS]

Expected: ready in about ten seconds on two CPU cores, an answer in a fraction of a second, about
1 GB of memory. ``demo`` is the Gradio page; it can be imported without weights, and loads them when
the first visitor comes.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

from options import Options, read_options

from pinacoteca.command_line import run

if TYPE_CHECKING:
    from pinacoteca.retriever import PaintingRetriever

OPTIONS = Options()


def _read_command_line() -> None:
    global OPTIONS
    OPTIONS = read_options(sys.argv[1:])


if __name__ == "__main__":
    # Gradio takes seconds to import: a mistyped argument is answered before that.
    run(_read_command_line)

from page import build_page  # noqa: E402
from pictures import PictureSource, cache_folder  # noqa: E402
from PIL import Image  # noqa: E402
from server import app_settings  # noqa: E402
from theme import CSS_FILE, THEME  # noqa: E402

from pinacoteca.errors import PinacotecaError  # noqa: E402
from pinacoteca.images import PIXEL_LIMIT  # noqa: E402

MAX_FILE_SIZE = "30mb"


class ServerError(PinacotecaError):
    """The page cannot be served as asked."""


@cache
def retriever() -> PaintingRetriever:
    """Returns the model and the collection, loaded once and warmed up."""
    import torch

    from pinacoteca.retriever import PaintingRetriever

    # Two answers at once, a thread each, are faster than threads that wait for each other.
    torch.set_num_threads(1)
    loaded = PaintingRetriever.from_pretrained(OPTIONS.model, OPTIONS.gallery, index=OPTIONS.index)
    # The first pass through the network costs more than the others; no visitor should wait for it.
    loaded.query(Image.new("RGB", (224, 224)))
    return loaded


demo = build_page(retriever)


def serve() -> None:
    """Loads everything, serves the page and says where, until Ctrl-C."""
    # Pillow refuses more than twice this, whoever calls it.
    Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT // 2
    pictures = PictureSource(retriever().collection, OPTIONS.pictures, cache_folder())
    try:
        _, _, share_link = demo.launch(
            server_name=OPTIONS.host,
            server_port=OPTIONS.port,
            share=OPTIONS.share,
            max_file_size=MAX_FILE_SIZE,
            app_kwargs=app_settings(pictures),
            theme=THEME,
            css_paths=CSS_FILE,
            footer_links=["api", "settings"],
            show_error=False,
            enable_monitoring=False,
            run_history=False,
            prevent_thread_lock=True,
        )
    except OSError as error:
        raise ServerError(
            f"The page cannot be served on {OPTIONS.host} ({error}): "
            "choose another --port or --host."
        ) from None
    if OPTIONS.share:
        print(share_message(share_link), flush=True)
    demo.block_thread()


def share_message(link: str | None) -> str:
    """Says what came of ``--share``."""
    if link:
        return (
            f"Public link: {link}\nEveryone who has it can use the page on this computer, until "
            "you stop it or Gradio lets the link lapse."
        )
    return (
        "No public link came about; the page is served on this computer alone. Gradio's reason "
        "stands above: most often the network is closed, or the tunnel program cannot be fetched."
    )


if __name__ == "__main__":
    run(serve)
