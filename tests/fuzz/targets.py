"""Targets for untrusted input: functions of bytes that may raise only our own errors."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import parse_qsl

import numpy as np
from bombs import jpeg_exif, png_exif, small, tiff_tags
from galleries import painting
from openpyxl import Workbook
from pandorarom import read_table
from settings_link import question_of

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import EMBEDDINGS_FILE, TABLE_FILE, Collection
from pinacoteca.errors import PinacotecaError
from pinacoteca.images import PIXEL_LIMIT, open_image
from pinacoteca.model_files import CONFIG_FILE, WEIGHTS_FILE
from pinacoteca.movements import MOVEMENTS
from pinacoteca.onnx_graph import CHANNELS, FEATURES

Target = Callable[[bytes], None]


def picture(data: bytes) -> None:
    """A file that claims to be a picture."""
    seen = open_image(data)
    assert seen.mode == "RGB"
    assert 0 < seen.width * seen.height <= PIXEL_LIMIT


def spreadsheet(data: bytes) -> None:
    """The table of a collection, as .xlsx."""
    with _file("table.xlsx", data) as path:
        assert read_table(path).entries


def table(data: bytes) -> None:
    """The table of a gallery beside the embeddings of the collection that it was."""
    with _file(TABLE_FILE, data) as path:
        (path.parent / EMBEDDINGS_FILE).write_bytes(_saved()[EMBEDDINGS_FILE])
        assert len(Collection.load(path.parent)) == len(_collection())


def address(data: bytes) -> None:
    """The query string of a link to the page."""
    parameters = dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))
    question_of(parameters, _collection(), (5, 10, 20))


def model_config(data: bytes) -> None:
    """The ``config.json`` of a model whose network fits; building one takes too long."""
    network = SimpleNamespace(channels=CHANNELS, second_channels=(), features=FEATURES)
    with (
        _file(CONFIG_FILE, data) as path,
        patch("pinacoteca.classifier._load_network", lambda *_: network),
    ):
        (path.parent / WEIGHTS_FILE).touch()
        made = MovementClassifier.from_pretrained(path.parent)
        assert made.movements
        assert 0 < made.temperature < math.inf


TARGETS: dict[str, Target] = {
    target.__name__: target for target in (picture, spreadsheet, table, address, model_config)
}


def checked(target: Target, data: bytes) -> bool:
    """Runs a target; returns True if it accepted the data, False if it refused in a sentence."""
    try:
        target(data)
    except PinacotecaError as error:
        assert str(error).strip()
        return False
    return True


def seeds(name: str) -> list[bytes]:
    """Returns the files to mutate: valid ones and a few broken ones."""
    return SEEDS[name]()


def _pictures() -> list[bytes]:
    kinds = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")
    return [
        *(small(kind) for kind in kinds),
        small("JPEG", progressive=True),
        *(bomb()[:20_000] for bomb in (jpeg_exif, png_exif, tiff_tags)),
    ]


def _spreadsheets() -> list[bytes]:
    book = Workbook()
    book.active.title = "Lista-completa"
    book.active.append(["image_id", "style", "artist_slug"])
    book.active.append(["painter_work-1900", "Cubism", "painter"])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        book.save(path)
        return [path.read_bytes(), b"PK\x03\x04", b""]


def _tables() -> list[bytes]:
    whole = _saved()[TABLE_FILE]
    return [whole, whole.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + whole, b'"' + whole]


def _addresses() -> list[bytes]:
    return [
        b"painting=painter_work-1&composition=0.5&from=1900&to=1950&artists=painter&lang=ro",
        b"composition=nan&from=-1&to=99999999999999999999&count=1e9&painting=%00%F0%9F",
        b"a=b&a=c&&&=&%",
    ]


def _configs() -> list[bytes]:
    half = [0.5, 0.5, 0.5]
    config = {
        "architecture": "mobilenetv2_100",
        "num_classes": 3,
        "label_names": [movement.folder for movement in MOVEMENTS[:3]],
        "largest_side": 48,
        "temperature": 1.5,
        "prediction_sets": {
            "coverage": 0.9,
            "threshold": 1.2,
            "penalty": 0.1,
            "unpenalised": 2,
        },
        "pretrained_cfg": {
            "input_size": [3, 64, 64],
            "interpolation": "bicubic",
            "mean": half,
            "std": half,
            "crop_pct": 0.9,
            "crop_mode": "squash",
        },
    }
    return [json.dumps(config).encode(), b"[" * 100_000, b'{"pretrained_cfg": {}}', b"1" * 5000]


SEEDS = {
    "picture": _pictures,
    "spreadsheet": _spreadsheets,
    "table": _tables,
    "address": _addresses,
    "model_config": _configs,
}


@cache
def _collection() -> Collection:
    ones = np.ones((3, 2), np.float32)
    return Collection(
        tuple(painting(index) for index in range(3)), ones, ones, ones, ones, ones, "0" * 64
    )


@cache
def _saved() -> dict[str, bytes]:
    """Returns the files of the collection by name."""
    with TemporaryDirectory() as folder:
        _collection().save(folder)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


class _file:  # noqa: N801
    """A file with a given name and content in a folder of its own."""

    def __init__(self, name: str, data: bytes) -> None:
        self._folder = TemporaryDirectory()
        self._path = Path(self._folder.name) / name
        self._path.write_bytes(data)

    def __enter__(self) -> Path:
        return self._path

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()
