"""Preparing a report for sign-off, and what a second person answers."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from auditor.audits.models import Run
from auditor.audits.services import check_language, run_compare
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.jobs.models import State
from reports.documents.declared.names import named
from reports.documents.models import Report, SignOffAnswer, SignOffRequest
from reports.documents.queries import current_report
from reports.documents.services import check_evidence, report_request
from reports.documents.signoff.facts import facts_now
from reports.documents.words import written

Kind = SignOffAnswer.Kind


def report_prepare(*, run: Run, language: str, by: User, now: datetime | None = None) -> SignOffRequest:
    """Ask the workers to fix what a final report will say and to draw its preview; return the request.

    It takes the place of an earlier request that nobody has answered. Raises Refused for a run without evidence, a
    language without reports, or while another is being prepared.
    """
    check_evidence(run)
    check_language(language)
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        last = _last(run, language)
        if last is not None and last.being_prepared:
            raise Refused(say("%(number)s is being prepared already; wait for it.", number=last.number))
        request = SignOffRequest.objects.create(
            run=run, language=language, prepared_at=now or utc_now(), prepared_by=by
        )
        request.ring()
    return request


def report_compare(*, run: Run, other: Run, by: User) -> Report | SignOffRequest:
    """Compare a finished run with another and ask for a report that says the difference.

    Where a final report is current, the new one is prepared for sign-off. Raises Refused where the two cannot be
    compared.
    """
    with transaction.atomic():
        run_compare(run, other)
        current = current_report(run, run.language)
        if current is not None and not current.interim:
            return report_prepare(run=run, language=run.language, by=by)
        return report_request(run=run, language=run.language, by=by)


def report_sign_off(
    *, request: SignOffRequest, statement: str, by: User, now: datetime | None = None
) -> Report:
    """Sign a prepared report off and ask the workers to issue it; return that report.

    Raises Refused for who prepared it, without a statement, where it is not open any more, and where somebody declared
    something since it was prepared: what is signed is what was read.
    """
    text = written(statement, say("Say what you sign: a statement belongs to a sign-off."))
    with transaction.atomic():
        held = _open(request, by)
        if held.facts_digest != facts_now(held.run):
            raise Refused(
                say("Something was declared after %(number)s was prepared; prepare the report again.",
                    number=held.number)
            )  # fmt: skip
        answer = _answer(held, Kind.SIGNED, text, by, now)
        return report_request(run=held.run, language=held.language, by=by, sign_off=answer, now=now)


def report_send_back(
    *, request: SignOffRequest, reason: str, by: User, now: datetime | None = None
) -> SignOffAnswer:
    """Send a prepared report back for a reason; raises Refused as `report_sign_off` does."""
    text = written(reason, say("Give a reason; it becomes part of the history."))
    with transaction.atomic():
        return _answer(_open(request, by), Kind.RETURNED, text, by, now)


def _open(request: SignOffRequest, by: User) -> SignOffRequest:
    """Return the request with its run locked; raises Refused where this person cannot answer it."""
    run = Run.objects.select_for_update().get(pk=request.run_id)
    held = SignOffRequest.objects.select_related("answer", "prepared_by").get(pk=request.pk)
    held.run = run
    last = _last(run, held.language)
    if held.answered is not None:
        raise Refused(
            say("%(number)s was answered by %(by)s already.", number=held.number, by=named(held.answered.by))
        )  # fmt: skip
    if last is not None and last.pk != held.pk:
        raise Refused(
            say("%(number)s was prepared again as %(last)s; read and answer that one.",
                number=held.number, last=last.number)
        )  # fmt: skip
    if held.state != State.DONE:
        raise Refused(say("%(number)s is not ready to be read.", number=held.number))
    if held.prepared_by_id == by.pk:
        raise Refused(say("You prepared %(number)s; another person signs it off.", number=held.number))
    return held


def _last(run: Run, language: str) -> SignOffRequest | None:
    return SignOffRequest.objects.filter(run=run, language=language).first()


def _answer(request: SignOffRequest, kind: str, text: str, by: User, now: datetime | None) -> SignOffAnswer:
    return SignOffAnswer.objects.create(request=request, kind=kind, text=text, by=by, at=now or utc_now())
