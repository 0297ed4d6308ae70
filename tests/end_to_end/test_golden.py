"""Answers are the same on one thread and two, alone and in a batch, with and without torch.

`tests/helpers/golden.json` holds the shipped model's results for 24 drawn pictures. After an
intended change of `model/` or `gallery/`, `make golden` rewrites it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import golden
import numpy as np
import pytest
from PIL import Image

from pinacoteca.classifier import BACKENDS, MovementClassifier
from pinacoteca.retriever import PaintingRetriever

# Tolerance of logits, which span about 20, and of distances: processors sum in different orders.
TOLERANCE = 2e-3
STALE = "golden.json is of another model or gallery: run make golden, and look at the change."


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    return dict(json.loads(golden.GOLDEN.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def drawn() -> list[Image.Image]:
    return golden.pictures()


@pytest.fixture(scope="module")
def ways(drawn: list[Image.Image]) -> Iterator[dict[str, dict[str, golden.Array]]]:
    """The results of each way of running the network."""
    import torch

    before = torch.get_num_threads()
    seen = {}
    for backend, threads in itertools.product(BACKENDS, (1, 2)):
        torch.set_num_threads(threads)
        classifier = MovementClassifier.from_pretrained(
            golden.MODEL, backend=backend, threads=threads
        )
        for at_once in (1, 32):
            name = f"{backend}, {threads} threads, {at_once} at once"
            seen[name] = golden.seen(classifier, drawn, at_once)
    yield seen
    torch.set_num_threads(before)


def test_the_pictures_are_drawn_alike_everywhere(
    kept: dict[str, Any], drawn: list[Image.Image]
) -> None:
    assert len(drawn) == golden.COUNT == len(kept["logits"])
    assert golden.fingerprint(drawn) == kept["pictures"]
    assert len({picture.size for picture in drawn}) == golden.COUNT


def test_every_way_gives_the_results_of_the_shipped_model(
    kept: dict[str, Any], ways: dict[str, dict[str, golden.Array]]
) -> None:
    assert MovementClassifier.from_pretrained(golden.MODEL).fingerprint == kept["model"], STALE
    for way, parts in ways.items():
        for name, numbers in parts.items():
            expected = np.array(kept[name], np.float32)
            np.testing.assert_allclose(
                numbers, expected, rtol=0, atol=TOLERANCE, err_msg=f"{name}: {way}"
            )


def test_all_ways_agree(ways: dict[str, dict[str, golden.Array]]) -> None:
    assert len(ways) == 4 * len(BACKENDS)
    first, *others = ways.items()
    for way, parts in others:
        assert parts.keys() == first[1].keys()
        for name, numbers in parts.items():
            assert np.isfinite(numbers).all() and numbers.std() > 0
            difference = float(np.abs(numbers - first[1][name]).max())
            assert difference < TOLERANCE, f"{name}: {way} and {first[0]} differ by {difference}"
        assert (parts["logits"].argmax(1) == first[1]["logits"].argmax(1)).all()


def test_a_picture_gets_the_same_numbers_alone_and_in_a_batch(
    ways: dict[str, dict[str, golden.Array]],
) -> None:
    alone, together = (ways[f"onnx, 1 threads, {count} at once"] for count in (1, 32))

    np.testing.assert_allclose(alone["logits"], together["logits"], rtol=0, atol=1e-4)


def test_the_nearest_paintings_are_the_same(kept: dict[str, Any], drawn: list[Image.Image]) -> None:
    retriever = PaintingRetriever.from_pretrained(golden.MODEL, golden.GALLERY)

    near = golden.found(retriever, drawn)

    np.testing.assert_allclose(
        near["distances"], kept["distances"], rtol=0, atol=TOLERANCE, err_msg=STALE
    )
    for now, before, distances in zip(
        near["neighbours"], kept["neighbours"], kept["distances"], strict=True
    ):
        # Paintings at equal distances may change places.
        clear = np.diff(distances, append=np.inf)[0] > 2 * TOLERANCE
        assert not clear or now[0] == before[0], STALE
