from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import build
import evaluate_neighbours
import feature_rankings
import numpy as np
import pytest
import rankings
from distortions import DISTORTIONS, photographed
from galleries import analysis_of, collection_of, painting
from PIL import Image
from trees import write_pandorarom, write_picture

from pinacoteca.collection import Collection
from pinacoteca.errors import CollectionError, DataError, ModelError
from pinacoteca.folders import printable
from pinacoteca.forward import Branch, Forward
from pinacoteca.painting_within import has_colour


def gallery_of(vectors: list[list[float]], artists: str, styles: list[str]) -> Collection:
    paintings = [
        painting(index, artist_slug=artist, style=style)
        for index, (artist, style) in enumerate(zip(artists, styles, strict=True))
    ]
    return collection_of(paintings, analysis_of(vectors))


def test_a_perfect_way_scores_one_and_other_hands_see_style_alone() -> None:
    # Two artists in each style, three paintings each; one axis for the style, one for the artist.
    artists = "aaabbbcccddd"
    styles = ["Cubism"] * 6 + ["Impressionism"] * 6
    axis = {"a": (9, 1), "b": (9, 2), "c": (1, 9), "d": (2, 9)}
    collection = gallery_of([list(axis[artist]) for artist in artists], artists, styles)
    truth = evaluate_neighbours.Truth.of(collection)

    way = rankings.by_vectors("ours", collection.styles.astype(float), "euclidean")
    result = evaluate_neighbours.evaluate_way(way, truth)["scores"]

    # Two of the five answers are by the artist and all have the style; other artists have three.
    assert result["artist_precision"] == pytest.approx(2 / 5)
    assert result["artist_map"] == result["artist_recall"] == 1
    assert result["style_precision"] == result["style_map"] == result["ndcg"] == 1
    assert result["other_hands_precision"] == pytest.approx(3 / 5)
    assert result["other_hands_map"] == 1
    assert result["hubness"] == pytest.approx(0, abs=1)


def test_a_goal_by_the_seven_former_subjects_can_still_be_read_off() -> None:
    titles = ["Portrait of a Boy", "Self-portrait", "Winter in the Village", "Bathers", "Iarna"]
    paintings = [
        painting(index, artist_slug=artist, title=title)
        for index, (artist, title) in enumerate(zip("abcde", titles, strict=True))
    ]
    collection = collection_of(paintings, analysis_of([[1, 0], [1, 0.1], [0, 1], [0, 1], [0, 1]]))
    truth = evaluate_neighbours.Truth.of(collection)

    # Titles with two of the subjects, or with words that are not listed, have none.
    assert truth.subjects_of_7.tolist() == ["portrait", "portrait", "", "nude", ""]
    way = rankings.by_vectors("ours", collection.styles.astype(float), "euclidean")
    scores = evaluate_neighbours.evaluate_way(way, truth)["scores"]
    assert scores["subject_of_7_precision"] == pytest.approx(1 / 5)


def test_measures_are_averaged_over_classes() -> None:
    measure = evaluate_neighbours.Measure(
        np.array([1.0] * 9 + [0.0]), np.array(["x"] * 9 + ["y"]), np.arange(10)
    )

    assert measure.mean == 0.5
    low, high = measure.interval()
    assert 0.5 <= low <= high <= 1


def test_a_hidden_painting_is_not_found() -> None:
    vectors = np.arange(8.0)[:, None]
    found = np.array([True, False] * 4)

    way = rankings.by_vectors("few", vectors, "euclidean", found)
    answers = evaluate_neighbours.nearest(way.distances(np.arange(8)))[:, :3]

    assert not (answers % 2).any()
    assert answers[7].tolist() == [6, 4, 2]


def test_the_first_five_of_each_artist() -> None:
    collection = gallery_of([[1.0]] * 8, "aaaaaaab", ["Cubism"] * 8)

    assert rankings.first_of_each_artist(collection, 5).tolist() == [True] * 5 + [False] * 2 + [
        True
    ]


