from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from galleries import analysis_of, collection_of, painting
from PIL import Image

from pinacoteca.classifier import Analysis, MovementClassifier
from pinacoteca.errors import CollectionError, ImageError, ModelError
from pinacoteca.images import open_image
from pinacoteca.info_command import facts_of
from pinacoteca.likeness import EXPANDED_BY, EXPANSION_WEIGHT, GRID, mirrored
from pinacoteca.results import QueryResult
from pinacoteca.retriever import PaintingRetriever, _merged
from pinacoteca.selection import Selection
from pinacoteca.years import read_year


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
    sources: dict[str, Any] = {
        "path": path,
        "bytes": path.read_bytes(),
        "file": io.BytesIO(path.read_bytes()),
        "picture": Image.open(path),
    }

    result = retriever.query(sources[kind], k=3, metric=metric)

    first = result.neighbours[0]
    assert first.image_id == "painter_work-5"
    # Query expansion moves the query a little towards its neighbours.
    assert first.distance < 0.5 * result.neighbours[1].distance
    assert first.closeness == 1
    assert [neighbour.rank for neighbour in result.neighbours] == [1, 2, 3]
    assert len({neighbour.image_id for neighbour in result.neighbours}) == 3
    distances = [neighbour.distance for neighbour in result.neighbours]
    assert distances == sorted(distances)
    assert first.year == 1905
    assert first.links == {"page": "https://www.wikiart.org/en/painter/work-5"}


def test_a_painting_on_a_page_is_cropped_before_the_search(
    retriever: PaintingRetriever, gallery: Path
) -> None:
    dice = np.random.default_rng(5)
    painting = Image.fromarray(dice.integers(20, 200, (16, 22, 3), np.uint8))
    painting = painting.resize((220, 160), Image.Resampling.BICUBIC)
    page = Image.new("RGB", (290, 400), (244, 240, 230))
    page.paste(painting, (35, 25))

    alone, on_page = retriever.query(painting, k=3), retriever.query(page, k=3)

    assert alone.cropped is None
    assert not alone.colourless
    assert on_page.cropped is not None
    assert np.asarray(on_page.cropped)[0] * page.size == pytest.approx((35, 25), abs=2)
    assert on_page.other_paintings == ()
    likelihood = {entry.movement: entry.probability for entry in on_page.movements}
    for entry in alone.movements:
        assert likelihood[entry.movement] == pytest.approx(entry.probability, abs=0.05)
    # A region of the painting is given in coordinates of the page, whose lower half is empty.
    work = retriever.collection.paintings[0]
    assert all(match.query[0] <= GRID // 2 for match in retriever.regions(page, work))
    assert retriever.query(page.convert("L"), k=1).colourless


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
    collection_of([painting(0)], analysis_of([[1, 2]]), "another model").save(tmp_path)

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
    assert len(shipped.classifier.movements) == 18


def retriever_of(
    classifier: MovementClassifier, *rows: tuple[str, str, list[float]]
) -> PaintingRetriever:
    """Returns a retriever of paintings given by id, artist and style; two share a composition."""
    paintings = [
        painting(place, image_id=image_id, artist_slug=artist, title=image_id)
        for place, (image_id, artist, _) in enumerate(rows)
    ]
    compositions = np.random.default_rng(0).normal(size=(len(rows), GRID * GRID * 3))
    compositions[1] = compositions[0]
    analysis = analysis_of([style for *_, style in rows], compositions)
    return PaintingRetriever(classifier, collection_of(paintings, analysis))


def found(result: QueryResult) -> list[str]:
    return [neighbour.image_id for neighbour in result.neighbours]


@pytest.fixture
def near_and_far(retriever: PaintingRetriever) -> PaintingRetriever:
    # With mean zero: the query, its copy, two works by the same artist, and others farther away.
    return retriever_of(
        retriever.classifier,
        ("query", "luchian", [1, 0.0]),
        ("copy", "maxy", [1, 0.001]),
        ("second", "iser", [0.9, 0.4]),
        ("third", "iser", [0.7, 0.7]),
        ("fourth", "tonitza", [0.1, 1]),
        ("opposite", "brauner", [-1, -0.6]),
        ("beside", "brauner", [-0.6, -1]),
        ("behind", "brauner", [-2.1, -0.501]),
    )


def test_a_painting_of_the_collection_is_not_its_own_neighbour(
    near_and_far: PaintingRetriever,
) -> None:
    query = near_and_far.collection.painting("query")

    result = near_and_far.query(query, k=3, composition=0)

    assert found(result) == ["copy", "second", "third"]
    assert result.looks_like_a_painting
    assert result.strangeness is None


def test_a_work_that_is_there_twice_is_found_once(near_and_far: PaintingRetriever) -> None:
    behind = near_and_far.collection.painting("fourth")

    names = found(near_and_far.query(behind, k=7, composition=0))

    assert ("query" in names) != ("copy" in names)
    assert len(names) == 6


def test_one_painting_of_each_artist(near_and_far: PaintingRetriever) -> None:
    query = near_and_far.collection.painting("query")

    assert found(near_and_far.query(query, k=4, composition=0, one_per_artist=True)) == [
        "copy",
        "second",
        "fourth",
        "beside",
    ]


def test_a_selection_that_lets_nothing_through_finds_nothing(
    near_and_far: PaintingRetriever,
) -> None:
    query = near_and_far.collection.painting("query")
    only = Selection(artists=("luchian",))

    result = near_and_far.query(query, selection=only)

    assert result.neighbours == ()
    assert not result.nothing_close
    assert found(near_and_far.query(query, selection=Selection(words="third"))) == ["third"]


def test_closeness_falls_with_distance(near_and_far: PaintingRetriever) -> None:
    query = near_and_far.collection.painting("query")

    neighbours = near_and_far.query(query, k=7, composition=0).neighbours

    shares = [neighbour.closeness for neighbour in neighbours]
    assert shares == sorted(shares, reverse=True)
    assert 1 >= shares[0] > 0.9 and shares[-1] < 0.5
    opposite = near_and_far.query(query, composition=0, selection=Selection(artists=("brauner",)))
    assert opposite.nothing_close


def test_the_composition_counts_as_much_as_asked(retriever: PaintingRetriever) -> None:
    dice = np.random.default_rng(0)
    paintings = [painting(index) for index in range(30)]
    analysis = analysis_of(dice.normal(size=(30, 6)), dice.normal(size=(30, GRID * GRID * 3)))
    mixed = PaintingRetriever(retriever.classifier, collection_of(paintings, analysis))
    query = paintings[4]

    by_style = found(mixed.query(query, k=5, composition=0))
    by_composition = found(mixed.query(query, k=5, composition=1))

    centred = analysis.compositions - analysis.compositions.mean(axis=0)
    turned = mirrored(analysis.compositions[4:5])[0] - analysis.compositions.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=1)
    cosines = [centred @ each / lengths / np.linalg.norm(each) for each in (centred[4], turned)]
    nearest = [row for row in np.argsort(-np.maximum(*cosines)) if row != 4][:5]
    assert by_composition == [paintings[row].image_id for row in nearest]
    assert by_composition != by_style


