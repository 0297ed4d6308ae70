"""Builds a MobileNetV2 from ImageNet weights; freezes blocks and chooses the precision."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from run_settings import Training

from pinacoteca.errors import ModelError

if TYPE_CHECKING:
    import torch

ARCHITECTURE = "mobilenetv2_100"


def build_network(training: Training, weights: Path | None) -> Any:
    """Returns a network with a new last layer on an ImageNet backbone.

    Args:
        training: Gives the number of classes, the seed and the blocks that stay frozen.
        weights: A safetensors file of the backbone or of an earlier run, whose last layer is kept;
            None downloads the backbone from the hub.

    Raises:
        ModelError: The weights do not fit, or the hub cannot be reached.
    """
    import torch

    torch.manual_seed(training.recipe.seed)
    network = (
        _network_from_hub(len(training.movements))
        if weights is None
        else _network_from_file(len(training.movements), weights)
    )
    _check_finite(network, weights)
    return network


def check_there(weights: Path) -> None:
    """Refuses a file of weights that does not exist.

    Raises:
        ModelError: There is no file.
    """
    if not weights.is_file():
        raise ModelError(f"There is no file {weights}: name the weights with --weights.")


def load_weights(weights: Path) -> dict[str, torch.Tensor]:
    """Returns the tensors of a safetensors file by name.

    Raises:
        ModelError: The file is missing or no safetensors file.
    """
    check_there(weights)
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors: dict[str, torch.Tensor] = load_file(weights)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{weights} is not a safetensors file ({error}).") from None
    return tensors


def _check_finite(network: Any, weights: Path | None) -> None:
    import torch

    for name, value in network.state_dict().items():
        if not torch.isfinite(value).all():
            raise ModelError(
                f"The weights {weights or 'from the hub'} hold infinite values or NaN, in {name}: "
                "nothing could be learned from them. Name others with --weights."
            )


def _network_from_file(classes: int, weights: Path) -> Any:
    import timm

    network = _with_quiet_head(timm.create_model(ARCHITECTURE, num_classes=classes))
    state = load_weights(weights)
    own = network.classifier.state_dict()
    head = {f"classifier.{name}": value.shape for name, value in own.items()}
    # Keep the last layer of an earlier run; the ImageNet one is of no use.
    kept = {
        name: value
        for name, value in state.items()
        if name not in head or value.shape == head[name]
    }
    fit = network.load_state_dict(kept, strict=False)
    if fit.unexpected_keys or not set(fit.missing_keys) <= head.keys():
        raise ModelError(f"{weights} does not hold the weights of a {ARCHITECTURE}.")
    return network


def _network_from_hub(classes: int) -> Any:
    import timm

    try:
        network = timm.create_model(ARCHITECTURE, pretrained=True, num_classes=classes)
    # Transport errors differ between versions of huggingface_hub and share no base class.
    except Exception as error:
        raise ModelError(
            f"The ImageNet weights of {ARCHITECTURE} could not be downloaded from the hub "
            f"({type(error).__name__}): name a safetensors file with --weights."
        ) from None
    return _with_quiet_head(network)


def _with_quiet_head(network: Any) -> Any:
    """Gives the last layer small initial weights: unlearning timm's takes half an epoch."""
    import torch

    torch.nn.init.normal_(network.classifier.weight, std=0.01)
    torch.nn.init.zeros_(network.classifier.bias)
    return network


def painter_head(network: Any, painters: int) -> torch.nn.Linear:
    """Returns a second head, which classifies the painters of the training part.

    It is dropped after training, but it improves the layers that both heads share (multi-task
    learning, as in Strezoski and Worring, "OmniArt", ACM TOMM 2018).
    """
    import torch

    head = torch.nn.Linear(network.classifier.in_features, painters)
    torch.nn.init.normal_(head.weight, std=0.01)
    torch.nn.init.zeros_(head.bias)
    return head


def freeze(network: Any, blocks: int) -> None:
    """Freezes the stem and the first ``blocks`` blocks; 0 freezes nothing."""
    for module in _frozen_modules(network, blocks):
        module.requires_grad_(False)


def set_training_mode(network: Any, blocks: int) -> None:
    """Sets training mode, but keeps the normalisation statistics of frozen modules."""
    network.train()
    for module in _frozen_modules(network, blocks):
        module.eval()


def _frozen_modules(network: Any, blocks: int) -> list[Any]:
    return [network.conv_stem, network.bn1, *network.blocks[:blocks]] if blocks else []


def half_precision(device: str) -> AbstractContextManager[Any]:
    """Returns bfloat16 autocast where the processor supports it, else a context without effect."""
    import torch

    native = (
        torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
        if device == "cuda"
        else any(torch.cpu.get_capabilities().get(name) for name in ("avx512_bf16", "amx_bf16"))
    )
    return torch.autocast(device, torch.bfloat16, enabled=bool(native))


def strides_in_single_precision(network: torch.nn.Module) -> None:
    """Keeps strided depthwise convolutions in single precision under autocast.

    oneDNN has no fast bfloat16 gradient for them: the four of a MobileNetV2 took a third of every
    step on a processor with AVX-512.
    """
    import torch

    class SinglePrecisionConv2d(torch.nn.Conv2d):
        def forward(self, input: torch.Tensor) -> torch.Tensor:
            with torch.autocast(input.device.type, enabled=False):
                return super().forward(input.float())

    for module in network.modules():
        if type(module) is torch.nn.Conv2d and module.groups > 1 and module.stride != (1, 1):
            # Changing only the class keeps copies of the network independent.
            module.__class__ = SinglePrecisionConv2d
