"""Whether the methods of a plan exist, are set as their cards allow and suit a model; without torch."""

from pathlib import Path

from auditor.common.errors import Refused
from auditor.explain.cards import card, why_not
from auditor.explain.evidence import Tier
from auditor.explain.methods.catalog import METHODS, check_name
from auditor.explain.parameters import faults
from auditor.explain.plan import Plan
from auditor.explain.spec import Modality


def read_plan(path: Path) -> Plan:
    """Return the plan in a JSON file; raises Refused with the first thing that is wrong."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"The plan {path} cannot be read: {error.strerror}.") from None
    plan = Plan.parse(content, name=path.name)
    check_methods(plan)
    return plan


def check_methods(plan: Plan) -> None:
    """Raise Refused naming the first method that is unknown or there twice, or parameter that is wrong."""
    if not plan.methods:
        raise Refused(f"The plan {plan.name!r} has no method; choose at least one.")
    for index, method in enumerate(plan.methods):
        check_name(method.name)
        if method.name in (other.name for other in plan.methods[:index]):
            raise Refused(f"The plan {plan.name!r} has the method {method.name} twice; leave one out.")
        for name, sentence in faults(card(method.name).parameters, method.parameters).items():
            raise Refused(f"Method {method.name}, parameter {name}: {sentence}")
    absent = set(plan.robustness.methods or ()) - {method.name for method in plan.methods}
    if absent:
        raise Refused(
            f"The plan {plan.name!r} compares maps of {min(absent)} under changes and does not have this method; "
            "add it, or leave it out of robustness.methods."
        )


def check_suits(plan: Plan, kind: Modality, tier: Tier | None) -> None:
    """Raise Refused where a model of this kind and tier allows none of a plan's methods.

    Where the tier is None it was not measured, and only the kind of input counts.
    """
    reasons = [reason_against(method.name, kind, tier) for method in plan.methods]
    if reasons and None not in reasons:
        raise Refused(
            f"No method of the plan {plan.name!r} can be asked of this model; choose a plan that fits. "
            f"{card(plan.methods[0].name).title}: {reasons[0]}"
        )


def reason_against(name: str, kind: Modality, tier: Tier | None) -> str | None:
    """Return why a method cannot be asked of a model, or None where it can or, the tier not measured, may."""
    return why_not(card(name), tier or "layers", kind)


def suits(plan: Plan, kind: Modality) -> bool:
    """Whether a plan has a method for a kind of input."""
    return any(method.name in METHODS and kind in card(method.name).inputs for method in plan.methods)


def title_of(name: str) -> str:
    """Return the title of a method, or its bare name where this version of the product no longer has it."""
    return card(name).title if name in METHODS else name
