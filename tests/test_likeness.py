from __future__ import annotations

from pathlib import Path

import likeness as learning
import numpy as np
import pytest

from pinacoteca.errors import ModelError
from pinacoteca.likeness import (
    EXPANSION_WEIGHT,
    GRID,
    MOVEMENT_TEMPERATURE,
    MOVEMENT_WEIGHT,
    Likeness,
    LikenessSpace,
    expanded,
    mirrored,
    roots,
)


def made_up(features: int = 6, style: int = 3, cell: int = 2) -> Likeness:
    dice = np.random.default_rng(0)
    return Likeness(
        style_mean=dice.random(features, np.float32),
        style_projection=dice.random((features, style), np.float32),
        cell_mean=dice.random(features, np.float32),
        cell_projection=dice.random((features, cell), np.float32),
    )


def test_roots_keep_their_signs() -> None:
    assert roots(np.array([4, -9, 0], np.float32)).tolist() == [2, -3, 0]


def test_a_likeness_comes_back_as_it_was(tmp_path: Path) -> None:
    made_up().save(tmp_path)

    again = Likeness.load(tmp_path, 6)

    assert again is not None
    for name, array in vars(made_up()).items():
        np.testing.assert_array_equal(getattr(again, name), array)
    assert Likeness.load(tmp_path / "elsewhere", 6) is None
    with pytest.raises(ModelError, match="gives 7 features"):
        Likeness.load(tmp_path, 7)
    (tmp_path / "likeness.safetensors").write_bytes(b"no file of that kind")
    with pytest.raises(ModelError, match="cannot be read"):
        Likeness.load(tmp_path, 6)


def test_compositions_keep_the_order_of_cells_and_can_be_mirrored() -> None:
    likeness = made_up()
    cells = np.random.default_rng(1).random((2, GRID, GRID, 6), np.float32)

    compositions = likeness.compositions(cells)

    assert compositions.shape == (2, GRID * GRID * 2)
    lone = (roots(cells[1, 0, 1]) - likeness.cell_mean) @ likeness.cell_projection
    np.testing.assert_allclose(compositions[1, 2:4], lone, rtol=1e-5)
    np.testing.assert_allclose(
        mirrored(compositions), likeness.compositions(cells[:, :, ::-1]), rtol=1e-5
    )
    assert likeness.compositions(cells[:0]).shape == (0, GRID * GRID * 2)


def test_what_all_share_makes_no_two_alike() -> None:
    dice = np.random.default_rng(0)
    styles = dice.normal(9, 1, (50, 20)).astype(np.float32)
    compositions = dice.normal(9, 1, (50, 32)).astype(np.float32)
    logits = dice.normal(2, 1, (50, 5)).astype(np.float32)

    parts = LikenessSpace(styles, compositions, logits).parts(styles, compositions, logits)

    for part in parts:
        units = part / np.linalg.norm(part, axis=1, keepdims=True)
        assert abs(float((units @ units.T)[~np.eye(50, dtype=bool)].mean())) < 0.1
    np.testing.assert_allclose(np.linalg.norm(parts[0], axis=1), 1, rtol=1e-5)
    assert np.linalg.norm(parts[1], axis=1).mean() == pytest.approx(1)


def test_style_is_the_cosine_of_features_and_of_movements() -> None:
    dice = np.random.default_rng(2)
    styles = dice.normal(size=(9, 4)).astype(np.float32)
    logits = dice.normal(size=(9, 3)).astype(np.float32)
    style, _ = LikenessSpace(styles, styles, logits).parts(styles, styles, logits)
    soft = np.exp(logits / MOVEMENT_TEMPERATURE)
    soft /= soft.sum(axis=1, keepdims=True)

    def cosines(vectors: np.ndarray) -> np.ndarray:
        centred = vectors - vectors.mean(axis=0)
        units = centred / np.linalg.norm(centred, axis=1, keepdims=True)
        return np.asarray(units @ units.T)

    expected = cosines(styles) + MOVEMENT_WEIGHT * cosines(np.sqrt(soft))
    np.testing.assert_allclose(style @ style.T, expected / (1 + MOVEMENT_WEIGHT), atol=1e-5)


def test_a_lone_painting_keeps_its_direction() -> None:
    lone, logits = np.array([[3, 4]], np.float32), np.array([[1, 0]], np.float32)

    style, composition = LikenessSpace(lone, lone, logits).parts(lone, lone, logits)

    assert np.linalg.norm(style) == pytest.approx(1)
    np.testing.assert_allclose(composition, [[0.6, 0.8]])


def test_an_expanded_query_leans_towards_what_is_near() -> None:
    style = np.array([1, 0], np.float32)
    nearest = np.array([[1, 1], [1, 3]], np.float32)

    leant = expanded(style, nearest)

    direction = np.array([1 + EXPANSION_WEIGHT, 2 * EXPANSION_WEIGHT])
    np.testing.assert_allclose(leant, direction / np.linalg.norm(direction), rtol=1e-6)
    np.testing.assert_array_equal(expanded(style, -2 * style[None]), style)


def test_discriminants_find_what_tells_classes_apart() -> None:
    dice = np.random.default_rng(3)
    classes = dice.integers(4, size=400)
    features = dice.normal(size=(400, 10)).astype(np.float32)
    # Loud but the same for all; and quiet, but of the class.
    features[:, 0] *= 20
    features[:, 7] += 6 * classes

    projection = learning.discriminants(features, classes)

    strongest = projection[:, np.linalg.norm(projection, axis=0).argmax()]
    assert abs(strongest).argmax() == 7
    placed = features @ projection
    loud, quiet = (np.abs(np.corrcoef(placed[:, 0], features[:, axis])[0, 1]) for axis in (0, 7))
    assert quiet > 0.9 > 0.3 > loud


def test_scatter_is_that_of_all_batches_together() -> None:
    dice = np.random.default_rng(4)
    vectors = dice.normal(3, [1, 5, 2], (60, 3)).astype(np.float32)
    scatter = learning.Scatter(3)
    for batch in np.split(vectors, [7, 40]):
        scatter.add(batch)

    directions, variances = scatter.principal_components(2)

    np.testing.assert_allclose(scatter.mean, vectors.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(
        variances, np.linalg.eigvalsh(np.cov(vectors.T, bias=True))[:0:-1], rtol=1e-4
    )
    np.testing.assert_allclose(directions.T @ directions, np.eye(2), atol=1e-9)
