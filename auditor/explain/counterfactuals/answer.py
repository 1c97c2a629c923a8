"""What every counterfactual answer says of its search, and why there is no alternative where there is none."""

from typing import Any

from auditor.common.said import say
from auditor.explain.bootstrap import Floats
from auditor.explain.counterfactuals.neighbourhood import Neighbourhood
from auditor.explain.counterfactuals.outcome import Outcome
from auditor.explain.counterfactuals.search import Found
from auditor.explain.model import AuditedModel


def facts(
    model: AuditedModel,
    outcome: Outcome,
    near: Neighbourhood,
    item: Floats,
    found: Found,
    reason: str | None,
    what: str,
    seed: int,
) -> dict[str, Any]:
    """Return the fields of `documents.Answer`; `item` is what is compared, `what` says what was tried."""
    own = None if near.bound is None else float(near.nearness(item[None], item)[0])
    if reason is None and not found.chosen:
        reason = _reason(found, what, near, own)
    return {
        "predicted": model.classes[outcome.predicted],
        "probabilities": tuple(outcome.before.tolist()),
        "target": None if outcome.target is None else model.classes[outcome.target],
        "tried": found.tried,
        "altering": found.altering,
        "searched_to": found.searched_to,
        "exhaustive": found.exhaustive,
        "compared": len(near.rows),
        "bound": near.bound,
        "nearness": own,
        "seed": seed,
        "refused": reason,
    }


def _reason(found: Found, what: str, near: Neighbourhood, own: float | None) -> str:
    tried = (
        say("%(count)s %(what)s were tried", count=found.tried, what=what)
        if found.exhaustive
        else say("%(count)s %(what)s were tried, which are not all", count=found.tried, what=what)
    )
    if not found.altering:
        return say("%(tried)s; the outcome stays the same in all of them.", tried=tried)
    if own is not None and near.bound is not None and own > near.bound:
        return say(
            "%(tried)s; the outcome changes in %(altering)s, and none of these is plausible: each is further from its "
            "%(neighbours)s nearest reference items than is usual among them, as the item itself is.",
            tried=tried,
            altering=found.altering,
            neighbours=near.neighbours,
        )
    return say(
        "%(tried)s; the outcome changes in %(altering)s, and none of these is plausible: each is further from its "
        "%(neighbours)s nearest reference items than is usual among them.",
        tried=tried,
        altering=found.altering,
        neighbours=near.neighbours,
    )
