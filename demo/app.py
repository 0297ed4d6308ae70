"""Serves the page: drop a painting, see its movement and the nearest Romanian paintings.

    python demo/app.py [--pictures DIR] [--share] [--host HOST] [--port PORT]
        [--auth-file FILE] [--mcp] [--model DIR] [--gallery DIR] [--index ADDRESS]
        [--offline] [--picture-host HOST]

The page is ready in seconds and answers in a fraction of a second; ``benchmarks/serving.py``
measures both, and the memory. ``demo`` is the Gradio page. It can be imported without weights and
loads them when the first visitor comes.
"""

from __future__ import annotations

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from accounts import read_accounts
from options import Options, read_options
from stubs import write_no_stubs
from surroundings import prepare_surroundings
from uploads import UploadFolder, keep_uploads_apart

from pinacoteca.command_line import run

if TYPE_CHECKING:
    from look_ahead import AheadRetriever

# How long a thread that has decoded something waits for one that runs Python. Python's own 5 ms add
# up to a noticeable part of an answer.
SWITCH_SECONDS = 0.001
# A single visitor has an answer sooner with two, and a crowd has as many answers as with one.
NETWORK_THREADS = 2
OPTIONS = Options()
ACCOUNTS: list[tuple[str, str]] | None = None
_early: Future[AheadRetriever] | None = None


def _read_command_line() -> None:
    global OPTIONS, ACCOUNTS
    OPTIONS = read_options(sys.argv[1:])
    if OPTIONS.auth_file is not None:
        ACCOUNTS = read_accounts(OPTIONS.auth_file)
    prepare_surroundings(OPTIONS.host)
    keep_uploads_apart()


def _load() -> AheadRetriever:
    from look_ahead import AheadRetriever
    from PIL import Image

    from pinacoteca.threads import one_thread_each

    one_thread_each()
    loaded = AheadRetriever.from_pretrained(
        OPTIONS.model, OPTIONS.gallery, index=OPTIONS.index, threads=NETWORK_THREADS
    )
    # The first pass through the network takes longer, and no visitor should wait for it.
    loaded.query(Image.new("RGB", (224, 224)), k=1)
    return loaded


if __name__ == "__main__":
    # Gradio takes seconds to import, so a mistyped argument is reported before that.
    run(_read_command_line)
    # Model, collection and map load while Gradio is imported.
    _early = ThreadPoolExecutor(1).submit(_load)

write_no_stubs()

from gradio.utils import get_upload_folder  # noqa: E402
from limits import limit_connections  # noqa: E402
from logins import Accounts  # noqa: E402
from look_ahead import look_while_uploading  # noqa: E402
from memory import SESSIONS  # noqa: E402
from own_places import forget_deleted, keep_uploads_distinct  # noqa: E402
from page import build_page  # noqa: E402
from pictures import PictureSource, cache_folder, web_finder  # noqa: E402
from PIL import Image  # noqa: E402
from server import app_settings  # noqa: E402
from sharing import Sharing, message, open_tunnel  # noqa: E402
from stopping import stop  # noqa: E402
from theme import CSS_FILE, THEME  # noqa: E402

from pinacoteca.errors import PinacotecaError  # noqa: E402
from pinacoteca.images import PIXEL_LIMIT  # noqa: E402

MAX_FILE_SIZE = "30mb"
PATIENCE_SCRIPT = Path(__file__).parent / "static" / "patience.js"
AUTH_MESSAGE = "Log in to see the paintings. · Conectează-te ca să vezi tablourile."


class ServerError(PinacotecaError):
    """The page cannot be served as asked."""


@cache
def retriever() -> AheadRetriever:
    """Returns the model and the collection, loaded once and warmed up."""
    return _load() if _early is None else _early.result()


@cache
def pictures() -> PictureSource:
    """Returns the source of the collection's pictures."""
    finder = web_finder(cache_folder(), OPTIONS.offline, OPTIONS.picture_host)
    return PictureSource(retriever().collection, OPTIONS.pictures, finder)


def _forget_files() -> None:
    forget_deleted(demo.temp_file_sets)


sharing = Sharing(OPTIONS.share)
uploads = UploadFolder(Path(get_upload_folder()), _forget_files)
demo = build_page(retriever, lambda: pictures().picture, sharing, uploads)


def _free_retriever() -> AheadRetriever | None:
    """Returns the retriever if it is loaded and no question needs the cores."""
    if demo.waiting.is_idle and _early is not None and _early.done():
        return retriever()
    return None


def serve() -> None:
    """Serves the page until Ctrl-C; prints its address when it can answer."""
    # Pillow raises an error for more than twice this number of pixels, in any code.
    Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT // 2
    sys.setswitchinterval(SWITCH_SECONDS)
    keep_uploads_distinct()
    look_while_uploading(_free_retriever)
    try:
        demo.launch(
            server_name=OPTIONS.host,
            server_port=OPTIONS.port,
            share=False,
            auth=None if ACCOUNTS is None else Accounts(ACCOUNTS),
            auth_message=AUTH_MESSAGE,
            mcp_server=OPTIONS.mcp,
            max_file_size=MAX_FILE_SIZE,
            app_kwargs=app_settings(
                OPTIONS,
                lambda request: pictures().respond(request),
                uploads,
                demo.waiting,
                sharing,
            ),
            state_session_capacity=SESSIONS,
            head=f"<script>{PATIENCE_SCRIPT.read_text(encoding='utf-8')}</script>",
            theme=THEME,
            css_paths=CSS_FILE,
            footer_links=["api", "settings"],
            show_error=False,
            enable_monitoring=False,
            run_history=False,
            quiet=True,
            prevent_thread_lock=True,
        )
    except OSError as error:
        raise ServerError(
            f"The page cannot be served on {OPTIONS.host} ({error}): "
            "choose another --port or --host."
        ) from None
    limit_connections(demo.server.config)
    try:
        # Requests for pictures that came earlier wait for this too.
        pictures()
        print(f"The page is at {demo.local_url}", flush=True)
        if sharing.asked_for:
            open_tunnel(sharing, OPTIONS.host, demo.server_port)
            print(message(sharing), flush=True)
        demo.block_thread()
    finally:
        # Requests must end before the uploads are deleted.
        stop(demo)


if __name__ == "__main__":
    run(serve)
