"""What graded changes do to the decisions and explanations of single items."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.case import Case
from auditor.explain.memory import Room
from auditor.explain.methods.base import Method, Question
from auditor.explain.modalities import Modality
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan
from auditor.explain.robustness.catalog import planned
from auditor.explain.robustness.changes import MOVING, Item, changes_of, generator
from auditor.explain.robustness.documents import ItemChange
from auditor.explain.robustness.settings import ChangePlan
from auditor.explain.seeds import seed_of
from auditor.explain.trust.ranks import spearman

Map = NDArray[np.float32]


@dataclass
class After:
    """What the changes did to one item by name; `lost` are those under which its scores are not numbers."""

    changes: dict[str, ItemChange] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


class Changing:
    """The changes of a plan, carried out on items of one model; made once, asked for many batches."""

    def __init__(
        self,
        model: AuditedModel,
        modality: Modality,
        methods: Sequence[Method[Any]],
        plan: Plan,
        items: int,
        background: Tensor | None,
    ) -> None:
        self.model, self.modality, self.seed, self.background = model, modality, plan.seed, background
        self.apply = changes_of(model.spec.input)
        self.changes = [change for change in planned_for(model, plan) if change.name in self.apply]
        drawn = changed_items(plan, items)
        self.chosen, self.explained = set(drawn), set(drawn[: plan.robustness.explained])
        self.methods = asked_again(methods, plan)

    def measure(self, items: Sequence[Case], room: Room) -> list[After]:
        """Return what the changes did to each item, nothing for items that the plan leaves alone."""
        chosen = [item for item in items if item.index in self.chosen]
        found = dict(zip((item.index for item in chosen), self._scores(chosen, room), strict=True))
        return [
            self._after(item, found[item.index], room) if item.index in found else After() for item in items
        ]

    def changed(self, item: Case, change: ChangePlan, level: int) -> Item:
        """Return an item at a level of a change, counted from 0, float32 (*shape)."""
        given = item.given.cpu().numpy()
        return self.apply[change.name](
            given, change.doses[level], generator(self.seed, item.index, change.name)
        )

    def _scores(self, items: Sequence[Case], room: Room) -> Iterator[NDArray[np.float64]]:
        """Yield each item's probabilities under all changes at all levels, (changes and levels, classes)."""
        wanted = [(item, change, level) for item in items for change, level in self._steps()]

        def ask(part: slice) -> Tensor:
            made = [torch.from_numpy(self.changed(*one)) for one in wanted[part]]
            return self.model.probabilities(torch.stack(made).to(self.model.device)).double().cpu()

        answers = list(room.each(len(wanted), ask))
        count = len(self._steps())
        if answers:
            yield from torch.cat(answers).numpy().reshape(len(items), count, -1)
        else:
            yield from np.zeros((len(items), 0, len(self.model.classes)))

    def _steps(self) -> list[tuple[ChangePlan, int]]:
        return [(change, level) for change in self.changes for level in range(len(change.doses))]

    def _after(self, item: Case, scores: NDArray[np.float64], room: Room) -> After:
        after, first = After(), 0
        again = self._similarities(item, room) if item.index in self.explained else {}
        for change in self.changes:
            own = scores[first : first + len(change.doses)]
            first += len(change.doses)
            if not np.isfinite(own).all():
                after.lost.append(change.name)
                continue
            flipped = np.flatnonzero(own.argmax(axis=1) != item.decided)
            after.changes[change.name] = ItemChange(
                scores=tuple(map(tuple, own.tolist())),
                flip=int(flipped[0]) + 1 if len(flipped) else None,
                similarity=again.get(change.name, {}),
            )
        return after

    def _similarities(self, item: Case, room: Room) -> dict[str, dict[str, float]]:
        """Return the similarity of maps at the harmless level by change and method."""
        found: dict[str, dict[str, float]] = {change.name: {} for change in self.changes}
        methods = [made for made in self.methods if made.card.name in item.maps]
        if not methods or not self.changes:
            return found
        inputs = [
            torch.from_numpy(self.changed(item, change, change.harmless - 1)) for change in self.changes
        ]
        question = Question(
            torch.stack(inputs).to(self.model.device),
            torch.full((len(inputs),), item.target, device=self.model.device),
            (seed_of(self.seed, item.index),) * len(inputs),
            self.background,
        )
        for made in methods:
            maps = made.attribute(self.model, question, room).maps.cpu().numpy()
            for change, values in zip(self.changes, maps, strict=True):
                before = self._moved(item, change, item.maps[made.card.name])
                after = self.modality.trimmed(values, item.given)
                alike = spearman(*(one.astype(np.float64).ravel() for one in (before, after)))
                if alike is not None:
                    found[change.name][made.card.name] = alike
        return found

    def _moved(self, item: Case, change: ChangePlan, values: Map) -> Map:
        """Return a map before the change; where that moves the item, the map is moved along."""
        if change.name not in MOVING:
            return values
        draw = generator(self.seed, item.index, change.name)
        moved = self.apply[change.name](values[None], change.doses[change.harmless - 1], draw)
        return np.asarray(moved[0])


def planned_for(model: AuditedModel, plan: Plan) -> tuple[ChangePlan, ...]:
    """Return the changes that a plan asks for, which are the standard ones where it does not say."""
    own = plan.robustness.changes
    return planned(model.spec.input.kind) if own is None else own


def changed_items(plan: Plan, items: int) -> list[int]:
    """Return which items of a set are changed, in the order drawn by the plan's seed."""
    order = np.random.default_rng([plan.seed, 0x20B]).permutation(items)
    return [int(index) for index in order[: plan.robustness.items]]


def asked_again(methods: Sequence[Method[Any]], plan: Plan) -> list[Method[Any]]:
    """Return the methods whose maps are computed again under changes."""
    names = plan.robustness.methods
    if names is None:
        return [made for made in methods if made.card.needs != "predictions"][:1]
    return [made for made in methods if made.card.name in names]
