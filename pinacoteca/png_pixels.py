"""Unpacks the pixels of a PNG twice as fast as Pillow does.

Most of the time that Pillow needs for a large PNG goes into zlib. ISA-L unpacks the same stream in
less than half the time. Pillow takes nothing but a zlib stream, so it is given one that is packed
anew without compression (RFC 1951, 3.2.4), and puts the rows of the picture together as always.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from isal import isal_zlib
from PIL import PngImagePlugin

# Bytes unpacked at once, so that a small file of zeros takes little memory.
PART = 1_000_000
# The two bytes before the compressed blocks (RFC 1950).
_HEADER_BYTES = 2
# The beginning of a block of a type that does not exist; Pillow reports it as it does all damage.
_DAMAGED = b"\x07"


def unpack_quickly(picture: PngImagePlugin.PngImageFile) -> None:
    """Makes a PNG that is opened, but not loaded, unpack its pixels with ISA-L."""
    repacked: Any = _Repacked(picture.load_read)
    # Pillow calls this method for each part of the stream.
    picture.load_read = repacked.read  # type: ignore[method-assign]


class _Repacked:
    """The zlib stream of a PNG with its blocks packed anew, without compression.

    The header before the blocks and the checksum behind them stay as they are, and Pillow checks
    both.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._packed = b""
        self._header_left = _HEADER_BYTES
        self._unpacking = isal_zlib.decompressobj(-isal_zlib.MAX_WBITS)
        self._packing = zlib.compressobj(0, wbits=-zlib.MAX_WBITS)
        # ISA-L may have taken all bytes and still hold pixels that did not fit into the last part.
        self._holds_more = False
        self._is_over = False

    def read(self, size: int) -> bytes:
        """Returns the next part; nothing if the file ends too early.

        Args:
            size: The most bytes to read from the file at once.
        """
        part = b""
        while not part:
            packed, self._packed = self._packed, b""
            if not (packed or self._holds_more):
                packed = self._read(size)
                if self._is_over or not packed:
                    return packed
            part = self._header(packed) if self._header_left else self._blocks(packed)
        return part

    def _header(self, packed: bytes) -> bytes:
        header, self._packed = packed[: self._header_left], packed[self._header_left :]
        self._header_left -= len(header)
        return header

    def _blocks(self, packed: bytes) -> bytes:
        try:
            pixels = self._unpacking.decompress(packed, PART)
        except isal_zlib.error:  # type: ignore[misc]
            self._is_over, self._holds_more = True, False
            return self._packing.flush(zlib.Z_SYNC_FLUSH) + _DAMAGED
        stored = self._packing.compress(pixels)
        self._packed = self._unpacking.unconsumed_tail
        self._is_over = self._unpacking.eof
        self._holds_more = len(pixels) == PART and not self._is_over
        if self._is_over:
            stored += self._packing.flush() + self._unpacking.unused_data
        return stored
