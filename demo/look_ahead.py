"""Looks at a picture while it is still on the way, and remembers what it saw.

Uploading takes a while, and before the answer the browser and Gradio exchange a few more messages.
A page that nobody else asks uses this time, on another core, to decode the picture and to run the
network. Questions with other options about the same picture then need only a search.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from threading import RLock
from typing import Any

from arriving import ArrivingFile

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
        self._lock = RLock()
        self._thread = ThreadPoolExecutor(1, "look-ahead")
        self._ahead: Future[Sight] | None = None

    def look_ahead(self, file: ArrivingFile) -> Future[Sight] | None:
        """Begins to look at a file that is arriving, unless it is still looking at another.

        Returns at once. Somebody must end the file, whatever happens.

        Returns:
            What will be seen, for ``remember``; None if it does not look.
        """
        if self._ahead is not None and not self._ahead.done():
            return None
        self._ahead = self._thread.submit(super().look, io.BufferedReader(file))
        return self._ahead

    def remember(self, path: str, sight: Future[Sight]) -> None:
        """Keeps what is, or will be, seen in the file that has arrived at a path."""
        with self._lock:
            self._sights[path] = sight
            if len(self._sights) > REMEMBERED:
                self._sights.popitem(last=False)
        # The file may be readable later.
        sight.add_done_callback(lambda done: self._forget(path) if done.exception() else None)

    def look(self, image: Source) -> Sight:
        """Returns what is seen in a picture; see ``PaintingRetriever.look``."""
        if not isinstance(image, str):
            return super().look(image)
        with self._lock:
            if known := self._sights.get(image):
                self._sights.move_to_end(image)
            else:
                mine: Future[Sight] = Future()
                self.remember(image, mine)
        # Another thread may still be looking.
        return known.result() if known else self._looked(image, mine)

    def _forget(self, path: str) -> None:
        with self._lock:
            self._sights.pop(path, None)

    def _looked(self, path: str, sight: Future[Sight]) -> Sight:
        try:
            sight.set_result(super().look(path))
        except BaseException as error:
            sight.set_exception(error)
        return sight.result()


def look_while_uploading(retriever: Callable[[], AheadRetriever | None]) -> None:
    """Makes Gradio hand each picture to a retriever while it arrives.

    Args:
        retriever: Called in the event loop when a picture begins to arrive; returns None if nobody
            is to look at it.
    """
    # The retriever loads while Gradio is imported, so it must not wait for this import.
    from gradio import route_utils, routes

    # The files of the upload that a task receives, as far as they are looked at.
    watched: ContextVar[list[Any]] = ContextVar("watched")

    class WatchedFile(route_utils.GradioUploadFile):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self.copy = ArrivingFile()
            self.looks = retriever()
            self.sight = self.looks and self.looks.look_ahead(self.copy)
            if self.sight:
                watched.get().append(self)

        async def write(self, data: bytes) -> None:
            if self.sight:
                self.copy.receive(data)
            await super().write(data)

    gradios = routes.upload_fn

    async def uploaded(*arguments: Any, **named: Any) -> Any:
        files: list[Any] = []
        watched.set(files)
        try:
            received = await gradios(*arguments, **named)
        finally:
            for file in files:
                file.copy.end()
        # The page sends one picture at a time.
        if files and len(received[0]) == 1:
            files[0].looks.remember(str(received[0][0]), files[0].sight)
        return received

    route_utils.GradioUploadFile = WatchedFile
    routes.upload_fn = uploaded
