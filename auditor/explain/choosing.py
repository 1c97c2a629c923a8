"""Whether the methods of a plan exist, are set as their cards allow and suit a model; without torch."""

from pathlib import Path

from auditor.common.errors import Refused
from auditor.common.said import Said, say
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
        raise Refused(
            say(
                "The plan %(path)s cannot be read: %(problem)s.", path=str(path), problem=error.strerror or ""
            )
        ) from None
    plan = Plan.parse(content, name=path.name)
    check_methods(plan)
    return plan


def check_methods(plan: Plan) -> None:
    """Raise Refused naming the first method that is unknown or there twice, or parameter that is wrong."""
    if not plan.methods:
        raise Refused(say("The plan %(plan)s has no method; choose at least one.", plan=repr(plan.name)))
    for index, method in enumerate(plan.methods):
        check_name(method.name)
        if method.name in (other.name for other in plan.methods[:index]):
            raise Refused(
                say(
                    "The plan %(plan)s has the method %(method)s twice; leave one out.",
                    plan=repr(plan.name),
                    method=method.name,
                )
            )
        for name, sentence in faults(card(method.name).parameters, method.parameters).items():
            raise Refused(
                say(
                    "Method %(method)s, parameter %(name)s: %(sentence)s",
                    method=method.name,
                    name=name,
                    sentence=sentence,
                )
            )
    absent = set(plan.robustness.methods or ()) - {method.name for method in plan.methods}
    if absent:
        raise Refused(
            say(
                "The plan %(plan)s compares maps of %(method)s under changes and does not have this "
                "method; add it, or leave it out of robustness.methods.",
                plan=repr(plan.name),
                method=min(absent),
            )
        )


def check_suits(plan: Plan, kind: Modality, tier: Tier | None) -> None:
    """Raise Refused where a model of this kind and tier allows none of a plan's methods.

    Where the tier is None it was not measured, and only the kind of input counts.
    """
    reasons = [reason_against(method.name, kind, tier) for method in plan.methods]
    if reasons and None not in reasons:
        raise Refused(
            say(
                "No method of the plan %(plan)s can be asked of this model; choose a plan that fits. "
                "%(method)s: %(reason)s",
                plan=repr(plan.name),
                method=Said(card(plan.methods[0].name).title, {}),
                reason=reasons[0] or "",
            )
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
