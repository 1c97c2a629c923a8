"""What people do with reports."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from auditor.audits.models import Run
from auditor.audits.services import run_compare
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from reports.documents.models import Report
from reports.ledger.models import Entry
from reports.ledger.services import ledger_append

EVIDENCE, REPORT = "evidence", "report"


def report_run(run: Run) -> None:
    """Record a finished run's evidence in the ledger and ask for its report."""
    report_request(run=run, language=run.language, by=run.started_by)


def report_request(*, run: Run, language: str, by: User | None, now: datetime | None = None) -> Report:
    """Ask the workers for a report; raises Refused for a run that has no evidence."""
    if not run.evidence_digest:
        raise Refused(f"This audit is {run.state} and has no evidence, so there is nothing to report.")
    with transaction.atomic():
        report = Report.objects.create(
            run=run,
            language=language,
            evidence_entry=_evidence_entry(run),
            requested_at=now or utc_now(),
            requested_by=by,
        )
        report.ring()
    return report


def report_compare(*, run: Run, other: Run, by: User | None) -> Report:
    """Compare a finished run with another and ask for a report that says the difference.

    Raises Refused where the two cannot be compared.
    """
    with transaction.atomic():
        run_compare(run, other)
        return report_request(run=run, language=run.language, by=by)


def _evidence_entry(run: Run) -> Entry:
    known = Entry.objects.filter(kind=EVIDENCE, subject=run.evidence_digest, body__run=str(run.pk)).first()
    return known or ledger_append(
        kind=EVIDENCE,
        subject=run.evidence_digest,
        body={
            "run": str(run.pk),
            "model": run.model_version.digest,
            "validation_set": run.validation_set.digest,
            "plan": run.plan.digest,
        },
    )


def record_issue(report: Report, pdf_digest: str) -> Entry:
    """Append a rendered report to the ledger, inside the transaction that issues it."""
    return ledger_append(
        kind=REPORT,
        subject=pdf_digest,
        body={
            "report": report.number,
            "run": str(report.run_id),
            "evidence": report.run.evidence_digest,
            "language": report.language,
        },
    )
