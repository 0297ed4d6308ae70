from __future__ import annotations

import numpy as np
import pytest

from pinacoteca.metrics import expected_calibration_error, top_k_accuracy


def test_calibration_error_of_a_known_case() -> None:
    # Ten answers at 0.8, six of them right; ten at 0.6, all right: 0.5 * 0.2 + 0.5 * 0.4.
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
