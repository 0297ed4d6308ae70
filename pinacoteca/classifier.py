"""The network that gives a painting's movement and embedding, loaded from a hub folder."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

import numpy as np
import numpy.typing as npt

from pinacoteca.errors import ModelError, PinacotecaError
from pinacoteca.familiarity import Familiarity
from pinacoteca.files import sha256_of
from pinacoteca.forward import BACKENDS, Backend, Branch, Forward, Network
from pinacoteca.images import reduced
from pinacoteca.likeness import GRID, LIKENESS_FILE, Lengths, Likeness
from pinacoteca.model_files import CONFIG_FILE, WEIGHTS_FILE
from pinacoteca.movements import Movement, movement_of_folder
from pinacoteca.prediction_sets import PredictionSets
from pinacoteca.preprocessing import Preprocessing
from pinacoteca.second_branch import SECOND_BRANCH_FILE
from pinacoteca.statistics_head import STATISTICS_HEAD_FILE, StatisticsHead
from pinacoteca.swap import finish_swap

if TYPE_CHECKING:
    from PIL import Image

    Array = npt.NDArray[np.float32]

# The preprocessing settings of timm that change the pixels the network sees.
PREPROCESSING_KEYS = ("input_size", "interpolation", "crop_pct", "crop_mode", "mean", "std")
BATCH_SIZE = 32
# Among the stem and the seven blocks, the fourth block best tells photographs and print from
# paintings, at any resolution.
TEXTURE_STAGE = 4


Item = TypeVar("Item")


class Analysis(NamedTuple):
    """What one pass of the network says about ``n`` pictures.

    Attributes:
        logits: float32 ``[n, movements]``, before temperature and softmax; with the model's
            ``StatisticsHead`` if it has one.
        embeddings: float32 ``[n, dimension]``: the pooled features that the last layer classifies.
        textures: float32 ``[n, textures]``: mean and standard deviation, over the picture, of each
            channel of a middle block.
        hands: float32 ``[n, h]``, from the model's ``Likeness``, as are the next three; ``h`` is 0
            if the model has none.
        styles: float32 ``[n, s]``.
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


