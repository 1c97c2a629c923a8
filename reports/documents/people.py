"""What officers declared about the findings of a run and about its plan, as a snapshot copies it in."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser

from auditor.audits.models import FindingStep, Plan, Run, TrackedFinding
from auditor.common.clock import timestamp
from reports.documents.snapshot import ChangedThreshold, Declaration, FixedPlan

OWNER, STATUS = "finding owner", "finding status"


def named(user: AbstractBaseUser | None) -> str:
    """Return the name of a user as documents print it; empty where there is nobody."""
    full = getattr(user, "get_full_name", str)()
    return "" if user is None else full or user.get_username()


def declared_of_findings(run: Run) -> tuple[Declaration, ...]:
    """Return who sees to each finding until when, and what was decided about it, each by its last step."""
    found = run.tracked.order_by("place").prefetch_related("steps__by", "steps__owner")
    return tuple(one for finding in found for one in _declared(finding))


def fixed_plan(plan: Plan) -> FixedPlan:
    """Return who fixed a plan and when, and the thresholds that were changed then."""
    return FixedPlan(
        name=plan.name,
        by=named(plan.fixed_by),
        when=timestamp(plan.fixed_at),
        changes=tuple(
            ChangedThreshold(
                name=change.name,
                before=change.before,
                after=change.after,
                base=change.base,
                by=named(change.by),
                when=timestamp(change.at),
            )
            for change in plan.threshold_changes.select_related("by")
        ),
    )


def _declared(finding: TrackedFinding) -> Iterator[Declaration]:
    steps = list(finding.steps.all())
    assigned = [step for step in steps if step.kind == FindingStep.Kind.ASSIGNED]
    decided = [step for step in steps if step.kind not in (FindingStep.Kind.ASSIGNED, FindingStep.Kind.FOUND)]
    if assigned:
        due = assigned[-1].due
        until = f", {due:%-d %B %Y}" if due else ""
        yield _declaration(OWNER, finding, assigned[-1], f"{named(assigned[-1].owner)}{until}")
    if decided:
        last = decided[-1]
        follow_up = f" by the audit {last.follow_up_id}" if last.follow_up_id else ""
        yield _declaration(
            STATUS, finding, last, f"{last.kind}{follow_up}{': ' if last.reason else ''}{last.reason}"
        )


def _declaration(section: str, finding: TrackedFinding, step: FindingStep, text: str) -> Declaration:
    when = f"{step.at:%-d %B %Y}"
    return Declaration(section=section, field=finding.finding, text=text, by=named(step.by), when=when)
