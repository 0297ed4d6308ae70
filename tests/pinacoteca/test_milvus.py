"""Search through Milvus agrees with exact search, and reports errors plainly."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY

from pinacoteca import cells, milvus
from pinacoteca.errors import SearchIndexError
from pinacoteca.retriever import PaintingRetriever
from pinacoteca.search import METRICS, NearestPaintings
from pinacoteca.selection import Selection

pytest.importorskip("pymilvus", reason="needs pip install -r requirements-scale.txt")
pytest.importorskip("milvus_lite", reason="needs pip install -r requirements-scale.txt")

COUNT, DIMENSIONS = 3_000, (24, 16)
WEIGHTS = [(0.5, 0.5), (1, 0), (0, 1), (3, 1)]


def paintings(count: int, seed: int) -> list[Any]:
    """Returns parts of paintings in sixty clusters, float16 as stored."""
    kinds = np.random.default_rng(0).normal(size=(60, sum(DIMENSIONS)))
    generator = np.random.default_rng(seed)
    chosen = kinds[generator.integers(len(kinds), size=count)]
    vectors = chosen + generator.normal(0, 0.4, chosen.shape)
    return np.split(vectors.astype(np.float16), [DIMENSIONS[0]], axis=1)


@pytest.fixture(scope="module")
def parts() -> list[Any]:
    stored = paintings(COUNT, seed=1)
    for part in stored:
        # Equal paintings in distant rows, a painting of zeros, and one part of zeros.
        part[2_000] = part[1_000] = part[10]
        part[20] = 0
    stored[1][30] = 0
    return stored


@pytest.fixture(scope="module")
def queries() -> list[Any]:
    return paintings(40, seed=2)


@pytest.fixture(scope="module")
def exact(parts: list[Any]) -> NearestPaintings:
    return NearestPaintings([part.astype(np.float32) for part in parts])


@pytest.fixture(scope="module")
def address(parts: list[Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An index with small cells, so that a query compares a quarter of the paintings."""
    path = str(tmp_path_factory.mktemp("index") / "milvus.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "ROWS_A_CELL", 50)
        milvus.open_index(path, parts, "paintings")
    yield path
    close(path)


@pytest.fixture
def index(
    address: str, parts: list[Any], monkeypatch: pytest.MonkeyPatch
) -> milvus.MilvusPaintings:
    monkeypatch.setattr(milvus, "ROWS_COMPARED", COUNT // 4)
    return milvus.open_index(address, parts, "paintings")


@pytest.fixture
def shut_port() -> Iterator[int]:
    """A port of this machine that refuses connections, because its owner does not listen."""
    with socket.socket() as shut:
        shut.bind(("127.0.0.1", 0))
        yield shut.getsockname()[1]


def close(path: str) -> None:
    """Releases a file that Milvus Lite otherwise keeps open until the process ends."""
    from milvus_lite.server_manager import server_manager_instance

    server_manager_instance.release_server(path)


def recall(found: Any, right: Any) -> float:
    pairs = zip(found.tolist(), right.tolist(), strict=True)
    return float(np.mean([len(set(rows) & set(others)) / len(others) for rows, others in pairs]))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_finds_what_exact_search_finds(
    index: milvus.MilvusPaintings,
    exact: NearestPaintings,
    queries: list[Any],
    weights: Any,
    metric: Any,
) -> None:
    distances, rows = index.search(queries, weights, 5, metric)
    right_distances, right_rows = exact.search(queries, weights, 5, metric)

    assert distances.dtype == np.float32 and rows.dtype == np.int64
    assert len(index) == COUNT
    assert recall(rows, right_rows) >= 0.98
    for query, (near, found) in enumerate(zip(distances, rows, strict=True)):
        vector = [part[query].astype(np.float32) for part in queries]
        np.testing.assert_array_equal(near, exact.distances(vector, weights, found, metric))
        np.testing.assert_array_equal(near, index.distances(vector, weights, found, metric))
    same = (rows == right_rows).all(axis=1)
    np.testing.assert_array_equal(distances[same], right_distances[same])


@pytest.mark.parametrize("metric", METRICS)
def test_equal_paintings_are_in_the_order_of_rows(
    index: milvus.MilvusPaintings, parts: list[Any], metric: Any
) -> None:
    distances, rows = index.search([part[[1_000]] for part in parts], (0.5, 0.5), 3, metric)

    assert rows.tolist() == [[10, 1_000, 2_000]]
    np.testing.assert_allclose(distances, 0, atol=1e-6)


def test_a_query_without_a_direction_is_answered(index: milvus.MilvusPaintings) -> None:
    nowhere = [np.zeros((1, dimension)) for dimension in DIMENSIONS]

    distances, _ = index.search(nowhere, (0.5, 0.5))

    assert distances.tolist() == [[1] * 5]


@pytest.mark.parametrize("share", [0.9, 0.2, 0.005])
@pytest.mark.parametrize("metric", METRICS)
def test_only_what_may_be_found_is_found(
    index: milvus.MilvusPaintings,
    exact: NearestPaintings,
    queries: list[Any],
    share: float,
    metric: Any,
) -> None:
    mask = np.random.default_rng(3).random(COUNT) < share

    _, rows = index.search(queries, (0.5, 0.5), 5, metric, mask)

    assert mask[rows].all()
    assert recall(rows, exact.search(queries, (0.5, 0.5), 5, metric, mask)[1]) >= 0.98


def test_what_may_be_found_is_found_far_from_the_query(
    index: milvus.MilvusPaintings, exact: NearestPaintings, queries: list[Any]
) -> None:
    query = [part[:1] for part in queries]
    nearest_first = exact.search(query, (0.5, 0.5), COUNT)[1][0]
    mask = np.zeros(COUNT, np.bool_)
    mask[nearest_first[-300:]] = True

    distances, rows = index.search(query, (0.5, 0.5), 5, mask=mask)

    right_distances, right_rows = exact.search(query, (0.5, 0.5), 5, mask=mask)
    assert mask[rows].all()
    np.testing.assert_array_equal(distances, right_distances)
    np.testing.assert_array_equal(rows, right_rows)


def test_all_paintings_can_be_asked_for(
    index: milvus.MilvusPaintings, exact: NearestPaintings, queries: list[Any]
) -> None:
    query = [part[:1] for part in queries]

    _, rows = index.search(query, (0.5, 0.5), COUNT)

    np.testing.assert_array_equal(rows, exact.search(query, (0.5, 0.5), COUNT)[1])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"queries": [np.ones((1, 24))]}, "queries must have 2 parts"),
        ({"queries": [np.ones((1, 24)), np.ones((1, 15))]}, r"must have the shape \[q, 16\]"),
        ({"weights": (0, 0)}, "weights must not all be 0"),
        ({"k": 0}, "k must be a whole number from 1 to 3000"),
        ({"metric": "manhattan"}, "metric must be one of"),
        ({"mask": np.ones(9, np.bool_)}, r"mask must be bool of shape \[3000\]"),
    ],
)
def test_arguments_out_of_range_are_refused(
    index: milvus.MilvusPaintings, changes: dict[str, Any], text: str
) -> None:
    arguments = {"queries": [np.ones((1, 24)), np.ones((1, 16))], "weights": (0.5, 0.5)}

    with pytest.raises(ValueError, match=text):
        index.search(**(arguments | changes))


