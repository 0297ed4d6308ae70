"""What a build has finished, a batch of pictures a file, so that a stopped one goes on.

A batch is known by its pictures, and the network sees it whole or not at all: a build that was
stopped ends with the very bytes of one that was not.
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
    """Paintings and their pictures that the network takes at once.

    Attributes:
        key: Changes with every picture's path, size and time of change.
        work: The paintings and their pictures.
    """

    key: str
    work: tuple[tuple[Entry, Path], ...]


@dataclass(frozen=True)
class Seen:
    """What the table keeps of a picture, in pixels and as BlurHash."""

    width: int
    height: int
    blurhash: str


@dataclass(frozen=True)
class Shard:
    """What came of one batch.

    Attributes:
        outcomes: For each picture what was seen, or why it cannot be read.
        analysis: A row for each picture that was seen; None if none was.
    """

    outcomes: tuple[Seen | str, ...]
    analysis: Analysis | None


class Shards:
    """The finished batches of one model in a hidden folder beside what is built."""

    def __init__(self, out: Path, fingerprint: str) -> None:
        self._out = out
        self._folder = out / f".build-{fingerprint[:16]}"

    def missing(self, batches: Iterable[Batch]) -> list[Batch]:
        """Returns those that are still to be seen; what a power cut left of one does not count."""
        return [batch for batch in batches if not self._has(batch)]

    def read(self, batch: Batch) -> Shard:
        """Returns what came of a batch.

        Raises:
            DataError: It is not there, or damaged.
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
        """Keeps what came of a batch, whole or not at all."""
        outcomes = [each if isinstance(each, str) else asdict(each) for each in shard.outcomes]
        arrays = shard.analysis._asdict() if shard.analysis else {}
        with written_whole(self._path(batch)) as path:
            save_arrays(path, arrays, outcomes)

    def remove(self) -> None:
        """Takes away all finished batches, those of other models too, which nobody will ask for."""
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
    """Divides paintings and their pictures into batches, the last one maybe smaller."""
    return [Batch(_key(batch), tuple(batch)) for batch in batches(work)]


def _key(work: Sequence[tuple[Entry, Path]]) -> str:
    text = json.dumps([_identity(path) for _, path in work])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _identity(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        # It vanished: what cannot be read is reported, not fatal.
        return str(path.resolve()), 0, 0
    return str(path.resolve()), status.st_size, status.st_mtime_ns
