from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import learn_likeness as learning
import numpy as np
import pytest

from pinacoteca.errors import ModelError
from pinacoteca.likeness import (
    BALANCE,
    CELLS_SHARE,
    EXPANSION_WEIGHT,
    GRID,
    MANNER_END,
    MOVEMENT_TEMPERATURE,
    OUTPUTS_SHARE,
    SUBJECT_END,
    Lengths,
    Likeness,
    LikenessSpace,
    expanded,
    mirrored,
    roots,
    slider_weights,
)
from pinacoteca.search import unit_vectors


def made_up(features: int = 6, statistics: int = 5, cell: int = 2) -> Likeness:
    dice = np.random.default_rng(0)
    return Likeness(
        statistics_mean=dice.random(statistics, np.float32),
        hand_projection=dice.random((statistics, 3), np.float32),
        style_projection=dice.random((statistics, 2), np.float32),
        subject_mean=dice.random(features, np.float32),
        subject_projection=dice.random((features, 4), np.float32),
        cell_mean=dice.random(features, np.float32),
        cell_projection=dice.random((features, cell), np.float32),
    )


def test_roots_keep_signs_and_precision() -> None:
    assert roots(np.array([4, -9, 0], np.float32)).tolist() == [2, -3, 0]
    assert roots(np.array([2.0])).tolist() == [2**0.5]


def test_a_likeness_comes_back_as_it_was(tmp_path: Path) -> None:
    made_up().save(tmp_path)

    again = Likeness.load(tmp_path, Lengths(5, 6, 6))

    assert again is not None
    for name, array in vars(made_up()).items():
        np.testing.assert_array_equal(getattr(again, name), array)
    assert Likeness.load(tmp_path / "elsewhere", Lengths(5, 6, 6)) is None
    for wrong in (Lengths(4, 6, 6), Lengths(5, 7, 6), Lengths(5, 6, 7)):
        with pytest.raises(ModelError, match=f"gives {wrong[0]} statistics, {wrong[1]} features"):
            Likeness.load(tmp_path, wrong)
    (tmp_path / "likeness.safetensors").write_bytes(b"no file of that kind")
    with pytest.raises(ModelError, match="cannot be read"):
        Likeness.load(tmp_path, Lengths(5, 6, 6))


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


def seen(count: int, seed: int = 0, shift: float = 0.0, **given: Any) -> Any:
    """Returns random descriptors."""
    dice = np.random.default_rng(seed)
    sizes = {
        "hands": 20,
        "styles": 4,
        "subjects": 6,
        "compositions": GRID * GRID * 2,
        "logits": 5,
    }
    arrays = {
        name: dice.normal(shift, 1, (count, size)).astype(np.float32)
        for name, size in sizes.items()
    }
    return SimpleNamespace(**arrays | given)


def cosines(vectors: np.ndarray) -> np.ndarray:
    units = unit_vectors(vectors - vectors.mean(axis=0))
    return np.asarray(units @ units.T)


