"""What officers declared about the findings of a run and about its plan, as a snapshot copies it in."""

from collections.abc import Collection, Iterator
from uuid import UUID

from auditor.audits.models import FindingStep, Plan, Run, TrackedFinding
from auditor.common.clock import timestamp
from reports.documents.declared.followed import DUE, FOLLOW_UP, KIND, OWNER, REASON, STATUS, WHO
from reports.documents.declared.names import named
from reports.documents.declared.queries import declared, stated_in_each
from reports.documents.snapshot import ChangedThreshold, Declaration, FixedPlan


def declarations_of(run: Run) -> tuple[Declaration, ...]:
    """Return everything that holds for a run as people declared it: the fields of the catalogue, and its findings."""
    return declarations_of_each([run])[run.pk]


def declarations_of_each(runs: Collection[Run]) -> dict[UUID, tuple[Declaration, ...]]:
    """Return what `declarations_of` does for each of some runs, by run; its number of queries is the same for any."""
    stated, tracked = stated_in_each(runs), declared_of_findings(runs)
    return {run.pk: declared(stated[run.pk]) + tracked[run.pk] for run in runs}


def declared_of_findings(runs: Collection[Run]) -> dict[UUID, tuple[Declaration, ...]]:
    """Return by run who sees to each finding until when, and what was decided about it, each by its last step.

    Each is a single row: `owner` and `due` (a date, or empty), or `status`, `follow_up` (a run, or empty) and `reason`.
    """
    found: dict[UUID, list[Declaration]] = {run.pk: [] for run in runs}
    tracked = TrackedFinding.objects.filter(run__in=found).order_by("place")
    for finding in tracked.prefetch_related("steps__by", "steps__owner"):
        found[finding.run_id] += _declared(finding)
    return {run: tuple(made) for run, made in found.items()}


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
        last = assigned[-1]
        row = {WHO: named(last.owner)} | ({DUE: last.due.isoformat()} if last.due else {})
        yield _declaration(OWNER, finding, last, row)
    if decided:
        last = decided[-1]
        row = {KIND: str(last.kind), REASON: last.reason, FOLLOW_UP: str(last.follow_up_id or "")}
        yield _declaration(STATUS, finding, last, {name: value for name, value in row.items() if value})


def _declaration(
    section: str, finding: TrackedFinding, step: FindingStep, row: dict[str, str]
) -> Declaration:
    return Declaration(
        section=section,
        field=finding.finding,
        text="",
        rows=(row,),
        by=named(step.by),
        when=timestamp(step.at),
    )
