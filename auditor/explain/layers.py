"""Layers by name and by place: which one Grad-CAM looks at, and a capture that leaves no hook behind."""

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from auditor.common.errors import Refused
from auditor.common.said import say

_HOLDS_A_MAP = (
    nn.modules.conv._ConvNd,
    nn.modules.batchnorm._NormBase,
    nn.GroupNorm,
    nn.ReLU,
    nn.LeakyReLU,
    nn.PReLU,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Mish,
    nn.Hardswish,
)


def layer_named(network: nn.Module, name: str) -> nn.Module:
    """Return a layer; raises Refused with the nearest names where there is none of this name."""
    layers = dict(network.named_modules())
    if name and name in layers:
        found: nn.Module = layers[name]
        return found
    near = difflib.get_close_matches(name, [key for key in layers if key], n=3, cutoff=0.3)
    hint = (
        say("the nearest are %(near)s", near=tuple(map(repr, near)))
        if near
        else say("the model has no layer of a similar name")
    )
    raise Refused(say("The model has no layer %(name)s; %(hint)s.", name=repr(name), hint=hint))


@contextmanager
def order_of_maps(network: nn.Module) -> Iterator[list[str]]:
    """Collect the names of layers whose output is a spatial map (4-D or 5-D, above 1 a side), in running order."""
    seen: list[str] = []
    handles = []

    def note(name: str) -> Any:
        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if isinstance(output, Tensor) and output.ndim in (4, 5) and min(output.shape[2:]) > 1:
                seen.append(name)

        return hook

    try:
        for name, module in network.named_modules():
            if name and isinstance(module, _HOLDS_A_MAP):
                handles.append(module.register_forward_hook(note(name)))
        yield seen
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def dense_inputs(network: nn.Module) -> Iterator[list[Tensor]]:
    """Collect what dense layers are given, in running order, (batch, numbers) each; the hooks go after."""
    seen: list[Tensor] = []

    def note(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if inputs[0].ndim == 2:
            seen.append(inputs[0])

    handles = [
        module.register_forward_pre_hook(note)
        for module in network.modules()
        if isinstance(module, nn.Linear)
    ]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


@dataclass
class Capture:
    """What a captured layer gave: the leaf that gradients are taken at, (batch, channels, *places)."""

    outputs: list[Tensor] = field(default_factory=list)


@contextmanager
def captured(layer: nn.Module) -> Iterator[Capture]:
    """Cut the graph at a layer: its output becomes a leaf that requires a gradient; the hook goes after."""
    capture = Capture()

    def cut(_module: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
        leaf = output.detach().requires_grad_()
        capture.outputs.append(leaf)
        return leaf.clone()  # a copy, so that an operation in place after the layer cannot reach the leaf

    handle = layer.register_forward_hook(cut)
    try:
        yield capture
    finally:
        handle.remove()