def test_features_that_all_share_make_no_pair_similar() -> None:
    pictures = seen(50, shift=9)

    movement, hand, subject = LikenessSpace(pictures).parts(pictures)

    for part in (movement, hand, subject):
        units = unit_vectors(part)
        assert abs(float((units @ units.T)[~np.eye(50, dtype=bool)].mean())) < 0.1
    np.testing.assert_allclose(np.linalg.norm(movement, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(subject, axis=1), 1, rtol=1e-5)
    assert np.linalg.norm(hand, axis=1).mean() == pytest.approx(1)


def test_a_part_is_the_cosine_of_what_it_is_made_of() -> None:
    pictures = seen(9, seed=2)
    movement, hand, subject = LikenessSpace(pictures).parts(pictures)
    soft = np.exp(pictures.logits / MOVEMENT_TEMPERATURE)
    soft /= soft.sum(axis=1, keepdims=True)

    expected = (1 - OUTPUTS_SHARE) * cosines(pictures.styles)
    expected += OUTPUTS_SHARE * cosines(np.sqrt(soft))
    np.testing.assert_allclose(movement @ movement.T, expected, atol=1e-5)
    expected = (1 - CELLS_SHARE) * cosines(pictures.subjects)
    expected += CELLS_SHARE * cosines(pictures.compositions)
    np.testing.assert_allclose(subject @ subject.T, expected, atol=1e-5)
    np.testing.assert_allclose(
        unit_vectors(hand) @ unit_vectors(hand).T, cosines(pictures.hands), atol=1e-5
    )


def test_a_mirror_image_exchanges_the_sides_of_the_subject_alone() -> None:
    pictures = seen(6)
    space = LikenessSpace(pictures)
    turned = seen(6, compositions=mirrored(pictures.compositions))

    for mirror, expected in zip(
        space.parts(pictures, mirror=True), space.parts(turned), strict=True
    ):
        np.testing.assert_array_equal(mirror, expected)


def test_a_lone_painting_keeps_its_direction() -> None:
    lone = seen(1, hands=np.array([[3, 4]], np.float32))

    movement, hand, subject = LikenessSpace(lone).parts(lone)

    np.testing.assert_allclose(hand, [[0.6, 0.8]], rtol=1e-6)
    assert np.linalg.norm(movement) == pytest.approx(1)
    assert np.linalg.norm(subject) == pytest.approx(1)


def test_the_slider_leads_from_manner_through_the_balance_to_the_subject() -> None:
    assert slider_weights(0) == MANNER_END
    assert slider_weights(0.5) == BALANCE
    assert slider_weights(1) == SUBJECT_END
    subjects = [slider_weights(step / 20)[2] for step in range(21)]
    assert subjects == sorted(subjects)
    for step in range(21):
        assert sum(slider_weights(step / 20)) == pytest.approx(1)


def test_an_expanded_query_leans_towards_what_is_near() -> None:
    style = np.array([1, 0], np.float32)
    # Directions (0.6, 0.8) and (0, 1); lengths must not matter.
    nearest = np.array([[3, 4], [0, 9]], np.float32)

    leant = expanded(2 * style, nearest)

    direction = np.array([1 + 0.3 * EXPANSION_WEIGHT, 0.9 * EXPANSION_WEIGHT])
    np.testing.assert_allclose(leant, 2 * direction / np.linalg.norm(direction), rtol=1e-6)
    np.testing.assert_array_equal(expanded(0 * style, 0 * nearest), 0 * style)


def test_discriminants_find_what_tells_classes_apart() -> None:
    dice = np.random.default_rng(3)
    classes = dice.integers(4, size=400)
    features = dice.normal(size=(400, 10)).astype(np.float32)
    # A strong direction that is the same for all classes, and a weak one that separates them.
    features[:, 0] *= 20
    features[:, 7] += 6 * classes

    projection = learning.discriminants(features, classes, 8)

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


def test_the_strongest_variation_does_not_dominate() -> None:
    pictures = seen(200, hands=np.random.default_rng(5).normal(size=(200, 64)).astype(np.float32))
    # For example light and dark.
    pictures.hands[:, 3] *= 4

    _, hand, _ = LikenessSpace(pictures).parts(pictures)

    deviations = hand.std(axis=0)
    others = np.delete(deviations, 3)
    assert others.min() < deviations[3] < 1.5 * others.max()
    # With few paintings or few dimensions, only the mean is subtracted.
    for some in (seen(20, hands=pictures.hands[:20]), seen(200, hands=pictures.hands[:, :20])):
        _, hand, _ = LikenessSpace(some).parts(some)
        centred = some.hands - some.hands.mean(axis=0)
        expected = centred / np.linalg.norm(centred, axis=1).mean()
        np.testing.assert_allclose(hand, expected, atol=1e-4)


def test_paintings_that_vary_in_one_thing_alone_are_still_told_apart() -> None:
    dice = np.random.default_rng(6)
    one_axis = dice.normal(size=(120, 1)) @ dice.normal(size=(1, 64))
    pictures = seen(120, hands=one_axis.astype(np.float32))

    _, hand, _ = LikenessSpace(pictures).parts(pictures)

    expected = cosines(pictures.hands)
    np.testing.assert_allclose(unit_vectors(hand) @ unit_vectors(hand).T, expected, atol=1e-3)
