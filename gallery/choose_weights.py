"""Chooses the weights of movement, artist and subject, and draws the trade-offs.

    python gallery/choose_weights.py --model model --gallery gallery

The script queries with every painting, leaves it out of its own answers, and tries every mixture of
the three parts in steps of a tenth. A mixture is judged by three measures: same artist, same style
by other artists, same subject by other artists (``gallery/evaluate_neighbours.py`` defines them).
For the middle of the slider, the best mixture has the largest geometric mean of the three, each
relative to the best single part. At one end of the slider style decides, with a little of the
artist, at the other the subject. Each mixture is chosen on the paintings of one half of the artists
and reported on the other half, both ways round, so that the choice does not bias the figures.

Prints the mixtures on the Pareto frontier (no other mixture beats them in all three measures), the
positions of the slider, and the weights to write into ``pinacoteca/likeness.py`` where they are
better than the present ones. Writes ``frontier.png`` and ``frontier.json`` into ``--gallery``.
Three minutes on one core.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from evaluate_neighbours import Measure, Truth, measures
from rankings import by_parts

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection
from pinacoteca.command_line import run
from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.likeness import LikenessSpace, slider_weights
from pinacoteca.metrics import half_of_artists

FRONTIER_FILE = "frontier.json"
FRONTIER_PICTURE = "frontier.png"
MEASURES = {
    "artist_precision": "artist",
    "other_hands_precision": "style, other hands",
    "subject_precision": "subject, other hands",
}
STEPS = 10
POSITIONS = (0.0, 0.25, 0.5, 0.75, 1.0)
# Exponents of the three measures at the ends and in the middle of the slider, by their names in
# likeness.py.
AIMS: Mapping[str, tuple[float, float, float]] = {
    "MANNER_END": (0.1, 1.0, 0.0),
    "BALANCE": (1.0, 1.0, 1.0),
    "SUBJECT_END": (0.0, 0.0, 1.0),
}
SEED = 0

Weights = tuple[float, ...]


def mixtures() -> list[Weights]:
    """Returns all weights of three parts in steps of a tenth that sum to one."""
    return [
        (movement / STEPS, hand / STEPS, (STEPS - movement - hand) / STEPS)
        for movement in range(STEPS + 1)
        for hand in range(STEPS + 1 - movement)
    ]


def halves(artists: npt.NDArray[np.str_]) -> list[npt.NDArray[np.bool_]]:
    """Returns two masks of the paintings, bool ``[n]``; no artist is in both."""
    mask = half_of_artists(artists, SEED)
    return [mask, ~mask]


def measured(
    collection: Collection, truth: Truth, weights: Sequence[Weights]
) -> list[dict[str, Measure]]:
    """Returns the measures of each mixture, with query expansion."""
    from tqdm import tqdm

    space = LikenessSpace(collection)
    parts = [part.astype(np.float64) for part in space.parts(collection)]
    mirror = space.parts(collection, mirror=True)[-1].astype(np.float64)
    return [
        measures(by_parts("", parts, mirror, each, expansion=True), truth)[0]
        for each in tqdm(weights, unit="mixture")
    ]


def _check_measures(measures: Mapping[str, Measure], artists: npt.NDArray[np.str_]) -> None:
    lacking = [
        called
        for name, called in MEASURES.items()
        if name not in measures
        or not all(half[measures[name].queries].any() for half in halves(artists))
    ]
    if lacking:
        raise DataError(
            "In one half of the artists no two paintings are alike in what is measured "
            f"({'; '.join(lacking)}): choose the weights on a larger gallery."
        )


def means(
    found: Sequence[dict[str, Measure]], rows: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Returns the three measures of each mixture on some queries, float64 ``[mixtures, 3]``."""
    return np.array([[each[name].among(rows) for name in MEASURES] for each in found])


def best(weights: Sequence[Weights], values: npt.NDArray[np.float64], aim: Sequence[float]) -> int:
    """Returns the mixture that does best.

    Args:
        weights: The weights of the mixtures.
        values: The measures of the mixtures, float64 ``[mixtures, 3]``.
        aim: The exponents of the measures in the product to maximise; each measure is relative to
            the best single part.
    """
    single = [place for place, each in enumerate(weights) if max(each) == 1]
    relative = values / values[single].max(axis=0)
    return int((np.log(np.maximum(relative, 1e-9)) @ np.array(aim)).argmax())


