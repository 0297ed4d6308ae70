"""Prepares pictures for the network: crops, their order in an epoch, batches."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from augment_storage import StoredAnew, WithoutColour
from data_parallel import share_of
from pandora import Picture, painter_classes
from recipe import Recipe
from run_settings import Training
from workers import worker_count

from pinacoteca.errors import DataError, ImageError
from pinacoteca.images import open_image, reduced
from pinacoteca.processes import ALONE, Processes

if TYPE_CHECKING:
    import torch
    from torch.utils.data import DataLoader


def data_config(recipe: Recipe) -> dict[str, Any]:
    """Returns the preprocessing of ``recipe`` as timm's configuration; it is exported."""
    from timm.data import IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD

    return {
        "input_size": (3, recipe.test_resolution, recipe.test_resolution),
        "interpolation": "bicubic",
        "crop_pct": 1.0,
        "crop_mode": recipe.crop_mode,
        "mean": IMAGENET_DEFAULT_MEAN,
        "std": IMAGENET_DEFAULT_STD,
    }


def training_transform(recipe: Recipe, resolution: int) -> Any:
    """Returns the transform of training pictures: random copies, crops and mirror images.

    Without random crops it is the plain preprocessing. The tensors are squares of ``resolution``
    pixels. Colours are kept or removed, but never shifted: they are part of what makes a movement.
    """
    from timm.data import create_transform
    from torchvision.transforms import Compose

    settings = data_config(recipe) | {"input_size": (3, resolution, resolution)}
    if recipe.smallest_crop == 1:
        return create_transform(**settings)
    settings |= {"interpolation": "random", "scale": (recipe.smallest_crop, 1.0)}
    crops = create_transform(**settings, is_training=True, color_jitter=0.0)
    copies: list[Any] = []
    if recipe.grey_share:
        copies.append(WithoutColour(recipe.grey_share))
    if recipe.stored_anew_share:
        copies.append(StoredAnew(recipe.stored_anew_share))
    return Compose([*copies, crops]) if copies else crops


@dataclass(frozen=True)
class Lost:
    """A picture that was readable when the run began and no longer is."""

    path: str
    reason: str


