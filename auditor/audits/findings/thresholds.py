"""Thresholds by name: what the product's documents say, what a plan says, and where two plans differ."""

from functools import cache
from typing import NamedTuple

from auditor.audits.findings.finding import Finding
from auditor.common.said import Said, ours
from auditor.explain.parameters import parameters_of
from auditor.explain.plan import Plan, SurrogatePlan, Thresholds

_FIDELITY = "surrogate.minimum_fidelity"


class Change(NamedTuple):
    """A threshold on which two plans differ."""

    name: str
    before: float
    after: float


def defaults() -> dict[str, float]:
    """Return the documented default of every threshold."""
    return {**_named(Thresholds()), _FIDELITY: SurrogatePlan().minimum_fidelity}


def values(plan: Plan) -> dict[str, float]:
    """Return every threshold of a plan."""
    return {**_named(plan.thresholds), _FIDELITY: plan.surrogate.minimum_fidelity}


def label_of(name: str) -> Said:
    """Return what forms call a threshold; words for one that no plan has are returned as they are."""
    return _labels().get(name) or ours(name)


def changes(base: Plan | None, plan: Plan) -> tuple[Change, ...]:
    """Return where a plan differs from the one that it was made from, or from the defaults."""
    before, after = defaults() if base is None else values(base), values(plan)
    return tuple(Change(name, before[name], after[name]) for name in after if before[name] != after[name])


def attributed(finding: Finding) -> Finding:
    """Return a finding whose threshold says whether the plan kept the default, and what that is."""
    threshold = finding.threshold
    default = None if threshold is None or threshold.set_by == "rule" else defaults().get(threshold.name)
    if threshold is None or default is None:
        return finding
    kept = threshold.value == default
    said = threshold.model_copy(update={"default": default, "set_by": "default" if kept else "plan"})
    return finding.model_copy(update={"threshold": said})


@cache
def _labels() -> dict[str, Said]:
    found = {one.name: ours(one.label) for one in parameters_of(Thresholds, Thresholds.model_fields)}
    (fidelity,) = parameters_of(SurrogatePlan, ["minimum_fidelity"])
    return {**found, _FIDELITY: ours(fidelity.label)}


def _named(thresholds: Thresholds) -> dict[str, float]:
    return {name: float(value) for name, value in thresholds.model_dump().items()}
