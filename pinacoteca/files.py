"""Files written whole or not at all, and fingerprints of files and numbers."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yields a temporary path beside ``path`` that takes its place only if the block succeeds.

    The temporary file keeps the suffix of ``path``, because writers choose a format by it.
    The folder is made if it is missing.

    Raises:
        OSError: The folder cannot be made or written to.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files private to their owner.
        give_usual_rights(temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _usual_umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


# Read once: threads that change it at the same time could leave it at 0.
_UMASK = _usual_umask()


def give_usual_rights(path: str | os.PathLike[str]) -> None:
    """Makes a file readable for others if the files of this process usually are."""
    # A network share without Unix rights refuses this; its own rights apply.
    with suppress(OSError):
        os.chmod(path, 0o666 & ~_UMASK)


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Returns the SHA-256 of a file as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_of(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """Returns the SHA-256 over the bytes of named arrays, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()
