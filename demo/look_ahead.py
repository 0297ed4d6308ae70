"""Looks at a picture while its question is still on the way, and remembers what it saw.

Between the end of an upload and the beginning of its answer, the browser and Gradio exchange a few
messages. A page that nobody else asks uses this time, on another core, to decode the picture and to
run the network. Questions with other options about the same picture then need only a search.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

from pinacoteca.retriever import PaintingRetriever, Sight, Source

# What was seen in a picture takes 60 kB; the picture itself is not kept.
REMEMBERED = 100


class AheadRetriever(PaintingRetriever):
    """A retriever that looks at each file once, and can do so before it is asked.

    The files must not change: each upload of the page has a path of its own.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._sights: OrderedDict[str, Future[Sight]] = OrderedDict()
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, "look-ahead")
        self._ahead: Future[Sight] | None = None

    def look_ahead(self, path: str) -> None:
        """Begins to look at a file, unless it is still looking at another; returns at once."""
        if self._ahead is None or self._ahead.done():
            # An error is raised again when somebody asks.
            self._ahead = self._thread.submit(self.look, path)

    def look(self, image: Source) -> Sight:
        """Returns what is seen in a picture; see ``PaintingRetriever.look``."""
        if not isinstance(image, str):
            return super().look(image)
        with self._lock:
            if known := self._sights.get(image):
                self._sights.move_to_end(image)
            else:
                mine: Future[Sight] = Future()
                self._sights[image] = mine
                if len(self._sights) > REMEMBERED:
                    self._sights.popitem(last=False)
        # Another thread may still be looking.
        return known.result() if known else self._looked(image, mine)

    def _looked(self, path: str, sight: Future[Sight]) -> Sight:
        try:
            sight.set_result(super().look(path))
        except BaseException as error:
            # The file may be readable later.
            with self._lock:
                self._sights.pop(path, None)
            sight.set_exception(error)
        return sight.result()


def look_when_uploaded(look: Callable[[str], None]) -> None:
    """Makes Gradio call a function with the path of each picture that has arrived.

    Args:
        look: Called in the event loop.
    """
    # The retriever loads while Gradio is imported, so it must not wait for this import.
    from gradio import routes

    gradios = routes.upload_fn

    async def uploaded(*arguments: Any, **named: Any) -> Any:
        received = await gradios(*arguments, **named)
        for path in received[0]:
            look(str(path))
        return received

    routes.upload_fn = uploaded
