from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from draw_map import draw_map, positions_of
from galleries import painting, write_gallery
from safetensors.numpy import save_file
from threadpoolctl import threadpool_limits

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection
from pinacoteca.collection_map import MAP_FILE, CollectionMap
from pinacoteca.errors import CollectionError
from pinacoteca.results import Neighbour
from pinacoteca.retriever import PaintingRetriever


def neighbour(image_id: str) -> Neighbour:
    return Neighbour(1, painting(1, image_id=image_id), 0.1, 0.9, False)


def map_of(positions: object) -> CollectionMap:
    array = np.asarray(positions, np.float32)
    return CollectionMap(tuple(f"work-{row}" for row in range(len(array))), array, "model")


@pytest.fixture
def copy(gallery: Path, tmp_path: Path) -> tuple[Path, Collection]:
    """A copy of the tiny gallery with its map, and its collection."""
    (tmp_path / MAP_FILE).write_bytes((gallery / MAP_FILE).read_bytes())
    return tmp_path, Collection.load(gallery)


def test_the_retriever_brings_the_map_of_its_gallery(model_folder: Path, gallery: Path) -> None:
    retriever = PaintingRetriever.from_pretrained(model_folder, gallery)

    assert retriever.map is not None
    assert retriever.map.positions.shape == (8, 2)
    assert retriever.map.image_ids[3] == "painter_work-3"
    # The map uses the whole width.
    assert np.ptp(retriever.map.positions[:, 0]) == pytest.approx(1)


def test_drawing_again_gives_the_same_bytes(
    model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    classifier = MovementClassifier.from_pretrained(model_folder)

    Collection.load(gallery).save(tmp_path)

    # The tests compute on one thread; drawing must not depend on that.
    with threadpool_limits(2):
        draw_map(classifier, tmp_path)

    assert (tmp_path / MAP_FILE).read_bytes() == (gallery / MAP_FILE).read_bytes()


def test_similar_paintings_are_near_each_other() -> None:
    dice = np.random.default_rng(0)
    groups = np.repeat([0, 1, 2], 20)
    vectors = (
        dice.normal(size=(60, 16)).astype(np.float32) / 9 + np.eye(16, dtype=np.float32)[groups]
    )

    positions = positions_of(vectors)

    assert positions.dtype == np.float32
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (groups[distances.argmin(axis=1)] == groups).all()


def test_a_handful_of_paintings_has_no_map(model_folder: Path, tmp_path: Path) -> None:
    (tmp_path / MAP_FILE).write_bytes(b"of an earlier, larger gallery")

    folder = write_gallery(tmp_path, model_folder, count=4)

    assert not (folder / MAP_FILE).exists()
    assert PaintingRetriever.from_pretrained(model_folder, folder).map is None


def test_a_map_is_read_back_from_any_memory_layout(copy: tuple[Path, Collection]) -> None:
    folder, collection = copy
    positions = np.asfortranarray(np.linspace(0, 1, 16, dtype=np.float32).reshape(8, 2))
    ids = tuple(painting.image_id for painting in collection.paintings)
    CollectionMap(ids, positions, collection.model_fingerprint).save(folder)

    read = CollectionMap.load(folder, collection)

    assert read is not None
    np.testing.assert_array_equal(read.positions, positions)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"image_ids": ["painter_work-0"]}, "not a map"),
        ({"image_ids": [f"painter_work-{index}" for index in range(1, 9)]}, "of other paintings"),
        ({"model_fingerprint": "0" * 64}, "with another model"),
        ({"format_version": 99}, "not a map of format version"),
        ({"image_ids": None}, "holds no map"),
    ],
)
def test_a_stale_map_is_refused(
    copy: tuple[Path, Collection], changes: dict[str, object], fault: str
) -> None:
    folder, collection = copy
    header = {
        "format_version": 1,
        "model_fingerprint": collection.model_fingerprint,
        "image_ids": [painting.image_id for painting in collection.paintings],
    }
    positions = {"positions": np.zeros((8, 2), np.float32)}
    save_file(positions, folder / MAP_FILE, {"pinacoteca": json.dumps(header)})
    assert CollectionMap.load(folder, collection) is not None
    save_file(positions, folder / MAP_FILE, {"pinacoteca": json.dumps(header | changes)})

    with pytest.raises(CollectionError, match=fault) as caught:
        CollectionMap.load(folder, collection)

    assert "gallery/draw_map.py" in str(caught.value)


def test_a_damaged_map_is_refused(copy: tuple[Path, Collection]) -> None:
    folder, collection = copy
    (folder / MAP_FILE).write_bytes((folder / MAP_FILE).read_bytes()[:-3])

    with pytest.raises(CollectionError, match="holds no map"):
        CollectionMap.load(folder, collection)


def test_a_query_is_placed_among_most_of_its_neighbours() -> None:
    places = map_of([[0.1, 0.1], [0.2, 0.1], [0.1, 0.2], [0.2, 0.2], [1, 1]])

    x, y = places.place([neighbour(f"work-{row}") for row in range(5)])

    assert (x, y) == pytest.approx((0.2, 0.2))
    assert places.place([neighbour("work-4")]) == (1.0, 1.0)


def test_a_query_without_neighbours_has_no_place() -> None:
    with pytest.raises(ValueError, match="at least one"):
        map_of([[0, 0]]).place([])


def test_one_flipped_bit_of_the_places_is_noticed(gallery: Path, tmp_path: Path) -> None:
    collection = Collection.load(gallery)
    data = bytearray((gallery / MAP_FILE).read_bytes())
    data[-4] ^= 1
    (tmp_path / MAP_FILE).write_bytes(data)

    with pytest.raises(CollectionError, match="is damaged"):
        CollectionMap.load(tmp_path, collection)
