r"""Measures the quality of neighbours: ours, those of the report of 2022, and simpler rankings.

    python gallery/build.py --images ../shared/data/pandorarom \
        --table ../shared/data/pandorarom/romanian_wikiart_2.xlsx \
        --model runs/experiment-1/model --out runs/report-gallery
    python gallery/evaluate_neighbours.py --images ../shared/data/pandorarom --model model \
        --gallery gallery --report runs/report-gallery \
        --weights ../shared/weights/mobilenetv2_100_imagenet_backbone.safetensors \
        --manifest runs/manifest/manifest.csv --pandora ../shared/data/pandora

Every painting of the collection is queried in turn and left out of its own answers. An answer is
right if it has the same artist, or the same style; styles of one movement count as the same.
"style, other hands" takes the query's artist out of the gallery, so that recognising the artist
does not help. "Subject", also by other artists, compares what the titles say the paintings show;
the table has nothing else to measure composition by. "Subject (7 labels)" does so with the seven
subjects that earlier figures and goals were measured by. Each measure is averaged over artists,
movements or subjects, so that the Impressionist half of the gallery does not dominate.

``--manifest`` and ``--pandora`` add queries with paintings of Pandora18K that neither split trains
on, and measure whether the answers are of the same movement.

Writes ``metrics.json`` into the gallery, prints the table and puts it into the gallery's README.
Five minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from copies import ask_with_copies
from feature_rankings import WHITENED, ways_of_features
from rankings import (
    Floats,
    Way,
    by_chance,
    by_frequency,
    by_parts,
    by_vectors,
    centred,
    colour_histograms,
    half_whitened,
    imagenet_features,
    report_ways,
)
from subjects import former_subjects, subjects

from pinacoteca.classifier import MovementClassifier
from pinacoteca.collection import Collection
from pinacoteca.command_line import run
from pinacoteca.errors import DataError
from pinacoteca.files import written_whole
from pinacoteca.folders import contents_of, printable
from pinacoteca.images import open_image
from pinacoteca.likeness import BALANCE, SUBJECT_END, LikenessSpace, roots, slider_weights
from pinacoteca.markdown import table, with_section
from pinacoteca.metrics import (
    average_precision_at_k,
    hubness,
    mean_over_classes,
    normalised_gain_at_k,
    precision_at_k,
    recall_at_k,
)
from pinacoteca.movements import MOVEMENTS, movement_of_style
from pinacoteca.picture_tree import picture_key, picture_paths
from pinacoteca.retriever import PaintingRetriever
from pinacoteca.tables import letters_of, plain_rows

if TYPE_CHECKING:
    from PIL import Image

METRICS_FILE = "metrics.json"
ANSWERS = 5
PRIMARY_METRIC = "ndcg"
# A painting by the same artist is a better answer than one of the same style.
SAME_ARTIST, SAME_STYLE = 2.0, 1.0
MANIFEST_COLUMNS = ("path", "label", "split_random", "split_artist")
# Positions of the slider to measure besides the default.
POSITIONS = (0.0, 0.25, 0.75, 1.0)
RESAMPLES = 1000
SEED = 0
COLUMNS = {
    "artist_precision": "artist P@5",
    "artist_map": "artist mAP@5",
    "style_precision": "style P@5",
    "style_map": "style mAP@5",
    "other_hands_precision": "style, other hands P@5",
    "other_hands_map": "style, other hands mAP@5",
    "ndcg": "nDCG@5",
    "subject_precision": "subject, other hands P@5",
    "subject_of_7_precision": "subject (7 labels), other hands P@5",
    "hubness": "hubness",
}


@dataclass(frozen=True)
class Truth:
    """What makes an answer right: artist, style and subject of each painting, ``[n]``.

    ``subjects_of_7`` are the seven that earlier figures and goals were measured by.
    """

    artists: npt.NDArray[np.str_]
    styles: npt.NDArray[np.str_]
    subjects: npt.NDArray[np.str_]
    subjects_of_7: npt.NDArray[np.str_]

    @classmethod
    def of(cls, collection: Collection) -> Truth:
        """Reads the collection; styles of one movement count as one style."""
        movements = [movement_of_style(painting.style) for painting in collection.paintings]
        return cls(
            np.array([painting.artist_slug for painting in collection.paintings]),
            np.array(
                [
                    movement.folder if movement else painting.style
                    for movement, painting in zip(movements, collection.paintings, strict=True)
                ]
            ),
            subjects(collection.paintings),
            former_subjects(collection.paintings),
        )


@dataclass(frozen=True)
class Measure:
    """One measure of one way of ranking.

    Attributes:
        values: float64 ``[q]``, a value for each query that has a right answer.
        classes: ``[q]``, the class of each query; values are averaged over classes.
        queries: int64 ``[q]``, the rows that were queried.
    """

    values: npt.NDArray[np.float64]
    classes: npt.NDArray[np.str_]
    queries: npt.NDArray[np.int64]

    def among(self, rows: npt.NDArray[np.bool_]) -> float:
        """Returns the mean over the classes of the queries in ``rows``, bool ``[n]``."""
        chosen = rows[self.queries]
        return mean_over_classes(self.values[chosen], self.classes[chosen])

    @property
    def mean(self) -> float:
        """The mean over the classes."""
        return mean_over_classes(self.values, self.classes)

    def interval(self) -> tuple[float, float]:
        """Returns the 95 % interval of the mean (percentile bootstrap over the queries)."""
        dice = np.random.default_rng(SEED)
        draws = dice.integers(len(self.values), size=(RESAMPLES, len(self.values)))
        means = [mean_over_classes(self.values[draw], self.classes[draw]) for draw in draws]
        low, high = np.quantile(means, [0.025, 0.975])
        return float(low), float(high)


def measures(way: Way, truth: Truth) -> tuple[dict[str, Measure], float]:
    """Returns the measures of a way by their names, and its hubness.

    Raises:
        DataError: No painting has a right answer.
    """
    queries = np.arange(len(truth.artists))
    distances = way.distances(queries)
    np.fill_diagonal(distances, np.inf)
    itself = np.eye(len(queries), dtype=bool)
    same_artist = truth.artists[:, None] == truth.artists
    same_style = truth.styles[:, None] == truth.styles
    answers = nearest(distances)
    result = dict(_measured("artist", distances, answers, same_artist & ~itself, truth.artists))
    result |= _measured("style", distances, answers, same_style & ~itself, truth.styles)
    gains: npt.NDArray[np.float64] = np.where(
        same_artist, SAME_ARTIST, np.where(same_style, SAME_STYLE, 0.0)
    )
    np.fill_diagonal(gains, 0)
    best = -np.sort(-gains, axis=1)[:, :ANSWERS]
    known = best[:, 0] > 0
    if not known.any():
        raise DataError(
            "No two paintings of the gallery share an artist or a style: "
            "there is nothing to measure."
        )
    ndcg = normalised_gain_at_k(np.take_along_axis(gains, answers, 1)[known], best[known])
    result["ndcg"] = Measure(ndcg, truth.styles[known], np.flatnonzero(known))
    other_hands = np.where(same_artist, np.inf, distances)
    right = same_style & ~same_artist
    result |= _measured("other_hands", other_hands, nearest(other_hands), right, truth.styles)
    for name, told_by in (("subject", truth.subjects), ("subject_of_7", truth.subjects_of_7)):
        told = told_by != ""
        among_told = np.where(told & told[:, None], other_hands, np.inf)
        right = (told_by[:, None] == told_by) & told & ~same_artist
        result |= _measured(name, among_told, nearest(among_told), right, told_by)
    return result, hubness(answers, len(queries))


def nearest(distances: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Returns the rows of the five nearest, nearest first and ties in row order, ``[q, 5]``."""
    return np.argsort(distances, axis=1, kind="stable")[:, :ANSWERS]


