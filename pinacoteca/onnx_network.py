"""The network in ONNX Runtime, without PyTorch and in less than half the time for a pass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pinacoteca.forward import Array, Branch, Forward
from pinacoteca.onnx_graph import (
    ARCHITECTURE,
    CHANNELS,
    FEATURES,
    INPUT,
    expected_shapes,
    graph_of,
)
from pinacoteca.second_branch import COUNTER, SHARED_BLOCKS, read_second_branch


class OnnxNetwork:
    """A mobilenetv2_100 of timm in ONNX Runtime; see ``Network``."""

    def __init__(
        self, weights: Path, config: Mapping[str, Any], size: tuple[int, int], threads: int = 1
    ) -> None:
        """Builds the graph and loads it.

        Args:
            weights: A safetensors file; a second branch lies beside it, if there is one.
            config: The ``config.json`` that timm wrote beside the weights.
            size: Height and width of the pictures, in pixels.
            threads: The number of threads for a pass, whatever the number of cores.

        Raises:
            ValueError: The weights are not those of the configuration.
            ModelError: The second branch is damaged or belongs to another network.
        """
        import onnxruntime
        from safetensors.numpy import load_file

        if (architecture := config.get("architecture")) != ARCHITECTURE:
            raise ValueError(f"only a {ARCHITECTURE} can, this is a {architecture}")
        tensors = load_file(weights)
        check_weights(tensors, int(config["num_classes"]))
        second = read_second_branch(weights.parent, tensors)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that have nothing to do would otherwise keep a core busy for a while.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Shows errors only: the optimiser's warnings do not help users.
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            graph_of(tensors, size, second), options, providers=["CPUExecutionProvider"]
        )
        self.features = FEATURES
        self.channels = CHANNELS
        self.second_channels = CHANNELS[1 + SHARED_BLOCKS :] if second else ()

    def forward(self, batch: Array) -> Forward:
        """Runs the network; see ``Network``."""
        logits, pooled, cells, *others = self._session.run(None, {INPUT: batch})
        count = len(CHANNELS)
        stages, further = others[:count], others[count:]
        second = Branch(further[0], further[1], tuple(further[2:])) if further else None
        return Forward(logits, pooled, cells, tuple(stages), second)


def check_weights(tensors: Mapping[str, npt.NDArray[Any]], classes: int) -> None:
    """Raises ``ValueError`` if a weight is missing, unknown, of another shape or not finite."""
    shapes = {name: array.shape for name, array in tensors.items() if not name.endswith(COUNTER)}
    expected = expected_shapes(classes)
    for name in sorted(shapes.keys() ^ expected.keys()):
        raise ValueError(f"{name} is {'missing' if name in expected else 'too much'}")
    for name, shape in expected.items():
        if shapes[name] != shape:
            raise ValueError(f"{name} is of shape {list(shapes[name])}, not {list(shape)}")
        if not np.isfinite(tensors[name]).all():
            raise ValueError(f"{name} holds numbers that are not finite")
