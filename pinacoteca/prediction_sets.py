"""The smallest set of movements that contains the right one for nine of ten paintings.

A single movement is often a coin toss between two that followed each other. A prediction set says
so, with a measured coverage. The method is regularised adaptive prediction sets (RAPS;
Angelopoulos, Bates, Malik, Jordan, "Uncertainty Sets for Image Classifiers using Conformal
Prediction", ICLR 2021), without the random tie-break, so that a painting always gets the same set.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError

COVERAGE = 0.9

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class PredictionSets:
    """Turns calibrated probabilities into sets.

    Attributes:
        coverage: The share of paintings whose set should contain the right movement.
        threshold: The highest score of a movement in a set.
        penalty: Added to the score for every movement after the first ``unpenalised``; it keeps the
            sets of unclear paintings small.
        unpenalised: How many movements have no penalty.
    """

    coverage: float
    threshold: float
    penalty: float
    unpenalised: int

    @classmethod
    def calibrated(
        cls,
        probabilities: Floats,
        targets: npt.NDArray[np.int64],
        penalty: float,
        unpenalised: int,
    ) -> Self:
        """Chooses the threshold on paintings that the network was not trained on (equation 4).

        Args:
            probabilities: float ``[n, movements]``, calibrated.
            targets: int64 ``[n]``, the true class indices.
            penalty: See the class.
            unpenalised: See the class.
        """
        scores = _scores(probabilities, penalty, unpenalised)
        own = np.sort(scores[np.arange(len(targets)), targets])
        place = min(math.ceil((len(own) + 1) * COVERAGE), len(own)) - 1
        return cls(COVERAGE, float(own[place]), penalty, unpenalised)

    @classmethod
    def of(cls, settings: Mapping[str, Any], source: object) -> Self:
        """Reads what ``settings`` returned; messages name ``source``.

        Raises:
            ModelError: A value is missing, unknown or out of range.
        """
        try:
            sets = cls(**settings)
            sound = 0 < sets.coverage < 1 and sets.penalty >= 0 and sets.unpenalised >= 0
            sound = sound and all(map(math.isfinite, settings.values()))
        # Python's JSON also reads whole numbers that no float can hold.
        except (TypeError, ValueError, OverflowError):
            sound = False
        if not sound:
            raise ModelError(
                f"The prediction_sets in {source} are {settings!r}; they need coverage, "
                "threshold, penalty and unpenalised: calibrate the model with train/calibrate.py."
            )
        return sets

    @property
    def settings(self) -> dict[str, Any]:
        """The settings to save beside the weights."""
        return asdict(self)

    def members(self, probabilities: Floats) -> npt.NDArray[np.bool_]:
        """Returns which movements are in the set of each picture, bool ``[n, movements]``.

        The most probable movement is always in the set.

        Args:
            probabilities: float ``[n, movements]``, calibrated.
        """
        scores = _scores(probabilities, self.penalty, self.unpenalised)
        inside = scores <= self.threshold
        inside[np.arange(len(scores)), probabilities.argmax(axis=1)] = True
        return np.asarray(inside)


def _scores(probabilities: Floats, penalty: float, unpenalised: int) -> npt.NDArray[np.float64]:
    """Returns the score of every movement: the probability of it and all above, plus penalty."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    sums = np.cumsum(np.take_along_axis(probabilities, order, 1), axis=1, dtype=np.float64)
    ranks = np.arange(1, probabilities.shape[1] + 1)
    ordered = sums + penalty * np.maximum(ranks - unpenalised, 0)
    scores: npt.NDArray[np.float64] = np.empty_like(ordered)
    np.put_along_axis(scores, order, ordered, axis=1)
    return scores