def _measured(
    name: str,
    distances: npt.NDArray[np.float64],
    answers: npt.NDArray[np.int64],
    right: npt.NDArray[np.bool_],
    classes: npt.NDArray[np.str_],
) -> Iterator[tuple[str, Measure]]:
    available = right.sum(axis=1)
    known = available > 0
    if not known.any():
        return
    # If fewer than five paintings may be found, the remaining answers do not count.
    found = right & np.isfinite(distances)
    relevant = np.take_along_axis(found, answers, 1)[known]
    for measure, values in (
        ("precision", precision_at_k(relevant)),
        ("map", average_precision_at_k(relevant, available[known])),
        ("recall", recall_at_k(relevant, available[known])),
    ):
        yield f"{name}_{measure}", Measure(values, classes[known], np.flatnonzero(known))


def evaluate_way(way: Way, truth: Truth) -> dict[str, Any]:
    """Returns the means and intervals of a way."""
    measured, crowding = measures(way, truth)
    scores = {name: measure.mean for name, measure in measured.items()}
    intervals = {name: measure.interval() for name, measure in measured.items()}
    return {"scores": scores | {"hubness": crowding}, "intervals": intervals}


def all_ways(
    classifier: MovementClassifier,
    collection: Collection,
    truth: Truth,
    paths: list[Path],
    report: Path | None,
    imagenet: Callable[[Iterable[Image.Image]], Floats],
) -> Iterator[Way]:
    """Yields every way, ours last; the report's only if there is a gallery of its recipe.

    ``imagenet`` is what ``imagenet_features`` returns.
    """
    yield by_chance(len(collection))
    yield by_frequency(truth.styles)
    yield by_vectors("colour histogram", colour_histograms(map(open_image, paths)), "euclidean")
    if report is not None:
        yield from report_ways(collection, report)
    seen = imagenet(map(open_image, paths))
    yield by_vectors("ImageNet features", centred(seen))
    yield by_vectors("ImageNet features, whitened", half_whitened(roots(seen), WHITENED))
    yield from ways_of_features(classifier.passes(map(open_image, paths)))
    yield by_vectors("our movements", centred(collection.logits.astype(np.float64)))
    space = LikenessSpace(collection)
    parts = [part.astype(np.float64) for part in space.parts(collection)]
    mirror = space.parts(collection, mirror=True)[-1].astype(np.float64)
    for place, name in enumerate(("movement", "hand")):
        yield by_vectors(f"{name} alone", parts[place])
    yield by_parts("subject alone", parts, mirror, SUBJECT_END)
    yield by_parts("ours, query as it is", parts, mirror, BALANCE)
    for position in POSITIONS:
        name = f"ours, slider at {100 * position:.0f} %"
        yield by_parts(name, parts, mirror, slider_weights(position), expansion=True)
    yield by_parts("ours", parts, mirror, BALANCE, expansion=True)


