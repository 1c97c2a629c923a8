"""One shard of a run: every item predicted, attributed, compared with a donor and described."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.common.errors import Refused, RetraceError
from auditor.common.said import Said, say
from auditor.explain.arrays import Put, put_array
from auditor.explain.cards import why_not
from auditor.explain.case import Case
from auditor.explain.determinism import deterministic
from auditor.explain.evidence import Incident, ItemRecord, MapRecord, RegionEffects, ShardResult
from auditor.explain.globals.regions import donor_of, effects
from auditor.explain.items import ValidationSet
from auditor.explain.material.fingerprints import written
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.methods.catalog import method
from auditor.explain.modalities import Subject, modality_of
from auditor.explain.modalities.base import Mask
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan
from auditor.explain.robustness.catalog import kinds
from auditor.explain.robustness.measuring import After, Changing
from auditor.explain.seeds import seed_of
from auditor.explain.sharding import shards
from auditor.explain.spec import TableInput
from auditor.explain.trust.judge import Judge, Judgement
from auditor.explain.watching import Watch, unwatched

__all__ = ["explain_shard", "shards"]

Result = TypeVar("Result")


def explain_shard(
    model: AuditedModel,
    items: ValidationSet,
    plan: Plan,
    shard_index: int,
    put: Put,
    watch: Watch = unwatched,
) -> ShardResult:
    """Return everything measured on the items of one shard; attribution maps go through `put` as .npy bytes.

    `watch` is told when attributions and tests begin and end. The result depends on the model, the items, the plan
    and the shard alone. Raises Refused for a plan that does not fit the model, and RetraceError where the shard does
    not exist or one item exceeds memory.
    """
    parts = shards(plan, len(items))
    if not 0 <= shard_index < len(parts):
        raise RetraceError(
            say(
                "The plan cuts this set into %(shards)s shards, and there is no shard %(shard_index)s.",
                shards=len(parts),
                shard_index=shard_index,
            )
        )
    with deterministic(plan.seed, tf32=plan.tf32):
        return _Shard(model, items, plan, put, watch).explain(parts[shard_index])


@dataclass
class _Batch:
    """Some items on their way: inputs (batch, *shape), probabilities (batch, classes), targets (batch,)."""

    indices: list[int]
    given: Tensor
    scores: Tensor
    targets: Tensor


class _Shard:
    def __init__(self, model: AuditedModel, items: ValidationSet, plan: Plan, put: Put, watch: Watch) -> None:
        self.model, self.items, self.plan, self.put, self.watch = model, items, plan, put, watch
        self.modality = modality_of(model.spec.input, plan.grid)
        self.methods = [
            made
            for made in (method(planned.name, planned.parameters) for planned in plan.methods)
            if not why_not(made.card, model.tier, model.spec.input.kind)
        ]
        self.regions = self.modality.regions(items.has_masks)
        rows = isinstance(model.spec.input, TableInput) and plan.trust.items > 0
        compares = rows or any(made.compares for made in self.methods)
        self.background = self._background() if compares else None
        self.judge = Judge(model, self.methods, plan, len(items), self.background, watch)
        self.changing = Changing(model, self.modality, self.methods, plan, len(items), self.background)
        self.incidents: list[Incident] = []
        self.rooms: dict[str, Room] = {}

    def explain(self, indices: range) -> ShardResult:
        records: list[ItemRecord] = []
        for first in range(0, len(indices), self.plan.batch_size):
            wanted = indices[first : first + self.plan.batch_size]
            read = {index: given for index in wanted if (given := self._read(index)) is not None}
            if read:
                records.extend(self._records(self._predicted(list(read), torch.stack(list(read.values())))))
        return ShardResult(
            schema="retrace-shard/2",
            first=indices.start,
            regions=self.regions,
            stages=tuple(stage.name for stage in self.judge.stages),
            items=tuple(records),
            incidents=tuple(self.incidents),
            layer=self.model.default_layer,
            tier=self.model.tier,
        )

    def _read(self, index: int) -> Tensor | None:
        """Return an item's input; one that cannot be read is an incident, and the run goes on."""
        try:
            return self._given(index)
        except Refused as error:
            self._incident(index, say("%(why)s The item is left out of every result.", why=error.sentence))
            return None

    def _predicted(self, indices: list[int], given: Tensor) -> _Batch:
        scores = self._halving(say("The prediction"), indices, lambda room: self._scores(given, room))
        kept = []
        for place, index in enumerate(indices):
            if bool(torch.isfinite(scores[place]).all()):
                kept.append(place)
            else:
                self._incident(
                    index, say("The model's scores are not numbers; the item is left out of every result.")
                )
        scores, given = scores[kept], given[kept]
        labels = torch.tensor([self.items.label_index(indices[place]) for place in kept], dtype=torch.long)
        targets = scores.argmax(dim=1) if self.plan.target == "predicted" else labels.to(self.model.device)
        return _Batch([indices[place] for place in kept], given, scores, targets)

    def _records(self, batch: _Batch) -> Iterator[ItemRecord]:
        if not batch.indices:
            return
        attributions = {made.card.name: self._attribution(made, batch) for made in self.methods}
        cases = [self._case(batch, attributions, place) for place in range(len(batch.indices))]
        changed = self._changed(batch, cases)
        for place, (case, judged) in enumerate(zip(cases, self._judged(cases), strict=True)):
            index, maps = case.index, case.maps
            yield ItemRecord(
                index=index,
                entry=self.items.entries[index],
                scores=tuple(batch.scores[place].double().tolist()),
                predicted=self.model.classes[case.decided],
                target=self.model.classes[case.target],
                maps={
                    name: self._kept(values, attributions[name], place, batch.given[place])
                    for name, values in maps.items()
                },
                effects=self._effects(case),
                features=self.modality.describe(case.given, case.mask),
                trust=judged.trust,
                agreement=judged.agreement,
                changes=changed[place].changes,
                fingerprint=written(self.modality.fingerprint(case.given)),
            )

    def _case(self, batch: _Batch, attributions: dict[str, Attribution], place: int) -> Case:
        index, given = batch.indices[place], batch.given[place]
        return Case(
            index=index,
            given=given,
            decided=int(batch.scores[place].argmax()),
            target=int(batch.targets[place]),
            maps=self._maps(attributions, place, index, given),
            whole={name: found.maps[place].to(self.model.device) for name, found in attributions.items()},
            mask=self.items.relevant(index),
            boxes=self.items.boxes(index),
        )

    def _judged(self, cases: list[Case]) -> list[Judgement]:
        """Return what is found out about the maps of each item."""
        found = self._halving(
            say("The test of explanations"),
            [case.index for case in cases],
            lambda room: self.judge.judge(cases, room),
        )
        for case, judged in zip(cases, found, strict=True):
            if judged.lost:
                self._incident(
                    case.index,
                    say(
                        "With parts taken away the model's scores are not numbers; the faithfulness of its "
                        "explanations is not measured."
                    ),
                )
        return found

    def _changed(self, batch: _Batch, cases: list[Case]) -> list[After]:
        """Return what graded changes did to each item."""
        found = self._halving(
            say("The test of changes"), batch.indices, lambda room: self.changing.measure(cases, room)
        )
        for index, after in zip(batch.indices, found, strict=True):
            if after.lost:
                titles = [
                    Said(kind.title, {})
                    for kind in kinds(self.model.spec.input.kind).values()
                    if kind.name in after.lost
                ]
                self._incident(
                    index,
                    say(
                        "Changed, the model's scores are not numbers; not measured on it: %(changes)s.",
                        changes=titles,
                    ),
                )
        return found

    def _attribution(self, made: Method[Any], batch: _Batch) -> Attribution:
        seeds = tuple(seed_of(self.plan.seed, index) for index in batch.indices)
        question = Question(batch.given, batch.targets, seeds, self.background)
        with self.watch(made.card.name):
            found = self._halving(
                Said(made.card.title, {}),
                batch.indices,
                lambda room: made.attribute(self.model, question, room),
            )
            return found.cpu()

    def _maps(
        self, attributions: dict[str, Attribution], place: int, index: int, given: Tensor
    ) -> dict[str, NDArray[np.float32]]:
        maps = {}
        for name, attribution in attributions.items():
            values = self.modality.trimmed(attribution.maps[place].cpu().numpy(), given)
            if np.isfinite(values).all():
                maps[name] = values
            else:
                self._incident(
                    index,
                    say("Method %(name)s gave values that are not numbers; its map is left out.", name=name),
                )
        return maps

    def _kept(
        self, values: NDArray[np.float32], attribution: Attribution, place: int, given: Tensor
    ) -> MapRecord:
        errors, edges = (
            None if found is None else self.modality.trimmed(found[place].cpu().numpy(), given)
            for found in (attribution.errors, attribution.edges)
        )
        return MapRecord(
            array=put_array(values, self.put),
            completeness=_finite(attribution.completeness, place),
            fit=_finite(attribution.fit, place),
            errors=None if errors is None else put_array(errors, self.put),
            noise=None if errors is None else _noise(values, errors),
            edges=None if edges is None else put_array(edges, self.put),
        )

    def _effects(self, case: Case) -> RegionEffects | None:
        index = case.index
        compared = self._donor(index) if self.modality.exchanges else (index, case.given, case.mask)
        if compared is None:
            return None
        donor, donated, donor_mask = compared
        subject = Subject(
            given=case.given,
            mask=case.mask,
            donor_id=self.items.entries[donor].id,
            donor=donated,
            donor_mask=donor_mask,
            target=case.target,
            maps=case.maps,
        )
        found, lost = self._halving(
            say("The comparison of regions"),
            [index],
            lambda room: effects(subject, self.modality, self.regions, self.model.probabilities, room),
        )
        if lost:
            self._incident(
                index, say("With %(lost)s regions replaced the model's scores are not numbers.", lost=lost)
            )
        return found

    def _donor(self, index: int) -> tuple[int, Tensor, Mask | None] | None:
        """Return an item's donor with its input and its mask; None where there is none or it cannot be read."""
        donor = donor_of(self.items, index, self.plan.seed)
        donated = None if donor is None else self._donated(donor)
        if donor is None or donated is None:
            return None
        return donor, donated, self.items.relevant(donor)

    def _background(self) -> Tensor:
        """Return the plan's background items, (background, *input); they are the same for every shard."""
        drawn = background_items(self.plan, len(self.items))
        read = [given for index in drawn if (given := self._donated(index)) is not None]
        if not read:
            raise Refused(say("None of the items that methods compare with can be read; mend the set."))
        return torch.stack(read)

    def _donated(self, index: int) -> Tensor | None:
        """Return the input of an item that others are compared with; one that cannot be read is its own incident."""
        try:
            return self._given(index)
        except Refused:
            return None

    def _given(self, index: int) -> Tensor:
        given = self.items.given(index).to(self.model.device)
        if not bool(self.model.usable(given[None])[0]):
            raise Refused(
                say(
                    "Item %(item)s holds values that are not numbers.",
                    item=repr(self.items.entries[index].id),
                )
            )
        return given

    def _scores(self, given: Tensor, room: Room) -> Tensor:
        return torch.cat(list(room.each(len(given), lambda part: self.model.probabilities(given[part]))))

    def _halving(self, what: str, indices: list[int], call: Callable[[Room], Result]) -> Result:
        """Answer a call; where memory ran out, what is asked for later in the shard begins with what did fit."""
        room = self.rooms.setdefault(what, Room(self.plan.batch_size))
        before = room.size
        result = call(room)
        if room.size < before:
            self._incident(
                indices[0],
                say(
                    "%(what)s ran in batches of %(size)s instead of %(wanted)s from this item on, for lack "
                    "of memory.",
                    what=what,
                    size=room.size,
                    wanted=room.wanted,
                ),
            )
        return result

    def _incident(self, index: int, what: str) -> None:
        self.incidents.append(Incident(item=self.items.entries[index].id, what=what))


def background_items(plan: Plan, items: int) -> list[int]:
    """Return which items of a set methods compare with, drawn by the plan's seed without replacement."""
    rng = np.random.default_rng([plan.seed, 0xBAC])
    return sorted(rng.choice(items, size=min(plan.background, items), replace=False).tolist())


def _noise(values: NDArray[np.float32], errors: NDArray[np.float32]) -> float | None:
    """Return the largest standard error over the largest absolute value; None for a map of nothing."""
    largest = float(np.abs(values).max())
    return float(errors.max()) / largest if largest > 0 and np.isfinite(errors).all() else None


def _finite(values: Tensor | None, place: int) -> float | None:
    value = None if values is None else float(values[place])
    return value if value is not None and np.isfinite(value) else None
