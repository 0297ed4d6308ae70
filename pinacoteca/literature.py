"""Published results on Pandora18K, with their protocols; the rows are not directly comparable.

Splits, totals (17,591 to 19,329 pictures) and the number of movements differ from row to row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportedResult:
    """One published accuracy.

    Attributes:
        system: The network and how it was trained.
        accuracy: In percent, as printed.
        movements: The number of classes.
        protocol: Which pictures were tested and how they were chosen.
        source: Where the figure is published.
    """

    system: str
    accuracy: str
    movements: int
    protocol: str
    source: str


REPORTED_RESULTS = (
    ReportedResult(
        "MobileNetV2 fine-tuned, 50 epochs (the report this project grew out of)",
        "46.23",
        18,
        "random 80/20 of 17,591; the committed notebook shows 43.90",
        "github.com/teodora-vaman/Painting-Retrieval",
    ),
    ReportedResult(
        "MobileNetV2 frozen, new last layer",
        "52.9",
        18,
        "random 10 % (1,827), best of 16 runs",
        "github.com/kukov/Romanian-Painting-retrieval-on-Pandora-18k-MobileNet",
    ),
    ReportedResult(
        "MobileNetV2 frozen, new last layer",
        "55.4",
        12,
        "random 10 % (1,281) of the 12 movements shared with PandoraRom",
        "github.com/kukov/Romanian-Painting-retrieval-on-Pandora-18k-MobileNet",
    ),
    ReportedResult(
        "InceptionV3, transfer learning",
        "56.6",
        18,
        "own split",
        "Yu, Jin, Hsu, Stanford CS231n 2017",
    ),
    ReportedResult(
        "InceptionV3, last block fine-tuned, 28 epochs",
        "56.91",
        18,
        "stratified 70/15/15, seed 42 (2,706 tested)",
        "github.com/AnjaJovanovic/renaissance-to-pop-art-study (Belgrade 2026)",
    ),
    ReportedResult(
        "Stacking ensemble of eight networks",
        "72.47",
        18,
        "own split",
        "arXiv 2405.11675 (IJCNN 2020)",
    ),
    ReportedResult(
        "Inception-v3, two stages, five patches a picture",
        "77",
        18,
        "80/20 of 19,329 pictures",
        "Sandoval et al. 2019, IEEE 8675906",
    ),
)
