"""The personal parts of a re-trace, under the subject's key: a person's reason, and the report."""

from django.conf import settings

from auditor.common.errors import NotFound
from auditor.common.said import say
from auditor.common.store import Store
from reports.decisions.models import Decision, Retracing
from reports.decisions.retracing.documents import RetraceReport
from reports.keys.subjects import SubjectKey, subject_key


def sealed_reason(decision: Decision, reason: str) -> bytes:
    """Return a reason as it is kept; none stays empty."""
    return subject_key(decision.subject_id).seal(reason.encode(), _reason(decision.pk)) if reason else b""


def opened_reason(retracing: Retracing, key: SubjectKey) -> str:
    """Return the reason that a person gave; raises Corrupt."""
    sealed = bytes(retracing.reason)
    return key.open(sealed, _reason(retracing.decision_id)).decode() if sealed else ""


def report_kept(retracing: Retracing, report: RetraceReport, key: SubjectKey) -> str:
    """Put a report into the store, sealed, and return the digest that names it."""
    return Store.at(settings.STORAGE_URL).put(key.seal(report.to_bytes(), _report(retracing)))


def opened_report(retracing: Retracing) -> RetraceReport:
    """Return the report of a re-trace.

    Raises NotFound where there is none, KeyDestroyed after erasure, and Corrupt where it was altered.
    """
    if not retracing.report:
        raise NotFound(say("Re-trace %(number)s has no report.", number=str(retracing.pk)))
    sealed = Store.at(settings.STORAGE_URL).get(retracing.report)
    key = subject_key(retracing.decision.subject_id)
    return RetraceReport.parse(key.open(sealed, _report(retracing)), name=str(retracing))


def _reason(decision: int) -> bytes:
    return f"retracing-reason:{decision}".encode()


def _report(retracing: Retracing) -> bytes:
    return f"retracing:{retracing.decision_id}:{retracing.pk}".encode()