class MovementClassifier:
    """A network with its labels, its preprocessing and its calibration.

    Attributes:
        movements: The movements that the network knows, in the order of its outputs.
        temperature: The divisor of the logits before the softmax (temperature scaling; Guo et al.,
            "On Calibration of Modern Neural Networks", ICML 2017, equation 9).
        fingerprint: SHA-256 over the weights, those of a second branch, the likeness, the
            statistics head and the preprocessing. Outputs of models with different fingerprints
            cannot be compared.
        largest_side: Pictures with a longer side, in pixels, are reduced to it before timm's
            preprocessing, as the training pictures were; 0 for never.
        familiarity: Recognises pictures that are not paintings; None if the model folder has none.
        likeness: Computes hands, styles, subjects and compositions; None if the folder has none.
        prediction_sets: Makes the smallest sets of movements with the promised coverage; None if
            the model was not calibrated for them.
        statistics_head: Helps the last layer to tell movements; None if the folder has none.
    """

    def __init__(
        self,
        network: Network,
        preprocessing: Preprocessing,
        movements: Sequence[Movement],
        temperature: float,
        fingerprint: str,
        largest_side: int = 0,
        familiarity: Familiarity | None = None,
        likeness: Likeness | None = None,
        prediction_sets: PredictionSets | None = None,
        statistics_head: StatisticsHead | None = None,
    ) -> None:
        self.movements = tuple(movements)
        self.temperature = temperature
        self.fingerprint = fingerprint
        self.largest_side = largest_side
        self.familiarity = familiarity
        self.likeness = likeness
        self.prediction_sets = prediction_sets
        self.statistics_head = statistics_head
        self._preprocessing = preprocessing
        self._network = network

    @classmethod
    def from_pretrained(
        cls,
        folder: str | os.PathLike[str],
        device: str = "cpu",
        backend: Backend = "onnx",
        threads: int = 1,
        with_likeness: bool = True,
    ) -> Self:
        """Loads a folder in the layout that timm writes for the hub.

        If an export was interrupted while it put its files in place, this finishes it first.

        Args:
            folder: Holds ``config.json``, ``model.safetensors`` and the model's optional files.
            device: Where the network runs, as PyTorch names it: ``cpu``, or ``cuda``, which needs
                PyTorch.
            backend: What runs the network: ``onnx``, which is faster on a CPU, or ``torch``.
            threads: How many threads ONNX Runtime uses for a pass; PyTorch has its own setting.
            with_likeness: False when the likeness is about to be learned again, because the old
                file may not fit.

        Raises:
            ModelError: A file is missing or damaged, or the files do not fit each other.
            DataError: An export was stopped and cannot be finished.
        """
        folder = Path(folder)
        finish_swap(folder)
        config = _read_config(folder)
        # Without this check, timm would fall back on a pickle file, which can run code.
        weights = folder / WEIGHTS_FILE
        if not weights.is_file():
            raise ModelError(
                f"There are no weights at {weights}: train a model with train/train.py "
                "or name the folder of one."
            )
        movements = _movements_of(config, folder)
        temperature = config.get("temperature", 1.0)
        # JSON also has whole numbers that no float can hold.
        if not isinstance(temperature, int | float) or not 0 < temperature <= sys.float_info.max:
            raise ModelError(
                f"The temperature in {folder / CONFIG_FILE} is {temperature!r}; "
                "it must be a positive number."
            )
        preprocessing = Preprocessing.from_config(config["pretrained_cfg"])
        network = _load_network(folder, config, preprocessing.size, device, backend, threads)
        lengths = _lengths(network)
        return cls(
            network,
            preprocessing,
            movements,
            float(temperature),
            fingerprint_of(config, folder),
            _largest_side_of(config, folder),
            Familiarity.load(folder, _texture_features(network)),
            Likeness.load(folder, lengths) if with_likeness else None,
            _prediction_sets_of(config, folder),
            StatisticsHead.load(folder, lengths.statistics, len(movements)),
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The Pandora18K folder names of the movements, in the order of the outputs."""
        return tuple(movement.folder for movement in self.movements)

    @property
    def dimension(self) -> int:
        """The length of one embedding."""
        return self._network.features

    def analyse(self, images: Iterable[Image.Image]) -> Analysis:
        """Returns all that one pass of the network says about RGB pictures of any size."""
        analyses = [self._analysis(passed) for passed in self.passes(images)]
        nothing = self._analysis(_nothing(self._network, len(self.movements)))
        return Analysis(*map(np.concatenate, zip(nothing, *analyses, strict=True)))

    def passes(self, images: Iterable[Image.Image]) -> Iterator[Forward]:
        """Yields the output of the network, one batch of pictures at a time."""
        for batch in batches(images):
            pictures_alike = [reduced(picture, self.largest_side) for picture in batch]
            yield self._network.forward(self._preprocessing.batch(pictures_alike))

    def _analysis(self, passed: Forward) -> Analysis:
        nothing = np.empty((len(passed.logits), 0), np.float32)
        likeness, head = self.likeness, self.statistics_head
        return Analysis(
            head.combined(passed.logits, passed.statistics) if head else passed.logits,
            passed.pooled,
            passed.stages[TEXTURE_STAGE],
            hands=likeness.hands(passed.statistics) if likeness else nothing,
            styles=likeness.styles(passed.statistics) if likeness else nothing,
            subjects=likeness.subjects(passed.all_pooled) if likeness else nothing,
            compositions=likeness.compositions(passed.subject_cells) if likeness else nothing,
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


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yields lists as long as one batch of the network; the last one may be shorter."""
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
    # Brackets nested too deeply end in a RecursionError.
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
        return tuple(movement_of_folder(str(label)) for label in labels)
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


def _load_network(
    folder: Path,
    config: dict[str, Any],
    size: tuple[int, int],
    device: str,
    backend: Backend,
    threads: int,
) -> Network:
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}; got {backend!r}")
    if backend == "onnx" and device != "cpu":
        raise ValueError(f"backend must be 'torch' where device is {device!r}; got 'onnx'")
    try:
        if backend == "torch":
            from pinacoteca.torch_network import TorchNetwork

            return TorchNetwork(folder, device)
        from pinacoteca.onnx_network import OnnxNetwork

        return OnnxNetwork(folder / WEIGHTS_FILE, config, size, threads)
    except ModelError:
        raise
    # If weights and configuration do not fit, timm may raise any exception.
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelError(
            f"The weights in {folder} cannot be loaded ({reason}): copy or export the model anew."
        ) from None


def _texture_features(network: Network) -> int:
    return 2 * network.channels[TEXTURE_STAGE]


def _lengths(network: Network) -> Lengths:
    return Lengths(
        statistics=2 * sum(network.channels + network.second_channels),
        pooled=(2 if network.second_channels else 1) * network.features,
        cells=network.features,
    )


def _nothing(network: Network, movements: int) -> Forward:
    """Returns the output of a pass over no pictures."""
    main, second = (
        Branch(
            np.empty((0, network.features), np.float32),
            np.empty((0, GRID, GRID, network.features), np.float32),
            tuple(np.empty((0, 2 * count), np.float32) for count in channels),
        )
        for channels in (network.channels, network.second_channels)
    )
    logits = np.empty((0, movements), np.float32)
    return Forward(logits, *main, second if network.second_channels else None)


def _prediction_sets_of(config: dict[str, Any], folder: Path) -> PredictionSets | None:
    settings = config.get("prediction_sets")
    return None if settings is None else PredictionSets.of(settings, folder / CONFIG_FILE)


def fingerprint_of(config: dict[str, Any], folder: Path) -> str:
    """Returns ``MovementClassifier.fingerprint`` of a model folder with this ``config.json``."""
    preprocessing = {key: config["pretrained_cfg"].get(key) for key in PREPROCESSING_KEYS}
    preprocessing["largest_side"] = config.get("largest_side", 0)
    names = (WEIGHTS_FILE, SECOND_BRANCH_FILE, LIKENESS_FILE, STATISTICS_HEAD_FILE)
    hashes = [sha256_of(folder / name) for name in names if (folder / name).is_file()]
    text = json.dumps([hashes, preprocessing], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
