"""Samples of several items share batches, and each item gets its own again."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import groupby
from operator import itemgetter

import torch
from torch import Tensor

from auditor.explain.memory import Room

Pieces = Iterator[tuple[Tensor, ...]]


def sampled(
    room: Room,
    items: int,
    samples: int,
    call: Callable[[Tensor, Tensor], Sequence[Tensor]],
    cost: int = 1,
) -> Iterator[Pieces]:
    """Yield, for one item after the other, what `call` answers for its samples, piece by piece.

    `call` takes which item and which sample each pair is, (pairs,) both, and answers with tensors (pairs, ...). An
    item's pieces are used before the next item's; no more than one batch of answers is held.
    """

    def answered(part: slice) -> tuple[Tensor, Sequence[Tensor]]:
        pairs = torch.arange(part.start, part.stop)
        return pairs // samples, call(pairs // samples, pairs % samples)

    def pieces() -> Iterator[tuple[int, tuple[Tensor, ...]]]:
        for owners, answers in room.each(items * samples, answered, cost):
            first = int(owners[0])
            counts = torch.bincount(owners - first).tolist()
            split = [torch.split(answer, counts) for answer in answers]
            yield from enumerate(zip(*split, strict=True), start=first)

    for _, group in groupby(pieces(), key=itemgetter(0)):
        yield (piece for _, piece in group)


def summed(pieces: Iterable[Sequence[Tensor]]) -> list[Tensor]:
    """Return the sum over an item's samples of each tensor in its pieces, float64."""
    sums = ([values.double().sum(dim=0) for values in piece] for piece in pieces)
    return reduce(lambda totals, found: [a + b for a, b in zip(totals, found, strict=True)], sums)


def beside(values: Tensor, like: Tensor) -> Tensor:
    """Return one value (or row of values) an input, (inputs, ...), in a shape that broadcasts to the inputs."""
    return values.reshape(*values.shape, *[1] * (like.ndim - values.ndim))


def mean_and_error(pieces: Pieces, count: int) -> tuple[Tensor, Tensor]:
    """Return the mean of an item's `count` samples and its standard error, float32."""
    total, squares = summed((values, values.double() ** 2) for (values,) in pieces)
    mean = total / count
    return mean.float(), ((squares / count - mean**2).clamp_min(0) / (count - 1)).sqrt().float()