class LabelledPictures:
    """A map-style data set of ``(tensor [3, side, side], class index)``, or ``Lost``.

    Batches take the transforms in turn. With a seed, the random changes of a picture depend only on
    that seed and the picture's position: neither the number of workers nor a resumed run changes
    them.
    """

    def __init__(
        self,
        training: Training,
        pictures: Sequence[Picture],
        classes: Sequence[int],
        transforms: Sequence[Any],
        seed: int | None = None,
    ) -> None:
        self._training = training
        self._batch_size = training.recipe.batch_size
        self._largest_side = training.recipe.largest_side
        self._pictures = pictures
        self._classes = classes
        self._transforms = transforms
        self._seed = seed

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int] | Lost:
        import torch

        if self._seed is not None:
            # timm draws from both modules.
            random.seed(self._seed + index)
            torch.manual_seed(self._seed + index)
        transform = self._transforms[index // self._batch_size % len(self._transforms)]
        picture = self._pictures[index]
        try:
            image = open_image(self._training.file_of(picture))
        except ImageError as error:
            return Lost(picture.path, str(error))
        return transform(reduced(image, self._largest_side)), self._classes[index]


class Batches:
    """Yields batches of ``data`` and leaves out pictures that became unreadable, naming each one.

    A missing picture does not end the run; a whole unreadable batch does, because the disk or
    network share is probably gone.
    """

    def __init__(self, batches: DataLoader[Any], data: LabelledPictures) -> None:
        self._batches = batches
        self.dataset = data

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for batch, lost in self._batches:
            if batch is None:
                raise DataError(
                    f"A whole batch of pictures has become unreadable, among them {lost[0].path} "
                    f"({lost[0].reason}) Check the folder of pictures, then go on with --resume."
                )
            for each in lost:
                print(f"Left out {each.path}: {each.reason}")
            yield batch


def collated(
    samples: Sequence[tuple[torch.Tensor, int] | Lost],
) -> tuple[tuple[torch.Tensor, torch.Tensor] | None, list[Lost]]:
    """Returns the batch, or None if no picture of it is readable, and the lost pictures."""
    from torch.utils.data import default_collate

    lost = [sample for sample in samples if isinstance(sample, Lost)]
    there = [sample for sample in samples if not isinstance(sample, Lost)]
    return (tuple(default_collate(there)) if there else None), lost


def loader(
    training: Training,
    data: LabelledPictures,
    drop_last: bool = False,
    processes: Processes = ALONE,
) -> Batches:
    """Returns batches of ``data`` in its order, or this process's share of each."""
    from torch.utils.data import BatchSampler, DataLoader

    batches = BatchSampler(range(len(data)), training.recipe.batch_size, drop_last)
    return Batches(
        DataLoader(
            data,  # type: ignore[arg-type]
            batch_sampler=share_of(batches, processes),
            num_workers=worker_count(training.recipe, training.workers, processes.count),
            collate_fn=collated,
            pin_memory=training.device == "cuda",
        ),
        data,
    )


def epoch_order(training: Training, generator: torch.Generator) -> torch.Tensor:
    """Returns the indices of the training pictures of one epoch, in order, int64 ``[shown]``.

    Each picture is shown as often as ``showings`` says, rounded up or down at random (systematic
    resampling).
    """
    import torch

    recipe, pictures = training.recipe, training.train
    order = torch.randperm(len(pictures), generator=generator)
    shown = recipe.epoch_pictures or len(pictures)
    if shown == len(pictures) and not (recipe.painter_balance or recipe.movement_balance):
        return order
    weights = showings(pictures, recipe.painter_balance, recipe.movement_balance, shown)
    bounds = weights[order].cumsum(0)
    # The weights sum to the number of pictures shown, apart from rounding.
    start = torch.rand((), dtype=torch.float64, generator=generator)
    points = torch.arange(shown, dtype=torch.float64) + start
    drawn = order[torch.searchsorted(bounds, points * bounds[-1] / shown)]
    return drawn[torch.randperm(shown, generator=generator)]


def showings(
    pictures: Sequence[Picture], painter_balance: float, movement_balance: float, shown: int
) -> torch.Tensor:
    """Returns how often each picture is to be shown an epoch, float64 ``[pictures]``.

    Args:
        pictures: The training pictures, including further ones. Further pictures do not change the
            share of their movement, only which pictures fill it.
        painter_balance: As in ``Recipe``.
        movement_balance: As in ``Recipe``.
        shown: The sum of the result.
    """
    import torch

    classes, _ = painter_classes(pictures)
    painters = torch.tensor(classes)
    movements = torch.tensor([picture.movement.number for picture in pictures])
    own = torch.tensor([not picture.further for picture in pictures]).double()
    weights = torch.bincount(painters)[painters].double() ** -painter_balance
    shares = torch.bincount(movements, own) ** (1 - movement_balance)
    shares = shares * (torch.bincount(movements) > 0)
    shares = shares / shares.sum() * shown / torch.bincount(movements, weights)
    return weights * shares[movements]


def training_batches(training: Training, epoch: int) -> Batches:
    """Returns the shuffled batches of one epoch, painter classes for labels.

    Repeated calls return the same batches.
    """
    import torch

    recipe = training.recipe
    seed = recipe.seed * 1_000 + epoch
    generator = torch.Generator().manual_seed(seed)
    order = epoch_order(training, generator).tolist()
    classes, _ = painter_classes(training.train)
    data = LabelledPictures(
        training,
        [training.train[index] for index in order],
        [classes[index] for index in order],
        [training_transform(recipe, resolution) for resolution in recipe.resolutions],
        seed=seed * 1_000_000,
    )
    # Batch normalisation cannot train on a last batch of one picture.
    drop_last = len(data) > recipe.batch_size
    return loader(training, data, drop_last, training.processes)
