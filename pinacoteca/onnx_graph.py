"""Builds the ONNX graph of timm's mobilenetv2_100 from its weights.

Batch normalisation is folded into the convolutions (Jacob et al., "Quantization and Training of
Neural Networks", CVPR 2018, section 3.2), in float64.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pinacoteca.forward import Array
from pinacoteca.likeness import GRID
from pinacoteca.second_branch import SHARED_BLOCKS

ARCHITECTURE = "mobilenetv2_100"
INPUT = "pixels"
STEM_CHANNELS = 32
FEATURES = 1280
EXPANSION = 6
# The epsilon that nn.BatchNorm2d adds to a variance.
BATCH_NORM_EPSILON = 1e-5
OPSET = 18
# The oldest ONNX Runtime that the requirements allow can read this version.
IR_VERSION = 10


class Block(NamedTuple):
    """A row of table 2 of Sandler et al., "MobileNetV2", CVPR 2018, without the expansion."""

    repeats: int
    stride: int
    channels: int


BLOCKS = (
    Block(1, 1, 16),
    Block(2, 2, 24),
    Block(3, 2, 32),
    Block(4, 2, 64),
    Block(3, 1, 96),
    Block(3, 2, 160),
    Block(1, 1, 320),
)
CHANNELS = (STEM_CHANNELS, *(block.channels for block in BLOCKS))


class Convolution(NamedTuple):
    """A convolution and the batch normalisation after it, by their names in the weights."""

    weight: str
    norm: str
    shape: tuple[int, int, int, int]
    stride: int = 1
    relu6: bool = True

    @property
    def depthwise(self) -> bool:
        """Whether each channel has a filter of its own."""
        return self.shape[1] == 1


def residuals() -> list[tuple[int, bool, list[Convolution]]]:
    """Returns the inverted residuals in order.

    Returns:
        For each: the number of its block, whether its output is added to its input, and its
        convolutions.
    """
    made = []
    inside = STEM_CHANNELS
    for number, block in enumerate(BLOCKS):
        for place in range(block.repeats):
            stride = block.stride if place == 0 else 1
            skip = stride == 1 and inside == block.channels
            convolutions = _residual(number, place, inside, stride, block.channels)
            made.append((number, skip, convolutions))
            inside = block.channels
    return made


def _residual(block: int, place: int, inside: int, stride: int, outside: int) -> list[Convolution]:
    at = f"blocks.{block}.{place}."
    wide = inside if block == 0 else EXPANSION * inside
    depthwise = (wide, 1, 3, 3)
    if block == 0:
        return [
            Convolution(f"{at}conv_dw", f"{at}bn1", depthwise, stride),
            Convolution(f"{at}conv_pw", f"{at}bn2", (outside, wide, 1, 1), relu6=False),
        ]
    return [
        Convolution(f"{at}conv_pw", f"{at}bn1", (wide, inside, 1, 1)),
        Convolution(f"{at}conv_dw", f"{at}bn2", depthwise, stride),
        Convolution(f"{at}conv_pwl", f"{at}bn3", (outside, wide, 1, 1), relu6=False),
    ]


STEM = Convolution("conv_stem", "bn1", (STEM_CHANNELS, 3, 3, 3), 2)
HEAD = Convolution("conv_head", "bn2", (FEATURES, BLOCKS[-1].channels, 1, 1))


def expected_shapes(classes: int) -> dict[str, tuple[int, ...]]:
    """Returns the shapes of all weights by name, without the batch counters."""
    shapes: dict[str, tuple[int, ...]] = {
        "classifier.weight": (classes, FEATURES),
        "classifier.bias": (classes,),
    }
    inner = [each for _, _, convolutions in residuals() for each in convolutions]
    for convolution in (STEM, *inner, HEAD):
        shapes[f"{convolution.weight}.weight"] = convolution.shape
        for name in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{convolution.norm}.{name}"] = convolution.shape[:1]
    return shapes


def graph_of(
    weights: Mapping[str, npt.NDArray[Any]],
    size: tuple[int, int],
    second: Mapping[str, npt.NDArray[Any]] | None = None,
) -> bytes:
    """Returns the graph as ONNX Runtime loads it.

    Its outputs are those of ``Forward``, in that order, each stage by itself, then those of
    ``Branch``.

    Args:
        weights: Arrays with the shapes that ``expected_shapes`` returns.
        size: Height and width of the pictures, in pixels.
        second: The weights of the blocks of a second branch.
    """
    graph = _Graph(weights)
    features = graph.convolution(INPUT, STEM)
    side = _halved(size)
    shared = _Blocks(features, side, [graph.statistics(features, side)])
    shared = graph.blocks(shared, range(SHARED_BLOCKS))
    pooled, cells, stages = graph.branch(shared)
    last = [graph.constant(weights[f"classifier.{name}"]) for name in ("weight", "bias")]
    logits = graph.node("Gemm", [pooled, *last], transB=1)
    outputs = [logits, pooled, cells, *shared.stages, *stages]
    if second is not None:
        graph.weights = second
        pooled, cells, stages = graph.branch(shared)
        outputs += [pooled, cells, *stages]
    return graph.serialised(outputs, size)


def pooling(side: int) -> Array:
    """Returns the weight of each of ``side`` positions in each cell, ``[side, GRID]``.

    The same as PyTorch's ``adaptive_avg_pool2d``: cells overlap if ``GRID`` does not divide
    ``side``.
    """
    shares = np.zeros((side, GRID), np.float32)
    for cell in range(GRID):
        first, end = cell * side // GRID, -(-(cell + 1) * side // GRID)
        shares[first:end, cell] = 1 / (end - first)
    return shares


def _halved(size: tuple[int, int]) -> tuple[int, int]:
    return -(-size[0] // 2), -(-size[1] // 2)


class _Blocks(NamedTuple):
    """The output of some blocks: features, their height and width, and each block's statistics."""

    features: str
    side: tuple[int, int]
    stages: list[str]


