"""Keeps processes that train one network in step: data-parallel training.

Every batch is divided into equal shares, one for each process. The gradients are averaged, so that
a step is that of the whole batch. All processes start with the same weights, because all draw from
the recipe's seed. Two things differ from training in one process. Batch normalisation takes its
statistics from a share of the batch, as is usual (Goyal et al., "Accurate, Large Minibatch SGD:
Training ImageNet in 1 Hour", 2017, section
2.3); the running statistics are averaged after each epoch. And mixup and CutMix combine only
pictures of the same share.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pinacoteca.errors import DataError
from pinacoteca.processes import Processes

if TYPE_CHECKING:
    import torch
    from torch.utils.data import BatchSampler


def share_of(batches: BatchSampler, processes: Processes) -> BatchSampler:
    """Returns this process's share of every batch; if the only batch is too small, pictures repeat.

    Raises:
        DataError: A batch cannot be divided.
    """
    if processes.count == 1:
        return batches
    from accelerate.data_loader import BatchSamplerShard

    # Mixing pairs the pictures of a share, so their number must be even.
    if batches.batch_size % (2 * processes.count):
        raise DataError(
            f"A batch of {batches.batch_size} cannot be divided among {processes.count} processes "
            "into equal, even shares: start another number of processes or --set batch_size."
        )
    share: BatchSampler = BatchSamplerShard(
        batches, processes.count, processes.index, split_batches=True
    )
    return share


def average_gradients(optimizer: torch.optim.Optimizer, processes: Processes) -> None:
    """Gives every process the mean of all gradients; call it before the optimiser's step."""
    parameters = [each for group in optimizer.param_groups for each in group["params"]]
    _average([each.grad for each in parameters if each.grad is not None], processes)


def average_statistics(networks: Iterable[torch.nn.Module], processes: Processes) -> None:
    """Gives every process the mean of all running statistics of batch normalisation."""
    _average(
        [
            buffer
            for network in networks
            for buffer in network.buffers()
            if buffer.is_floating_point()
        ],
        processes,
    )


def summed(numbers: tuple[float, ...], processes: Processes) -> tuple[float, ...]:
    """Returns each number summed over all processes."""
    if processes.count == 1:
        return numbers
    from accelerate.utils import gather_object

    return tuple(map(sum, zip(*gather_object([numbers]), strict=True)))


def _average(tensors: list[torch.Tensor], processes: Processes) -> None:
    if processes.count == 1:
        return
    import torch
    from accelerate.utils import reduce

    # One message is cheaper than 160, one for each tensor.
    means = reduce(torch.cat([tensor.flatten() for tensor in tensors]), "mean")
    pieces = means.split([tensor.numel() for tensor in tensors])
    for tensor, piece in zip(tensors, pieces, strict=True):
        tensor.copy_(piece.view_as(tensor))