def test_an_index_is_opened_again_and_refused_for_another_collection(
    parts: list[Any], queries: list[Any], tmp_path: Path
) -> None:
    path = str(tmp_path / "new folder" / "milvus.db")
    few = [part[:200] for part in parts]
    _, rows = milvus.open_index(path, few, "first").search(queries, (0.5, 0.5))
    close(path)

    _, again = milvus.open_index(path, few, "first").search(queries, (0.5, 0.5))

    np.testing.assert_array_equal(rows, again)
    for other, fingerprint in ((few, "second"), ([part[:100] for part in parts], "first")):
        with pytest.raises(SearchIndexError, match=r"built from another collection: delete the"):
            milvus.open_index(path, other, fingerprint)
    close(path)


@pytest.mark.parametrize(
    "lost", ["*paintings/partitions/cell_0/data/*", "*cells/partitions/_default/data/*"]
)
def test_an_index_with_a_file_missing_is_damaged(
    parts: list[Any], tmp_path: Path, lost: str
) -> None:
    path = tmp_path / "milvus.db"
    few = [part[:200] for part in parts]
    milvus.open_index(str(path), few, "paintings")
    close(str(path))
    files = [file for file in path.rglob("*") if file.match(lost) and file.is_file()]
    assert files
    for file in files:
        file.unlink()

    with pytest.raises(SearchIndexError, match=r"is damaged .*delete it, and it will be built"):
        milvus.open_index(str(path), few, "paintings")
    close(str(path))


def test_an_index_behind_a_proxy_is_asked_without_it(tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np\n"
        "from pinacoteca.milvus import open_index\n"
        "index = open_index(sys.argv[1], [np.eye(9, 3, dtype=np.float32)], 'few')\n"
        "print(len(index))"
    )
    proxy = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy"), "http://127.0.0.1:9")
    result = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "milvus.db"],
        env=os.environ | proxy | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.stdout == "9\n", result.stderr
    assert milvus._is_here("http://localhost:19530") and milvus._is_here("http://[::1]:19530")
    assert not milvus._is_here("http://milvus.example.org:19530")


def test_an_index_where_nothing_can_be_written_is_named(
    parts: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milvus.os, "access", lambda *_: False)
    with pytest.raises(SearchIndexError, match=r"let it be made in a folder .*--index"):
        milvus.open_index(str(tmp_path / "milvus.db"), parts, "paintings")
    (tmp_path / "milvus.db").mkdir()
    with pytest.raises(
        SearchIndexError, match="without write permission, which it needs: copy it in a folder"
    ):
        milvus.open_index(str(tmp_path / "milvus.db"), parts, "paintings")
    with pytest.raises(SearchIndexError, match="without write permission"):
        milvus.open_index("/proc/nowhere/milvus.db", parts, "paintings")


