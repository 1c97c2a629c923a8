"""Which changes a model has to bear, at which doses, and up to which level they are harmless; part of the plan."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from auditor.common.said import say
from auditor.explain.document import Document

Dose = Annotated[float, Field(gt=0)]


class ChangePlan(Document):
    """One change at graded doses, from the smallest up; level 1 is the first dose.

    Up to the level `harmless` nobody would notice the change, or it is everyday practice. `catalog.CHANGES` says what
    the doses are, in which unit, and why the standard ones count as harmless.
    """

    name: str
    doses: tuple[Dose, ...] = Field(min_length=1, max_length=20)
    harmless: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _graded(self) -> Self:
        if any(first >= second for first, second in zip(self.doses, self.doses[1:], strict=False)):
            raise ValueError(say("the doses of %(name)s do not rise", name=self.name))
        if self.harmless > len(self.doses):
            raise ValueError(
                say(
                    "%(name)s has %(doses)s doses, and level %(level)s is none of them",
                    name=self.name,
                    doses=len(self.doses),
                    level=self.harmless,
                )
            )
        return self


class RobustnessPlan(Document):
    """Under which changes decisions and explanations are measured again, and on how many items.

    `changes` are the standard ones of the model's kind of input where None. Items are drawn by the plan's seed; the
    first `explained` of them get their explanations computed again at the harmless level, by `methods`, or by the
    first method of the plan that asks more of the model than predictions where None.
    """

    items: int = Field(
        default=500,
        ge=0,
        le=100_000,
        title=say("Items changed"),
        description=say("On how many items decisions are asked for again under changes; none where 0."),
    )
    explained: int = Field(
        default=24,
        ge=0,
        le=10_000,
        title=say("Items explained again"),
        description=say("For how many of them explanations are computed again under harmless changes."),
    )
    changes: tuple[ChangePlan, ...] | None = None
    methods: tuple[str, ...] | None = None
