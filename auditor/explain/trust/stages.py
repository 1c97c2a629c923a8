"""A network's layers from the output down, in a few stages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from auditor.common.said import say, verbatim
from auditor.explain.model import AuditedModel


@dataclass(frozen=True)
class Stage:
    """Some layers that become random together: what they are called, and their modules' dotted names."""

    name: str
    layers: tuple[str, ...]


def stages_of(model: AuditedModel, most: int) -> tuple[Stage, ...]:
    """Return all layers with weights from the output down, in at most `most` stages of about as many layers.

    The order is that in which layers last answer when the model reads an input of zeros; a layer that does not answer
    itself, because another one reads its weights, comes last. A layer of vectors alone (a normalisation, a bias) goes
    with the one before it. Empty for a model that shows predictions only: it has no weights to make random.
    """
    if model.tier == "predictions":
        return ()
    units = _units(model)
    groups = np.array_split(np.arange(len(units)), min(most, len(units))) if units else []
    return tuple(_stage([units[place] for place in group]) for group in groups)


def _stage(units: list[list[str]]) -> Stage:
    first, last = units[0][0], units[-1][0]
    name = verbatim(first) if first == last else say("%(first)s to %(last)s", first=first, last=last)
    return Stage(name or say("the network"), tuple(layer for unit in units for layer in reversed(unit)))


def _units(model: AuditedModel) -> list[list[str]]:
    """Return layers with what goes with them, from the output down; a unit is in running order."""
    layers = {
        name: module
        for name, module in model.network.named_modules()
        if any(True for _ in module.parameters(recurse=False))
    }
    with torch.inference_mode(), _answering(layers) as seen:
        model.logits(torch.zeros(1, *model.spec.input.shape, device=model.device))
    order = list(dict.fromkeys(reversed(seen)))
    silent = [name for name in reversed(layers) if name not in seen]
    units: list[list[str]] = []
    for name in reversed(order + silent):
        if units and all(tensor.ndim < 2 for tensor in layers[name].parameters(recurse=False)):
            units[-1].append(name)
        else:
            units.append([name])
    return units[::-1]


@contextmanager
def _answering(layers: dict[str, nn.Module]) -> Iterator[list[str]]:
    """Collect the names of layers as they answer; the hooks go after."""
    seen: list[str] = []

    def note(name: str) -> Any:
        return lambda _module, _inputs, _output: seen.append(name)

    handles = [module.register_forward_hook(note(name)) for name, module in layers.items()]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()
