"""What officers do about findings; every step is a row that stays."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from auditor.audits.evidences import evidence_of, findings_of
from auditor.audits.findings import Finding
from auditor.audits.findings.counterpart import measured_in
from auditor.audits.findings.thresholds import label_of, values
from auditor.audits.models import FindingStep, Run, TrackedFinding
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import Figure, say

State, Kind = TrackedFinding.State, FindingStep.Kind
LONGEST = 2000


def findings_track(run: Run, now: datetime | None = None) -> None:
    """Give every finding of a finished run a row and the first step of its history; done once, however often asked.

    Raises Refused for a run without evidence.
    """
    found = findings_of(run)
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        known = set(run.tracked.values_list("finding", flat=True))
        rows = TrackedFinding.objects.bulk_create(
            TrackedFinding(run=run, place=place, finding=one.id, severity=one.severity, title=one.title)
            for place, one in enumerate(found.values())
            if one.id not in known
        )
        at = run.finished_at or now or utc_now()
        FindingStep.objects.bulk_create(FindingStep(finding=row, kind=Kind.FOUND, at=at) for row in rows)


def finding_assign(
    finding: TrackedFinding, *, owner: User, due: date, by: User, now: datetime | None = None
) -> None:
    """Name who sees to an open finding and until when; raises Refused for a date that has passed."""
    at = now or utc_now()
    if due < at.date():
        raise Refused(say("%(date)s has passed; give a date to come.", date=due.isoformat()))
    if not owner.is_active:
        raise Refused(say("%(user)s has no active account; name somebody else.", user=owner.get_username()))
    with transaction.atomic():
        row = _held(finding, State.OPEN)
        row.owner, row.due = owner, due
        _step(row, Kind.ASSIGNED, by, at, owner=owner, due=due)


def finding_accept(finding: TrackedFinding, *, reason: str, by: User, now: datetime | None = None) -> None:
    """Leave an open finding as it is, for a reason; raises Refused where none is given."""
    with transaction.atomic():
        row = _held(finding, State.OPEN)
        row.state = State.ACCEPTED
        _step(row, Kind.ACCEPTED, by, now or utc_now(), reason=_reason(reason))


def finding_close(
    finding: TrackedFinding, *, follow_up: Run, by: User, reason: str = "", now: datetime | None = None
) -> None:
    """Close an open finding with a later run of the same model in which it no longer fires.

    Raises Refused where that run does not show it: see `check_follow_up`.
    """
    check_follow_up(finding, follow_up)
    with transaction.atomic():
        row = _held(finding, State.OPEN)
        row.state = State.CLOSED
        said = _reason(reason) if reason.strip() else ""
        _step(row, Kind.CLOSED, by, now or utc_now(), reason=said, follow_up=follow_up)


def finding_reopen(finding: TrackedFinding, *, reason: str, by: User, now: datetime | None = None) -> None:
    """Take an accepted or closed finding up again, for a reason."""
    with transaction.atomic():
        row = _held(finding, State.ACCEPTED, State.CLOSED)
        row.state = State.OPEN
        _step(row, Kind.REOPENED, by, now or utc_now(), reason=_reason(reason))


def check_follow_up(finding: TrackedFinding, follow_up: Run) -> None:
    """Raise Refused unless a run shows that a finding is gone.

    It is a finished and later run of the same model, it measured the same thing against the same threshold, and the
    finding does not fire in it.
    """
    run = finding.run
    if follow_up.state != Run.State.FINISHED:
        raise Refused(
            say(
                "The follow-up audit is %(state)s; a finding is closed by a finished one.",
                state=follow_up.standing,
            )
        )
    if follow_up.model_version.model_id != run.model_version.model_id:
        raise Refused(
            say(
                "The follow-up audit is about %(other)s, not %(model)s.",
                other=follow_up.model_version.model.name,
                model=run.model_version.model.name,
            )
        )
    if follow_up.started_at <= (run.finished_at or run.started_at):
        raise Refused(
            say("The follow-up audit was started before this finding was made; choose a later one.")
        )
    found = findings_of(run).get(finding.finding)
    if finding.finding in findings_of(follow_up):
        raise Refused(
            say("The finding fires in the follow-up audit as well, so that audit does not close it.")
        )
    if found is None:
        raise Refused(
            say("The rules of this version of the product no longer make this finding; accept it instead.")
        )
    _check_same_question(found, run, follow_up)


def _check_same_question(found: Finding, run: Run, follow_up: Run) -> None:
    ours, theirs = evidence_of(run), evidence_of(follow_up)
    if not measured_in(found, ours, theirs):
        raise Refused(
            say("The follow-up audit did not measure what this finding is about, so it cannot close it.")
        )
    name = found.threshold.name if found.threshold and found.threshold.set_by != "rule" else ""
    before, after = values(ours.plan).get(name), values(theirs.plan).get(name)
    if before is not None and after is not None and before != after:
        raise Refused(
            say(
                "The follow-up audit used another threshold (%(name)s: %(after)s instead of %(before)s); audit again "
                "with the same one.",
                name=label_of(name),
                after=Figure(after),
                before=Figure(before),
            )
        )


def _held(finding: TrackedFinding, *states: str) -> TrackedFinding:
    """Return the locked row; raises Refused where somebody was faster or the step does not fit its state."""
    row = TrackedFinding.objects.select_for_update().get(pk=finding.pk)
    if row.state not in states:
        raise Refused(
            say("This finding is %(state)s, so that cannot be done with it now.", state=row.standing)
        )
    return row


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(say("Give a reason; it becomes part of the history."))
    if len(text) > LONGEST:
        raise Refused(say("Give the reason in at most %(longest)s characters.", longest=LONGEST))
    return text.strip()


def _step(row: TrackedFinding, kind: str, by: User, at: datetime, **fields: object) -> None:
    row.save(update_fields=["state", "owner", "due"])
    FindingStep.objects.create(finding=row, kind=kind, by=by, at=at, **fields)
