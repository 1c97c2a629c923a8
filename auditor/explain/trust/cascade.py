"""Copies of a model whose weights become random from the output down."""

from collections.abc import Iterator, Sequence
from copy import deepcopy

import torch
from torch import Tensor, nn

from auditor.explain.model import AuditedModel
from auditor.explain.trust.stages import Stage


def cascade(model: AuditedModel, stages: Sequence[Stage], seed: int) -> Iterator[AuditedModel]:
    """Yield a copy of a model after its first 1, 2, ... stages became random; the model itself stays as it is.

    It is one copy that goes on changing, so each is used before the next is asked for; memory holds the weights twice.
    Weights are shuffled within their tensor, which keeps their scale. The vectors of a normalisation are shuffled
    alike, so that a channel keeps its numbers together. Where that changes nothing (one number, all the same), they
    are drawn from a normal distribution of the layers' scale instead.

    References
    ----------
    J. Adebayo, J. Gilmer, M. Muelly, I. Goodfellow, M. Hardt, B. Kim: Sanity Checks for Saliency Maps. NeurIPS 2018,
    sections 3 and 4 (cascading randomisation).
    """
    if not stages:
        return
    copy = AuditedModel(deepcopy(model.network), model.spec, str(model.device))
    layers = dict(copy.network.named_modules())
    draw = torch.Generator().manual_seed(seed)
    for stage in stages:
        of_stage = [layers[name] for name in stage.layers]
        scale = _scale([tensor for layer in of_stage for tensor in layer.parameters(recurse=False)])
        for layer in of_stage:
            _randomise(layer, scale, draw)
        yield copy


def _randomise(layer: nn.Module, scale: float, draw: torch.Generator) -> None:
    """Shuffle a layer's own tensors in place; `scale` serves a layer whose weights are all 0."""
    own: list[Tensor] = list(layer.parameters(recurse=False))
    kept = [buffer for buffer in layer.buffers(recurse=False) if buffer.is_floating_point()]
    deviation = _scale(own) or scale or 1.0
    lengths = {tuple(tensor.shape) for tensor in own}
    if len(own) > 1 and len(lengths) == 1 and own[0].ndim == 1:
        _shuffle([*own, *(buffer for buffer in kept if buffer.shape == own[0].shape)], own, deviation, draw)
    else:
        for tensor in own:
            _shuffle([tensor], [tensor], deviation, draw)


def _shuffle(together: list[Tensor], own: list[Tensor], deviation: float, draw: torch.Generator) -> None:
    """Shuffle tensors by one permutation; draw `own`, the weights among them, anew where it changes none of them."""
    order = torch.randperm(together[0].numel(), generator=draw).to(together[0].device)
    changed = False
    for tensor in together:
        shuffled = tensor.flatten()[order].reshape(tensor.shape)
        changed |= not torch.equal(shuffled, tensor)
        tensor.data.copy_(shuffled)
    for tensor in () if changed else own:
        tensor.data.copy_(deviation * torch.randn(tensor.shape, generator=draw))


def _scale(tensors: Sequence[Tensor]) -> float:
    """Return the root mean square of all numbers of some tensors, 0 where there are none."""
    count = sum(tensor.numel() for tensor in tensors)
    total = sum(float(tensor.double().square().sum()) for tensor in tensors)
    return float((total / max(count, 1)) ** 0.5)
