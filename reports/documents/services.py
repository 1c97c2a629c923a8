"""What people do with reports."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from auditor.audits.models import Run
from auditor.audits.services import check_language
from auditor.common.clock import utc_now
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.jobs.models import State
from reports.documents.issuing.recording import recorded
from reports.documents.models import Report, SignOffAnswer, Supersession, Withdrawal
from reports.documents.queries import current_report
from reports.documents.words import written
from reports.ledger.models import Entry
from reports.ledger.services import ledger_append

EVIDENCE, SUPERSESSION, WITHDRAWAL = "evidence", "supersession", "withdrawal"


def report_run(run: Run) -> None:
    """Record a finished run's evidence in the ledger and ask for its report."""
    report_request(run=run, language=run.language, by=run.started_by)


def report_request(
    *,
    run: Run,
    language: str,
    by: User | None,
    sign_off: SignOffAnswer | None = None,
    now: datetime | None = None,
) -> Report:
    """Ask the workers for a report, which is an interim one without a sign-off.

    When it is issued it supersedes the one that is current in its language. Raises Refused for a run without evidence,
    a language without reports, while another is being written, and for an interim report in place of a final one.
    """
    check_evidence(run)
    check_language(language)
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        _check_idle(run, language)
        current = current_report(run, language)
        if sign_off is None and current is not None and not current.interim:
            raise Refused(
                say("%(number)s is final; an interim report does not take its place. Prepare another for sign-off.",
                    number=current.number)
            )  # fmt: skip
        report = Report.objects.create(
            run=run,
            language=language,
            evidence_entry=evidence_entry(run),
            requested_at=now or utc_now(),
            requested_by=by,
            sign_off=sign_off,
            supersedes=current,
        )
        report.ring()
    return report


def report_again(*, report: Report, by: User | None) -> Report:
    """Ask once more for a report that could not be written, with the same sign-off; raises Refused for any other."""
    if report.state != State.FAILED:
        raise Refused(say("%(number)s did not fail, so it is not written again.", number=report.number))
    return report_request(run=report.run, language=report.language, by=by, sign_off=report.sign_off)


def report_withdraw(*, report: Report, reason: str, by: User, now: datetime | None = None) -> Withdrawal:
    """Withdraw an issued report for a reason: it stays what it is, and the ledger says that it was withdrawn.

    Raises Refused for a report that was not issued or is withdrawn already, and without a reason.
    """
    text = written(reason, say("Give a reason; it becomes part of the history."))
    with transaction.atomic():
        held = Report.objects.select_for_update().get(pk=report.pk)
        if held.entry_id is None:
            raise Refused(say("%(number)s was not issued, so it is not withdrawn.", number=held.number))
        if Withdrawal.objects.filter(report=held).exists():
            raise Refused(say("%(number)s is withdrawn already.", number=held.number))
        entry = ledger_append(
            kind=WITHDRAWAL,
            subject=held.recorded_digest,
            body={
                "report": held.number,
                "document": held.recorded_digest,
                "reason_digest": sha256(text.encode()),
            },
        )
        return Withdrawal.objects.create(report=held, reason=text, by=by, at=now or utc_now(), entry=entry)


def check_evidence(run: Run) -> None:
    """Raise Refused for a run that has no evidence."""
    if not run.evidence_digest:
        raise Refused(say("This audit has no evidence, so there is nothing to report."))


def _check_idle(run: Run, language: str) -> None:
    writing = Report.objects.filter(run=run, language=language, state__in=[State.WAITING, State.RUNNING])
    found = writing.first()
    if found is not None:
        raise Refused(say("%(number)s is being written already; wait for it.", number=found.number))


def evidence_entry(run: Run) -> Entry:
    """Return where the ledger recorded the evidence of a run, which it does the first time."""
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


def record_issue(report: Report, *, document: str, snapshot: str) -> Entry:
    """Record a rendered report in the ledger, once: return the entry that is there, or else the new one.

    `document` is the digest of the PDF as it is before signing, `snapshot` that of everything that it says.
    """
    return recorded(report, digest=document, says=snapshot, body={"language": report.language})


def record_supersession(report: Report) -> None:
    """Record that an issued report took the place of another, inside the transaction that issues it."""
    replaced = report.supersedes
    if replaced is None:
        return
    entry = ledger_append(
        kind=SUPERSESSION,
        subject=replaced.recorded_digest,
        body={"report": replaced.number, "document": replaced.recorded_digest, "by": report.number},
    )
    Supersession.objects.create(report=replaced, by=report, at=utc_now(), entry=entry)
