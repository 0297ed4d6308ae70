"""A file that can be read while it is still arriving."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ArrivingFile(io.RawIOBase):
    """Bytes that one thread receives and another reads; reading waits for what has not come yet."""

    def __init__(self) -> None:
        super().__init__()
        # Where each part begins, and the parts, so that nothing is copied while receiving.
        self._starts: list[int] = []
        self._parts: list[bytes] = []
        self._size = 0
        self._is_whole = False
        self._news = Condition()
        self._place = 0

    def receive(self, data: bytes) -> None:
        """Appends some bytes."""
        with self._news:
            if data:
                self._starts.append(self._size)
                self._parts.append(data)
                self._size += len(data)
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
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(start + offset, 0)
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Reads into a buffer what is there, at least one byte unless the file has ended."""
        target = memoryview(buffer).cast("B")
        with self._news:
            self._news.wait_for(lambda: self._is_whole or self._size > self._place)
            if self._place >= self._size:
                return 0
            number = bisect_right(self._starts, self._place) - 1
            part = memoryview(self._parts[number])[self._place - self._starts[number] :]
        count = min(len(part), len(target))
        target[:count] = part[:count]
        self._place += count
        return count
