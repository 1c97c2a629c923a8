"""One shard of a run: every item predicted, attributed, compared with a donor and described."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.common.errors import Refused, RetraceError
from auditor.explain.cards import why_not
from auditor.explain.determinism import deterministic
from auditor.explain.evidence import ArrayRef, Incident, ItemRecord, MapRecord, RegionEffects, ShardResult
from auditor.explain.globals.features import features
from auditor.explain.globals.regions import Regions, Subject, donor_of, effects
from auditor.explain.items import ValidationSet
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.methods.catalog import method
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan
from auditor.explain.sharding import shards
from auditor.explain.spec import ImageInput, ModelSpec

__all__ = ["explain_shard", "shards"]

Put = Callable[[bytes], str]
Result = TypeVar("Result")


def explain_shard(
    model: AuditedModel, items: ValidationSet, plan: Plan, shard_index: int, put: Put
) -> ShardResult:
    """Return everything measured on the items of one shard; attribution maps go through `put` as .npy bytes.

    The result depends on the model, the items, the plan and the shard alone. Raises Refused for a plan
    that does not fit the model, and RetraceError where the shard does not exist or one item exceeds memory.
    """
    parts = shards(plan, len(items))
    if not 0 <= shard_index < len(parts):
        raise RetraceError(
            f"The plan cuts this set into {len(parts)} shards, and there is no shard {shard_index}."
        )
    with deterministic(plan.seed, tf32=plan.tf32):
        return _Shard(model, items, plan, put).explain(parts[shard_index])


@dataclass
class _Batch:
    """Some items on their way: pixels (batch, c, h, w), probabilities (batch, classes), targets (batch,)."""

    indices: list[int]
    pixels: Tensor
    scores: Tensor
    targets: Tensor


class _Shard:
    def __init__(self, model: AuditedModel, items: ValidationSet, plan: Plan, put: Put) -> None:
        self.model, self.items, self.plan, self.put = model, items, plan, put
        self.input = image_input(model.spec)
        self.methods = [
            made
            for made in (method(planned.name, planned.parameters) for planned in plan.methods)
            if not why_not(made.card, model.tier, self.input.kind)
        ]
        self.regions = Regions.of(items, plan, self.input.height, self.input.width)
        self.background = self._background() if any(made.compares for made in self.methods) else None
        self.incidents: list[Incident] = []
        self.rooms: dict[str, Room] = {}

    def explain(self, indices: range) -> ShardResult:
        records: list[ItemRecord] = []
        for first in range(0, len(indices), self.plan.batch_size):
            batch = self._predicted(list(indices[first : first + self.plan.batch_size]))
            if batch.indices:
                records.extend(self._records(batch))
        return ShardResult(
            schema="retrace-shard/1",
            first=indices.start,
            regions=self.regions.names,
            items=tuple(records),
            incidents=tuple(self.incidents),
            layer=self.model.default_layer,
            tier=self.model.tier,
        )

    def _predicted(self, indices: list[int]) -> _Batch:
        indices, pixels = self._read(indices)
        scores = self._halving("The prediction", indices, lambda room: self._scores(pixels, room))
        kept = []
        for place, index in enumerate(indices):
            if bool(torch.isfinite(scores[place]).all()):
                kept.append(place)
            else:
                self._incident(
                    index, "The model's scores are not numbers; the item is left out of every result."
                )
        scores, pixels = scores[kept], pixels[kept]
        labels = torch.tensor([self.items.label_index(indices[place]) for place in kept], dtype=torch.long)
        targets = scores.argmax(dim=1) if self.plan.target == "predicted" else labels.to(self.model.device)
        return _Batch([indices[place] for place in kept], pixels, scores, targets)

    def _read(self, indices: list[int]) -> tuple[list[int], Tensor]:
        """Return the items whose inputs are numbers, and these inputs."""
        pixels = torch.stack([self._pixels(index) for index in indices])
        usable = self.model.usable(pixels)
        kept = []
        for index, is_usable in zip(indices, usable.tolist(), strict=True):
            if is_usable:
                kept.append(index)
            else:
                self._incident(
                    index,
                    "Its input holds values that are not numbers; the item is left out of every result.",
                )
        return kept, pixels[usable]

    def _records(self, batch: _Batch) -> Iterator[ItemRecord]:
        attributions = {made.card.name: self._attribution(made, batch) for made in self.methods}
        for place, index in enumerate(batch.indices):
            maps = self._maps(attributions, place, index)
            mask = self.items.region(index, self.input)
            target = int(batch.targets[place])
            yield ItemRecord(
                index=index,
                entry=self.items.entries[index],
                scores=tuple(batch.scores[place].double().tolist()),
                predicted=self.model.classes[int(batch.scores[place].argmax())],
                target=self.model.classes[target],
                maps={name: self._kept(values, attributions[name], place) for name, values in maps.items()},
                effects=self._effects(index, batch.pixels[place], mask, target, maps),
                features=features(batch.pixels[place].cpu().numpy(), mask),
            )

    def _attribution(self, made: Method[Any], batch: _Batch) -> Attribution:
        seeds = tuple(seed_of(self.plan.seed, index) for index in batch.indices)
        question = Question(batch.pixels, batch.targets, seeds, self.background)
        found = self._halving(
            made.card.title, batch.indices, lambda room: made.attribute(self.model, question, room)
        )
        return found.cpu()

    def _maps(
        self, attributions: dict[str, Attribution], place: int, index: int
    ) -> dict[str, NDArray[np.float32]]:
        maps = {}
        for name, attribution in attributions.items():
            values = attribution.maps[place].cpu().numpy()
            if np.isfinite(values).all():
                maps[name] = values
            else:
                self._incident(index, f"Method {name} gave values that are not numbers; its map is left out.")
        return maps

    def _kept(self, values: NDArray[np.float32], attribution: Attribution, place: int) -> MapRecord:
        errors = attribution.errors
        return MapRecord(
            array=self._array(values),
            completeness=_finite(attribution.completeness, place),
            fit=_finite(attribution.fit, place),
            errors=None if errors is None else self._array(errors[place].cpu().numpy()),
            noise=None if errors is None else _noise(values, errors[place].cpu().numpy()),
        )

    def _array(self, values: NDArray[np.float32]) -> ArrayRef:
        stored = np.ascontiguousarray(values, dtype="<f4")
        stream = io.BytesIO()
        np.lib.format.write_array(stream, stored, version=(1, 0), allow_pickle=False)
        return ArrayRef(sha256=self.put(stream.getvalue()), shape=stored.shape, dtype="float32")

    def _effects(
        self,
        index: int,
        pixels: Tensor,
        mask: NDArray[np.bool_] | None,
        target: int,
        maps: dict[str, NDArray[np.float32]],
    ) -> RegionEffects | None:
        donor = donor_of(self.items, index, self.plan.seed)
        if donor is None:
            return None
        subject = Subject(
            pixels=pixels,
            mask=mask,
            donor_id=self.items.entries[donor].id,
            donor_pixels=self._pixels(donor),
            donor_mask=self.items.region(donor, self.input),
            target=target,
            maps=maps,
        )
        found, lost = self._halving(
            "The comparison of regions",
            [index],
            lambda room: effects(subject, self.regions, self.model.probabilities, room),
        )
        if lost:
            self._incident(index, f"With {lost} regions replaced the model's scores are not numbers.")
        return found

    def _background(self) -> Tensor:
        """Return the plan's background items, (background, *input); they are the same for every shard."""
        drawn = background_items(self.plan, len(self.items))
        found = torch.stack([self._pixels(index) for index in drawn])
        return found[self.model.usable(found)]

    def _pixels(self, index: int) -> Tensor:
        return self.items.pixels(index, self.input).to(self.model.device)

    def _scores(self, pixels: Tensor, room: Room) -> Tensor:
        found = room.each(len(pixels), lambda part: self.model.probabilities(pixels[part]))
        return torch.cat([pixels.new_zeros(0, len(self.model.classes)), *found])

    def _halving(self, what: str, indices: list[int], call: Callable[[Room], Result]) -> Result:
        """Answer a call; where memory ran out, what is asked for later in the shard begins with what did fit."""
        room = self.rooms.setdefault(what, Room(self.plan.batch_size))
        before = room.size
        result = call(room)
        if room.size < before:
            self._incident(
                indices[0],
                f"{what} ran in batches of {room.size} instead of {room.wanted} from this item on, "
                "for lack of memory.",
            )
        return result

    def _incident(self, index: int, what: str) -> None:
        self.incidents.append(Incident(item=self.items.entries[index].id, what=what))


def image_input(spec: ModelSpec) -> ImageInput:
    """Return the input of a model that audits take; raises Refused for another kind."""
    if not isinstance(spec.input, ImageInput):
        raise Refused(
            f"model.json, field input: audits run on images, and this model takes a {spec.input.kind}; the library "
            "auditor.explain explains single items of it."
        )
    return spec.input


def seed_of(seed: int, index: int) -> int:
    """Return the seed from which methods draw for one item, whichever batch it is in."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])


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