def test_distortions_keep_the_painting_and_change_it() -> None:
    rows, columns = np.mgrid[0:80, 0:100]
    pixels = np.stack([2 * columns, 3 * rows, columns + rows], axis=2).astype(np.uint8)
    picture = Image.fromarray(pixels)

    for name, distort in DISTORTIONS.items():
        changed = distort(picture)
        assert changed.mode == "RGB"
        assert changed.width >= 80 and changed.height >= 64
        same = changed.size == picture.size and np.array_equal(np.asarray(changed), pixels)
        assert same == (name == "as it is"), name
    # The upper left corner of the painting is a little inside the photograph.
    seen = np.asarray(photographed(picture))
    assert np.ptp(seen[0, 0]) > 0 and not np.array_equal(seen[40, 50], seen[0, 0])


def test_the_whole_benchmark_runs(
    model_folder: Path,
    backbone: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Enough for intervals of nine paintings.
    monkeypatch.setattr(evaluate_neighbours, "RESAMPLES", 50)
    paintings = [
        (f"{artist}_work-{place}", style, artist)
        for artist in ("ion-andreescu", "max-herman-maxy", "marcel-iancu")
        for place, style in enumerate(("Cubism", "Cubism", "Impressionism"))
    ]
    table = write_pandorarom(tmp_path / "rom", paintings)
    sources = ("--images", tmp_path / "rom", "--table", table, "--model", model_folder)
    gallery, report = tmp_path / "gallery", tmp_path / "report"
    run_script(build.main, *sources, "--out", gallery)
    run_script(build.main, *sources, "--out", report)
    (gallery / "README.md").write_text(
        "before\n<!-- retrieval -->\nold\n<!-- end of retrieval -->\nafter", encoding="utf-8"
    )

    arguments = ("--images", tmp_path / "rom", "--model", model_folder, "--gallery", gallery)
    run_script(evaluate_neighbours.main, *arguments, "--report", report, "--weights", backbone)

    metrics = json.loads((gallery / "metrics.json").read_text(encoding="utf-8"))
    count = len(Collection.load(gallery))
    assert metrics["paintings"] == count
    names = list(metrics["ways"])
    assert names[0] == "chance" and names[-1] == "ours"
    assert "report, euclidean, all paintings" in names
    for way in metrics["ways"].values():
        for name, (low, high) in way["intervals"].items():
            assert 0 <= low <= high <= 1, name
        assert way["scores"]["other_hands_precision"] > 0
    assert metrics["found_again"]["as it is"] == 1
    assert metrics["copies"]["as it is"] == {"found": 1, "movement_kept": 1, "colourless": 0}
    assert metrics["copies"]["sepia"]["colourless"] == 1
    readme = (gallery / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("before\n<!-- retrieval -->\n| way | artist P@5 |")
    assert readme.endswith("|\n<!-- end of retrieval -->\nafter")
    assert "| as it is | 100.0 % |" in capsys.readouterr().out


@pytest.mark.parametrize("branches", [1, 2])
def test_the_features_of_both_branches_are_compared_if_there_are_two(branches: int) -> None:
    dice = np.random.default_rng(0)

    def drawn(*shape: int) -> np.ndarray:
        return dice.random(shape, np.float32)

    def passed(count: int) -> Forward:
        second = Branch(
            drawn(count, 6), drawn(count, 4, 4, 6), tuple(drawn(count, 4) for _ in "ab")
        )
        stages = tuple(drawn(count, 4) for _ in range(5))
        main = (drawn(count, 3), drawn(count, 6), drawn(count, 4, 4, 6), stages)
        return Forward(*main, second if branches == 2 else None)

    ways = list(feature_rankings.ways_of_features([passed(5), passed(4)]))

    assert len(ways) == (3 if branches == 1 else 7)
    for way in ways:
        distances = way.distances(np.arange(9))
        assert distances.shape == (9, 9)
        np.testing.assert_allclose(np.diag(distances), 0, atol=1e-9)


def test_copies_without_colour_have_none() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)

    for distort in (DISTORTIONS["black and white"], DISTORTIONS["sepia"]):
        assert not has_colour(distort(Image.fromarray(pixels)))


def test_a_gallery_without_pairs_is_refused() -> None:
    lonely = gallery_of([[1.0], [2.0]], "ab", ["Cubism", "Impressionism"])
    way = rankings.by_vectors("ours", lonely.styles.astype(float))

    with pytest.raises(DataError, match="there is nothing to measure"):
        evaluate_neighbours.evaluate_way(way, evaluate_neighbours.Truth.of(lonely))


def test_missing_files_are_named(gallery: Path, tmp_path: Path) -> None:
    collection = Collection.load(gallery)
    with pytest.raises(CollectionError, match=r"build it with gallery/build\.py"):
        next(rankings.report_ways(collection, tmp_path))
    lone = tmp_path / "lone" / "painter_work-0.jpg"
    lone.parent.mkdir()
    Image.new("RGB", (9, 9)).save(lone)
    with pytest.raises(DataError, match="lacks the pictures of 7 paintings"):
        evaluate_neighbours.pictures_of(collection, lone.parent)


@pytest.mark.parametrize(
    "encoding, separator", [("utf-8", ","), ("utf-8-sig", ";"), ("cp1250", ";"), ("utf-16", "\t")]
)
def test_a_manifest_edited_in_excel_finds_pictures_of_any_name(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    tree = tmp_path / "tree"
    names = [unicodedata.normalize("NFD", "pădure.jpg"), "plain.jpg"]
    if encoding != "cp1250":
        names.append(os.fsdecode(b"t\xe2rg.jpg"))
    # The folder need not be spelled as in Pandora18K.
    paths = [tree / "14 cubism" / "painter" / name for name in names]
    for seed, path in enumerate(paths):
        write_picture(path, seed)
    rows = [("path", "label", "split_random", "split_artist", "")]
    rows += [(printable(f"14 cubism/painter/{name}"), "14", "test", "test", "") for name in names]
    rows += [("14 cubism/painter/gone.jpg", "14", "train", "test", ""), ("", "", "", "", "")]
    lines = "\r\n".join(separator.join(row) for row in rows)
    (tmp_path / "manifest.csv").write_bytes(lines.encode(encoding))

    tested = evaluate_neighbours.tested_paintings(tmp_path / "manifest.csv", tree)

    assert tested == [(path, "14_Cubism") for path in paths]


def test_a_wrong_manifest_is_refused_before_anything_is_measured(
    gallery: Path,
    model_folder: Path,
    backbone: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    tree, manifest = tmp_path / "tree", tmp_path / "manifest.csv"
    write_picture(tree / "14_Cubism" / "painter" / "plain.jpg", 1)
    header = "path,label,split_random,split_artist"

    def refused(text: str | bytes, sentence: str) -> None:
        manifest.write_bytes(text.encode() if isinstance(text, str) else text)
        with pytest.raises(DataError, match=sentence):
            run_script(
                *(evaluate_neighbours.main, "--images", gallery / "pictures"),
                *("--model", model_folder, "--gallery", gallery, "--weights", backbone),
                *("--manifest", manifest, "--pandora", tree),
            )
        assert "nDCG" not in capsys.readouterr().out

    refused("cale,parte\n", "has no columns path, label, split_random, split_artist")
    refused("", "has no columns path")
    refused(
        f"{header}\n14_Cubism/painter/plain.jpg,14,train,test\n", "both splits keep for testing"
    )
    refused(
        f"{header}\n14_Cubism/painter/gone.jpg,14,test,test\n",
        "lacks 1 pictures of .*, such as 14_Cubism/painter/gone.jpg: name the tree",
    )
    refused(f"{header}\n14_Cubism/painter/plain.jpg,14,test\n", "both splits keep for testing")
    refused(f"{header}\n14_Cubism/painter/plain.jpg,19,test,test\n", "has the label '19'")
    refused(b"PK\x03\x04\0\0\0", "manifest.csv")


def test_wrong_weights_are_refused_before_anything_is_measured(
    gallery: Path,
    model_folder: Path,
    tmp_path: Path,
    run_script: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ModelError, match="does not hold a mobilenetv2_100"):
        run_script(
            *(evaluate_neighbours.main, "--images", gallery / "pictures"),
            *("--model", model_folder, "--gallery", gallery, "--weights", tmp_path / "none"),
        )

    assert "nDCG" not in capsys.readouterr().out
