"""Learns the distribution of paintings' mid-network features, and the threshold for strangers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from augment_storage import StoredAnew
from pandora import Picture

from pinacoteca.classifier import MovementClassifier
from pinacoteca.familiarity import Familiarity
from pinacoteca.images import open_image

if TYPE_CHECKING:
    from PIL import Image

# Enough for 128 features, in a third of the time that all pictures would take.
FITTED_PICTURES = 3000
# Queries are stored in more ways than the training pictures are.
STORED_ANEW_SHARE = 0.8
# The share of validation pictures that may be refused. Unseen painters may be refused more often.
FALSE_ALARMS = 0.02


def learn_familiarity(
    classifier: MovementClassifier,
    directory: Path,
    train: Sequence[Picture],
    validation: Sequence[Picture],
) -> Familiarity:
    """Fits a normal distribution to training pictures and sets the threshold on validation.

    The covariance is shrunk (Ledoit and Wolf, "A well-conditioned estimator for large-dimensional
    covariance matrices", Journal of Multivariate Analysis 2004), so that a few pictures are enough.

    Args:
        classifier: Gives the features; its own familiarity is not used.
        directory: The tree that the paths of the pictures are relative to.
        train: At least two pictures.
        validation: At least one picture.
    """
    from sklearn.covariance import LedoitWolf

    every = max(len(train) // FITTED_PICTURES, 1)
    features = classifier.analyse(_stored_anew(directory, train[::every])).textures
    fit = LedoitWolf().fit(features.astype(np.float64))
    familiarity = Familiarity(
        mean=fit.location_.astype(np.float32),
        whitening=np.linalg.cholesky(fit.precision_).astype(np.float32),
        threshold=0.0,
    )
    paintings = classifier.analyse(open_image(directory / picture.place) for picture in validation)
    threshold = np.quantile(familiarity.strangeness(paintings.textures), 1 - FALSE_ALARMS)
    return replace(familiarity, threshold=float(threshold))


def _stored_anew(directory: Path, pictures: Sequence[Picture]) -> Iterator[Image.Image]:
    stored_anew = StoredAnew(STORED_ANEW_SHARE)
    for place, picture in enumerate(pictures):
        random.seed(place)
        yield stored_anew(open_image(directory / picture.place))
