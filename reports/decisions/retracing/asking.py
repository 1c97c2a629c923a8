"""Asking for a re-trace: the terms are fixed here, before anybody knows what comes of it."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from auditor.common.clock import utc_now
from auditor.common.errors import RetraceError
from reports.decisions.errors import EventRefused
from reports.decisions.models import Decision, Draw, Retracing
from reports.decisions.queries import decision_numbered
from reports.decisions.retracing.documents import Terms
from reports.decisions.retracing.sealed import sealed_reason
from reports.decisions.sealed import opened_record
from reports.decisions.state import Code, Record
from reports.decisions.state.refusals import refuse
from reports.keys.subjects import KeyDestroyed


@transaction.atomic
def retrace_ask(
    number: int, *, by: User | None, reason: str = "", draw: Draw | None = None, now: datetime | None = None
) -> Retracing:
    """Ask for the re-trace of a decision and return its job; `by` is None for the schedule alone.

    Raises NotFound for a decision that there is not, and EventRefused where its processing is restricted unless a
    person asks and says why.
    """
    decision, reason = decision_numbered(number), reason.strip()
    refuse_restricted(decision, asked_by_person=by is not None)
    if decision.restricted and not reason:
        raise _refused(decision, Code.REASON_MISSING)
    try:
        sealed = sealed_reason(decision, reason)
    except KeyDestroyed:
        sealed = b""  # the job will say that nothing can be re-traced any more
    job = Retracing.objects.create(
        decision=decision,
        by=by,
        draw=draw,
        reason=sealed,
        asked_at=now or utc_now(),
        terms=_terms(decision).model_dump(mode="json"),
    )
    job.ring()
    return job


def refuse_restricted(decision: Decision, *, asked_by_person: bool) -> None:
    """Raise EventRefused where processing is restricted and no person asks for the re-trace."""
    if decision.restricted and not asked_by_person:
        raise _refused(decision, Code.RESTRICTED)


def _refused(decision: Decision, code: Code) -> EventRefused:
    return EventRefused(code, refuse(code, Record(number=decision.pk, at=decision.recorded_at)).sentence)


def _terms(decision: Decision) -> Terms:
    """Return the decision's own tolerance, or the installation's where it has none or cannot be read."""
    try:
        own = opened_record(decision).environment.tolerance
    except RetraceError:
        own = None
    return Terms(
        tolerance=settings.RETRACE_TOLERANCE if own is None else own,
        tolerance_from="installation" if own is None else "record",
        correlation=settings.RETRACE_CORRELATION,
    )
