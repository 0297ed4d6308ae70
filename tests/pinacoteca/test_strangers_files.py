"""Untrusted models and galleries: each malformed file gives a one-sentence error."""

from __future__ import annotations

import json
import resource
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY
from galleries import analysis_of, collection_of, painting, write_likeness
from safetensors.numpy import load_file, save_file

from pinacoteca.collection import Collection
from pinacoteca.collection_map import CollectionMap
from pinacoteca.errors import ModelError, PinacotecaError
from pinacoteca.familiarity import Familiarity
from pinacoteca.likeness import Lengths, Likeness
from pinacoteca.onnx_network import OnnxNetwork
from pinacoteca.tensors import read_arrays, write_arrays

MIB = 1024 * 1024
LENGTHS = Lengths(statistics=1488, pooled=1280, cells=1280)


def tensors(header: object, body: bytes = b"", length: int | None = None) -> bytes:
    """Returns a safetensors file with this header and, if given, a false length."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def one(**changes: Any) -> dict[str, Any]:
    entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | changes
    return {"a": entry}


POISON = {
    "a header of 2^62 bytes": tensors({}, length=2**62),
    "a header of 99 MB that is not there": tensors({}, length=99_000_000),
    "a header of 90 MB": tensors(b"{" + b" " * 90_000_000 + b"}"),
    "a header without end": tensors(b'{"a":' * 50_000),
    "metadata without end": tensors({"__metadata__": {"pinacoteca": "[" * 100_000}}),
    "metadata that are no texts": tensors({"__metadata__": {"pinacoteca": {"a": 1}}}),
    "200,000 tensors": tensors(
        {
            f"a{n}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
            for n in range(200_000)
        }
    ),
    "a shape of 2^63": tensors(one(shape=[2**62, 2]), bytes(8)),
    "a negative shape": tensors(one(shape=[-2]), bytes(8)),
    "bytes of others": tensors(one(data_offsets=[0, 2**40]), bytes(8)),
    "bytes backwards": tensors(one(data_offsets=[8, 0]), bytes(8)),
    "bytes too many": tensors(one(), bytes(80)),
    "an unknown type": tensors(one(dtype="F31"), bytes(8)),
    "a type of training": tensors(one(dtype="BF16", shape=[4]), bytes(8)),
    "a small type": tensors(one(dtype="F8_E4M3", shape=[8]), bytes(8)),
    "a name of nothing": tensors({"": one()["a"]}, bytes(8)),
    "a pickle": b"\x80\x04\x95" + bytes(100),
    "nothing": b"",
}  # fmt: skip


def collection(folder: Path) -> None:
    works = [painting(number) for number in range(3)]
    collection_of(works, analysis_of([[1, number] for number in range(3)])).save(folder)


def read_embeddings(path: Path) -> None:
    collection(path.parent)
    shutil.copy(path, path.parent / "embeddings.safetensors")
    Collection.load(path.parent)


def read_map(path: Path) -> None:
    collection(path.parent)
    shutil.copy(path, path.parent / "map.safetensors")
    CollectionMap.load(path.parent, Collection.load(path.parent))


def read_familiarity(path: Path) -> None:
    shutil.copy(path, path.parent / "familiarity.safetensors")
    Familiarity.load(path.parent, 128)


def read_likeness(path: Path) -> None:
    shutil.copy(path, path.parent / "likeness.safetensors")
    Likeness.load(path.parent, LENGTHS)


READERS = (read_embeddings, read_map, read_familiarity, read_likeness)


@pytest.mark.parametrize("read", READERS)
def test_a_poisoned_header_is_a_sentence(read: Callable[[Path], None], tmp_path: Path) -> None:
    for what, data in POISON.items():
        path = tmp_path / "stranger"
        path.write_bytes(data)
        begun = time.process_time()
        with pytest.raises(PinacotecaError) as caught:
            read(path)
        assert str(caught.value).strip(), what
        assert time.process_time() - begun < 3, what


def test_a_poisoned_header_costs_little_memory(tmp_path: Path) -> None:
    for place, data in enumerate(POISON.values()):
        (tmp_path / str(place)).write_bytes(data)
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from pinacoteca.tensors import read_arrays\n"
        "from pinacoteca.errors import ModelError\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for path in Path(sys.argv[1]).iterdir():\n"
        "    try:\n"
        "        read_arrays(path)\n"
        "    except ModelError:\n"
        "        pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        env={"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (8_000 * MIB,) * 2),
    )

    assert int(done.stdout) / 1024 < 400


# Weights


@pytest.mark.parametrize("poison", POISON)
def test_poisoned_weights_are_an_error_of_the_kind_that_is_caught(
    poison: str, tmp_path: Path
) -> None:
    from safetensors import SafetensorError

    path = tmp_path / "model.safetensors"
    path.write_bytes(POISON[poison])
    config = {"architecture": "mobilenetv2_100", "num_classes": 3}

    # MovementClassifier turns any Exception into one sentence, but not a crash or a MemoryError.
    with pytest.raises((SafetensorError, ValueError, KeyError, AttributeError, TypeError, OSError)):
        OnnxNetwork(path, config, (64, 64))


# Numbers


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["statistics_mean", "hand_projection", "cell_projection"])
def test_a_likeness_that_is_not_finite_is_refused(name: str, number: float, tmp_path: Path) -> None:
    write_likeness(tmp_path)
    path = tmp_path / "likeness.safetensors"
    arrays = load_file(path)
    arrays[name].flat[3] = number
    save_file(arrays, path)

    with pytest.raises(ModelError, match=f"{name} holds numbers that are not finite"):
        Likeness.load(tmp_path, LENGTHS)


@pytest.mark.parametrize("name", ["mean", "whitening", "threshold"])
def test_a_familiarity_that_is_not_finite_is_refused(name: str, tmp_path: Path) -> None:
    arrays = {
        "mean": np.zeros(4, np.float32),
        "whitening": np.eye(4, dtype=np.float32),
        "threshold": np.ones(1, np.float32),
    }
    arrays[name].flat[0] = np.nan
    save_file(arrays, tmp_path / "familiarity.safetensors")

    with pytest.raises(ModelError, match="not finite"):
        Familiarity.load(tmp_path, 4)


def test_every_flipped_byte_of_arrays_is_noticed_or_harmless(tmp_path: Path) -> None:
    dice = np.random.default_rng(7)
    path = tmp_path / "familiarity.safetensors"
    arrays = {"mean": dice.random(30, np.float32), "threshold": dice.random(1, np.float32)}
    write_arrays(path, arrays)
    whole = path.read_bytes()
    noticed = 0
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(dice.integers(8))
        path.write_bytes(damaged)
        try:
            read = read_arrays(path)
        except ModelError:
            noticed += 1
            continue
        assert read is not None
        # A tensor's name, the checksum's name or a space may have changed, but no number.
        values = sorted(array.tobytes() for array in read.values())
        assert values == sorted(array.tobytes() for array in arrays.values())
    assert noticed > 0.6 * len(whole)


def test_files_of_older_models_are_read_without_a_checksum(tmp_path: Path) -> None:
    save_file({"a": np.ones(3, np.float32)}, tmp_path / "old.safetensors")

    assert read_arrays(tmp_path / "old.safetensors").keys() == {"a"}  # type: ignore[union-attr]


# Names


@pytest.mark.parametrize("mark", [chr(code) for code in (*range(0x202A, 0x202F), 0x2066, 0x2069)])
def test_names_cannot_turn_the_direction_of_reading(mark: str, tmp_path: Path) -> None:
    texts = {name: f"Ion{mark}gpj.exe" for name in ("title", "artist", "style")}
    collection_of([painting(0, **texts)], analysis_of([[1, 1]])).save(tmp_path)

    (read,) = Collection.load(tmp_path).paintings

    assert (read.title, read.artist, read.style) == ("Iongpj.exe",) * 3


def test_hebrew_and_arabic_names_stay(tmp_path: Path) -> None:
    title = "\u05e9\u05dc\u05d5\u05dd \u200f\u0639\u0627\u0644\u0645"
    collection_of([painting(0, title=title)], analysis_of([[1, 1]])).save(tmp_path)

    assert Collection.load(tmp_path).paintings[0].title == title