def test_an_index_that_was_not_finished_is_built_anew(
    parts: list[Any], queries: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "milvus.db")
    few = [part[:200] for part in parts]
    finish = milvus._finish

    def stop(client: Any, name: str) -> None:
        if name == milvus.PAINTINGS:
            raise KeyboardInterrupt
        finish(client, name)

    monkeypatch.setattr(milvus, "_finish", stop)
    with pytest.raises(KeyboardInterrupt):
        milvus.open_index(path, few, "paintings")
    monkeypatch.setattr(milvus, "_finish", finish)

    _, rows = milvus.open_index(path, few, "paintings").search(queries, (0.5, 0.5))

    right = NearestPaintings([part.astype(np.float32) for part in few])
    np.testing.assert_array_equal(rows, right.search(queries, (0.5, 0.5))[1])
    close(path)


def test_a_server_holds_a_graph_and_may_go_away(
    parts: list[Any], exact: NearestPaintings, queries: list[Any], tmp_path: Path, monkeypatch: Any
) -> None:
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    server, database, port = start_server_in_thread(str(tmp_path / "served.db"))
    try:
        index = milvus.open_index(f"http://127.0.0.1:{port}", parts, "paintings")
        for weights in WEIGHTS:
            _, rows = index.search(queries, weights)
            assert recall(rows, exact.search(queries, weights)[1]) >= 0.98
    finally:
        server.stop(grace=0).wait()
        database.close()
    monkeypatch.setattr(milvus, "_ANSWER_SECONDS", 1)
    with pytest.raises(SearchIndexError, match=f"no answer at http://127.0.0.1:{port}"):
        index.search(queries, (0.5, 0.5))


def test_a_server_that_is_silent_is_named(
    parts: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from milvus_lite.adapter.grpc.server import start_server_in_thread
    from milvus_lite.db import MilvusLite

    given_up = threading.Event()

    def wait(*arguments: object, **more: object) -> None:
        given_up.wait(60)
        raise TimeoutError

    server, database, port = start_server_in_thread(str(tmp_path / "served.db"))
    monkeypatch.setattr(MilvusLite, "has_collection", wait)
    monkeypatch.setattr(MilvusLite, "get_collection", wait)
    monkeypatch.setattr(milvus, "_CONNECT_SECONDS", 1)
    try:
        with pytest.raises(SearchIndexError, match=r"no answer at .* \(Deadline Exceeded\)"):
            milvus.open_index(f"http://127.0.0.1:{port}", parts, "paintings")
    finally:
        given_up.set()
        server.stop(grace=1).wait()
        database.close()


def test_a_file_in_use_is_refused_in_one_sentence(address: str) -> None:
    code = (
        "import numpy as np\n"
        "from pinacoteca.command_line import run\n"
        "from pinacoteca.milvus import open_index\n"
        f"run(lambda: open_index({address!r}, [np.ones((9, 3), np.float32)], 'other'))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert result.returncode == 2
    assert re.fullmatch(r"error: The index .*milvus\.db is in use: .*\n", result.stderr)


def test_what_is_no_index_is_refused(parts: list[Any], tmp_path: Path, shut_port: int) -> None:
    picture = tmp_path / "picture.db"
    picture.write_bytes(b"SQLite format 3\0")

    with pytest.raises(SearchIndexError, match="is not an index of Milvus Lite, which is a folder"):
        milvus.open_index(str(picture), parts, "paintings")
    with pytest.raises(SearchIndexError, match=f"no answer at http://127.0.0.1:{shut_port} "):
        milvus.open_index(f"http://127.0.0.1:{shut_port}", parts, "paintings")
    for text in ("milvus", "localhost:19530", "http://", "http://host:port", ""):
        with pytest.raises(SearchIndexError, match="is not an index address: name a file"):
            milvus.checked_address(text)


def test_the_missing_client_is_named(
    parts: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)

    with pytest.raises(SearchIndexError, match=r"pip install -r requirements-scale\.txt"):
        milvus.open_index(str(tmp_path / "milvus.db"), parts, "paintings")


def test_cells_are_as_many_as_hold_the_rows_asked_for() -> None:
    divided = cells.Cells(np.eye(3, dtype=np.float32), np.array([5, 7, 11]))
    query = np.array([0.2, 0.9, 0.5], np.float32)

    assert divided.nearest(query, 7).tolist() == [1]
    assert divided.nearest(query, 8).tolist() == [1, 2]
    assert divided.nearest(query, 18).tolist() == [1, 2]
    assert divided.nearest(query, 1e9).tolist() == [1, 2, 0]


def test_the_retriever_answers_through_an_index_as_it_does_without(
    model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    plain = PaintingRetriever.from_pretrained(model_folder, gallery)
    indexed = PaintingRetriever.from_pretrained(
        model_folder, gallery, index=str(tmp_path / "milvus.db")
    )
    query = plain.collection.paintings[2]

    for settings in ({}, {"metric": "euclidean"}, {"selection": Selection(words="work")}):
        assert indexed.query(query, k=4, **settings) == plain.query(query, k=4, **settings)
