"""DeepLIFT's multipliers: how much of an output's difference from its reference each input's difference carries."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from auditor.common.said import say
from auditor.explain.propagation.tracing import Operation, Propagation, follows, out_of_place

_TINY = 1e-10


class Multipliers(Propagation):
    """While entered, a batch holds the inputs and then their references; gradients become multipliers.

    Linear operations keep their gradient. An activation's multiplier is the rescale rule, difference out over
    difference in (the gradient where there is no difference in); a maximum's goes to the
    places that were chosen in the input and in the reference; a product's is the
    Shapley value of its two sides, so that what is multiplied still sums to the difference.

    References
    ----------
    A. Shrikumar, P. Greenside, A. Kundaje: Learning Important Features Through Propagating Activation
    Differences. ICML 2017, section 3.5.2.
    """

    title = "DeepLIFT"

    def affine(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Keep the gradient; weights that depend on the input have no rule."""
        if any(follows(value) for value in (*args[1:3], kwargs.get("weight"), kwargs.get("bias"))):
            raise self.refused(say("weights that depend on the input, in %(name)s", name=repr(name)))
        result: Tensor = func(*args, **kwargs)
        return result

    def norm(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Keep the gradient: with fixed statistics it is linear."""
        if kwargs.get("training", args[5] if len(args) > 5 else False):
            raise self.refused(say("batch normalisation by the statistics of the batch"))
        result: Tensor = func(*args, **kwargs)
        return result

    def pooling(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Keep the gradient."""
        result: Tensor = func(*args, **kwargs)
        return result

    def sum(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Keep the gradient."""
        result: Tensor = func(*args, **kwargs)
        return result

    def activation(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Apply the rescale rule."""
        plain = out_of_place(func, name)
        x = args[0] if args else kwargs.pop("input")
        result: Tensor = _Rescale.apply(x, lambda value: plain(value, *args[1:], **kwargs))  # type: ignore[no-untyped-call]
        return result

    def product(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Keep the gradient of a constant factor; share a product of two alike."""
        sides = [place for place, value in enumerate(args) if follows(value)]
        if len(sides) == 1 and (name == "mul" or sides == [0]):
            result: Tensor = func(*args, **kwargs)
            return result
        if name != "mul":
            raise self.refused(
                say("the operation %(name)s by a value that depends on the input", name=repr(name))
            )
        product: Tensor = _Bilinear.apply(*args[:2], torch.mul)  # type: ignore[no-untyped-call]
        return product

    def matrices(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Keep the gradient of a constant factor; share a product of two alike."""
        if all(follows(value) for value in args[:2]):
            product: Tensor = _Bilinear.apply(*args[:2], torch.matmul)  # type: ignore[no-untyped-call]
            return product
        result: Tensor = func(*args, **kwargs)
        return result

    def maximum(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Give the difference of a maximum to the places that were chosen, in the input and in the reference."""
        if kwargs.get("return_indices"):
            raise self.refused(say("%(name)s that also returns places", name=repr(name)))
        x = args[0] if args else kwargs.pop("input")
        result: Tensor = _Maximum.apply(x, lambda value: func(value, *args[1:], **kwargs))  # type: ignore[no-untyped-call]
        return result


class _Rescale(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, call: Callable[[Tensor], Tensor]) -> Tensor:
        result = call(x)
        ctx.save_for_backward(x, result)
        ctx.call = call
        return result.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, multiplier: Tensor) -> tuple[Tensor, None]:
        x, result = ctx.saved_tensors
        delta_in, delta_out = _difference(x), _difference(result)
        gradient = _gradient(ctx.call, x, multiplier)
        return torch.where(delta_in.abs() < _TINY, gradient, multiplier * delta_out / delta_in), None


class _Bilinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, first: Tensor, second: Tensor, call: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        ctx.save_for_backward(first, second)
        ctx.call = call
        return call(first, second)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, multiplier: Tensor) -> tuple[Tensor, Tensor, None]:
        first, second = ctx.saved_tensors
        return (
            _gradient(lambda leaf: ctx.call(leaf, _middle(second)), first, multiplier),
            _gradient(lambda leaf: ctx.call(_middle(first), leaf), second, multiplier),
            None,
        )


class _Maximum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, call: Callable[[Tensor], Tensor]) -> Tensor:
        result = call(x)
        ctx.save_for_backward(x, result)
        ctx.call = call
        return result.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, multiplier: Tensor) -> tuple[Tensor, None]:
        x, result = ctx.saved_tensors
        reached, reference = result.chunk(2)
        higher = torch.maximum(reached, reference)
        delta_out = torch.cat((higher - reference, reached - higher))
        first, second = _gradient(ctx.call, x, multiplier * delta_out).chunk(2)
        carried = first + second
        delta_in = _difference(x)
        gradient = _gradient(ctx.call, x, multiplier)
        return torch.where(delta_in.abs() < _TINY, gradient, torch.cat((carried, carried)) / delta_in), None


def _gradient(call: Callable[[Tensor], Tensor], x: Tensor, outer: Tensor) -> Tensor:
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        return torch.autograd.grad(call(leaf), leaf, outer)[0]


def _difference(values: Tensor) -> Tensor:
    """Return input minus reference, once for each half of the batch."""
    reached, reference = values.chunk(2)
    return torch.cat((reached - reference,) * 2)


def _middle(values: Tensor) -> Tensor:
    reached, reference = values.chunk(2)
    return torch.cat(((reached + reference) / 2,) * 2)
