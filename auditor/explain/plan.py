"""The plan of an audit: everything that was fixed before it ran."""

from typing import Literal

from pydantic import Field, JsonValue

from auditor.explain.document import Document


class MethodPlan(Document):
    """One attribution method with its parameters."""

    name: str
    parameters: dict[str, JsonValue] = {}


class SurrogatePlan(Document):
    """How the surrogate decision tree is grown and when it may be called a description of the model."""

    depths: tuple[int, ...] = (1, 2, 3, 4)
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


def _methods(steps: int, window: int) -> tuple[MethodPlan, ...]:
    return (
        MethodPlan(name="grad_cam"),
        MethodPlan(name="integrated_gradients", parameters={"steps": steps, "baseline": 0.0}),
        MethodPlan(name="occlusion", parameters={"window": window, "stride": window // 2, "baseline": 0.0}),
    )


def _thorough() -> tuple[MethodPlan, ...]:
    return (
        *_methods(steps=128, window=16),
        MethodPlan(name="grad_cam_plus_plus"),
        MethodPlan(name="lrp"),
        MethodPlan(name="deep_lift"),
        MethodPlan(name="deep_shap"),
        MethodPlan(name="gradient_shap", parameters={"samples": 256}),
        MethodPlan(name="smooth_grad", parameters={"samples": 64}),
        MethodPlan(name="shapley_sampling", parameters={"permutations": 64}),
        MethodPlan(name="kernel_shap", parameters={"samples": 1024}),
        MethodPlan(name="lime", parameters={"samples": 512}),
    )


PLANS: dict[str, Plan] = {
    "standard": Plan(name="standard", methods=_methods(steps=64, window=16)),
    "quick": Plan(
        name="quick",
        methods=_methods(steps=24, window=24),
        resamples=300,
        grid=6,
        gallery=8,
    ),
    "thorough": Plan(name="thorough", methods=_thorough(), resamples=2000),
}
