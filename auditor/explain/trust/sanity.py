"""Does a map depend on what the model learnt, and on the class and the item that it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from auditor.explain.memory import Room
from auditor.explain.methods.base import Method, Question
from auditor.explain.model import AuditedModel
from auditor.explain.spec import GraphInput
from auditor.explain.trust.cascade import cascade
from auditor.explain.trust.ranks import Floats, correlations, flat, ranked, spearman
from auditor.explain.trust.stages import Stage, stages_of

__all__ = [
    "Stage",
    "cascade",
    "other_class",
    "other_item",
    "partners_of",
    "randomised",
    "randomised_together",
    "stages_of",
]


def randomised(
    method: Method[Any],
    model: AuditedModel,
    question: Question,
    maps: Tensor,
    stages: Sequence[Stage],
    seed: int,
    room: Room,
) -> list[tuple[float, ...]]:
    """Return what `randomised_together` does for one method."""
    name = method.card.name
    found = randomised_together({name: method}, model, question, {name: maps}, stages, seed, {name: room})
    return found[name]


def randomised_together(
    methods: Mapping[str, Method[Any]],
    model: AuditedModel,
    question: Question,
    maps: Mapping[str, Tensor],
    stages: Sequence[Stage],
    seed: int,
    rooms: Mapping[str, Room],
) -> dict[str, list[tuple[float, ...]]]:
    """Return, by method and for each item, how its map goes along with those of the model as it becomes random.

    It is the rank correlation of the absolute values of the map (items, *places) and of the map for the same class
    after each stage, as `cascade` walks them: all methods are asked of one copy of the model. A map of a random model
    that is constant has lost every order and counts as 0. Empty for an item whose own map is constant or whose map of
    a random model holds what is no number, and for all items of a model without weights, which has no stages.

    References
    ----------
    J. Adebayo et al.: Sanity Checks for Saliency Maps. NeurIPS 2018, section 3.
    """
    own = {name: _sizes(model, question, maps[name]) for name in methods}
    found: dict[str, list[list[float | None]]] = {
        name: [[] for _ in range(len(question))] for name in methods
    }
    for random in cascade(model, stages, seed):
        for name, method in methods.items():
            made = _sizes(random, question, method.attribute(random, question, rooms[name]).maps)
            for item, pair in enumerate(zip(own[name], made, strict=True)):
                found[name][item].append(_kept_order(*pair))
    return {name: [_whole(values) for values in items] for name, items in found.items()}


def other_class(
    method: Method[Any], model: AuditedModel, question: Question, maps: Tensor, room: Room
) -> list[float | None]:
    """Return the rank correlation of each map (items, *places) with that for the likeliest other class.

    It is 1, without a computation, for a method whose maps do not depend on a class: that is what the control finds.
    None where a map is constant, and where there are two classes and the method tells no direction: what speaks for
    the one speaks against the other, so the same sizes are right for both.

    References
    ----------
    L. Sixt, M. Granz, T. Landgraf: When Explanations Lie: Why Many Modified BP Attributions Fail. ICML 2020.
    """
    own = flat(model, question.inputs, maps)
    if not method.of_class:
        return [1.0 if ranked(values) else None for values in own]
    if len(model.classes) == 2 and not method.directed:
        return [None] * len(own)
    scores = torch.cat(question.each(room, lambda part: model.probabilities(part.inputs)))
    others = scores.scatter(1, question.targets[:, None], -1).argmax(dim=1)
    made = method.attribute(model, replace(question, targets=others), room).maps
    return correlations(own, flat(model, question.inputs, made))


def other_item(maps: Sequence[Floats], partners: Sequence[int | None]) -> list[float | None]:
    """Return the rank correlation of each map with its partner's, by the partner's number.

    Maps are (*places), all of the same shape. None where an item has no partner or a map is constant.
    """
    values = [np.asarray(one, dtype=np.float64).ravel() for one in maps]
    return [
        None if partner is None else spearman(own, values[partner])
        for own, partner in zip(values, partners, strict=True)
    ]


def partners_of(model: AuditedModel, items: int) -> tuple[int | None, ...]:
    """Return for each tested item of a shard the next one in the set's order, for the last the first.

    A single item has none, and neither have graphs, whose nodes are at no common places.
    """
    if items < 2 or isinstance(model.spec.input, GraphInput):
        return (None,) * items
    return tuple((item + 1) % items for item in range(items))


def _sizes(model: AuditedModel, question: Question, maps: Tensor) -> list[Floats]:
    return [np.abs(values) for values in flat(model, question.inputs, maps)]


def _kept_order(own: Floats, made: Floats) -> float | None:
    if ranked(own) and made.size and np.isfinite(made).all() and made.min() == made.max():
        return 0.0
    return spearman(own, made)


def _whole(values: Sequence[float | None]) -> tuple[float, ...]:
    kept = tuple(value for value in values if value is not None)
    return kept if len(kept) == len(values) else ()
