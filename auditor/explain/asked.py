"""What every question about a whole set starts from: the model, the items that have a record, and the plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.arrays import Put
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.evidence import ItemRecord
from auditor.explain.items import ValidationSet
from auditor.explain.memory import Room
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan

Answer = TypeVar("Answer")


@dataclass
class Asked:
    """A model and the items of a set that have a record; `unanswered` grows by what cannot be computed."""

    model: AuditedModel
    items: ValidationSet
    records: Sequence[ItemRecord]
    plan: Plan
    put: Put
    unanswered: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.room, self.bootstrap = Room(self.plan.batch_size), Bootstrap.of(self.plan)
        self.indices = [record.index for record in self.records]

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """Each item's label as a position among the classes, (items,)."""
        return np.array([self.items.label_index(index) for index in self.indices], dtype=np.int64)

    @cached_property
    def rows(self) -> Floats:
        """The inputs of a model of tables, (items, numbers)."""
        return self.numbers(self.indices)

    def numbers(self, places: Sequence[int], items: ValidationSet | None = None) -> Floats:
        """Return the inputs of items in double precision, (items, *shape)."""
        return np.asarray(self.given(places, items).double().cpu().numpy(), dtype=np.float64)

    def given(self, places: Sequence[int], items: ValidationSet | None = None) -> Tensor:
        """Return the inputs of items, float32 (items, *shape)."""
        source = items or self.items
        return torch.stack([source.given(place) for place in places]).to(self.model.device)

    def predict(self, inputs: NDArray[np.floating]) -> Floats:
        """Return probabilities (inputs, classes) of the model's inputs."""

        def scores(part: slice) -> Tensor:
            return self.model.probabilities(torch.from_numpy(inputs[part]).float().to(self.model.device))

        found = torch.cat(list(self.room.each(len(inputs), scores)))
        return np.asarray(found.double().cpu().numpy(), dtype=np.float64)

    def tried(self, what: str, call: Callable[[], Answer], nothing: Answer) -> Answer:
        """Return an answer, or nothing and keep the sentence that says why."""
        try:
            return call()
        except Refused as error:
            self.unanswered.append(say("%(what)s: %(why)s", what=what, why=error.sentence))
            return nothing
