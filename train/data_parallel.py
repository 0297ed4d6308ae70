"""Keeps processes that train one network in step: data-parallel training.

Every batch is divided into equal shares, a process each, and the gradients are averaged, so that a
step is that of the whole batch. All processes start equal, because all draw from the recipe's seed.
Two things differ from a run on one. Batch normalisation takes its statistics from a share, as is
usual (Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", 2017, section
2.3); the running ones are averaged after each epoch. And pictures are mixed within a share.
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
    """Returns this process's share of every batch; a lone batch that is too small is filled up.

    Raises:
        DataError: A batch cannot be divided.
    """
    if processes.count == 1:
        return batches
    from accelerate.data_loader import BatchSamplerShard

    # Shares of odd numbers could not be mixed, which pairs the pictures.
    if batches.batch_size % (2 * processes.count):
        raise DataError(
            f"A batch of {batches.batch_size} cannot be divided among {processes.count} processes "
            "into shares of one even number: start another number of processes or --set batch_size."
        )
    share: BatchSampler = BatchSamplerShard(
        batches, processes.count, processes.index, split_batches=True
    )
    return share


def average_gradients(optimizer: torch.optim.Optimizer, processes: Processes) -> None:
    """Gives every process the mean of all gradients; to be called before a step."""
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
    """Returns the sums of such numbers over all processes."""
    if processes.count == 1:
        return numbers
    from accelerate.utils import gather_object

    return tuple(map(sum, zip(*gather_object([numbers]), strict=True)))


def _average(tensors: list[torch.Tensor], processes: Processes) -> None:
    if processes.count == 1:
        return
    import torch
    from accelerate.utils import reduce

    # One message costs less than one for each of 160 tensors.
    means = reduce(torch.cat([tensor.flatten() for tensor in tensors]), "mean")
    pieces = means.split([tensor.numel() for tensor in tensors])
    for tensor, piece in zip(tensors, pieces, strict=True):
        tensor.copy_(piece.view_as(tensor))
