"""What every attribution method is: a card, typed parameters, and one function from a batch to maps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

import torch
from pydantic import JsonValue, ValidationError
from torch import Tensor

from auditor.common.errors import Refused
from auditor.explain.document import Document
from auditor.explain.evidence import TIERS, MethodCard, Tier
from auditor.explain.model import AuditedModel

Settings = TypeVar("Settings", bound=Document)


@dataclass(frozen=True)
class Question:
    """What is asked: float32 inputs (items, ...), the class that each is explained for, a seed for each.

    A method that draws at random draws from an item's own seed, so its answer does not depend on which other
    items are asked about at the same time.
    """

    inputs: Tensor
    targets: Tensor
    seeds: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.seeds)

    def split(self, size: int) -> "Iterator[Question]":
        """Return the question in parts of at most `size` items."""
        for first in range(0, len(self), size):
            part = slice(first, first + size)
            yield Question(self.inputs[part], self.targets[part], self.seeds[part])


@dataclass(frozen=True)
class Attribution:
    """One value a place: maps float32 (items, height, width) on the model's grid, and what is known of each.

    Attributes
    ----------
    completeness : (items,), |sum of the map - what it promises to sum to| / |what it promises|, or None
    fit : (items,), the share of variance in [0, 1] that a local surrogate explains (R2), or None
    errors : like `maps`, the standard error of every value of a method that samples, or None
    """

    maps: Tensor
    completeness: Tensor | None = None
    fit: Tensor | None = None
    errors: Tensor | None = None

    @classmethod
    def joined(cls, parts: "Sequence[Attribution]") -> "Attribution":
        """Return the attributions of all parts of a question, in their order."""

        def join(name: str) -> Tensor | None:
            found = [getattr(part, name) for part in parts]
            return None if found[0] is None else torch.cat(found)

        return cls(
            torch.cat([part.maps for part in parts]), join("completeness"), join("fit"), join("errors")
        )


class Method(Generic[Settings]):
    """A method with its parameters fixed; made once, asked for many batches."""

    card: ClassVar[MethodCard]
    settings_type: type[Settings]

    def __init__(self, parameters: dict[str, JsonValue]) -> None:
        """Raise Refused naming the parameter that is unknown or out of range."""
        try:
            self.settings: Settings = self.settings_type.model_validate(parameters)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "parameters"
            raise Refused(f"Method {self.card.name}, parameter {field}: {first['msg'].lower()}.") from None

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """The parameters in force, defaults included."""
        values: dict[str, JsonValue] = self.settings.model_dump(mode="json")
        return values

    def attribute(self, model: AuditedModel, question: Question, batch: int) -> Attribution:
        """Attribute the target's logit to places of the input; channels are summed.

        Parameters
        ----------
        question : inputs float32 (items, channels, height, width), pixels in [0, 1]
        batch : the most images that go through the model at once

        Raises
        ------
        Refused
            where a target is none of the classes, or a parameter does not fit the model or its input.
        """
        outside = [t for t in question.targets.tolist() if not 0 <= t < len(model.classes)]
        if outside:
            raise Refused(
                f"Method {self.card.name}: the target {outside[0]} is none of the model's "
                f"{len(model.classes)} classes, which count from 0."
            )
        return self._attribute(model, question, batch)

    def _attribute(self, model: AuditedModel, question: Question, batch: int) -> Attribution:
        raise NotImplementedError


def why_not(card: MethodCard, tier: Tier) -> str | None:
    """Return why a method cannot be asked of a model of this tier, or None where it can."""
    if TIERS.index(card.needs) <= TIERS.index(tier):
        return None
    if card.needs == "layers" and tier == "gradients":
        return "The model has no layer with a spatial map, which this method looks at."
    return f"The method needs {card.needs}, and this model gives {tier} only."


def scores_of(model: AuditedModel, question: Question) -> Tensor:
    """Return the logit of each item's target, (items,)."""
    return model.logits(question.inputs).gather(1, question.targets[:, None])[:, 0]


def left_over(maps: Tensor, promised: Tensor) -> Tensor:
    """Return how far each map's sum is from what it promises, relative to that, float64 (items,)."""
    wanted = promised.double()
    return (maps.double().flatten(1).sum(dim=1) - wanted).abs() / wanted.abs()
