"""The plan of an audit: everything that was fixed before it ran."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from auditor.explain.document import Document


class MethodPlan(Document):
    """One attribution method with its parameters."""

    name: str
    parameters: dict[str, JsonValue] = {}


class SurrogatePlan(Document):
    """How the surrogate decision tree is grown and when it may be called a description of the model.

    Every depth is tried with every number of leaves.
    """

    depths: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(default=(1, 2, 3, 4), min_length=1)
    leaves: tuple[Annotated[int, Field(ge=2, le=64)], ...] = Field(
        default=(2, 3, 4, 6, 8, 12, 16), min_length=1
    )
    minimum_leaf: int = 5
    held_out: float = Field(default=0.4, gt=0, lt=1)
    minimum_fidelity: float = Field(default=0.8, ge=0, le=1)


class Thresholds(Document):
    """Where a measurement becomes a finding; defaults are documented with the rules that read them."""

    accuracy: float = 0.8
    group_gap: float = 0.1
    outside_flips: float = 0.1
    completeness: float = 0.05
    fit: float = 0.5
    noise: float = 0.25


class Plan(Document):
    """What an audit will do; the same plan on the same inputs gives the same evidence.

    `shard_size` and `batch_size` belong here, not to the worker, because they decide which numbers are computed
    together. `grid` is the number of cells a side when regions are compared; `background` how many items of the set,
    drawn by the seed, methods compare with. `tf32` lets a GPU compute faster with less exact products.
    """

    schema_: Literal["retrace-plan/1"] = Field(default="retrace-plan/1", alias="schema")
    name: str = "standard"
    seed: int = Field(default=20260101, ge=0, lt=2**32)
    methods: tuple[MethodPlan, ...]
    target: Literal["predicted", "label"] = "predicted"
    shard_size: int = Field(default=16, ge=1, le=1024)
    batch_size: int = Field(default=16, ge=1, le=1024)
    background: int = Field(default=16, ge=1, le=1024)
    tf32: bool = False
    resamples: int = Field(default=1000, ge=100, le=100_000)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    minimum_group: int = Field(default=10, ge=2)
    grid: int = Field(default=8, ge=2, le=32)
    gallery: int = Field(default=12, ge=1, le=5000)
    surrogate: SurrogatePlan = SurrogatePlan()
    thresholds: Thresholds = Thresholds()
