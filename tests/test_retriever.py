from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from galleries import painting
from PIL import Image

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection
from pinacoteca.errors import CollectionError, ImageError, ModelError
from pinacoteca.images import open_image
from pinacoteca.retriever import PaintingRetriever


def picture_of(gallery: Path, index: int) -> Path:
    return gallery / "pictures" / "Images" / "Painter" / f"painter_work-{index}.jpg"


@pytest.fixture(scope="module")
def retriever(model_folder: Path, gallery: Path) -> PaintingRetriever:
    return PaintingRetriever.from_pretrained(model_folder, gallery)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("kind", ["path", "bytes", "file", "picture"])
def test_a_painting_of_the_collection_finds_itself(
    retriever: PaintingRetriever, gallery: Path, metric: str, kind: str
) -> None:
    path = picture_of(gallery, 5)
    sources = {
        "path": path,
        "bytes": path.read_bytes(),
        "file": io.BytesIO(path.read_bytes()),
        "picture": Image.open(path),
    }

    result = retriever.query(sources[kind], k=3, metric=metric)

    first = result.neighbours[0]
    assert first.image_id == "painter_work-5"
    assert first.distance == pytest.approx(0, abs=2e-2)
    assert [neighbour.rank for neighbour in result.neighbours] == [1, 2, 3]
    assert len({neighbour.image_id for neighbour in result.neighbours}) == 3
    distances = [neighbour.distance for neighbour in result.neighbours]
    assert distances == sorted(distances)
    assert first.year == 1905
    assert first.links == {"page": "https://www.wikiart.org/en/painter/work-5"}


def test_links_hold_what_is_known(retriever: PaintingRetriever, gallery: Path) -> None:
    first = retriever.query(picture_of(gallery, 0)).neighbours[0]

    assert first.links["image"] == "https://uploads.wikiart.org/work-0.jpg"
    assert first.year is None


def test_movements_come_best_first_and_sum_to_one(
    retriever: PaintingRetriever, gallery: Path
) -> None:
    path = picture_of(gallery, 1)

    movements = retriever.query(path).movements

    probabilities = [entry.probability for entry in movements]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1)
    expected = retriever.classifier.predict([open_image(path)])[0]
    assert probabilities[0] == pytest.approx(expected.max())
    best = retriever.classifier.movements[int(expected.argmax())]
    assert movements[0].name == best.english


def test_bad_questions_are_refused(retriever: PaintingRetriever, gallery: Path) -> None:
    picture = picture_of(gallery, 1)
    with pytest.raises(ImageError, match="not a picture"):
        retriever.query(b"this is no picture")
    with pytest.raises(ValueError, match="9"):
        retriever.query(picture, k=9)
    with pytest.raises(ValueError, match="manhattan"):
        retriever.query(picture, metric="manhattan")


def test_a_gallery_of_another_model_is_refused(
    model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    classifier = MovementClassifier.from_pretrained(model_folder)
    embeddings = np.ones((1, classifier.dimension), dtype=np.float32)
    Collection((painting(0),), embeddings, "another model").save(tmp_path)

    with pytest.raises(CollectionError, match="model"):
        PaintingRetriever.from_pretrained(model_folder, tmp_path)
    with pytest.raises(ModelError, match="There is no model"):
        PaintingRetriever.from_pretrained(tmp_path, gallery)


def test_relative_names_are_found_beside_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    shipped = PaintingRetriever.from_pretrained()

    assert len(shipped.collection) == 1412
    assert len(shipped.classifier.movements) == 12
