"""Layer-wise relevance propagation through whole networks: composites of rules, and canonisation while running."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.utils.weak import WeakIdKeyDictionary

from auditor.common.said import say
from auditor.explain.propagation.lrp_rules import Affine, Rule, contributions, stabilised
from auditor.explain.propagation.operations import GATES
from auditor.explain.propagation.tracing import Operation, Propagation, follows, out_of_place


@dataclass(frozen=True)
class Composite:
    """Which rule goes back through which layer: the first that has weights, convolutions, dense layers."""

    first: Rule
    convolution: Rule
    dense: Rule


@dataclass(frozen=True)
class _Ran:
    """An affine operation that ran: what a batch normalisation right after it needs, to become one with it."""

    op: Affine
    x: Tensor
    w: Tensor
    b: Tensor | None
    rule: Rule
    transposed: bool


class Relevance(Propagation):
    """Relevance flows back from an output to the input by the rules of a composite.

    Canonisation happens while the network runs: batch normalisation right after a convolution or dense layer is
    folded into its weights (elsewhere it passes relevance on), activations and factors that are constant pass it
    on, sums split it by what each side contributes, average pooling likewise, maxima give it to the winner, and a
    gate (sigmoid, softmax, tanh) gives all to the signal that it multiplies (Arras et al. 2017).

    References
    ----------
    S. Bach, A. Binder, G. Montavon, F. Klauschen, K.-R. Mueller, W. Samek: On Pixel-Wise Explanations for
    Non-Linear Classifier Decisions by Layer-Wise Relevance Propagation. PLoS ONE 10(7), 2015.
    G. Montavon, A. Binder, S. Lapuschkin, W. Samek, K.-R. Mueller: Layer-Wise Relevance Propagation: An
    Overview. Explainable AI, Springer 2019.
    """

    title = "LRP"

    def __init__(self, network: nn.Module, composite: Composite) -> None:
        super().__init__(network)
        self.composite = composite
        self._affine_layers = 0
        self._ran = WeakIdKeyDictionary()
        self._gates = WeakIdKeyDictionary()

    def affine(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Choose the layer's rule and remember the layer, should a batch normalisation follow."""
        x, w, b, rest, named = _weighted(args, kwargs)
        if follows(w) or follows(b):
            raise self.refused(say("weights that depend on the input, in %(name)s", name=repr(name)))
        self._affine_layers += 1
        rule = self.composite.dense if name == "linear" else self.composite.convolution
        if self._affine_layers == 1:
            rule = self.composite.first
        op = partial(_call, func, rest, named)
        result: Tensor = _Split.apply(x, op, w, b, rule)  # type: ignore[no-untyped-call]
        self._ran[result] = _Ran(op, x, w, b, rule, "transpose" in name)
        return result

    def shape(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Any:
        """Move relevance with the numbers; a gate in another shape is still a gate."""
        result = func(*args, **kwargs)
        if args and isinstance(result, Tensor) and isinstance(args[0], Tensor) and args[0] in self._gates:
            self._gates[result] = True
        return result

    def norm(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Fold into the affine operation before it where there is one, else pass relevance on."""
        x, mean, variance, scale, shift, eps = _normalised(*args, **kwargs)
        if mean is None or variance is None:
            raise self.refused(say("batch normalisation by the statistics of the batch"))
        before: _Ran | None = self._ran[x] if x in self._ran else None  # noqa: SIM401 (its get has no types)
        if before is None or before.transposed:
            passed: Tensor = _Pass.apply(x, _of_first(func, args, kwargs)[1])  # type: ignore[no-untyped-call]
            return passed
        factor = torch.rsqrt(variance + eps) * (1 if scale is None else scale)
        w = before.w * factor.reshape(-1, *[1] * (before.w.ndim - 1))
        b = (0 if before.b is None else before.b) - mean
        b = b * factor + (0 if shift is None else shift)
        result: Tensor = _Split.apply(before.x, before.op, w, b, before.rule)  # type: ignore[no-untyped-call]
        return result

    def pooling(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Split by what each input contributes."""
        x, call = _of_first(func, args, kwargs)
        result: Tensor = _Linear.apply(x, call)  # type: ignore[no-untyped-call]
        return result

    def maximum(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Give all to the input that was chosen, as the gradient does."""
        if kwargs.get("return_indices"):
            raise self.refused(say("%(name)s that also returns places", name=repr(name)))
        result: Tensor = func(*args, **kwargs)
        return result

    def activation(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Pass relevance on unchanged."""
        x, call = _of_first(out_of_place(func, name), args, kwargs)
        result: Tensor = _Pass.apply(x, call)  # type: ignore[no-untyped-call]
        if name in GATES:
            self._gates[result] = True
        return result

    def sum(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Split by what each side contributes to the sum; a constant keeps its part, as a bias does."""
        first, second, *rest = args
        alpha = kwargs.get("alpha", rest[0] if rest else 1)
        if name == "rsub":
            first, second = second, first
        second = _times(second, -alpha if name in ("sub", "rsub") else alpha)
        anchor = first if isinstance(first, Tensor) else second
        first, second = (torch.as_tensor(side).to(anchor) for side in (first, second))
        result: Tensor = _Sum.apply(first, second)  # type: ignore[no-untyped-call]
        return result

    def product(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Pass on through a constant factor; give all to the signal where the other factor is a gate."""
        sides = [place for place, value in enumerate(args) if follows(value)]
        if len(sides) == 2 and name == "mul":
            sides = [place for place in sides if args[place] not in self._gates]
        if len(sides) != 1 or (name in ("div", "truediv") and sides != [0]):
            raise self.refused(
                say("the operation %(name)s of two values that both depend on the input", name=repr(name))
            )
        place = sides[0]
        others = tuple(value.detach() if isinstance(value, Tensor) else value for value in args)
        plain = out_of_place(func, name)

        def call(x: Tensor) -> Tensor:
            made: Tensor = plain(*others[:place], x, *others[place + 1 :], **kwargs)
            return made

        result: Tensor = _Pass.apply(args[place], call)  # type: ignore[no-untyped-call]
        return result


def _times(value: Any, factor: float) -> Any:
    if factor == 1 or not follows(value):
        return value * factor
    return _Pass.apply(value, lambda x: x * factor)  # type: ignore[no-untyped-call]


def _call(
    func: Operation, rest: tuple[Any, ...], named: dict[str, Any], x: Tensor, w: Tensor, b: Tensor | None
) -> Tensor:
    made: Tensor = func(x, w, b, *rest, **named)
    return made


def _weighted(
    args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Tensor, Tensor, Tensor | None, tuple[Any, ...], dict[str, Any]]:
    named = dict(kwargs)
    given = list(args)
    for name in ("input", "weight", "bias")[len(given) :]:
        given.append(named.pop(name, None))
    return given[0], given[1], given[2], tuple(given[3:]), named


def _normalised(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Tensor, Tensor | None, Tensor | None, Tensor | None, Tensor | None, float]:
    if training:
        running_mean = None
    return input, running_mean, running_var, weight, bias, eps


def _of_first(
    func: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    named = dict(kwargs)
    x = args[0] if args else named.pop("input")
    return x, lambda value: func(value, *args[1:], **named)


class _Split(torch.autograd.Function):
    """An affine operation; relevance goes back by a rule."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, op: Affine, w: Tensor, b: Tensor | None, rule: Rule) -> Tensor:
        ctx.save_for_backward(x)
        ctx.rest = (op, w, b, rule)
        return op(x, w, b)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, relevance: Tensor) -> tuple[Tensor, None, None, None, None]:
        (x,) = ctx.saved_tensors
        op, w, b, rule = ctx.rest
        return rule(op, x, w, b, relevance), None, None, None, None


class _Linear(torch.autograd.Function):
    """An operation without weights that is linear; relevance goes back by contribution."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, call: Callable[[Tensor], Tensor]) -> Tensor:
        result = call(x)
        ctx.save_for_backward(x, result)
        ctx.call = call
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, relevance: Tensor) -> tuple[Tensor, None]:
        x, result = ctx.saved_tensors
        return contributions(ctx.call, x, relevance / stabilised(result)), None


class _Pass(torch.autograd.Function):
    """An operation on single numbers; relevance passes unchanged (summed over what was broadcast)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, call: Callable[[Tensor], Tensor]) -> Tensor:
        ctx.shape = x.shape
        return call(x).clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, relevance: Tensor) -> tuple[Tensor, None]:
        return relevance.sum_to_size(ctx.shape), None


class _Sum(torch.autograd.Function):
    """A sum of two; relevance goes back by contribution."""

    @staticmethod
    def forward(ctx: Any, first: Tensor, second: Tensor) -> Tensor:
        ctx.save_for_backward(first, second)
        return first + second

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, relevance: Tensor) -> tuple[Tensor, Tensor]:
        first, second = ctx.saved_tensors
        share = relevance / stabilised(first + second)
        return (first * share).sum_to_size(first.shape), (second * share).sum_to_size(second.shape)
