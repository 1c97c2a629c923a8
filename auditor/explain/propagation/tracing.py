"""A network watched while it runs: every operation on the input is handed to the rule for its role."""

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.propagation.operations import name_of, role_of

Operation = Callable[..., Any]
_REVERSED = frozenset({"rsub", "rtruediv"})


class Propagation(TorchFunctionMode):
    """While entered, operations that depend on the input answer as always and go back by this method's rules.

    It looks at operations and not at modules, so a module that runs twice, a functional call and an addition
    inside a block are all seen; the network is not changed. An operation without a rule raises Refused with its
    name, the layer it is in and the methods that need no rule.
    """

    title: ClassVar[str]
    instead: ClassVar[str] = say(
        "Integrated Gradients, SmoothGrad, Occlusion and Shapley value sampling need no rule"
    )

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self._network = network
        self._inside: list[str] = []
        self._hooks: list[RemovableHandle] = []

    def __enter__(self) -> "Propagation":
        for name, module in self._network.named_modules():
            self._hooks.append(module.register_forward_pre_hook(self._entering(name)))
            self._hooks.append(module.register_forward_hook(self._leaving, always_call=True))
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)  # type: ignore[no-untyped-call]
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._inside.clear()

    def __torch_function__(
        self, func: Operation, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if not any(_followed(value) for value in _tensors((args, kwargs))):
            return func(*args, **kwargs)
        name = name_of(func)
        role = role_of(name)
        if role is None:
            return self._unknown(func, name, args, kwargs)
        rule = getattr(self, role.name.lower())
        return rule(func, name, *args, **kwargs)

    def refused(self, what: str) -> Refused:
        """Return the refusal of an operation, with the layer that is running and what to use instead."""
        where = (
            say("layer %(layer)s", layer=repr(self._inside[-1]))
            if self._inside and self._inside[-1]
            else say("the network itself")
        )
        return Refused(
            say(
                "%(title)s has no rule for %(what)s, which %(where)s uses; %(instead)s.",
                title=self.title,
                what=what,
                where=where,
                instead=self.instead,
            )
        )

    def shape(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Any:
        """Go back as the gradient does: every number to where it came from."""
        return func(*args, **kwargs)

    def affine(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Go back through `func(x, weight, bias, ...)`."""
        raise NotImplementedError

    def norm(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Go back through batch normalisation with fixed statistics."""
        raise NotImplementedError

    def pooling(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Go back through what is linear and has no weights."""
        raise NotImplementedError

    def maximum(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Go back through a maximum over windows or dimensions."""
        raise NotImplementedError

    def activation(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Go back through a function of single numbers."""
        raise NotImplementedError

    def sum(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Go back through a sum or difference of two, either of which may be a constant."""
        raise NotImplementedError

    def product(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Go back through a product or quotient of two, either of which may be a constant."""
        raise NotImplementedError

    def matrices(self, func: Operation, name: str, *args: Any, **kwargs: Any) -> Tensor:
        """Go back through a product of two matrices, either of which may be a constant."""
        raise self.refused(say("the operation %(name)s", name=repr(name)))

    def _unknown(self, func: Operation, name: str, args: Any, kwargs: dict[str, Any]) -> Any:
        """Let questions such as a tensor's shape through; refuse what computes."""
        result = func(*args, **kwargs)
        if any(isinstance(value, Tensor) and value.is_floating_point() for value in _tensors(result)):
            raise self.refused(say("the operation %(name)s", name=repr(name)))
        return result

    def _entering(self, name: str) -> Callable[..., None]:
        def hook(_module: nn.Module, _inputs: Any) -> None:
            self._inside.append(name)

        return hook

    def _leaving(self, _module: nn.Module, _inputs: Any, _output: Any) -> None:
        self._inside.pop()


def follows(value: object) -> bool:
    """Say whether a value depends on the input."""
    return isinstance(value, Tensor) and _followed(value)


def out_of_place(func: Operation, name: str) -> Operation:
    """Return the operation that leaves its arguments as they are."""
    spelled = getattr(func, "__name__", "")
    if spelled.endswith("_") and not spelled.startswith("__"):
        found: Operation = getattr(torch, name)
        return found
    return func


def _followed(tensor: Tensor) -> bool:
    with torch._C.DisableTorchFunctionSubclass():
        return tensor.requires_grad


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [tensor for part in value for tensor in _tensors(part)]
    return []
