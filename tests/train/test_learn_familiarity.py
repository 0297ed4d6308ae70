from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import strangers
from learn_familiarity import learn_familiarity
from pandora import read_tree
from PIL import Image
from trees import write_pandora

from pinacoteca.classifier import MovementClassifier
from pinacoteca.errors import ModelError
from pinacoteca.familiarity import FAMILIARITY_FILE, Familiarity
from pinacoteca.images import open_image
from pinacoteca.retriever import PaintingRetriever


def test_strangeness_is_the_mahalanobis_distance_of_a_feature() -> None:
    dice = np.random.default_rng(0)
    features = (dice.normal(size=(4000, 3)) @ dice.normal(size=(3, 3)) + 5).astype(np.float32)
    covariance = np.cov(features.T)
    familiarity = Familiarity(
        features.mean(axis=0),
        np.linalg.cholesky(np.linalg.inv(covariance)).astype(np.float32),
        threshold=2.0,
    )

    strangeness = familiarity.strangeness(features)

    centred = features - features.mean(axis=0)
    expected = np.einsum("ij,jk,ik->i", centred, np.linalg.inv(covariance), centred) / 3
    assert strangeness.dtype == np.float32
    np.testing.assert_allclose(strangeness, expected, rtol=1e-3)
    assert strangeness.mean() == pytest.approx(1, abs=0.01)


@pytest.fixture
def classifier(model_folder: Path) -> MovementClassifier:
    return MovementClassifier.from_pretrained(model_folder)


def test_what_is_unlike_the_training_is_strange(
    classifier: MovementClassifier, tmp_path: Path
) -> None:
    pictures = read_tree(write_pandora(tmp_path, range(5, 17)))
    train, validation = pictures[::2], pictures[1::2]

    familiarity = learn_familiarity(classifier, tmp_path, train, validation)

    again = learn_familiarity(classifier, tmp_path, train, validation)
    np.testing.assert_array_equal(familiarity.whitening, again.whitening)
    paintings = classifier.analyse(open_image(tmp_path / each.path) for each in validation)
    refused = familiarity.strangeness(paintings.textures) > familiarity.threshold
    assert 0 < refused.mean() < 0.1
    plain = classifier.analyse([Image.new("RGB", (60, 50), "white")])
    assert familiarity.strangeness(plain.textures)[0] > familiarity.threshold


def test_a_model_folder_without_it_takes_everything_for_a_painting(
    model_folder: Path, gallery: Path, tmp_path: Path
) -> None:
    white = Image.new("RGB", (60, 50), "white")
    unable = PaintingRetriever.from_pretrained(model_folder, gallery).query(white)
    assert unable.strangeness is None and unable.looks_like_a_painting

    able_folder = shutil.copytree(model_folder, tmp_path / "model")
    Familiarity(np.zeros(128, np.float32), np.eye(128, dtype=np.float32), 0.0).save(able_folder)
    able = PaintingRetriever.from_pretrained(able_folder, gallery).query(white)
    assert able.strangeness is not None and able.strangeness > 0
    assert not able.looks_like_a_painting


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(b"no tensors"), "cannot be read"),
        (
            lambda path: Familiarity(
                np.zeros(3, np.float32), np.eye(3, dtype=np.float32), 1.0
            ).save(path.parent),
            "does not fit the network beside it",
        ),
    ],
)
def test_a_damaged_file_is_named(
    model_folder: Path, tmp_path: Path, damage: Callable[[Path], None], message: str
) -> None:
    folder = shutil.copytree(model_folder, tmp_path / "model")
    damage(folder / FAMILIARITY_FILE)

    with pytest.raises(ModelError, match=message):
        MovementClassifier.from_pretrained(folder)


def test_a_failed_download_leaves_no_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers.shutil, "which", lambda name: "false")

    assert not strangers.pictures_of_debian_package("any", "*.png", tmp_path / "cutouts")

    assert not (tmp_path / "cutouts").exists()


def test_strangers_are_gathered_without_a_network(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run_script: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(strangers.shutil, "which", lambda name: None)
    monkeypatch.setattr(strangers, "DRAWN", 8)

    run_script(strangers.main, "--out", tmp_path)

    assert "Skipped mate-backgrounds" in capsys.readouterr().out
    for kind, least in (("photographs", 5), ("pages", 8), ("plots", 8)):
        pictures = sorted((tmp_path / kind).iterdir())
        assert len(pictures) >= least, kind
        assert min(open_image(pictures[0]).size) >= 200
