"""The network in PyTorch, as timm builds it: for GPUs, and to check the ONNX network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pinacoteca.forward import Array, Branch, Forward
from pinacoteca.likeness import GRID
from pinacoteca.model_files import WEIGHTS_FILE
from pinacoteca.second_branch import SHARED_BLOCKS, read_second_branch


class TorchNetwork:
    """A MobileNetV2 of timm; see ``Network``."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """Loads a model folder in hub layout.

        Args:
            folder: Holds ``config.json`` and ``model.safetensors``, maybe a second branch.
            device: Where the network runs, as PyTorch names it: ``cpu`` or ``cuda``.

        Raises:
            ModelError: The second branch is damaged or belongs to another network.
        """
        import timm
        import torch

        network: Any = timm.create_model(f"local-dir:{folder}", pretrained=True)
        self._network = network.eval().to(device, memory_format=torch.channels_last)
        self._device = device
        self.features = int(network.num_features)
        self.channels = (
            int(network.conv_stem.out_channels),
            *(_out_channels(block[-1]) for block in network.blocks),
        )
        self._second = _second_branch(self._network, folder)
        self.second_channels = self.channels[1 + SHARED_BLOCKS :] if self._second else ()

    def forward(self, batch: Array) -> Forward:
        """Runs the network; see ``Network``."""
        import torch

        pixels = torch.from_numpy(batch).to(self._device, memory_format=torch.channels_last)
        with torch.inference_mode():
            # All blocks, and the stem before them.
            final, stages = self._network.forward_intermediates(pixels, extra_blocks=True)
            pooled = self._network.forward_head(final, pre_logits=True)
            logits = self._network.classifier(pooled)
            main = self._branch(final, pooled, stages)
            second = self._through_second(stages[SHARED_BLOCKS]) if self._second else None
        return Forward(_numbers(logits), *main, second)

    def _through_second(self, shared: Any) -> Branch:
        """Runs the second branch from the features of the last shared block."""
        stages = []
        features = shared
        for block in self._second.blocks[SHARED_BLOCKS:]:
            features = block(features)
            stages.append(features)
        final = self._second.bn2(self._second.conv_head(features))
        return self._branch(final, self._second.forward_head(final, pre_logits=True), stages)

    def _branch(self, final: Any, pooled: Any, stages: Any) -> Branch:
        from torch.nn.functional import adaptive_avg_pool2d

        cells = adaptive_avg_pool2d(final, GRID).permute(0, 2, 3, 1)
        statistics = tuple(_numbers(_statistics(stage)) for stage in stages)
        return Branch(_numbers(pooled), _numbers(cells), statistics)


def _second_branch(network: Any, folder: Path) -> Any:
    """Returns a network that contains the second branch; None without one."""
    from copy import deepcopy

    import torch
    from safetensors.numpy import load_file

    tensors = read_second_branch(folder, load_file(folder / WEIGHTS_FILE))
    if tensors is None:
        return None
    second = deepcopy(network)
    second.load_state_dict({k: torch.from_numpy(v) for k, v in tensors.items()}, strict=False)
    return second


def _statistics(stage: Any) -> Any:
    """Returns mean and standard deviation of each channel, ``[n, 2 * channels]``."""
    import torch

    # For a single value, the unbiased estimate would be NaN; the deviation should be 0.
    correction = min(1, stage.shape[2] * stage.shape[3] - 1)
    return torch.cat([stage.mean((2, 3)), stage.std((2, 3), correction=correction)], dim=1)


def _numbers(tensor: Any) -> Array:
    numbers: Array = tensor.float().cpu().numpy()
    return numbers


def _out_channels(block: Any) -> int:
    # The first block has no expansion: its last convolution has another name.
    last = block.conv_pwl if hasattr(block, "conv_pwl") else block.conv_pw
    return int(last.out_channels)
