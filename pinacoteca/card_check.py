"""Checks that a model card describes the model that it will be uploaded with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pinacoteca.errors import DataError
from pinacoteca.model_files import CONFIG_FILE, METRICS_FILE

# The names of the scores on a card, and their names in metrics.json.
_SCORES = {"Top-1 accuracy": "top1", "Top-3 accuracy": "top3", "Macro-F1": "macro_f1"}


def check_card(card: Path, front_matter: str, model: Path) -> None:
    """Checks a card against the measurements, and the measurements against the weights.

    Args:
        card: The path of the card, for messages.
        front_matter: The YAML mapping at the top of the card.
        model: Folder with ``metrics.json``.

    Raises:
        DataError: Card, measurements and weights do not belong to the same model.
    """
    import yaml

    metrics = _read(model / METRICS_FILE)
    measured_with = metrics.get("model_fingerprint")
    if measured_with is not None and measured_with != _fingerprint(model):
        raise DataError(
            f"{model / METRICS_FILE} was measured with other weights than those beside it: "
            f"measure these with train/evaluate.py --model {model}, then write their card with "
            f"hub/write_card.py --model {model} --out FILE, and name it with --card."
        )
    scores = metrics.get("scores", {})
    for name, value in _figures(yaml.safe_load(front_matter)):
        measured = scores.get(_SCORES.get(name, ""))
        # Cards round to four decimals.
        if measured is None or abs(measured - value) > 0.00006:
            is_here = "was not measured" if measured is None else f"is {measured:.4f}"
            raise DataError(
                f"The card {str(card)!r} describes another model: its {name} is {value}, that of "
                f"{model} {is_here}. Write one with hub/write_card.py --model {model} "
                "--out FILE, and name it with --card."
            )


def _figures(mapping: Any) -> Iterator[tuple[str, float]]:
    for index in mapping.get("model-index") or ():
        for result in index.get("results") or ():
            for metric in result.get("metrics") or ():
                yield str(metric.get("name")), float(metric["value"])


def _fingerprint(model: Path) -> str:
    # Imported late: the classifier is slow to import, and not every check needs it.
    from pinacoteca.classifier import fingerprint_of

    return fingerprint_of(_read(model / CONFIG_FILE), model)


def _read(path: Path) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return read
    except ValueError:
        raise DataError(f"{path} is damaged: copy or make it anew.") from None
