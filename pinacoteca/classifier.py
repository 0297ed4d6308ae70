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
        styles: float32 ``[n, s]``, by the model's ``Likeness``; ``s`` is 0 if it has none.
        compositions: float32 ``[n, d]``, likewise.
    """

    logits: npt.NDArray[np.float32]
    embeddings: npt.NDArray[np.float32]
    textures: npt.NDArray[np.float32]
    styles: npt.NDArray[np.float32]
    compositions: npt.NDArray[np.float32]


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
        likeness: Makes styles and compositions; None if the model folder has none.
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
    ) -> None:
        import torch
        from timm.data import create_transform, resolve_model_data_config

        self.movements = tuple(movements)
        self.temperature = temperature
        self.fingerprint = fingerprint
        self.largest_side = largest_side
        self.familiarity = familiarity
        self.likeness = likeness
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
            _fingerprint_of(config, folder),
            _largest_side_of(config, folder),
            Familiarity.load(folder, _texture_features(network)),
            Likeness.load(folder, int(network.num_features)),  # type: ignore[arg-type]
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
            (_texture_features(self._network),),
            (GRID, GRID, self.dimension),
        )
        empty = self._analysis(*(np.empty((0, *shape), np.float32) for shape in shapes))
        analyses = [self._analysis(*self._forward(batch)) for batch in self._tensors(images)]
        return Analysis(*map(np.concatenate, zip(empty, *analyses, strict=True)))

    def last_features(self, images: Iterable[Image.Image]) -> Iterator[tuple[Array, Array]]:
        """Yields what a ``Likeness`` is learned from, for some pictures at a time.

        Yields:
            Pooled features, float32 ``[b, features]``, and those of the cells, float32
            ``[b, GRID, GRID, features]``.
        """
        for batch in self._tensors(images):
            _, embeddings, _, cells = self._forward(batch)
            yield embeddings, cells

    def _forward(self, batch: torch.Tensor) -> tuple[Array, Array, Array, Array]:
        """Returns logits, pooled features, textures and features of the cells."""
        import torch
        from torch.nn.functional import adaptive_avg_pool2d

        network: Any = self._network
        with torch.inference_mode():
            final, (texture,) = network.forward_intermediates(
                batch,
                # The stem counts as the first of these.
                indices=[TEXTURE_BLOCK + 1],
                extra_blocks=True,
            )
            pooled = network.forward_head(final, pre_logits=True)
            textures = torch.cat([texture.mean((2, 3)), texture.std((2, 3))], dim=1)
            cells = adaptive_avg_pool2d(final, GRID).permute(0, 2, 3, 1)
            outputs = (network.classifier(pooled), pooled, textures, cells)
        logits, embeddings, statistics, grid = (each.float().cpu().numpy() for each in outputs)
        return logits, embeddings, statistics, grid

    def _analysis(
        self, logits: Array, embeddings: Array, textures: Array, cells: Array
    ) -> Analysis:
        nothing = np.empty((len(logits), 0), np.float32)
        likeness = self.likeness
        return Analysis(
            logits,
            embeddings,
            textures,
            styles=likeness.styles(embeddings) if likeness else nothing,
            compositions=likeness.compositions(cells) if likeness else nothing,
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
    # Brackets nested without end are a mistake of the file's as well.
    except (OSError, ValueError, RecursionError) as error:
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


def _texture_features(network: Any) -> int:
    return 2 * int(network.blocks[TEXTURE_BLOCK][-1].conv_pwl.out_channels)


def _fingerprint_of(config: dict[str, Any], folder: Path) -> str:
    preprocessing = {key: config["pretrained_cfg"].get(key) for key in PREPROCESSING_KEYS}
    preprocessing["largest_side"] = config.get("largest_side", 0)
    files = [folder / name for name in (WEIGHTS_FILE, LIKENESS_FILE)]
    hashes = [sha256_of(path) for path in files if path.is_file()]
    text = json.dumps([hashes, preprocessing], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
