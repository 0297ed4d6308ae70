"""Stores the finished batches of a build, one file each, so that a stopped build can go on.

A batch is identified by its pictures, and the network sees it whole or not at all. A build that was
stopped therefore ends with the same bytes as one that was not.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pandorarom import Entry

from pinacoteca.classifier import Analysis, batches
from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.tensors import TensorsError, load_arrays, save_arrays


@dataclass(frozen=True)
class Batch:
    """Paintings and their pictures that the network embeds at once.

    Attributes:
        key: Depends on the path, size and modification time of every picture.
        work: The paintings and their pictures.
    """

    key: str
    work: tuple[tuple[Entry, Path], ...]


@dataclass(frozen=True)
class Seen:
    """What the table stores about a picture: its size in pixels and its BlurHash."""

    width: int
    height: int
    blurhash: str


@dataclass(frozen=True)
class Shard:
    """The results of one batch.

    Attributes:
        outcomes: For each picture what the table stores, or why it cannot be read.
        analysis: A row for each readable picture; None if there is none.
    """

    outcomes: tuple[Seen | str, ...]
    analysis: Analysis | None


class Shards:
    """The finished batches of one model, in a hidden folder of the gallery."""

    def __init__(self, out: Path, fingerprint: str) -> None:
        self._out = out
        self._folder = out / f".build-{fingerprint[:16]}"

    def missing(self, batches: Iterable[Batch]) -> list[Batch]:
        """Returns the batches still to do; a file that a power cut truncated does not count."""
        return [batch for batch in batches if not self._has(batch)]

    def read(self, batch: Batch) -> Shard:
        """Returns the results of a batch.

        Raises:
            DataError: They are missing or damaged.
        """
        path = self._path(batch)
        try:
            arrays, outcomes = load_arrays(path)
        except TensorsError as error:
            raise DataError(
                f"{path} cannot be read ({error}): all processes must see the same --out; "
                "start the build again."
            ) from None
        return Shard(
            tuple(each if isinstance(each, str) else Seen(**each) for each in outcomes),
            Analysis(**arrays) if arrays else None,
        )

    def save(self, batch: Batch, shard: Shard) -> None:
        """Saves the results of a batch atomically."""
        outcomes = [each if isinstance(each, str) else asdict(each) for each in shard.outcomes]
        arrays = shard.analysis._asdict() if shard.analysis else {}
        with written_whole(self._path(batch)) as path:
            save_arrays(path, arrays, outcomes)

    def remove(self) -> None:
        """Deletes all finished batches, also those of other models, which are useless now."""
        for folder in self._out.glob(".build-*"):
            shutil.rmtree(folder)

    def _has(self, batch: Batch) -> bool:
        try:
            self.read(batch)
        except DataError:
            return False
        return True

    def _path(self, batch: Batch) -> Path:
        return self._folder / f"{batch.key}.safetensors"


def batches_of(work: Iterable[tuple[Entry, Path]]) -> list[Batch]:
    """Divides paintings and their pictures into batches; the last one may be smaller."""
    return [Batch(_key(batch), tuple(batch)) for batch in batches(work)]


def _key(work: Sequence[tuple[Entry, Path]]) -> str:
    text = json.dumps([_identity(path) for _, path in work])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _identity(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        # The file vanished; an unreadable picture is reported later and is not fatal.
        return str(path.resolve()), 0, 0
    return str(path.resolve()), status.st_size, status.st_mtime_ns
