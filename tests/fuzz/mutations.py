"""Makes files with a few wrong bytes; the same seed gives the same files."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

# Boundary values at which lengths and counts go wrong.
EDGES = (0, 1, 0x7F, 0x80, 0xFF)


def mutations(seeds: Sequence[bytes], count: int, seed: int = 0) -> Iterator[bytes]:
    """Yields the seeds, and then ``count`` mutations of them."""
    yield from seeds
    dice = random.Random(seed)
    for _ in range(count):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.choice((1, 1, 2, 4, 16))):
            _change(data, dice, seeds)
        yield bytes(data)


def _change(data: bytearray, dice: random.Random, seeds: Sequence[bytes]) -> None:
    # Prefer the header, because parsers decide by it.
    end = min(len(data), 200) if dice.random() < 0.5 else len(data)
    at = dice.randrange(end + 1)
    kind = dice.randrange(6)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << dice.randrange(8)
    elif kind == 1 and at < len(data):
        data[at] = dice.choice(EDGES)
    elif kind == 2:
        data[at : at + 4] = dice.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"))
    elif kind == 3:
        del data[at : at + dice.choice((1, 4, 100))]
    elif kind == 4:
        data[at:at] = data[at : at + dice.choice((1, 12, 300))]
    else:
        other = dice.choice(seeds)
        cut = dice.randrange(len(other) + 1)
        data[at:] = other[cut:]
