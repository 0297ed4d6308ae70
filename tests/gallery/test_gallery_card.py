"""The card of the gallery agrees with the gallery's files."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import DatasetCard
from openpyxl import load_workbook

from pinacoteca.collection import COLUMNS, LICENCE, Collection

GALLERY = Path(__file__).resolve().parents[2] / "gallery"


@pytest.fixture(scope="module")
def card() -> Any:
    return DatasetCard.load(GALLERY / "README.md")


@pytest.fixture(scope="module")
def collection() -> Collection:
    return Collection.load(GALLERY)


def test_the_front_matter_is_what_the_hub_asks_for(card: Any, collection: Collection) -> None:
    assert card.data.license == LICENCE.lower()
    assert card.data.pretty_name
    assert card.data.language == ["en"]
    assert "image-feature-extraction" in card.data.task_categories
    (config,) = card.data.configs
    assert (GALLERY / config["data_files"]).is_file()
    assert card.data.size_categories == ["1K<n<10K"]
    assert 1_000 < len(collection) < 10_000


def test_the_figures_are_those_of_the_shipped_table(card: Any, collection: Collection) -> None:
    text = " ".join(card.text.split())
    artists = {painting.artist_slug for painting in collection.paintings}
    styles = Counter(painting.style for painting in collection.paintings)
    squares = sum(painting.width == painting.height for painting in collection.paintings)
    sheet = load_workbook(GALLERY / "romanian_paintings_with_features.xlsx").active

    assert f"{len(collection):,} paintings by {len(artists)} artists" in text
    hand, movement = collection.hands.shape[1], collection.styles.shape[1]
    subject = collection.subjects.shape[1] + collection.compositions.shape[1]
    numbers = f"{hand} numbers for the hand, {movement} for the movement and {subject:,} for the"
    assert numbers in text
    assert max(max(p.width, p.height) for p in collection.paintings) == 224
    assert "224 pixels on the longer side" in text
    assert 0.4 < squares / len(collection) < 0.6  # "About half of them"
    assert styles["Impressionism"] > len(collection) / 2  # "More than half"
    assert f"{sheet.max_column - 4} columns of logits" in text
    assert [sheet.cell(row, 1).value for row in range(2, sheet.max_row + 1)] == [
        painting.image_id for painting in collection.paintings
    ]


def test_the_card_describes_every_column_in_order(card: Any) -> None:
    described = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", card.text, flags=re.MULTILINE)

    assert [name for cell in described for name in re.findall(r"\w+", cell)] == list(COLUMNS)


def test_every_link_and_hash_of_the_shipped_table_is_sound(collection: Collection) -> None:
    import blurhash

    for painting in collection.paintings:
        waves = (4, 3) if painting.width >= painting.height else (3, 4)
        assert blurhash.components(painting.blurhash) == waves
        assert painting.page_url is not None
        assert painting.page_url.startswith(f"https://www.wikiart.org/en/{painting.artist_slug}/")
        assert (painting.image_url or "https://").startswith("https://")


def test_no_picture_is_shipped() -> None:
    allowed = {".py", ".md", ".csv", ".json", ".safetensors", ".xlsx"}

    files = [path for path in GALLERY.rglob("*") if "__pycache__" not in path.parts]
    # This one is a plot of measures.
    files.remove(GALLERY / "frontier.png")
    assert {path.suffix for path in files} == allowed
