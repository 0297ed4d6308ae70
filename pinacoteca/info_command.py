"""``pinacoteca info``: what a model and a gallery hold."""

from __future__ import annotations

import argparse
import json
from typing import Any

from pinacoteca import __version__
from pinacoteca.retriever import PaintingRetriever
from pinacoteca.years import last_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument("--model", default="model", help="model folder (default: model)")
    parser.add_argument("--gallery", default="gallery", help="gallery folder (default: gallery)")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def info(arguments: argparse.Namespace) -> None:
    """Checks both folders as the page does, then prints what they hold."""
    facts = facts_of(PaintingRetriever.from_pretrained(arguments.model, arguments.gallery))
    if arguments.json:
        print(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        text = ", ".join(value) if isinstance(value, list) else value
        print(f"{name.replace('_', ' ')}: {text}")


def facts_of(retriever: PaintingRetriever) -> dict[str, Any]:
    """Returns what a model and a gallery hold, by name."""
    classifier, paintings = retriever.classifier, retriever.collection.paintings
    years = [painting.year for painting in paintings if painting.year is not None]
    return {
        "version": __version__,
        "movements": [movement.english for movement in classifier.movements],
        "prediction_sets": classifier.prediction_sets is not None,
        "knows_strangers": classifier.familiarity is not None,
        "paintings": len(paintings),
        "artists": len({painting.artist_slug for painting in paintings}),
        "years": f"{int(min(years))} to {max(map(last_of, years))}" if years else "none",
        "map": retriever.map is not None,
        "model_fingerprint": classifier.fingerprint,
    }