def test_a_query_leans_towards_its_nearest_paintings(retriever: PaintingRetriever) -> None:
    dice = np.random.default_rng(0)
    paintings = [painting(index) for index in range(40)]
    analysis = analysis_of(dice.normal(size=(40, 6)))
    searched = PaintingRetriever(retriever.classifier, collection_of(paintings, analysis))

    names = found(searched.query(paintings[4], k=9, composition=0))

    styles = analysis.styles - analysis.styles.mean(axis=0)
    styles /= np.linalg.norm(styles, axis=1, keepdims=True)
    near = np.argsort(-(styles @ styles[4]))[1 : 1 + EXPANDED_BY]
    leant = styles[4] + EXPANSION_WEIGHT * styles[near].mean(axis=0)
    nearest = [row for row in np.argsort(-(styles @ leant)) if row != 4][:9]
    assert names == [paintings[row].image_id for row in nearest]


def test_uncertain_years_are_kept_as_they_are_written(retriever: PaintingRetriever) -> None:
    dates = ("sec. XIX", "1940-1990", "1907")
    paintings = [painting(index, year=read_year(date)) for index, date in enumerate(dates)]
    dated = collection_of(paintings, analysis_of([[1, 0], [1, 1], [0, 1]]))
    searched = PaintingRetriever(retriever.classifier, dated)

    answer = searched.query(paintings[2], k=2).to_dict()

    assert {each["year"] for each in answer["neighbours"]} == {"sec. XIX", "1940-1990"}
    assert facts_of(searched)["years"] == "1801 to 1990"


