"""How well maps of one item follow what its score does: all measures of all methods in one round of questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.memory import Room
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan
from auditor.explain.spec import TableInput
from auditor.explain.trust.asking import Answer, Asked, answers
from auditor.explain.trust.curves import Curves, Pair, area, order
from auditor.explain.trust.documents import RANDOM, ItemTrust
from auditor.explain.trust.gaps import Gaps, important
from auditor.explain.trust.removal import Floats, Removal
from auditor.explain.trust.subsets import Subsets

_MOST_PLACES = 1_000_000  # of the items whose questions are prepared together


@dataclass(frozen=True)
class Tested:
    """One item and what is tested of it: its input (*shape), the class explained, its seed, its maps by method."""

    given: Tensor
    target: int
    seed: int
    maps: Mapping[str, NDArray[np.float32]]


def faithfulness(
    model: AuditedModel, tested: Sequence[Tested], plan: Plan, background: Tensor | None, room: Room
) -> list[dict[str, ItemTrust] | None]:
    """Return the faithfulness of each item's maps by method, and under RANDOM that of random maps.

    `background` (rows, numbers) are rows of the set, which tables need. An item is None where the model's scores are
    not numbers with parts of it taken away, and empty where nothing can be taken away. What is drawn at random is
    drawn by the item's own seed.
    """
    found: list[dict[str, ItemTrust] | None] = []
    together = 1 if not tested else max(1, _MOST_PLACES // tested[0].given.numel())
    for first in range(0, len(tested), together):
        trials = [_Trial(model, one, plan, background) for one in tested[first : first + together]]
        asked = [trial.asked() for trial in trials]
        told = iter(answers(model, [one for some in asked for one in some], room))
        found.extend(
            trial.read([next(told) for _ in some]) for trial, some in zip(trials, asked, strict=True)
        )
    return found


class _Trial:
    """The questions about one item; random maps are drawn once and stand beside the methods'."""

    def __init__(self, model: AuditedModel, tested: Tested, plan: Plan, background: Tensor | None) -> None:
        self.tested, self.plan = tested, plan
        self.removal = Removal.of(model, tested.given)
        rng = np.random.default_rng([tested.seed, 0x0DE])
        random = [self.removal.noise(plan.grid, rng) for _ in range(plan.trust.orders)]
        self.named = [(name, self.removal.values(values)) for name, values in tested.maps.items()]
        self.named += [(RANDOM, values) for values in random]
        self.subsets = Subsets.drawn(self.removal, plan.grid, plan.trust, tested.seed)
        self.rows = background if isinstance(model.spec.input, TableInput) else None
        self.owners = self.removal.places.owner

    @cached_property
    def curves(self) -> Curves:
        """The curves of all maps."""
        orders = np.stack([order(values, self.tested.seed) for _, values in self.named])
        return Curves(self.removal, orders, self.plan.trust.steps)

    @cached_property
    def gaps(self) -> Gaps | None:
        """The gaps of all maps, with rows that the item's seed draws; None for what is no table of two columns."""
        if self.rows is None or len(self.removal) < 2:
            return None
        rng, wanted = np.random.default_rng([self.tested.seed, 0x6A9]), self.plan.trust.subsets
        drawn = rng.permutation(len(self.rows))[:wanted].tolist()
        chosen = np.stack([important(values, self.tested.seed) for _, values in self.named])
        return Gaps(self.tested.given, self.owners, self.rows[drawn], chosen)

    def asked(self) -> list[Asked]:
        """Return the questions: the whole item and nothing of it, curves, subsets, gaps."""
        if not len(self.removal):
            return []
        target = self.tested.target
        both = torch.tensor([[False], [True]], device=self.tested.given.device).expand(-1, len(self.removal))
        ends = Asked(2, target, lambda part: self.removal.without(both[part]))
        rest = [] if self.gaps is None else [self.gaps.asked(target)]
        return [ends, self.curves.asked(target), self.subsets.asked(target), *rest]

    def read(self, told: Sequence[Answer]) -> dict[str, ItemTrust] | None:
        """Return what the answers say of each method."""
        if not all(answer.usable for answer in told):
            return None
        if not told:
            return {}
        ends, curves, subsets, *gaps = told
        pairs = self.curves.read(curves, *ends.probabilities.tolist())
        values = [self.subsets.read(subsets, float(ends.scores[0]), one) for _, one in self.named]
        if self.gaps is not None:
            moved = self.gaps.read(gaps[0], float(ends.probabilities[0]))
            values = [one | more for one, more in zip(values, moved, strict=True)]
        return self._by_name(pairs, values)

    def _by_name(self, pairs: Sequence[Pair], values: Sequence[dict[str, float]]) -> dict[str, ItemTrust]:
        rows: dict[str, list[int]] = {}
        for row, (name, _) in enumerate(self.named):
            rows.setdefault(name, []).append(row)
        found = {
            name: _mean([pairs[row] for row in mine], [values[row] for row in mine])
            for name, mine in rows.items()
        }
        random = found[RANDOM]
        return {
            name: one if name == RANDOM else one.model_copy(update={"values": one.values | gain(one, random)})
            for name, one in found.items()
        }


def gain(found: ItemTrust, random: ItemTrust) -> dict[str, float]:
    """Return by what area the curves of a map are better than those of random maps, -1 to 1.

    It is half of (insertion - random insertion) + (random deletion - deletion).
    """
    mine, theirs = found.values, random.values
    inserted, deleted = mine["insertion"] - theirs["insertion"], theirs["deletion"] - mine["deletion"]
    return {"gain": (inserted + deleted) / 2}


def _mean(pairs: Sequence[Pair], values: Sequence[dict[str, float]]) -> ItemTrust:
    """Return the mean of some maps; a value that one of them lacks is the mean of the others."""
    deletion, insertion = (np.mean([pair[side] for pair in pairs], axis=0) for side in (0, 1))
    names = dict.fromkeys(name for one in values for name in one)
    means = {name: float(np.mean([one[name] for one in values if name in one])) for name in names}
    return ItemTrust(
        values={"deletion": area(deletion), "insertion": area(insertion)} | means,
        deletion=_plain(deletion),
        insertion=_plain(insertion),
    )


def _plain(curve: Floats) -> tuple[float, ...]:
    return tuple(curve.tolist())
