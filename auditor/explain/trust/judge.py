"""Who is tested, and by what: the tests of the explanations of a shard's items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from auditor.explain.case import Case
from auditor.explain.memory import Room
from auditor.explain.methods.base import Method, Question
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan
from auditor.explain.seeds import seed_of
from auditor.explain.trust.agreement import agreements, owners_of
from auditor.explain.trust.documents import ItemAgreement, ItemTrust
from auditor.explain.trust.faithfulness import Tested, faithfulness
from auditor.explain.trust.localisation import localised
from auditor.explain.trust.sanity import (
    Stage,
    other_class,
    other_item,
    partners_of,
    randomised_together,
    stages_of,
)
from auditor.explain.trust.stability import max_sensitivity, seeds
from auditor.explain.watching import Watch, unwatched


class Draw(NamedTuple):
    """Which items of a set are tested: their indices in the order of the draw.

    Of the items in `sanity` and `stability`, the first of the tested ones, maps are computed again.
    """

    tested: tuple[int, ...]
    sanity: tuple[int, ...]
    stability: tuple[int, ...]


@dataclass
class Judgement:
    """What was found out about one item's maps; `lost` where the model's scores were no numbers."""

    trust: dict[str, ItemTrust] = field(default_factory=dict)
    agreement: tuple[ItemAgreement, ...] = ()
    lost: bool = False

    def add(self, method: str, values: Mapping[str, float], randomised: tuple[float, ...] = ()) -> None:
        """Add values of a method to what is known of it."""
        known = self.trust.get(method, ItemTrust())
        self.trust[method] = known.model_copy(
            update={
                "values": {**known.values, **values},
                "randomised": randomised or known.randomised,
            }
        )


def drawn(plan: Plan, total: int) -> Draw:
    """Return which of `total` items are tested: drawn by the plan's seed from the whole set, whatever the shard."""
    trust = plan.trust
    order = np.random.default_rng([plan.seed, 0x7E57]).permutation(total)[: trust.items].tolist()
    most = ceil(trust.share * total)
    return Draw(
        tuple(order),
        tuple(order[: min(trust.sanity_items, most)]),
        tuple(order[: min(trust.stability_items, most)]),
    )


class Judge:
    """Tests the maps of items of one set by one model; `background` are items of the set, which tables need."""

    def __init__(
        self,
        model: AuditedModel,
        methods: Sequence[Method[Any]],
        plan: Plan,
        total: int,
        background: Tensor | None,
        watch: Watch = unwatched,
    ) -> None:
        self.model, self.plan, self.background, self.watch = model, plan, background, watch
        self.methods = {made.card.name: made for made in methods}
        self.draw, self.owners = drawn(plan, total), owners_of(model.spec.input, plan.grid)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The layers that become random together, from the output down; none where no item is tested so."""
        return stages_of(self.model, self.plan.trust.stages) if self.draw.sanity else ()

    def judge(self, cases: Sequence[Case], room: Room) -> list[Judgement]:
        """Return what is found out about each item, in their order."""
        made = {case.index: Judgement() for case in cases}
        with self.watch("trust, faithfulness"):
            self._faithfulness([case for case in cases if case.index in self.draw.tested], made, room)
        with self.watch("trust, agreement and localisation"):
            for case in cases:
                self._looked_at(case, made[case.index])
        mapped = [case for case in cases if case.maps.keys() == self.methods.keys()]
        with self.watch("trust, sanity"):
            self._sanity([case for case in mapped if case.index in self.draw.sanity], made, room)
        with self.watch("trust, stability"):
            self._stability([case for case in mapped if case.index in self.draw.stability], made, room)
        return [made[case.index] for case in cases]

    def _faithfulness(self, cases: Sequence[Case], made: dict[int, Judgement], room: Room) -> None:
        tested = [
            Tested(case.given, case.target, seed_of(self.plan.seed, case.index), case.maps) for case in cases
        ]
        found = faithfulness(self.model, tested, self.plan, self.background, room)
        for case, trust in zip(cases, found, strict=True):
            made[case.index].trust, made[case.index].lost = trust or {}, trust is None

    def _looked_at(self, case: Case, judged: Judgement) -> None:
        """Say what the maps at hand tell: whether they agree, and where they lie."""
        if self.plan.trust.items:
            judged.agreement = agreements(case.maps, self.owners)
            for name, values in case.maps.items():
                for prefix, mask in (("region", case.mask), ("box", case.boxes)):
                    if mask is not None:
                        judged.add(name, localised(values, mask, prefix))

    def _sanity(self, cases: Sequence[Case], made: dict[int, Judgement], room: Room) -> None:
        if not cases:
            return
        question, maps = self._question(cases), self._maps(cases)
        rooms = dict.fromkeys(self.methods, room)
        randomised = randomised_together(
            self.methods, self.model, question, maps, self.stages, self.plan.seed, rooms
        )
        partners = partners_of(self.model, len(cases))
        for name, method in self.methods.items():
            others = other_class(method, self.model, question, maps[name], room)
            items = other_item([case.maps[name].astype(np.float64) for case in cases], partners)
            for case, stages, other, item in zip(cases, randomised[name], others, items, strict=True):
                last = stages[-1] if stages else None
                values = {"randomised": last, "other_class": other, "other_item": item}
                made[case.index].add(name, _known(values), stages)

    def _stability(self, cases: Sequence[Case], made: dict[int, Judgement], room: Room) -> None:
        if not cases:
            return
        question, maps = self._question(cases), self._maps(cases)
        for name, method in self.methods.items():
            moved = max_sensitivity(method, self.model, question, maps[name], self.plan.trust, room)
            reseeded = seeds(method, self.model, question, maps[name], room)
            for case, largest, again in zip(cases, moved, reseeded, strict=True):
                made[case.index].add(name, _known({"max_sensitivity": largest, "seeds": again}))

    def _question(self, cases: Sequence[Case]) -> Question:
        return Question(
            torch.stack([case.given for case in cases]),
            torch.tensor([case.target for case in cases], device=self.model.device),
            tuple(seed_of(self.plan.seed, case.index) for case in cases),
            self.background,
        )

    def _maps(self, cases: Sequence[Case]) -> dict[str, Tensor]:
        return {name: torch.stack([case.whole[name] for case in cases]) for name in self.methods}


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}
