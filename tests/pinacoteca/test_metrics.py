from __future__ import annotations

import numpy as np
import pytest

from pinacoteca.metrics import (
    average_precision_at_k,
    expected_calibration_error,
    hubness,
    mean_over_classes,
    normalised_gain_at_k,
    precision_at_k,
    recall_at_k,
    top_k_accuracy,
)


def test_calibration_error_of_a_known_case() -> None:
    # Ten answers at 0.8, six of them right, and ten at 0.6, all right: 0.5 * 0.2 + 0.5 * 0.4.
    probabilities = np.array([[0.8, 0.2]] * 10 + [[0.6, 0.4]] * 10, dtype=np.float32)
    targets = np.array([0] * 6 + [1] * 4 + [0] * 10)

    assert expected_calibration_error(probabilities, targets) == pytest.approx(0.3, abs=1e-6)


def test_calibration_error_of_certainty() -> None:
    probabilities = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)

    assert expected_calibration_error(probabilities, np.array([0, 1])) == 0
    assert expected_calibration_error(probabilities, np.array([1, 0])) == 1


@pytest.mark.parametrize(("k", "share"), [(1, 1 / 3), (2, 2 / 3), (3, 1.0), (9, 1.0)])
def test_top_k_accuracy(k: int, share: float) -> None:
    probabilities = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]], dtype=np.float32)

    assert top_k_accuracy(probabilities, np.array([0, 1, 2]), k) == pytest.approx(share)


RELEVANT = np.array([[True, False, True], [False, False, False], [True, True, True]])


def test_precision_and_recall_count_the_relevant_answers() -> None:
    np.testing.assert_allclose(precision_at_k(RELEVANT), [2 / 3, 0, 1])
    np.testing.assert_allclose(recall_at_k(RELEVANT, np.array([2, 7, 12])), [1, 0, 1 / 4])


def test_average_precision_rewards_early_answers() -> None:
    # (1/1 + 2/3) / 2; a query with one relevant painting can find no more than one.
    expected = [(1 + 2 / 3) / 2, 0, 1]
    np.testing.assert_allclose(average_precision_at_k(RELEVANT, np.array([2, 5, 9])), expected)
    late = np.array([[False, False, True]])
    np.testing.assert_allclose(average_precision_at_k(late, np.array([1])), [1 / 3])


def test_normalised_gain_of_graded_answers() -> None:
    gains = np.array([[2.0, 0.0, 1.0], [1.0, 2.0, 0.0]])
    best = np.array([[2.0, 2.0, 1.0], [2.0, 1.0, 0.0]])

    third, second = 1 / np.log2(4), 1 / np.log2(3)
    expected = [(2 + third) / (2 + 2 * second + third), (1 + 2 * second) / (2 + second)]
    np.testing.assert_allclose(normalised_gain_at_k(gains, best), expected)


def test_hubness_is_the_skewness_of_occurrences() -> None:
    from scipy.stats import skew

    rows = np.array([[0, 1], [0, 2], [0, 3], [0, 1]])
    assert hubness(rows, 6) == pytest.approx(skew([4, 2, 1, 1, 0, 0]))
    assert hubness(np.array([[0], [1]]), 2) == 0


def test_small_classes_count_as_much_as_large_ones() -> None:
    values = np.array([1.0, 1.0, 1.0, 0.0])
    classes = np.array(["Cubism", "Cubism", "Cubism", "Pop Art"])

    assert mean_over_classes(values, classes) == 0.5
