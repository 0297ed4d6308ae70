"""A file that can be read while it is still arriving."""

from __future__ import annotations

import io
import os
from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ArrivingFile(io.RawIOBase):
    """Bytes that one thread receives and another reads; reading waits for what has not come yet."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = bytearray()
        self._is_whole = False
        self._news = Condition()
        self._place = 0

    def receive(self, data: bytes) -> None:
        """Appends some bytes."""
        with self._news:
            self._bytes += data
            self._news.notify_all()

    def end(self) -> None:
        """Says that nothing more will come."""
        with self._news:
            self._is_whole = True
            self._news.notify_all()

    def readable(self) -> bool:
        """Returns True."""
        return True

    def seekable(self) -> bool:
        """Returns True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves the place to read from, as every file does; to seek from the end, it must end."""
        if whence == os.SEEK_END:
            with self._news:
                self._news.wait_for(lambda: self._is_whole)
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: len(self._bytes)}[whence]
        self._place = max(start + offset, 0)
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Reads into a buffer what is there, at least one byte unless the file has ended."""
        target = memoryview(buffer).cast("B")
        with self._news:
            self._news.wait_for(lambda: self._is_whole or len(self._bytes) > self._place)
            part = self._bytes[self._place : self._place + len(target)]
        target[: len(part)] = part
        self._place += len(part)
        return len(part)
