"""What methods that look at a layer's maps share: the layer, its maps and gradients, the way back to the input."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.layers import captured
from auditor.explain.methods.base import Question
from auditor.explain.model import AuditedModel

_MODES = {4: "bilinear", 5: "trilinear"}


def chosen_layer(method: str, model: AuditedModel, name: str | None) -> str:
    """Return the layer asked for, or the model's own; raises Refused where it has none."""
    found = name or model.default_layer
    if found is None:
        raise Refused(
            say(
                "Method %(method)s, parameter layer: the model has no layer with a spatial map.",
                method=method,
            )
        )
    return found


def layer_gradients(method: str, model: AuditedModel, name: str, part: Question) -> tuple[Tensor, Tensor]:
    """Return a layer's maps and the gradients of the targets' logits at them, both (items, channels, *places)."""
    with torch.enable_grad(), captured(model.layer(name)) as capture:
        logits = model.logits(part.inputs)
        activations = _map_of(method, name, capture.outputs)
        score = logits.gather(1, part.targets[:, None]).sum()
        gradients = torch.autograd.grad(score, activations)[0]
    return activations.detach(), gradients


def layer_maps(method: str, model: AuditedModel, name: str, part: Question) -> Tensor:
    """Return a layer's maps, (items, channels, *places)."""
    with torch.no_grad(), captured(model.layer(name)) as capture:
        model.logits(part.inputs)
    return _map_of(method, name, capture.outputs).detach()


def scaled(maps: Tensor, inputs: Tensor) -> Tensor:
    """Return maps (items, 1, *places) on the inputs' grid, without the channel."""
    return interpolate(maps, inputs.shape[2:], mode=_MODES[maps.ndim], align_corners=False)[:, 0]


def _map_of(method: str, name: str, outputs: list[Tensor]) -> Tensor:
    if not outputs or outputs[-1].ndim not in _MODES:
        raise Refused(
            say(
                "Method %(method)s, parameter layer: %(name)s gives no map (channels, height, width).",
                method=method,
                name=repr(name),
            )
        )
    return outputs[-1]