def asked_from_outside(
    retriever: PaintingRetriever, tested: Sequence[tuple[Path, str]]
) -> dict[str, Any]:
    """Queries with paintings that neither split trains on.

    Args:
        retriever: The model and the gallery.
        tested: What ``tested_paintings`` returns.

    Returns:
        The number of paintings and, for our neighbours and for those by the outputs alone, the P@5
        of the movement, averaged over movements.
    """
    styles = Truth.of(retriever.collection).styles
    found: dict[str, list[float]] = {"ours": [], "our outputs, times 20": []}
    for path, movement in tested:
        picture = open_image(path)
        for name, as_in_report in zip(found, (False, True), strict=True):
            result = retriever.query(picture, k=ANSWERS, as_in_report=as_in_report)
            answers = [retriever.collection.row(each.image_id) for each in result.neighbours]
            found[name].append(float(np.mean(styles[answers] == movement)))
    # The gallery has paintings of these movements only.
    movements = np.array([movement for _, movement in tested])
    known = np.isin(movements, styles)
    return {
        "paintings": int(known.sum()),
        "precision": {
            name: mean_over_classes(np.array(values)[known], movements[known])
            for name, values in found.items()
        },
    }


def tested_paintings(manifest: Path, pandora: Path) -> list[tuple[Path, str]]:
    """Returns the file and movement folder of the pictures in the test part of both splits.

    Raises:
        DataError: The manifest cannot be read, has no such picture, or is that of another tree.
    """
    movements = _named_for_testing(manifest)
    if not movements:
        raise DataError(f"{manifest} has no picture that both splits keep for testing.")
    # The manifest names files as text, and their own names need not be text.
    path_of = {
        printable(path.relative_to(pandora).as_posix()): path
        for path in contents_of(pandora).pictures
    }
    if missing := [name for name in movements if name not in path_of]:
        raise DataError(
            f"{pandora} lacks {len(missing)} pictures of {manifest}, such as {missing[0]}: name "
            "the tree that the manifest was written from."
        )
    return [(path_of[name], movement) for name, movement in movements.items()]


def _named_for_testing(manifest: Path) -> dict[str, str]:
    """Returns the movement folder, as Pandora18K spells it, of each name in both test parts."""
    try:
        header, *rows = plain_rows(manifest) or [[]]
    except OSError as error:
        raise DataError(
            f"{manifest} cannot be read ({error.strerror}): write a manifest with train/pandora.py."
        ) from None
    columns = [letters_of(cell) for cell in header]
    wanted = [letters_of(name) for name in MANIFEST_COLUMNS]
    if not set(wanted) <= set(columns):
        raise DataError(
            f"{manifest} has no columns {', '.join(MANIFEST_COLUMNS)}: write a manifest with "
            "train/pandora.py."
        )
    places = [columns.index(name) for name in wanted]
    cells = ([row[place] for place in places] for row in rows if len(row) > max(places))
    labels = {path: label for path, label, *parts in cells if parts == ["test", "test"]}
    folders = {str(movement.number): movement.folder for movement in MOVEMENTS}
    if unknown := sorted(set(labels.values()) - set(folders)):
        raise DataError(
            f"{manifest} has the label {unknown[0]!r}, which is the number of no movement: write a "
            "manifest with train/pandora.py."
        )
    return {path: folders[label] for path, label in labels.items()}


