"""Who is tested, and by what: the tests of the explanations of a shard's items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.memory import Room
from auditor.explain.methods.base import Method
from auditor.explain.modalities.base import Mask
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan
from auditor.explain.seeds import seed_of
from auditor.explain.trust.documents import ItemAgreement, ItemTrust
from auditor.explain.trust.faithfulness import Tested, faithfulness
from auditor.explain.watching import Watch, unwatched


class Draw(NamedTuple):
    """Which items of a set are tested: their indices in the order of the draw.

    Of the items in `sanity` and `stability`, the first of the tested ones, maps are computed again.
    """

    tested: tuple[int, ...]
    sanity: tuple[int, ...]
    stability: tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """An explained item: its index in the set, its input (*shape), the class explained, its maps and its mask."""

    index: int
    given: Tensor
    target: int
    maps: Mapping[str, NDArray[np.float32]]
    mask: Mask | None


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
        self.model, self.methods, self.plan = model, methods, plan
        self.draw, self.background, self.watch = drawn(plan, total), background, watch

    def judge(self, cases: Sequence[Case], room: Room) -> list[Judgement]:
        """Return what is found out about each item, in their order."""
        made = {case.index: Judgement() for case in cases}
        with self.watch("trust, faithfulness"):
            self._faithfulness([case for case in cases if case.index in self.draw.tested], made, room)
        return [made[case.index] for case in cases]

    def _faithfulness(self, cases: Sequence[Case], made: dict[int, Judgement], room: Room) -> None:
        tested = [
            Tested(case.given, case.target, seed_of(self.plan.seed, case.index), case.maps) for case in cases
        ]
        found = faithfulness(self.model, tested, self.plan, self.background, room)
        for case, trust in zip(cases, found, strict=True):
            made[case.index].trust, made[case.index].lost = trust or {}, trust is None
