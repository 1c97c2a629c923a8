"""The rules of layer-wise relevance propagation for an operation that is linear in its input.

Every rule splits the relevance of an operation's outputs over its inputs, given the operation `z = op(x, w, b)`.
It returns the relevance of the inputs, of the shape of x. `op` must be linear in x, and in (w, b).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

Affine = Callable[[Tensor, Tensor, Tensor | None], Tensor]
STABILISER = 1e-6


class Rule(Protocol):
    """One way of going back through an affine operation."""

    def __call__(self, op: Affine, x: Tensor, w: Tensor, b: Tensor | None, relevance: Tensor) -> Tensor:
        """Return the relevance of the inputs x, given that of the outputs."""


def stabilised(z: Tensor, epsilon: float = STABILISER) -> Tensor:
    """Return z moved away from zero by epsilon, zero upwards."""
    return z + torch.where(z < 0, -epsilon, epsilon)


def contributions(op: Callable[[Tensor], Tensor], x: Tensor, share: Tensor) -> Tensor:
    """Return x times the gradient at x of <op(x), share>: what each input contributes, weighted by share."""
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        gradient = torch.autograd.grad(op(leaf), leaf, share)[0]
    return leaf.detach() * gradient


@dataclass(frozen=True)
class Epsilon:
    """LRP-epsilon (Bach et al. 2015, equation 58); a larger epsilon absorbs weak and contradictory relevance."""

    epsilon: float = STABILISER

    def __call__(self, op: Affine, x: Tensor, w: Tensor, b: Tensor | None, relevance: Tensor) -> Tensor:
        """Return x * W^T (R / (z + epsilon sign z))."""
        return contributions(
            lambda leaf: op(leaf, w, None), x, relevance / stabilised(op(x, w, b), self.epsilon)
        )


@dataclass(frozen=True)
class AlphaBeta:
    """LRP-alpha-beta (Bach et al. 2015, equation 60): positive and negative parts apart, alpha - beta = 1.

    With alpha 1 and beta 0 it is the z-plus rule (Montavon et al. 2017) for inputs of either sign.
    """

    alpha: float = 2.0
    beta: float = 1.0

    def __call__(self, op: Affine, x: Tensor, w: Tensor, b: Tensor | None, relevance: Tensor) -> Tensor:
        """Return alpha times the positive contributions' relevance less beta times the negative ones'."""
        result = self.alpha * _one_sided(op, x, w, _bias(b, 1), relevance, 1)
        if self.beta:
            result = result - self.beta * _one_sided(op, x, w, _bias(b, -1), relevance, -1)
        return result


@dataclass(frozen=True)
class Gamma:
    """LRP-gamma (Montavon et al. 2019), for inputs of either sign (Andeol et al. 2021).

    Where an output is positive, positive contributions weigh 1 + gamma; where it is negative, negative ones do.
    """

    gamma: float = 0.25

    def __call__(self, op: Affine, x: Tensor, w: Tensor, b: Tensor | None, relevance: Tensor) -> Tensor:
        """Return the relevance of the inputs under the favoured weights."""
        output = op(x, w, b)
        up, down = _part(x, 1), _part(x, -1)
        result = torch.zeros_like(x)
        for sign in (1, -1):
            with_up = w + self.gamma * _part(w, sign)
            with_down = w + self.gamma * _part(w, -sign)
            bias = None if b is None else b + self.gamma * _part(b, sign)
            total = op(up, with_up, bias) + op(down, with_down, None)
            share = torch.where(output * sign > 0, relevance, 0.0) / stabilised(total)
            result = result + contributions(_with(op, with_up), up, share)
            result = result + contributions(_with(op, with_down), down, share)
        return result


@dataclass(frozen=True)
class Flat:
    """LRP-flat (Bach et al. 2016): every input of a window alike; used at the first layer of images."""

    def __call__(self, op: Affine, x: Tensor, w: Tensor, b: Tensor | None, relevance: Tensor) -> Tensor:
        """Return the relevance spread evenly over each receptive field."""
        ones, flat = torch.ones_like(x), torch.ones_like(w)
        return contributions(_with(op, flat), ones, relevance / stabilised(op(ones, flat, None)))


@dataclass(frozen=True)
class Box:
    """The z-B rule (Montavon et al. 2017, equation 14) for inputs between `low` and `high`, as images are."""

    low: Tensor
    high: Tensor

    def __call__(self, op: Affine, x: Tensor, w: Tensor, b: Tensor | None, relevance: Tensor) -> Tensor:
        """Return the relevance by x w - low w+ - high w-."""
        parts = (
            (1, x, w, b),
            (-1, self.low.to(x).expand_as(x), _part(w, 1), _bias(b, 1)),
            (-1, self.high.to(x).expand_as(x), _part(w, -1), _bias(b, -1)),
        )
        total = sum((sign * op(xs, ws, bs) for sign, xs, ws, bs in parts), torch.zeros_like(relevance))
        share = relevance / stabilised(total)
        return sum(
            (sign * contributions(_with(op, ws), xs, share) for sign, xs, ws, _ in parts), torch.zeros_like(x)
        )


def _one_sided(op: Affine, x: Tensor, w: Tensor, b: Tensor | None, relevance: Tensor, sign: int) -> Tensor:
    up, down = _part(x, 1), _part(x, -1)
    with_up, with_down = _part(w, sign), _part(w, -sign)
    share = relevance / stabilised(op(up, with_up, b) + op(down, with_down, None))
    return contributions(_with(op, with_up), up, share) + contributions(_with(op, with_down), down, share)


def _with(op: Affine, weight: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda leaf: op(leaf, weight, None)


def _part(values: Tensor, sign: int) -> Tensor:
    return values.clamp(min=0) if sign > 0 else values.clamp(max=0)


def _bias(values: Tensor | None, sign: int) -> Tensor | None:
    return None if values is None else _part(values, sign)