def honest(
    weights: Sequence[Weights],
    found: Sequence[dict[str, Measure]],
    artists: npt.NDArray[np.str_],
    aim: Sequence[float],
) -> list[dict[str, Any]]:
    """Returns the mixture that each half of the artists chooses, measured on the other half."""
    one, other = halves(artists)
    result = []
    for chosen_on, reported_on in ((one, other), (other, one)):
        place = best(weights, means(found, chosen_on), aim)
        (reported,) = means([found[place]], reported_on).tolist()
        result.append({"chosen": weights[place], "reported": reported})
    return result


def frontier(values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Returns a mask of the mixtures that no other beats in every measure, bool ``[mixtures]``."""
    beats = np.all(values[None] > values[:, None], axis=2)
    return np.asarray(~np.any(beats, axis=1))


def draw(values: npt.NDArray[np.float64], positions: npt.NDArray[np.float64], path: Path) -> None:
    """Draws the mixtures by style and subject, coloured by artist, and the path of the slider."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 5.2), layout="constrained")
    axes = figure.subplots()
    on = frontier(values)
    artist, style, subject = values.T
    axes.scatter(style[~on], subject[~on], s=14, color="#bbb", label="beaten in all three")
    points = axes.scatter(style[on], subject[on], c=artist[on], s=40, cmap="viridis")
    figure.colorbar(points, ax=axes, label="artist P@5")
    axes.plot(*positions[:, 1:].T, color="#7a3b2e", marker="o", label="the slider")
    for place, point in zip(POSITIONS, positions, strict=True):
        axes.annotate(f"{place:g}", point[1:], textcoords="offset points", xytext=(6, 6))
    axes.set(xlabel="style, other hands P@5", ylabel="subject, other hands P@5")
    axes.grid(alpha=0.3)
    axes.legend()
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=110)


def report(collection: Collection) -> tuple[dict[str, Any], npt.NDArray[np.float64]]:
    """Returns the contents of ``frontier.json``, and the measures of the mixtures.

    Raises:
        DataError: The gallery is too small for one of the measures.
    """
    truth = Truth.of(collection)
    weights = mixtures()
    slider: list[Weights] = [slider_weights(position) for position in POSITIONS]
    found = measured(collection, truth, [*weights, *slider])
    _check_measures(found[0], truth.artists)
    everything = np.ones(len(collection), np.bool_)
    values = means(found, everything)
    mixed, positions = values[: len(weights)], values[len(weights) :]
    chosen = {}
    for name, aim in AIMS.items():
        on_halves = honest(weights, found[: len(weights)], truth.artists, aim)
        chosen[name] = {
            "chosen_on_everything": weights[best(weights, mixed, aim)],
            "halves": on_halves,
            "reported_mean": np.mean([half["reported"] for half in on_halves], axis=0).tolist(),
        }
    return {
        "measures": list(MEASURES.values()),
        "chosen": chosen,
        "slider": {
            f"{position:g}": {"weights": each, "measures": row.tolist()}
            for position, each, row in zip(POSITIONS, slider, positions, strict=True)
        },
        "frontier": [
            {"weights": each, "measures": row.tolist()}
            for each, row, on in zip(weights, mixed, frontier(mixed), strict=True)
            if on
        ],
    }, values


def main() -> None:
    """Chooses the weights of one gallery."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="the model of the gallery")
    parser.add_argument("--gallery", type=Path, required=True, help="what build.py wrote")
    arguments = parser.parse_args()

    fingerprint = MovementClassifier.from_pretrained(arguments.model).fingerprint
    collection = Collection.load(arguments.gallery, fingerprint)
    result, values = report(collection)
    with written_whole(arguments.gallery / FRONTIER_FILE) as path:
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    count = len(mixtures())
    draw(values[:count], values[count:], arguments.gallery / FRONTIER_PICTURE)
    print("movement hand subject:", ", ".join(MEASURES.values()))
    for row in result["frontier"]:
        print(*row["weights"], ":", *(f"{value:.3f}" for value in row["measures"]))
    for position, row in result["slider"].items():
        print(f"slider at {position}:", *(f"{value:.3f}" for value in row["measures"]))
    for name, chosen in result["chosen"].items():
        print(f"{name} = {chosen['chosen_on_everything']}")
        for half in chosen["halves"]:
            on_the_other = " ".join(f"{value:.3f}" for value in half["reported"])
            print(f"    one half chooses {half['chosen']}, on the other: {on_the_other}")
    print(f"Wrote {FRONTIER_FILE} and {FRONTIER_PICTURE} into {arguments.gallery}")


if __name__ == "__main__":
    run(main)
