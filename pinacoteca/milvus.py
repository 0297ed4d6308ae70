"""Searches for the nearest paintings through Milvus, for collections too large to scan.

Milvus Lite searches a file such as ``milvus.db`` within this process; ``http://host:19530`` names a
server. Milvus finds candidates, and ``MilvusPaintings`` computes their exact distances.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from pinacoteca.cells import BLOCK, Cells, Parts, divide, units
from pinacoteca.errors import SearchIndexError
from pinacoteca.search import (
    Metric,
    NearestPaintings,
    check_metric,
    checked_k,
    checked_queries,
    checked_shares,
    hidden_rows,
    unit_vectors,
)

PAINTINGS = "pinacoteca_paintings"
CELLS = "pinacoteca_cells"
# Enough to find the five nearest of a million paintings (benchmarks/scale.py).
ROWS_COMPARED = 16_384
# By cosine, only rounding can change the order of the candidates; the euclidean order differs more
# and needs more of them.
CANDIDATES = {"cosine": 40, "euclidean": 100}
GRAPH = {"M": 16, "efConstruction": 200, "sq_type": "SQ8"}
EXPLORED = 256
# A server returns at most this many rows for a query.
LIMIT = 16_384

_LAYOUT = 1
_STAMP = "pinacoteca"
_UNFINISHED = "_unfinished"
_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 30
# Milvus Lite closes the connection of a client that sends keepalives every ten seconds.
_TRANSPORT = {"grpc.keepalive_permit_without_calls": False}
# A server on this machine must not be reached through the proxy of http_proxy.
_DIRECT = _TRANSPORT | {"grpc.enable_http_proxy": 0}

_Floats = npt.NDArray[np.float32]
_Rows = npt.NDArray[np.int64]


class MilvusPaintings:
    """A Milvus index of a collection, with the same methods as ``NearestPaintings``.

    For each row, Milvus holds its parts, scaled to length 1, side by side. Their inner product with
    the weighted parts of a query is the weighted cosine, for any weights. ``NearestPaintings`` then
    computes the distances of the candidates: they are exact, and equal ones are in the order of
    rows. A painting can be missed only if it was not among the candidates.

    Milvus Lite looks at every row in scope in plain Python, whatever its index, which takes about a
    microsecond for each. A file is therefore divided into cells, each a partition, and a query is
    compared with all rows of the few cells nearest to it. A server uses a graph (Malkov and
    Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
    Small World graphs", 2018) over vectors with one byte for each number.
    """

    def __init__(self, client: Any, address: str, parts: Parts, cells: Cells | None) -> None:
        """Takes what ``open_index`` found; ``cells`` is None on a server."""
        self._client = client
        self._address = address
        self._parts = parts
        self._cells = cells

    def __len__(self) -> int:
        return len(self._parts[0])

    def search(
        self,
        queries: Sequence[npt.ArrayLike],
        weights: Sequence[float],
        k: int = 5,
        metric: Metric = "cosine",
        mask: npt.NDArray[np.bool_] | None = None,
    ) -> tuple[_Floats, _Rows]:
        """Returns the distances and rows of the ``k`` nearest paintings, nearest first.

        Takes and returns the same as ``NearestPaintings.search``. For the euclidean metric, the
        candidates found by cosine are sorted again. If the mask lets only a few rows through, they
        are compared without Milvus.

        Raises:
            ValueError: An argument is out of range; the text shows what was given.
            SearchIndexError: Milvus gives no answer.
        """
        vectors = checked_queries(queries, [part.shape[1] for part in self._parts])
        shares = checked_shares(weights, len(self._parts))
        hidden = hidden_rows(mask, len(self))
        k = checked_k(k, len(hidden) - int(hidden.sum()))
        check_metric(metric)
        directions = np.concatenate(
            [share * unit_vectors(part) for share, part in zip(shares, vectors, strict=True)],
            axis=1,
        ).astype(np.float32)
        distances = np.empty((len(directions), k), np.float32)
        rows = np.empty((len(directions), k), np.int64)
        for place, direction in enumerate(directions):
            candidates = self._candidates(direction, k, metric, hidden)
            nearest = NearestPaintings(self._stored(candidates))
            query = [part[place : place + 1] for part in vectors]
            (distances[place],), (found,) = nearest.search(query, shares, k, metric)
            rows[place] = candidates[found]
        return distances, rows

    def distances(
        self, query: Sequence[_Floats], weights: Sequence[float], rows: _Rows, metric: Metric
    ) -> _Floats:
        """Returns the distances, float32 ``[r]``, of one query, ``[d]`` a part, to some rows."""
        nearest = NearestPaintings(self._stored(rows))
        return nearest.distances(query, weights, np.arange(len(rows)), metric)

    def _stored(self, rows: _Rows) -> list[_Floats]:
        return [part[rows].astype(np.float32) for part in self._parts]

    def _candidates(
        self, direction: _Floats, k: int, metric: Metric, hidden: npt.NDArray[np.bool_]
    ) -> _Rows:
        """Returns ``k`` or more candidates that the mask lets through, in the order of rows."""
        permitted = np.flatnonzero(~hidden)
        share = len(permitted) / len(self)
        limit = math.ceil(max(CANDIDATES[metric], 2 * k) / share)
        while limit < min(LIMIT, len(permitted)):
            rows = self._ask(direction, limit, ROWS_COMPARED / share)
            rows = rows[~hidden[rows]]
            if len(rows) >= k:
                return np.sort(rows)
            # The rows that the mask lets through lie far from this query.
            limit *= 4
        return permitted

    def _ask(self, direction: _Floats, limit: int, compared: float) -> _Rows:
        cells = None
        if self._cells is not None:
            near = self._cells.nearest(direction, max(limit, compared))
            cells = [_partition(cell) for cell in near]
        with _plain_errors(self._address):
            (hits,) = self._client.search(
                PAINTINGS,
                data=[direction],
                limit=limit,
                partition_names=cells,
                output_fields=["row"],
                search_params={"metric_type": "IP", "params": {"ef": max(EXPLORED, limit)}},
                timeout=_ANSWER_SECONDS,
            )
        return np.array([hit["row"] for hit in hits], np.int64)


def checked_address(address: str) -> str:
    """Returns the address of an index after checking its form.

    Raises:
        SearchIndexError: It names neither a file nor a server.
    """
    if not address.endswith(".db") and not _names_server(address):
        raise SearchIndexError(
            f"{address!r} is not an index address: name a file that ends in .db, or a Milvus "
            "server as http://host:19530."
        )
    return address


def _names_server(address: str) -> bool:
    try:
        parts = urlsplit(address)
        # Reading the port checks it.
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def open_index(address: str, parts: Parts, fingerprint: str) -> MilvusPaintings:
    """Opens the index at an address; builds it first if there is none.

    Args:
        address: A file that ends in ``.db``, or a server as ``http://host:19530``.
        parts: The parts of all paintings, float32 or float16 ``[n, d]`` each, which may be mapped
            from a file; needed later for the exact distances.
        fingerprint: A text that identifies the collection, such as the SHA-256 of its embeddings.

    Raises:
        SearchIndexError: pymilvus is not installed; the file is in use, damaged, not an index, or
            in a place that cannot be written; the server cannot be reached; or the index was built
            from another collection.
    """
    local = not _names_server(checked_address(address))
    client = _connect(address, local)
    shape = f"{len(parts[0])}x{'+'.join(str(part.shape[1]) for part in parts)}"
    stamp = f"{_LAYOUT} {shape} {fingerprint}"
    with _plain_errors(address, local=local):
        # Milvus Lite reads the whole file before it answers, which may take a minute.
        if not client.has_collection(PAINTINGS, timeout=None if local else _CONNECT_SECONDS):
            _build(client, parts, stamp, in_cells=local)
        found = client.describe_collection(PAINTINGS)["properties"].get(_STAMP)
        if found != stamp:
            what = f"the file {address}" if local else f"the collection {PAINTINGS} there"
            raise SearchIndexError(
                f"The index at {address} was built from another collection: delete {what}, and it "
                "will be built anew."
            )
        client.load_collection(PAINTINGS)
        (counted,) = client.query(PAINTINGS, filter="", output_fields=["count(*)"])
        cells = _read_cells(client) if local else None
    whole = len(parts[0])
    held = {"it has": counted["count(*)"]}
    if cells is not None:
        held["its cells have"] = int(cells.sizes.sum())
    for what, count in held.items():
        if count != whole:
            _raise_damaged(address, local, f"{what} {count} of {whole} paintings")
    return MilvusPaintings(client, address, parts, cells)


def _connect(address: str, local: bool) -> Any:
    try:
        from pymilvus import MilvusClient

        if local:
            import milvus_lite  # noqa: F401
    except ImportError:
        raise SearchIndexError(
            "An index needs the client of Milvus: pip install -r requirements-scale.txt."
        ) from None
    if not local:
        options = _DIRECT if _is_here(address) else _TRANSPORT
        with _plain_errors(address):
            return MilvusClient(address, timeout=_CONNECT_SECONDS, grpc_options=options)
    path = Path(address)
    if path.exists() and not path.is_dir():
        raise SearchIndexError(
            f"{address} is not an index of Milvus Lite, which is a folder: name another file, or "
            "delete it."
        )
    _check_writable(path)
    with (
        _failure_of("milvus_lite.server_manager") as failure,
        _plain_errors(address, failure, local=True),
    ):
        return MilvusClient(address, grpc_options=_DIRECT)


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _check_writable(path: Path) -> None:
    """Refuses a place that cannot be written, because Milvus Lite makes a lock even to read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writable = os.access(path if path.exists() else path.parent, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        what = "copy it" if path.exists() else "let it be made"
        raise SearchIndexError(
            f"The index {path} is in a folder without write permission, which it needs: {what} "
            "in a folder that you may write to, and name it there with --index."
        )


def _raise_damaged(address: str, local: bool, reason: str) -> NoReturn:
    what = "delete it" if local else f"delete the collection {PAINTINGS} there"
    raise SearchIndexError(
        f"The index {address} is damaged ({reason}): {what}, and it will be built anew."
    ) from None


@contextmanager
def _failure_of(name: str) -> Iterator[list[str]]:
    """Collects the messages of a logger as reasons, instead of tracebacks on the terminal."""
    reasons: list[str] = []

    def keep(record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1]:
            reasons.append(str(record.exc_info[1]))
        return False

    logger = logging.getLogger(name)
    logger.addFilter(keep)
    try:
        yield reasons
    finally:
        logger.removeFilter(keep)


@contextmanager
def _plain_errors(address: str, reasons: Sequence[str] = (), local: bool = False) -> Iterator[None]:
    from grpc import RpcError
    from pymilvus.exceptions import MilvusException

    try:
        yield
    # After a timeout, pymilvus passes on the error of gRPC.
    except (MilvusException, RpcError) as error:
        said = error.message if isinstance(error, MilvusException) else error.details()
        reason = reasons[-1] if reasons else said
        if "holds the lock" in reason:
            raise SearchIndexError(
                f"The index {address} is in use: stop the other process, or let both ask one "
                "server (milvus-lite server --data-dir FILE.db) through http://."
            ) from None
        if local:
            _raise_damaged(address, local, reason)
        raise SearchIndexError(
            f"Milvus gives no answer at {address} ({reason}): start it, or name another --index."
        ) from None


def _build(client: Any, parts: Parts, stamp: str, in_cells: bool) -> None:
    """Builds an index that becomes visible only when it is complete."""
    for name in (PAINTINGS + _UNFINISHED, CELLS, CELLS + _UNFINISHED):
        client.drop_collection(name)
    dimension = sum(part.shape[1] for part in parts)
    _create(client, PAINTINGS, dimension, stamp)
    pieces = [("_default", np.arange(len(parts[0])))]
    if in_cells:
        cells, cell_of_row = divide(parts)
        _write_cells(client, cells, stamp)
        order = np.argsort(cell_of_row, kind="stable")
        pieces = [
            (_partition(cell), rows)
            for cell, rows in enumerate(np.split(order, np.cumsum(cells.sizes)[:-1]))
        ]
    _fill(client, parts, pieces)
    _finish(client, PAINTINGS)
    if not in_cells:
        index = client.prepare_index_params()
        index.add_index("vector", index_type="HNSW_SQ", metric_type="IP", params=GRAPH)
        client.create_index(PAINTINGS, index)


def _fill(client: Any, parts: Parts, pieces: Sequence[tuple[str, _Rows]]) -> None:
    from tqdm import tqdm

    # The progress bar appears only if building takes long.
    with tqdm(total=len(parts[0]), desc="index", unit="painting", delay=5) as progress:
        for partition, rows in pieces:
            if partition != "_default":
                client.create_partition(PAINTINGS + _UNFINISHED, partition)
            for start in range(0, len(rows), BLOCK):
                block = rows[start : start + BLOCK]
                entries = [
                    {"row": row, "vector": vector}
                    for row, vector in zip(block.tolist(), units(parts, block), strict=True)
                ]
                client.insert(PAINTINGS + _UNFINISHED, entries, partition_name=partition)
                progress.update(len(block))


def _create(client: Any, name: str, dimension: int, stamp: str, *numbers: str) -> None:
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    for number in numbers:
        schema.add_field(number, DataType.INT64)
    client.create_collection(name + _UNFINISHED, schema=schema, properties={_STAMP: stamp})


def _finish(client: Any, name: str) -> None:
    client.flush(name + _UNFINISHED)
    client.rename_collection(name + _UNFINISHED, name)


def _write_cells(client: Any, cells: Cells, stamp: str) -> None:
    _create(client, CELLS, cells.centres.shape[1], stamp, "size")
    entries = [
        {"row": row, "vector": centre, "size": size}
        for row, (centre, size) in enumerate(zip(cells.centres, cells.sizes.tolist(), strict=True))
    ]
    for start in range(0, len(entries), BLOCK):
        client.insert(CELLS + _UNFINISHED, entries[start : start + BLOCK])
    _finish(client, CELLS)


def _read_cells(client: Any) -> Cells:
    client.load_collection(CELLS)
    entries = client.query(CELLS, filter="row >= 0", output_fields=["row", "vector", "size"])
    entries = sorted(entries, key=lambda entry: entry["row"])
    return Cells(
        np.array([entry["vector"] for entry in entries], np.float32),
        np.array([entry["size"] for entry in entries], np.int64),
    )


def _partition(cell: int) -> str:
    return f"cell_{cell}"
