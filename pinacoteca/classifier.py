"""The network: a painting's movement and its embedding, from weights in hub layout."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError, PinacotecaError
from pinacoteca.familiarity import Familiarity
from pinacoteca.files import sha256_of
from pinacoteca.images import reduced
from pinacoteca.likeness import GRID, LIKENESS_FILE, Likeness
from pinacoteca.movements import Movement, movement_of_folder
from pinacoteca.prediction_sets import PredictionSets

if TYPE_CHECKING:
    import torch
    from PIL import Image

    Array = npt.NDArray[np.float32]

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
METRICS_FILE = "metrics.json"
# What of timm's preprocessing settings decides the pixels that the network sees.
PREPROCESSING_KEYS = ("input_size", "interpolation", "crop_pct", "crop_mode", "mean", "std")
BATCH_SIZE = 32
# Of the seven blocks, the fourth tells photographs and print from paintings best, whatever their
# resolution.
TEXTURE_BLOCK = 3


Item = TypeVar("Item")


class Analysis(NamedTuple):
    """What one pass of the network says about ``n`` pictures.

    Attributes:
        logits: float32 ``[n, movements]``, before temperature and softmax.
        embeddings: float32 ``[n, dimension]``: the pooled features that the last layer classifies.
        textures: float32 ``[n, textures]``: mean and standard deviation, over the picture, of each
            channel of a middle block.
        hands: float32 ``[n, h]``, by the model's ``Likeness``; ``h`` is 0 if it has none.
        styles: float32 ``[n, s]``, likewise, as are the next two.
        subjects: float32 ``[n, p]``.
        compositions: float32 ``[n, d]``.
    """

    logits: npt.NDArray[np.float32]
    embeddings: npt.NDArray[np.float32]
    textures: npt.NDArray[np.float32]
    hands: npt.NDArray[np.float32]
    styles: npt.NDArray[np.float32]
    subjects: npt.NDArray[np.float32]
    compositions: npt.NDArray[np.float32]


class Features(NamedTuple):
    """What the network makes of ``b`` pictures, before anything is learned from it.

    Attributes:
        logits: float32 ``[b, movements]``.
        embeddings: float32 ``[b, dimension]``: the pooled features.
        statistics: float32 ``[b, statistics]``: of the stem and each of the seven blocks in turn,
            the means of its channels over the picture and then their standard deviations.
        cells: float32 ``[b, GRID, GRID, dimension]``: the last features, pooled in a grid.
    """

    logits: npt.NDArray[np.float32]
    embeddings: npt.NDArray[np.float32]
    statistics: npt.NDArray[np.float32]
    cells: npt.NDArray[np.float32]


class MovementClassifier:
    """A network with its labels, its preprocessing and its calibration.

    Attributes:
        movements: The movements that the network knows, in the order of its outputs.
        temperature: The divisor of the logits before the softmax (temperature scaling; Guo et al.,
            "On Calibration of Modern Neural Networks", ICML 2017, equation 9).
        fingerprint: SHA-256 over the weights, the likeness and the preprocessing; what models with
            different fingerprints make of pictures cannot be compared.
        largest_side: Pictures with a longer side, in pixels, are reduced to it before timm's
            preprocessing, as the training pictures were; 0 for never.
        familiarity: Tells pictures that are no paintings; None if the model folder has none.
        likeness: Makes hands, styles, subjects and compositions; None if the folder has none.
        prediction_sets: Makes the smallest sets of movements that keep a promised coverage; None if
            the model was not calibrated for them.
    """

    def __init__(
        self,
        network: torch.nn.Module,
        movements: Sequence[Movement],
        temperature: float,
        fingerprint: str,
        largest_side: int = 0,
        familiarity: Familiarity | None = None,
        likeness: Likeness | None = None,
        prediction_sets: PredictionSets | None = None,
    ) -> None:
        import torch
        from timm.data import create_transform, resolve_model_data_config

        self.movements = tuple(movements)
        self.temperature = temperature
        self.fingerprint = fingerprint
        self.largest_side = largest_side
        self.familiarity = familiarity
        self.likeness = likeness
        self.prediction_sets = prediction_sets
        self._transform = create_transform(**resolve_model_data_config(network), is_training=False)
        self._network = network.eval().to(memory_format=torch.channels_last)

    @classmethod
    def from_pretrained(cls, folder: str | os.PathLike[str], device: str = "cpu") -> Self:
        """Loads a folder in the layout that timm writes for the hub.

        Args:
            folder: Holds ``config.json`` and ``model.safetensors``.
            device: Where the network runs, as PyTorch names it: ``cpu``, ``cuda``.

        Raises:
            ModelError: A file is missing or damaged, or the two do not fit each other.
        """
        folder = Path(folder)
        config = _read_config(folder)
        # timm would fall back on a pickle; a missing safetensors file must end here.
        weights = folder / WEIGHTS_FILE
        if not weights.is_file():
            raise ModelError(
                f"There are no weights at {weights}: train a model with train/train.py "
                "or name the folder of one."
            )
        movements = _movements_of(config, folder)
        temperature = config.get("temperature", 1.0)
        if not isinstance(temperature, int | float) or not 0 < temperature < math.inf:
            raise ModelError(
                f"The temperature in {folder / CONFIG_FILE} is {temperature!r}; "
                "it must be a positive number."
            )
        network = _load_network(folder).to(device)
        return cls(
            network,
            movements,
            float(temperature),
            fingerprint_of(config, folder),
            _largest_side_of(config, folder),
            Familiarity.load(folder, _length(_texture_columns(network))),
            Likeness.load(
                folder,
                int(network.num_features),  # type: ignore[arg-type]
                2 * sum(_channels(network)),
            ),
            _prediction_sets_of(config, folder),
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The Pandora18K folder names of the movements, in the order of the outputs."""
        return tuple(movement.folder for movement in self.movements)

    @property
    def dimension(self) -> int:
        """The length of one embedding."""
        return int(self._network.num_features)  # type: ignore[arg-type]

    def analyse(self, images: Iterable[Image.Image]) -> Analysis:
        """Returns all that one pass of the network says about RGB pictures of any size."""
        shapes = (
            (len(self.movements),),
            (self.dimension,),
            (2 * sum(_channels(self._network)),),
            (GRID, GRID, self.dimension),
        )
        empty = self._analysis(Features(*(np.empty((0, *shape), np.float32) for shape in shapes)))
        analyses = [self._analysis(features) for features in self.features(images)]
        return Analysis(*map(np.concatenate, zip(empty, *analyses, strict=True)))

    def features(self, images: Iterable[Image.Image]) -> Iterator[Features]:
        """Yields what a ``Likeness`` is learned from, for some pictures at a time."""
        for batch in self._tensors(images):
            yield self._forward(batch)

    def _forward(self, batch: torch.Tensor) -> Features:
        import torch
        from torch.nn.functional import adaptive_avg_pool2d

        network: Any = self._network
        with torch.inference_mode():
            # The stem counts as the first of these.
            final, blocks = network.forward_intermediates(
                batch, indices=list(range(1 + len(network.blocks))), extra_blocks=True
            )
            pooled = network.forward_head(final, pre_logits=True)
            statistics = [
                each for block in blocks for each in (block.mean((2, 3)), block.std((2, 3)))
            ]
            cells = adaptive_avg_pool2d(final, GRID).permute(0, 2, 3, 1)
            outputs = (network.classifier(pooled), pooled, torch.cat(statistics, dim=1), cells)
        return Features(*(each.float().cpu().numpy() for each in outputs))

    def _analysis(self, features: Features) -> Analysis:
        nothing = np.empty((len(features.logits), 0), np.float32)
        likeness = self.likeness
        return Analysis(
            features.logits,
            features.embeddings,
            textures=features.statistics[:, _texture_columns(self._network)],
            hands=likeness.hands(features.statistics) if likeness else nothing,
            styles=likeness.styles(features.statistics) if likeness else nothing,
            subjects=likeness.subjects(features.embeddings) if likeness else nothing,
            compositions=likeness.compositions(features.cells) if likeness else nothing,
        )

    def predict(self, images: Iterable[Image.Image]) -> Array:
        """Returns calibrated probabilities, float32 ``[n, movements]``; each row sums to one."""
        return self.probabilities(self.analyse(images).logits)

    def embed(self, images: Iterable[Image.Image]) -> Array:
        """Returns embeddings, float32 ``[n, dimension]``."""
        return self.analyse(images).embeddings

    def probabilities(self, logits: Array) -> Array:
        """Turns logits, float32 ``[n, movements]``, into calibrated probabilities of that shape."""
        scaled = logits / self.temperature
        exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True), np.float32)

    def _tensors(self, images: Iterable[Image.Image]) -> Iterator[torch.Tensor]:
        import torch

        device = next(self._network.parameters()).device
        for batch in batches(images):
            pictures_alike = (reduced(picture, self.largest_side) for picture in batch)
            tensors = torch.stack([self._transform(picture) for picture in pictures_alike])
            yield tensors.to(device, memory_format=torch.channels_last)


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yields lists of as many items as the network takes at once, the last one maybe shorter."""
    source = iter(items)
    while batch := list(islice(source, BATCH_SIZE)):
        yield batch


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG_FILE
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"There is no model in {folder}: it has no {CONFIG_FILE}. "
            "Train one with train/train.py or name the folder of one."
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path} cannot be read as JSON ({error}): export the model anew."
        ) from None
    if not isinstance(config, dict) or not isinstance(config.get("pretrained_cfg"), dict):
        raise ModelError(f"{path} is not a timm model configuration: export the model anew.")
    return config


def _movements_of(config: dict[str, Any], folder: Path) -> tuple[Movement, ...]:
    labels = config.get("label_names")
    if not isinstance(labels, list) or len(labels) != config.get("num_classes"):
        raise ModelError(
            f"{folder / CONFIG_FILE} names {len(labels) if isinstance(labels, list) else 'no'} "
            f"labels for {config.get('num_classes')!r} outputs: export the model anew."
        )
    try:
        return tuple(movement_of_folder(label) for label in labels)
    except PinacotecaError as error:
        raise ModelError(f"{folder / CONFIG_FILE} has an unknown label. {error}") from None


def _largest_side_of(config: dict[str, Any], folder: Path) -> int:
    side = config.get("largest_side", 0)
    if not isinstance(side, int) or isinstance(side, bool) or side < 0:
        raise ModelError(
            f"The largest_side in {folder / CONFIG_FILE} is {side!r}; "
            "it must be a number of pixels, or 0."
        )
    return side


def _load_network(folder: Path) -> torch.nn.Module:
    import timm

    try:
        network: torch.nn.Module = timm.create_model(f"local-dir:{folder}", pretrained=True)
    # Weights and configuration that do not fit fail in timm wherever they are first used.
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelError(
            f"The weights in {folder} cannot be loaded ({reason}): copy or export the model anew."
        ) from None
    return network


def _channels(network: Any) -> list[int]:
    """Returns the channels of the stem and of each block."""
    blocks = [block[-1] for block in network.blocks]
    last = [block.conv_pwl if hasattr(block, "conv_pwl") else block.conv_pw for block in blocks]
    return [int(network.conv_stem.out_channels), *(int(conv.out_channels) for conv in last)]


def _texture_columns(network: Any) -> slice:
    """Returns where the statistics have those of the block that tells paintings."""
    channels = _channels(network)
    start = 2 * sum(channels[: TEXTURE_BLOCK + 1])
    return slice(start, start + 2 * channels[TEXTURE_BLOCK + 1])


def _length(columns: slice) -> int:
    return int(columns.stop - columns.start)


def _prediction_sets_of(config: dict[str, Any], folder: Path) -> PredictionSets | None:
    settings = config.get("prediction_sets")
    return None if settings is None else PredictionSets.of(settings, folder / CONFIG_FILE)


def fingerprint_of(config: dict[str, Any], folder: Path) -> str:
    """Returns ``MovementClassifier.fingerprint`` of a model folder with this ``config.json``."""
    preprocessing = {key: config["pretrained_cfg"].get(key) for key in PREPROCESSING_KEYS}
    preprocessing["largest_side"] = config.get("largest_side", 0)
    files = [folder / name for name in (WEIGHTS_FILE, LIKENESS_FILE)]
    hashes = [sha256_of(path) for path in files if path.is_file()]
    text = json.dumps([hashes, preprocessing], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