def retrieval_tables(metrics: dict[str, Any]) -> str:
    """Returns the ways and the distortions as two Markdown tables, and a sentence."""
    rows = [
        [name, *(_with_interval(way, column) for column in COLUMNS)]
        for name, way in metrics["ways"].items()
    ]
    copies = [
        [name, *(f"{100 * share:.1f} %" for share in asked.values())]
        for name, asked in metrics["copies"].items()
    ]
    sections = [
        table(("way", *COLUMNS.values()), rows),
        table(
            ("asked with a copy", "finds itself", "same movement", "said to lack colour"), copies
        ),
    ]
    if outside := metrics.get("asked_from_outside"):
        shares = ", ".join(f"{name} {value:.3f}" for name, value in outside["precision"].items())
        sections.append(
            f"Asked with {outside['paintings']} paintings of Pandora18K that neither split trained "
            f"on, by painters of any country, movement P@5: {shares}."
        )
    return "\n\n".join(sections)


def _with_interval(way: dict[str, Any], column: str) -> str:
    """Returns a score and half the width of its interval, or an empty text if there is none."""
    if column not in way["scores"]:
        return ""
    score = f"{way['scores'][column]:.3f}"
    if column not in way["intervals"]:
        return score
    low, high = way["intervals"][column]
    return f"{score} ± {(high - low) / 2:.3f}"


def report_rows(gallery: Path) -> dict[str, Any]:
    """Returns an earlier run's measures of the report's ways; empty if there are none.

    Its subject measures are left out, because the list of words may have changed since.
    """
    path = gallery / METRICS_FILE
    ways = json.loads(path.read_text(encoding="utf-8"))["ways"] if path.is_file() else {}
    return {
        name: {
            kind: {key: value for key, value in figures.items() if not key.startswith("subject")}
            for kind, figures in way.items()
        }
        for name, way in ways.items()
        if name.startswith("report")
    }


def pictures_of(collection: Collection, images: Path) -> list[Path]:
    """Returns the picture of each painting.

    Raises:
        DataError: A picture is missing.
    """
    paths = picture_paths(images)
    keys = [picture_key(painting.image_id) for painting in collection.paintings]
    if missing := [key for key in keys if key not in paths]:
        raise DataError(
            f"{images} lacks the pictures of {len(missing)} paintings, such as {missing[0]}: "
            "name the tree that the gallery was built from."
        )
    return [paths[key] for key in keys]


def main() -> None:
    """Measures one gallery."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, required=True, help="PandoraRom or its Images")
    parser.add_argument("--model", type=Path, required=True, help="the model of the gallery")
    parser.add_argument("--gallery", type=Path, required=True, help="what build.py wrote")
    parser.add_argument(
        "--report",
        type=Path,
        help="gallery by the report's recipe (default: keep its rows of the table)",
    )
    parser.add_argument("--weights", type=Path, required=True, help="ImageNet backbone")
    parser.add_argument("--manifest", type=Path, help="what train/pandora.py wrote")
    parser.add_argument("--pandora", type=Path, help="the Pandora18K tree of the manifest")
    arguments = parser.parse_args()

    if (arguments.manifest is None) != (arguments.pandora is None):
        raise DataError("--manifest and --pandora go together: give both or neither.")
    # Read these first: an error must appear now, not after everything is measured.
    tested = tested_paintings(arguments.manifest, arguments.pandora) if arguments.manifest else []
    imagenet = imagenet_features(arguments.weights)
    classifier = MovementClassifier.from_pretrained(arguments.model)
    collection = Collection.load(arguments.gallery, classifier.fingerprint)
    paths = pictures_of(collection, arguments.images)
    truth = Truth.of(collection)
    metrics: dict[str, Any] = {
        "primary_metric": PRIMARY_METRIC,
        "paintings": len(collection),
        "model_fingerprint": classifier.fingerprint,
        "ways": report_rows(arguments.gallery) if arguments.report is None else {},
    }
    for way in all_ways(classifier, collection, truth, paths, arguments.report, imagenet):
        metrics["ways"][way.name] = evaluate_way(way, truth)
        print(f"{way.name:34}nDCG@5 {metrics['ways'][way.name]['scores'][PRIMARY_METRIC]:.3f}")
    retriever = PaintingRetriever(classifier, collection)
    copies = ask_with_copies(retriever, paths)
    metrics["found_again"] = {name: asked.found for name, asked in copies.items()}
    metrics["copies"] = {name: asdict(asked) for name, asked in copies.items()}
    if tested:
        metrics["asked_from_outside"] = asked_from_outside(retriever, tested)
    with written_whole(arguments.gallery / METRICS_FILE) as path:
        path.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    tables = retrieval_tables(metrics)
    readme = arguments.gallery / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    if (changed := with_section(text, "retrieval", tables)) is not None:
        with written_whole(readme) as path:
            path.write_text(changed, encoding="utf-8")
    print(f"\n{tables}\n\nWrote {arguments.gallery / METRICS_FILE}")


if __name__ == "__main__":
    run(main)
