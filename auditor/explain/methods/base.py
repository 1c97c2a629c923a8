"""What every attribution method is: a card, typed parameters, and one function from a batch to maps."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Generic, TypeVar

import torch
from pydantic import Field, JsonValue, ValidationError
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.document import Document
from auditor.explain.evidence import MethodCard
from auditor.explain.memory import Room
from auditor.explain.mistakes import mistake
from auditor.explain.model import AuditedModel

Result = TypeVar("Result")
Settings = TypeVar("Settings", bound=Document)
Level = Annotated[float, Field(ge=0, le=1)]
Baseline = Level | tuple[Level, ...]


@dataclass(frozen=True)
class Question:
    """What is asked: float32 inputs (items, ...), the class that each is explained for, a seed for each.

    A method that draws at random draws from an item's own seed, so its answer does not depend on which other
    items are asked about at the same time. `background` holds other items of the set, (items, ...) like the
    inputs, for methods that compare with them.
    """

    inputs: Tensor
    targets: Tensor
    seeds: tuple[int, ...]
    background: Tensor | None = None

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def references(self) -> Tensor:
        """The background items, for a method that was given them because it compares."""
        if self.background is None:
            raise ValueError("the question has no background items")
        return self.background

    def __getitem__(self, part: slice) -> "Question":
        return replace(self, inputs=self.inputs[part], targets=self.targets[part], seeds=self.seeds[part])

    def each(self, room: Room, call: "Callable[[Question], Result]", cost: int = 1) -> list[Result]:
        """Return what `call` answers for parts of the items that there is room for; an item takes `cost` inputs."""
        return list(room.each(len(self), lambda part: call(self[part]), cost))


@dataclass(frozen=True)
class Attribution:
    """One value a place: maps float32 (items, *places) on the model's grid, and what is known of each.

    The places of an image are its pixels (height, width), of a volume its voxels (depth, height, width), of a
    table's row its features, of a graph its nodes.

    Attributes
    ----------
    completeness : (items,), |sum of the map - what it promises to sum to| / |what it promises|, or None
    fit : (items,), the share of variance in [0, 1] that a local surrogate explains (R2), or None
    errors : like `maps`, the standard error of every value of a method that samples, or None
    edges : (items, receivers, senders), the value of every edge of a graph, 0 where there is none, or None
    """

    maps: Tensor
    completeness: Tensor | None = None
    fit: Tensor | None = None
    errors: Tensor | None = None
    edges: Tensor | None = None

    @classmethod
    def joined(cls, parts: "Sequence[Attribution]") -> "Attribution":
        """Return the attributions of all parts of a question, in their order."""

        def join(name: str) -> Tensor | None:
            found = [getattr(part, name) for part in parts]
            return None if found[0] is None else torch.cat(found)

        return cls(
            torch.cat([part.maps for part in parts]),
            join("completeness"),
            join("fit"),
            join("errors"),
            join("edges"),
        )

    def cpu(self) -> "Attribution":
        """Return the attribution on the host."""
        known = (self.completeness, self.fit, self.errors, self.edges)
        return Attribution(self.maps.cpu(), *(None if values is None else values.cpu() for values in known))


class Method(Generic[Settings]):
    """A method with its parameters fixed; made once, asked for many batches.

    Attributes
    ----------
    draws : whether its maps depend on the seeds of the question
    of_class : whether its maps depend on the class that they are asked for
    """

    card: ClassVar[MethodCard]
    draws: ClassVar[bool] = False
    of_class: ClassVar[bool] = True
    settings_type: type[Settings]

    def __init__(self, parameters: dict[str, JsonValue]) -> None:
        """Raise Refused naming the parameter that is unknown or out of range."""
        try:
            self.settings: Settings = self.settings_type.model_validate(parameters)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "parameters"
            raise Refused(
                say(
                    "Method %(method)s, parameter %(name)s: %(sentence)s",
                    method=self.card.name,
                    name=field,
                    sentence=say("%(problem)s.", problem=mistake(first)),
                )
            ) from None

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """The parameters in force, defaults included."""
        values: dict[str, JsonValue] = self.settings.model_dump(mode="json")
        return values

    @property
    def compares(self) -> bool:
        """Whether a question needs background items."""
        return self.card.background

    @property
    def directed(self) -> bool:
        """Whether a map tells what speaks for the class from what speaks against it."""
        return True

    def attribute(self, model: AuditedModel, question: Question, batch: int | Room) -> Attribution:
        """Attribute the target's logit to places of the input; channels are summed.

        Parameters
        ----------
        question : inputs float32, of the shape that the model's input describes; pixels in [0, 1]
        batch : the most inputs that go through the model at once; a Room tells afterwards how many did fit

        Raises
        ------
        Refused
            where a target is none of the classes, an input holds what is no number, or a parameter does not fit the
            model or its input.
        RetraceError
            where memory runs out with a single input.

        Warns
        -----
        UserWarning
            naming the items (from 0) whose maps are not numbers.
        """
        outside = [t for t in question.targets.tolist() if not 0 <= t < len(model.classes)]
        if outside:
            raise Refused(
                say(
                    "Method %(method)s: the target %(target)s is none of the model's %(classes)s classes, "
                    "which count from 0.",
                    method=self.card.name,
                    target=outside[0],
                    classes=len(model.classes),
                )
            )
        if self.compares and question.background is None:
            raise Refused(
                say(
                    "Method %(method)s compares with background items, and none were given.",
                    method=self.card.name,
                )
            )
        self._check_numbers(model, question)
        found = self._attribute(model, question, Room.of(batch))
        lost = _numbers_of(~torch.isfinite(found.maps).flatten(1).all(dim=1))
        if lost:
            warnings.warn(f"Method {self.card.name}: the maps of items {lost} are not numbers.", stacklevel=2)
        return found

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        raise NotImplementedError

    def _check_numbers(self, model: AuditedModel, question: Question) -> None:
        for what, inputs in ((say("input"), question.inputs), (say("background item"), question.background)):
            lost = "" if inputs is None else _numbers_of(~model.usable(inputs))
            if lost:
                raise Refused(
                    say(
                        "Method %(method)s: values that are not numbers are in %(what)s %(lost)s (from 0); leave "
                        "them out.",
                        method=self.card.name,
                        what=what,
                        lost=lost,
                    )
                )


def _numbers_of(wrong: Tensor) -> str:
    return ", ".join(map(str, wrong.nonzero()[:, 0].tolist()))


def scores_of(model: AuditedModel, inputs: Tensor, targets: Tensor) -> Tensor:
    """Return the logit of each input's target, (inputs,)."""
    return model.logits(inputs).gather(1, targets[:, None])[:, 0]


def gradients_of(model: AuditedModel, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Return each target's logit, (inputs,), and its gradient at the input, of the inputs' shape."""
    with torch.enable_grad():
        leaf = inputs.detach().requires_grad_()
        scores = scores_of(model, leaf, targets)
        gradient = torch.autograd.grad(scores.sum(), leaf)[0]
    return scores.detach(), gradient


def left_over(maps: Tensor, promised: Tensor) -> Tensor:
    """Return how far each map's sum is from what it promises, relative to that, float64 (items,)."""
    wanted = promised.double()
    return (maps.double().flatten(1).sum(dim=1) - wanted).abs() / wanted.abs()
