"""The settings and the pictures of one training run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pandora import Picture
from parts import NO_PARTS, Parts
from recipe import Recipe

from pinacoteca.movements import Movement
from pinacoteca.processes import ALONE, Processes


@dataclass(frozen=True)
class Training:
    """The settings and the pictures of one training run.

    Attributes:
        recipe: Its settings.
        recipe_name: The name of the recipe.
        split: The name of the split.
        directory: The tree.
        movements: The movements that the network classifies, one class each.
        train: The training pictures; one that is gone stays in the list.
        validation: The pictures that choose the best epoch.
        device: ``cpu`` or ``cuda``.
        out: The folder of the run.
        further: The tree of further pictures, if there is one.
        processes: The processes that train together.
        parts: The record in ``parts.csv``.
        workers: Number of processes that read pictures; None for as many as fit.
    """

    recipe: Recipe
    recipe_name: str
    split: str
    directory: Path
    movements: tuple[Movement, ...]
    train: tuple[Picture, ...]
    validation: tuple[Picture, ...]
    device: str
    out: Path
    further: Path | None = None
    processes: Processes = ALONE
    parts: Parts = NO_PARTS
    workers: int | None = None

    def file_of(self, picture: Picture) -> Path:
        """Returns the path of a picture, in the tree or in the tree of further pictures."""
        tree = self.further if picture.further and self.further else self.directory
        return tree / picture.place

    @property
    def index_of(self) -> dict[int, int]:
        """The class index of each movement's number."""
        return {movement.number: index for index, movement in enumerate(self.movements)}

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that must be equal to resume a run; they are saved with its results."""
        return {
            "recipe": self.recipe_name,
            "split": self.split,
            "movements": [movement.folder for movement in self.movements],
            "train_pictures": len(self.train),
            "further_pictures": sum(picture.further for picture in self.train),
            "validation_pictures": len(self.validation),
            **({"processes": self.processes.count} if self.processes.count > 1 else {}),
            **asdict(self.recipe),
        }