@pytest.fixture
def with_mirror_image(retriever: PaintingRetriever) -> PaintingRetriever:
    """A retriever of thirty paintings; the last is the mirror image of the third."""
    dice = np.random.default_rng(1)
    styles = dice.normal(size=(30, 6))
    compositions = dice.normal(size=(30, GRID * GRID * 3)).astype(np.float32)
    compositions[29] = mirrored(compositions[2:3])[0]
    analysis = analysis_of(styles, compositions)
    paintings = [painting(index) for index in range(30)]
    return PaintingRetriever(retriever.classifier, collection_of(paintings, analysis))


def test_a_mirror_image_is_found_and_said_to_be_one(with_mirror_image: PaintingRetriever) -> None:
    image = with_mirror_image.collection.paintings[29]

    first, *others = with_mirror_image.query(image, k=5, composition=0.9).neighbours

    assert first.image_id == "painter_work-2"
    assert first.mirrored
    assert not all(each.mirrored for each in others)


def test_a_row_that_only_the_mirror_image_finds_may_be_as_near_upright() -> None:
    # Row 0 may be .41 from the picture itself, just behind its two nearest rows.
    distances = np.array([[0.401, 0.402], [0.4, 0.45]], np.float32)
    rows = np.array([[1, 2], [0, 1]])
    assert [is_mirrored for _, _, is_mirrored in _merged(distances, rows)] == [False] * 3

    distances[1, 0] = 0.3
    assert [is_mirrored for _, _, is_mirrored in _merged(distances, rows)] == [True, False, False]


def test_a_bad_picture_of_a_painting_is_taken_for_the_painting(
    retriever: PaintingRetriever, with_mirror_image: PaintingRetriever
) -> None:
    collection = with_mirror_image.collection
    dice = np.random.default_rng(3)
    noise = dice.normal(0, 0.2, collection.compositions[7].shape)
    # Without its colours the style differs, but the composition is still the same.
    seen = analysis_of(-collection.styles[7:8], (collection.compositions[7] + noise)[None])
    stranger = analysis_of(seen.styles, dice.normal(size=seen.compositions.shape))

    def answer(analysis: Analysis) -> QueryResult:
        stub: Any = SimpleNamespace(
            analyse=lambda pictures: analysis,
            probabilities=retriever.classifier.probabilities,
            movements=retriever.classifier.movements,
            familiarity=None,
            prediction_sets=None,
        )
        return PaintingRetriever(stub, collection).query(Image.new("RGB", (9, 9)), k=4)

    known = answer(seen)
    assert found(known)[0] == "painter_work-7"
    assert found(known)[1:] == found(with_mirror_image.query(collection.paintings[7], k=3))
    assert found(answer(stranger))[0] != "painter_work-7"


def test_the_way_of_the_report_compares_outputs(retriever: PaintingRetriever) -> None:
    collection = retriever.collection
    query = collection.paintings[3]

    neighbours = retriever.query(query, metric="euclidean", as_in_report=True).neighbours

    distances = 20 * np.linalg.norm(collection.logits - collection.logits[3], axis=1)
    nearest = np.argsort(distances)[1:6]
    assert [each.image_id for each in neighbours] == [
        collection.paintings[row].image_id for row in nearest
    ]
    assert [each.distance for each in neighbours] == pytest.approx(distances[nearest], rel=1e-4)


def test_regions_are_those_of_the_picture_as_it_is(with_mirror_image: PaintingRetriever) -> None:
    paintings = with_mirror_image.collection.paintings

    itself = with_mirror_image.regions(paintings[2], paintings[2])
    turned = with_mirror_image.regions(paintings[29], paintings[2], mirror=True)

    assert len(itself) == 3
    assert all(match.query == match.painting for match in itself)
    assert all(match.query == (match.painting[0], GRID - 1 - match.painting[1]) for match in turned)
    assert [match.similarity for match in itself] == pytest.approx([1, 1, 1])


def test_a_weight_out_of_range_is_shown(retriever: PaintingRetriever) -> None:
    with pytest.raises(ValueError, match=r"number from 0 to 1; got 1\.5"):
        retriever.query(retriever.collection.paintings[0], composition=1.5)


def test_the_network_takes_as_many_threads_as_asked_for(
    model_folder: Path, gallery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    load = MovementClassifier.from_pretrained

    def counted(folder: Path, *, threads: int) -> MovementClassifier:
        counts.append(threads)
        return load(folder, threads=threads)

    monkeypatch.setattr(MovementClassifier, "from_pretrained", counted)

    PaintingRetriever.from_pretrained(model_folder, gallery)
    PaintingRetriever.from_pretrained(model_folder, gallery, threads=2)

    assert counts == [1, 2]
