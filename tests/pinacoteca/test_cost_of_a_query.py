"""Limits the cost of a query, counted in calls, because seconds depend on the machine."""

from __future__ import annotations

import io
import sys
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pinacoteca import retriever as retriever_module
from pinacoteca.retriever import PaintingRetriever

# Number of Python function calls from a PNG of two million pixels to the answer.
CALLS = 1_850


@pytest.fixture(scope="module")
def retriever(model_folder: Path, gallery: Path) -> PaintingRetriever:
    loaded = PaintingRetriever.from_pretrained(model_folder, gallery)
    loaded.query(Image.new("RGB", (64, 64)), k=3)
    return loaded


def png(width: int, height: int) -> bytes:
    coarse = np.random.default_rng(0).integers(0, 256, (12, 18, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def calls_of(function: Callable[[], object]) -> int:
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    # The network runs in a thread of its own, which begins during the query.
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return count


def test_an_answer_takes_no_more_calls_than_it_did(retriever: PaintingRetriever) -> None:
    small, large = (
        calls_of(partial(retriever.query, data, k=3)) for data in (png(256, 160), png(1800, 1200))
    )

    assert large <= CALLS
    # A larger picture must not cost more calls.
    assert large <= 1.5 * small


def test_a_picture_is_decoded_once_and_the_network_and_the_rest_see_it_light(
    retriever: PaintingRetriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: Counter[str] = Counter()
    sizes = []

    def counted(owner: Any, name: str) -> None:
        function = getattr(owner, name)

        def wrapper(*arguments: Any, **named: Any) -> Any:
            done[name] += 1
            return function(*arguments, **named)

        monkeypatch.setattr(owner, name, wrapper)

    thumbnail = Image.Image.thumbnail

    def sized(picture: Any, size: Any, *arguments: Any, **named: Any) -> None:
        sizes.append((picture.size, size))
        thumbnail(picture, size, *arguments, **named)

    monkeypatch.setattr(Image.Image, "thumbnail", sized)
    counted(retriever_module, "open_image")
    counted(retriever.classifier._network, "forward")
    counted(retriever._nearest, "search")

    retriever.query(png(1800, 1200), k=3)

    # One copy for certain and uncertain paintings, and one for the colours.
    assert sizes == [((900, 600), (512, 512)), ((900, 600), (128, 128))]
    # The mirror image needs no pass of its own, and both are searched together: once for the
    # painting itself, once for query expansion, and once for the answer.
    assert done == {"open_image": 1, "forward": 1, "search": 3}