class _Graph:
    """Collects the nodes and constants of a graph.

    Attributes:
        weights: The weights that the next convolutions are built from.
    """

    def __init__(self, weights: Mapping[str, npt.NDArray[Any]]) -> None:
        self.weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        """Adds a node and returns the name of its output."""
        from onnx.helper import make_node

        name = f"n{len(self._nodes)}"
        self._nodes.append(make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, array: npt.NDArray[Any]) -> str:
        """Adds a constant and returns its name; floats become float32."""
        from onnx.numpy_helper import from_array

        name = f"c{len(self._constants)}"
        kind = np.int64 if array.dtype == np.int64 else np.float32
        self._constants.append(from_array(np.ascontiguousarray(array, kind), name))
        return name

    def convolution(self, features: str, convolution: Convolution) -> str:
        """Adds a convolution with its normalisation and, if it has one, its activation."""
        kernel, bias = self._folded(convolution)
        side = convolution.shape[2]
        made = self.node(
            "Conv",
            [features, self.constant(kernel), self.constant(bias)],
            kernel_shape=[side, side],
            strides=[convolution.stride] * 2,
            pads=[(side - 1) // 2] * 4,
            group=convolution.shape[0] if convolution.depthwise else 1,
        )
        if not convolution.relu6:
            return made
        ends = [self.constant(np.array(end, np.float32)) for end in (0, 6)]
        return self.node("Clip", [made, *ends])

    def blocks(self, before: _Blocks, numbers: range) -> _Blocks:
        """Adds some blocks; their statistics follow those of ``before``."""
        features, side, stages = before.features, before.side, list(before.stages)
        for number, skip, convolutions in residuals():
            if number not in numbers:
                continue
            shortcut = features
            for convolution in convolutions:
                features = self.convolution(features, convolution)
                side = _halved(side) if convolution.stride == 2 else side
            if skip:
                features = self.node("Add", [features, shortcut])
            if convolutions[-1].weight.startswith(f"blocks.{number}.{BLOCKS[number].repeats - 1}."):
                stages.append(self.statistics(features, side))
        return _Blocks(features, side, stages)

    def branch(self, shared: _Blocks) -> tuple[str, str, list[str]]:
        """Adds all that follows the shared blocks.

        Returns:
            The names of the pooled features, the features of the cells, and the statistics of the
            blocks added.
        """
        start = shared._replace(stages=[])
        own = self.blocks(start, range(SHARED_BLOCKS, len(BLOCKS)))
        final = self.convolution(own.features, HEAD)
        pooled = self.node("Flatten", [self.node("GlobalAveragePool", [final])], axis=1)
        return pooled, self.cells(final, own.side), own.stages

    def statistics(self, features: str, side: tuple[int, int]) -> str:
        """Adds mean and unbiased standard deviation of each channel, ``[n, 2 * channels]``."""
        # Averages the squares, because ONNX Runtime pools faster than it subtracts and reduces.
        mean = self.node("GlobalAveragePool", [features])
        squares = self.node("GlobalAveragePool", [self.node("Mul", [features, features])])
        variance = self.node("Sub", [squares, self.node("Mul", [mean, mean])])
        # A single value has no deviation, and rounding may make a variance negative.
        count = side[0] * side[1]
        unbiased = self.constant(np.array(count / max(count - 1, 1), np.float32))
        nothing = self.constant(np.array(0, np.float32))
        variance = self.node("Max", [self.node("Mul", [variance, unbiased]), nothing])
        deviation = self.node("Sqrt", [variance])
        both = self.node("Concat", [mean, deviation], axis=1)
        return self.node("Flatten", [both], axis=1)

    def cells(self, final: str, side: tuple[int, int]) -> str:
        """Adds the features of each cell, ``[n, GRID, GRID, features]``."""
        shares = np.einsum("hi,wj->hwij", pooling(side[0]), pooling(side[1]))
        shares = shares.reshape(side[0] * side[1], GRID * GRID)
        shape = self.constant(np.array([0, FEATURES, -1], np.int64))
        flat = self.node("Reshape", [final, shape])
        pooled = self.node("MatMul", [flat, self.constant(shares)])
        turned = self.node("Transpose", [pooled], perm=[0, 2, 1])
        grid = self.constant(np.array([0, GRID, GRID, FEATURES], np.int64))
        return self.node("Reshape", [turned, grid])

    def serialised(self, outputs: list[str], size: tuple[int, int]) -> bytes:
        """Returns the whole model."""
        from onnx import TensorProto, helper

        def tensor(name: str, shape: list[Any] | None) -> Any:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        graph = helper.make_graph(
            self._nodes,
            ARCHITECTURE,
            [tensor(INPUT, ["n", 3, *size])],
            [tensor(name, None) for name in outputs],
            self._constants,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        return bytes(model.SerializeToString())

    def _folded(self, convolution: Convolution) -> tuple[Array, Array]:
        """Returns kernel and bias of a convolution together with its normalisation."""
        weight, bias, mean, variance = (
            self.weights[f"{convolution.norm}.{name}"].astype(np.float64)
            for name in ("weight", "bias", "running_mean", "running_var")
        )
        scale = weight / np.sqrt(variance + BATCH_NORM_EPSILON)
        kernel = self.weights[f"{convolution.weight}.weight"] * scale[:, None, None, None]
        return kernel.astype(np.float32), (bias - mean * scale).astype(np.float32)
