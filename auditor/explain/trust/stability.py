"""How far a map moves under noise that nobody sees, and under another seed."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from auditor.explain.memory import Room
from auditor.explain.methods.base import Method, Question
from auditor.explain.methods.samples import beside
from auditor.explain.model import AuditedModel
from auditor.explain.seeds import seed_of
from auditor.explain.spec import ImageInput, VolumeInput
from auditor.explain.trust.ranks import correlations, flat
from auditor.explain.trust.settings import TrustPlan

_NOISE = 0x5EE  # keeps these draws apart from a method's own from the same seed


def max_sensitivity(
    method: Method[Any],
    model: AuditedModel,
    question: Question,
    maps: Tensor,
    settings: TrustPlan,
    room: Room,
) -> list[float | None]:
    """Return the largest relative change of each map (items, *places) under `settings.noises` samples of noise.

    It is the largest |map of the noisy item - map| / |map|, in the L2 norm. The method draws from the item's own seed
    again, so that only the noise is measured. None for a map of nothing, or where a map holds what is no number.

    References
    ----------
    C.-K. Yeh, C.-Y. Hsieh, A. S. Suggala, D. I. Inouye, P. Ravikumar: On the (In)fidelity and Sensitivity of
    Explanations. NeurIPS 2019, section 4.
    """
    own = maps.detach().to(model.device).double().flatten(1)
    largest = torch.zeros(len(own), dtype=torch.float64, device=own.device)
    for number in range(settings.noises):
        moved = replace(question, inputs=noisy(model, question, settings.radius, number))
        made = method.attribute(model, moved, room).maps.to(own).flatten(1)
        largest = torch.maximum(largest, (made - own).norm(dim=1))  # which keeps NaN
    found = (largest / own.norm(dim=1)).tolist()
    return [value if np.isfinite(value) else None for value in found]


def noisy(model: AuditedModel, question: Question, radius: float, number: int) -> Tensor:
    """Return the items of a question with one sample of noise each, like its inputs.

    It is uniform within `radius` of what `AuditedModel.spread` says, so it leaves categories, edges and missing
    numbers alone; pixels and voxels stay in [0, 1].
    """
    inputs, shape = question.inputs, question.inputs.shape[1:]
    spreads = torch.stack([radius * model.spread(item[None]) for item in inputs])
    draws = [np.random.default_rng([seed, number, _NOISE]) for seed in question.seeds]
    drawn = np.stack([draw.uniform(-1, 1, shape).astype(np.float32) for draw in draws])
    moved = inputs + beside(spreads, inputs) * torch.from_numpy(drawn).to(inputs.device)
    return moved.clamp(0, 1) if isinstance(model.spec.input, ImageInput | VolumeInput) else moved


def seeds(
    method: Method[Any], model: AuditedModel, question: Question, maps: Tensor, room: Room
) -> list[float | None]:
    """Return the rank correlation of each map (items, *places) with that of another seed.

    None for a method that does not draw, and where a map is constant.

    References
    ----------
    G. Visani, E. Bagli, F. Chesani, A. Poluzzi, D. Capuzzo: Statistical stability indices for LIME. Journal of the
    Operational Research Society 73, 2022.
    """
    if not method.draws:
        return [None] * len(question)
    others = tuple(seed_of(seed, 1) for seed in question.seeds)
    made = method.attribute(model, replace(question, seeds=others), room).maps
    return correlations(*(flat(model, question.inputs, found) for found in (maps, made)))
