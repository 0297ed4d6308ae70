"""The collection: a table of paintings and, row for row, their embeddings."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import CollectionError, DataError
from pinacoteca.files import checksum_of
from pinacoteca.picture_tree import picture_key
from pinacoteca.spelling import comma_below, without_zeros
from pinacoteca.spreadsheets import defused, restored
from pinacoteca.swap import finish_swap, swapped
from pinacoteca.tables import is_header, plain_rows
from pinacoteca.tensors import TensorsError, load_arrays, save_arrays
from pinacoteca.years import Year, read_year

TABLE_FILE = "paintings.csv"
EMBEDDINGS_FILE = "embeddings.safetensors"
LICENCE = "CC-BY-NC-4.0"
FORMAT_VERSION = 4
# All keys are in one JSON entry, because safetensors writes several in a changing order.
_HEADER_KEYS = {"format_version", "model_fingerprint", "licence", "image_ids"}


@dataclass(frozen=True)
class Painting:
    """One row of the table.

    Attributes:
        image_id: The key: ``<artist_slug>_<title-slug>`` in PandoraRom; for pictures without a
            spreadsheet, their path (``picture_tree.path_id``).
        artist_slug: The painter as WikiArt's addresses spell the name; empty if not known.
        artist: The painter's name; empty if not known.
        title: The title of the painting.
        year: The year of the painting; a ``Year`` if it is a range or not written in four digits;
            None if it is not known.
        style: The style that the source gives; empty if it gives none.
        page_url: The address of the page that describes the painting, or None.
        image_url: The address of its picture, or None.
        width: The width of the source picture, in pixels; with ``height`` it gives the proportions.
        height: The height of the source picture, in pixels.
        blurhash: A blurred version in about 28 characters (https://blurha.sh).
    """

    image_id: str
    artist_slug: str
    artist: str
    title: str
    year: int | None
    style: str
    page_url: str | None
    image_url: str | None
    width: int
    height: int
    blurhash: str


COLUMNS = tuple(field.name for field in fields(Painting))
# The arrays of a collection; each has a row for every painting.
ARRAYS = ("hands", "styles", "subjects", "compositions", "logits")


@dataclass(frozen=True, eq=False)
class Collection:
    """Paintings and their embeddings.

    Attributes:
        paintings: The rows of the table, each ``image_id`` once.
        hands: float32 ``[n, h]``: ``Analysis.hands`` of the pictures. This and the next four arrays
            are finite and in the order of ``paintings``.
        styles: float32 ``[n, s]``: ``Analysis.styles``.
        subjects: float32 ``[n, p]``: ``Analysis.subjects``.
        compositions: float32 ``[n, d]``: ``Analysis.compositions``.
        logits: float32 ``[n, movements]``: ``Analysis.logits``.
        model_fingerprint: ``MovementClassifier.fingerprint`` of the model that made the arrays.

    Raises:
        CollectionError: The arrays do not fit the paintings or the types above.
    """

    paintings: tuple[Painting, ...]
    hands: npt.NDArray[np.float32]
    styles: npt.NDArray[np.float32]
    subjects: npt.NDArray[np.float32]
    compositions: npt.NDArray[np.float32]
    logits: npt.NDArray[np.float32]
    model_fingerprint: str

    def __post_init__(self) -> None:
        for name, array in self._arrays.items():
            if array.ndim != 2 or array.dtype != np.float32:
                raise CollectionError(
                    f"The {name} must be float32 in two dimensions; "
                    f"got {array.dtype} of shape {array.shape}."
                )
            if len(self.paintings) != len(array):
                raise CollectionError(
                    f"There are {len(self.paintings)} paintings but {len(array)} {name}: "
                    "build the collection anew."
                )
        _check_unique([painting.image_id for painting in self.paintings])
        self._check_finite(self._arrays)

    def __len__(self) -> int:
        return len(self.paintings)

    def painting(self, image_id: str) -> Painting:
        """Returns the painting with this ``image_id``.

        Raises:
            CollectionError: There is none.
        """
        return self.paintings[self.row(image_id)]

    def row(self, image_id: str) -> int:
        """Returns the row of the painting with this ``image_id``.

        Raises:
            CollectionError: There is none.
        """
        try:
            return self._rows[image_id]
        except KeyError:
            raise CollectionError(
                f"The collection has no painting {image_id!r}: use an image_id of {TABLE_FILE}."
            ) from None

    def without(self, image_ids: Iterable[str]) -> Collection:
        """Returns the collection less the paintings with these ids.

        Raises:
            CollectionError: There is no such painting, or no painting would be left.
        """
        gone = {self.painting(image_id).image_id for image_id in image_ids}
        rows = [row for row, kept in enumerate(self.paintings) if kept.image_id not in gone]
        if not rows:
            raise CollectionError("A collection without paintings is none: leave one or more in.")
        return self._at(rows)

    def merged(self, other: Collection) -> Collection:
        """Returns the paintings of both, in the order of their ids.

        Raises:
            CollectionError: A painting is in both, or two different models embedded them.
        """
        if other.model_fingerprint != self.model_fingerprint:
            raise CollectionError(
                "Embeddings of two models cannot be compared "
                f"({self.model_fingerprint[:12]} and {other.model_fingerprint[:12]}): "
                "embed both collections with one."
            )
        arrays: dict[str, Any] = {
            name: np.concatenate([array, other._arrays[name]])
            for name, array in self._arrays.items()
        }
        both = replace(self, paintings=self.paintings + other.paintings, **arrays)
        ids = [painting.image_id for painting in both.paintings]
        return both._at(sorted(range(len(both)), key=ids.__getitem__))

    def _at(self, rows: Sequence[int]) -> Collection:
        arrays: dict[str, Any] = {name: array[list(rows)] for name, array in self._arrays.items()}
        return replace(self, paintings=tuple(self.paintings[row] for row in rows), **arrays)

    @classmethod
    def load(
        cls, folder: str | os.PathLike[str], model_fingerprint: str | None = None
    ) -> Collection:
        """Reads a folder that ``save`` wrote; finishes an interrupted change first.

        Args:
            folder: Holds ``paintings.csv`` and ``embeddings.safetensors``.
            model_fingerprint: The fingerprint of the model that will embed the queries; None skips
                this check.

        Raises:
            CollectionError: A file is missing or damaged, the two files do not belong together, a
                value is not finite, or another model made the embeddings.
            DataError: A change was stopped and cannot be finished.
        """
        folder = Path(folder)
        finish_swap(folder)
        paintings = _read_table(folder / TABLE_FILE)
        arrays, header = _read_embeddings(folder / EMBEDDINGS_FILE)
        paintings = _in_order(paintings, header["image_ids"])
        _check_rows(paintings, header["image_ids"], folder)
        if model_fingerprint not in (None, header["model_fingerprint"]):
            raise CollectionError(
                f"Another model made the embeddings in {folder} "
                f"({header['model_fingerprint'][:12]}, not {model_fingerprint[:12]}): "
                f"{_rebuild(folder)}."
            )
        loaded = cls(paintings, **arrays, model_fingerprint=header["model_fingerprint"])
        # Collections written by earlier versions have no checksum.
        if header.get("sha256") not in (None, checksum_of(loaded._rounded())):
            raise CollectionError(
                f"{folder / EMBEDDINGS_FILE} is damaged, its numbers are not those that were "
                f"saved: copy it anew or {_rebuild(folder)}."
            )
        return loaded

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes both files or neither; equal collections give equal bytes.

        Embeddings are rounded to float16, which halves the file and does not change the ranking.
        Their file repeats the ids, so that ``load`` can check that the table belongs to it, and has
        a checksum.

        Raises:
            CollectionError: A value is too large for float16.
        """
        rounded = self._rounded()
        self._check_finite(rounded)
        header = {
            "format_version": FORMAT_VERSION,
            "model_fingerprint": self.model_fingerprint,
            "licence": LICENCE,
            "image_ids": [painting.image_id for painting in self.paintings],
            "sha256": checksum_of(rounded),
        }
        with swapped(folder, (TABLE_FILE, EMBEDDINGS_FILE)) as staged:
            _write_table(staged / TABLE_FILE, self.paintings)
            save_arrays(staged / EMBEDDINGS_FILE, rounded, header)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {painting.image_id: row for row, painting in enumerate(self.paintings)}

    @property
    def _arrays(self) -> dict[str, npt.NDArray[np.float32]]:
        return {name: getattr(self, name) for name in ARRAYS}

    def _rounded(self) -> dict[str, npt.NDArray[np.float16]]:
        with np.errstate(over="ignore"):
            return {
                name: np.ascontiguousarray(array.astype(np.float16))
                for name, array in self._arrays.items()
            }

    def _check_finite(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        for name, array in arrays.items():
            broken = np.flatnonzero(~np.isfinite(array).all(axis=1))
            if broken.size:
                raise CollectionError(
                    f"The {name} of {self.paintings[broken[0]].image_id!r} have a value that is "
                    "not finite: build the collection anew with sound weights."
                )


def _rebuild(folder: Path) -> str:
    return (
        "rebuild the collection with `python gallery/build.py --images DIR [--table FILE.xlsx] "
        f"--model DIR --out {folder}`"
    )


def _check_unique(image_ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for image_id in image_ids:
        if image_id in seen:
            raise CollectionError(
                f"The collection has the painting {image_id!r} twice: every image_id must be there "
                "once."
            )
        seen.add(image_id)


def _in_order(paintings: Sequence[Painting], image_ids: Sequence[str]) -> tuple[Painting, ...]:
    """Returns the rows of a table, which somebody may have sorted, in the order of the embeddings.

    An id that lost its leading zeros in a spreadsheet program, or that somebody retyped, is matched
    if only one original fits. If the ids do not match, the rows are returned unchanged.
    """
    known = {painting.image_id for painting in paintings}
    lost = set(image_ids) - known
    for key in (picture_key, without_zeros):
        unknown = _once_each(known - set(image_ids), key)
        for old, image_id in _once_each(lost, key).items():
            if old in unknown:
                paintings = [
                    replace(each, image_id=image_id) if each.image_id == unknown[old] else each
                    for each in paintings
                ]
                lost.remove(image_id)
                known = known - {unknown[old]} | {image_id}
    by_id = {painting.image_id: painting for painting in paintings}
    if by_id.keys() != set(image_ids) or len(paintings) != len(image_ids):
        return tuple(paintings)
    return tuple(by_id[image_id] for image_id in image_ids)


def _once_each(image_ids: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    """Returns the ids by their keys, without ids that share a key."""
    found: dict[str, list[str]] = {}
    for image_id in image_ids:
        found.setdefault(key(image_id), []).append(image_id)
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}


def _check_rows(paintings: Sequence[Painting], image_ids: Sequence[str], folder: Path) -> None:
    if len(paintings) != len(image_ids):
        raise CollectionError(
            f"{folder / TABLE_FILE} has {len(paintings)} paintings and {EMBEDDINGS_FILE} "
            f"{len(image_ids)}: put back the rows that are missing (gallery/remove.py takes "
            f"paintings out), or {_rebuild(folder)}."
        )
    for row, (painting, image_id) in enumerate(zip(paintings, image_ids, strict=True), start=1):
        if painting.image_id != image_id:
            raise CollectionError(
                f"Row {row} is {painting.image_id!r} in {folder / TABLE_FILE} but {image_id!r} in "
                f"{EMBEDDINGS_FILE}: {_rebuild(folder)}."
            )


def _write_table(path: Path, paintings: Sequence[Painting]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        # Text is quoted, so that a title may hold any separator or line break.
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(COLUMNS)
        for painting in paintings:
            *values, blurhash = (
                value.written if isinstance(value, Year) else value for value in astuple(painting)
            )
            # A BlurHash has no brackets or quotes, so it cannot call anything as a formula. It
            # stays unchanged, because other programs read it.
            writer.writerow([*map(defused, values), blurhash])


def _read_table(path: Path) -> tuple[Painting, ...]:
    try:
        header, *rows = plain_rows(path) or [[]]
    except FileNotFoundError:
        raise CollectionError(f"There is no {path}: {_rebuild(path.parent)}.") from None
    except OSError as error:
        raise CollectionError(
            f"{path} cannot be read as a table ({error}): {_rebuild(path.parent)}."
        ) from None
    except DataError as error:
        raise CollectionError(f"{error} Or {_rebuild(path.parent)}.") from None
    if not is_header(header, COLUMNS):
        raise CollectionError(
            f"The columns of {path} are {', '.join(header) or 'none'} "
            f"instead of {', '.join(COLUMNS)}: put them back as they were, which keeps your "
            f"corrections, or {_rebuild(path.parent)}."
        )
    try:
        paintings = tuple(
            _painting(number, row)
            for number, row in enumerate(rows, start=1)
            # Spreadsheet programs keep rows whose cells somebody emptied.
            if not row or any(row)
        )
        _check_unique([painting.image_id for painting in paintings])
    except (CollectionError, ValueError) as error:
        raise CollectionError(
            f"{path}: {error} Correct it there, or {_rebuild(path.parent)}, which writes the table "
            "anew."
        ) from None
    return paintings


# Marks that change the direction of reading can make a name look like another one. No name needs
# them.
_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def _painting(number: int, row: Sequence[str]) -> Painting:
    if len(row) < len(COLUMNS) or any(row[len(COLUMNS) :]):
        raise ValueError(f"Row {number} has {len(row)} values instead of {len(COLUMNS)}.")
    *values, blurhash = row[: len(COLUMNS)]
    image_id, artist_slug, artist, title, year, style, page, image, width, height = map(
        restored, values
    )
    numbers = f"Row {number} has year {year!r}, width {width!r} and height {height!r};"
    try:
        sides = _whole(width), _whole(height)
    except ValueError:
        raise ValueError(f"{numbers} they must be whole numbers.") from None
    if not image_id or min(sides) < 1:
        raise ValueError(f"{numbers} it needs an image_id and sides of a pixel or more.")
    if not _is_blurhash(blurhash):
        raise ValueError(f"Row {number}, {image_id}, has blurhash {blurhash!r}, which is damaged.")
    return Painting(
        image_id=image_id,
        artist_slug=artist_slug,
        artist=comma_below(artist.translate(_TURNS)),
        title=comma_below(title.translate(_TURNS)),
        year=_year(number, image_id, year),
        style=style.translate(_TURNS),
        page_url=page or None,
        image_url=image or None,
        width=sides[0],
        height=sides[1],
        blurhash=blurhash,
    )


# The alphabet of BlurHash. Its first character gives the number of waves, 1 to 9 in each direction,
# and so the length of the whole.
_BASE_83 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_HASH_LENGTHS = {
    _BASE_83[number]: 4 + 2 * (number % 9 + 1) * (number // 9 + 1) for number in range(81)
}
_HASH_CHARACTERS = frozenset(_BASE_83)


def _is_blurhash(text: str) -> bool:
    return len(text) == _HASH_LENGTHS.get(text[:1]) and _HASH_CHARACTERS.issuperset(text)


def _whole(text: str) -> int:
    # Spreadsheet programs may show 224 as 224.0 or 224,0.
    return int(re.sub(r"[.,]0+$", "", text))


def _year(number: int, image_id: str, text: str) -> int | None:
    try:
        # Years before 1000, and the form that earlier versions wrote.
        return int(text)
    except ValueError:
        pass
    try:
        return read_year(text)
    except ValueError:
        raise ValueError(
            f"Row {number}, {image_id}, has year {text!r}: write 1907, c. 1907, 1907-1908, "
            "sec. XIX or nothing."
        ) from None


def _read_embeddings(path: Path) -> tuple[dict[str, npt.NDArray[np.float32]], dict[str, Any]]:
    if not path.is_file():
        raise CollectionError(f"There is no {path}: {_rebuild(path.parent)}.")
    try:
        stored, header = load_arrays(path)
        arrays = {name: stored[name] for name in ARRAYS} if _is_header(header) else {}
    except (TensorsError, KeyError) as error:
        raise CollectionError(
            f"{path} holds no embeddings of a collection ({error}): {_rebuild(path.parent)}."
        ) from None
    if not _is_header(header):
        raise CollectionError(
            f"The header of {path} is not of format version {FORMAT_VERSION}: "
            f"{_rebuild(path.parent)}."
        )
    rows = len(header["image_ids"])
    for name, array in arrays.items():
        if array.dtype != np.float16 or array.ndim != 2 or len(array) != rows:
            raise CollectionError(
                f"{path} holds {name} of type {array.dtype} and shape {array.shape} where a matrix "
                f"of float16 with {rows} rows is needed: {_rebuild(path.parent)}."
            )
    return {name: array.astype(np.float32) for name, array in arrays.items()}, header


def _is_header(header: object) -> bool:
    return (
        isinstance(header, dict)
        # Any other key is a mistake: a damaged "sha256" must not pass for a missing one.
        and header.keys() - {"sha256"} == _HEADER_KEYS
        and header.get("format_version") == FORMAT_VERSION
        and isinstance(header.get("model_fingerprint"), str)
        and isinstance(header.get("image_ids"), list)
        and all(isinstance(image_id, str) for image_id in header["image_ids"])
    )
