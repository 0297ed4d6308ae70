"""ICC profiles made by hand, as cameras and scanners embed them."""

from __future__ import annotations

import struct
from collections.abc import Sequence

# Columns: red, green and blue primaries in XYZ, adapted to D50 (CSS Color 4, ICC registry).
DISPLAY_P3 = (
    (0.515121, 0.241196, -0.001053),
    (0.291977, 0.692245, 0.041885),
    (0.157104, 0.066574, 0.784073),
)
ADOBE_RGB = (
    (0.609741, 0.311111, 0.019470),
    (0.205276, 0.625671, 0.060867),
    (0.149185, 0.063217, 0.744568),
)


def rgb_profile(primaries: Sequence[Sequence[float]], gamma: float = 2.2) -> bytes:
    """Returns a profile of three primaries and one gamma."""
    tags = {b"wtpt": _xyz((0.9642, 1, 0.8249))}
    for letter, primary in zip((b"r", b"g", b"b"), primaries, strict=True):
        tags |= {letter + b"XYZ": _xyz(primary), letter + b"TRC": _gamma(gamma)}
    return _profile(b"RGB ", tags)


def grey_profile(gamma: float) -> bytes:
    """Returns a profile of a grey scanner."""
    return _profile(b"GRAY", {b"wtpt": _xyz((0.9642, 1, 0.8249)), b"kTRC": _gamma(gamma)})


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, values))


def _gamma(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"cprt": b"text" + bytes(4) + b"CC0" + bytes(1), **tags}
    offset = 128 + 4 + 12 * len(tags)
    table, data = b"", b""
    for name, value in tags.items():
        table += name + struct.pack(">II", offset + len(data), len(value))
        data += value
    size = struct.pack(">I", offset + len(data))
    header = size + b"lcms" + bytes.fromhex("02400000") + b"mntr" + space + b"XYZ "
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += b"".join(map(_fixed, (0.9642, 1, 0.8249)))
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data
