from __future__ import annotations

import numpy as np

from pinacoteca.likeness import LikenessSpace


def test_the_space_is_made_of_centred_roots() -> None:
    embeddings = np.array([[4, 0], [16, 9], [0, 9]], np.float32)

    placed = LikenessSpace(embeddings).place(embeddings)

    assert placed.dtype == np.float32
    np.testing.assert_allclose(placed, [[0, -2], [2, 1], [-2, 1]])


def test_what_all_share_makes_no_two_alike() -> None:
    dice = np.random.default_rng(0)
    embeddings = (dice.random((50, 20)) + 9).astype(np.float32)

    def mean_cosine(vectors: np.ndarray) -> float:
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return float((units @ units.T)[~np.eye(50, dtype=bool)].mean())

    assert mean_cosine(embeddings) > 0.9
    assert abs(mean_cosine(LikenessSpace(embeddings).place(embeddings))) < 0.1


def test_signs_stay_and_a_lone_painting_keeps_its_direction() -> None:
    lone = np.array([[-4, 9]], np.float32)

    np.testing.assert_allclose(LikenessSpace(lone).place(lone), [[-2, 3]])
