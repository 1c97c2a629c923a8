"""From interim to final: prepared by one person, signed by another; superseded and withdrawn by second records."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from auditor.audits.workflow import finding_accept, finding_assign
from auditor.common.clock import timestamp, utc_now
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.jobs.models import State
from auditor.jobs.work import work
from reports.documents.declared.services import declaration_make
from reports.documents.models import Report, SignOffAnswer, SignOffRequest, Withdrawal
from reports.documents.queries import current_report, standing_of
from reports.documents.services import record_issue, report_again, report_request, report_withdraw
from reports.documents.signoff.queries import waiting_requests, where_is
from reports.documents.signoff.services import (
    report_compare,
    report_prepare,
    report_send_back,
    report_sign_off,
)
from reports.ledger.models import Entry
from tests import rows
from tests.audits.finished import finished
from tests.documents.settling import issued, prepared, snapshot_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def interim() -> Report:
    return issued(finished(right=20).reports.get())


def asked(report: Report, by: User) -> SignOffRequest:
    return prepared(report_prepare(run=report.run, language="en", by=by))


def final(report: Report, ada: User, bea: User) -> Report:
    return issued(report_sign_off(request=asked(report, ada), statement="I have read it.", by=bea))


def test_every_finished_run_gets_an_interim_report(interim):
    assert interim.interim
    assert snapshot_in(interim).sign_off is None
    assert current_report(interim.run, "en") == interim
    assert interim.document_digest == interim.entry.subject != interim.pdf_digest
    assert standing_of(interim.document_digest) == ("current", "", "", "")


def test_a_signed_report_says_who_and_supersedes_the_interim_one(interim, ada, bea):
    declaration_make(run=interim.run, field="summary.conclusion", text="Use it as a second reader.", by=ada)
    request = asked(interim, ada)
    report = issued(report_sign_off(request=request, statement=" I have read it. ", by=bea))
    said = snapshot_in(report)
    assert (said.sign_off.by, said.sign_off.prepared_by) == ("Bea Worth", "Ada Lovelace")
    assert said.sign_off.statement == "I have read it."
    assert said.sign_off.when == timestamp(request.answered.at if request.answered else report.sign_off.at)
    assert (said.report_id, said.supersedes) == (report.number, interim.number)
    assert said.issued_at == timestamp(report.requested_at)
    assert said.declarations[0].text == "Use it as a second reader."
    assert current_report(interim.run, "en") == report
    found = standing_of(interim.document_digest)
    assert (found.state, found.by) == ("superseded", report.number)
    assert [entry.kind for entry in Entry.objects.all()] == ["evidence", "report", "report", "supersession"]
    last = Entry.objects.last()
    assert last.subject == interim.document_digest
    assert last.body == {
        "subject": interim.document_digest,
        "report": interim.number,
        "document": interim.document_digest,
        "by": report.number,
    }


def test_what_was_read_is_what_is_issued(interim, ada, bea):
    request = asked(interim, ada)
    report = report_sign_off(request=request, statement="Read.", by=bea)
    declaration_make(run=interim.run, field="summary.conclusion", text="Too late.", by=ada)
    assert snapshot_in(issued(report)).declarations == ()


@pytest.mark.parametrize("how", ["field", "owner", "comparison"])
def test_what_changed_after_preparing_must_be_prepared_again(ada, bea, how):
    finished(right=10, ago=9)
    other = finished(right=12, ago=5)
    interim = issued(finished(right=20).reports.get())
    request = asked(interim, ada)
    if how == "field":
        declaration_make(run=interim.run, field="identity.dpo", text="Bea", by=ada)
    elif how == "owner":
        finding = interim.run.tracked.first()
        finding_assign(finding, owner=ada, due=utc_now().date() + timedelta(days=3), by=ada)
    else:
        report_compare(run=interim.run, other=other.compared_with, by=ada)
        issued(interim.run.reports.order_by("-pk").first())
    request = SignOffRequest.objects.get(pk=request.pk)
    assert where_is(request) == "outdated"
    with pytest.raises(Refused, match="prepare the report again"):
        report_sign_off(request=request, statement="Read.", by=bea)
    assert not SignOffAnswer.objects.exists()
    assert final(interim, ada, bea).sign_off.by == bea


def test_nobody_signs_what_they_prepared(interim, ada):
    request = asked(interim, ada)
    for act in (
        lambda: report_sign_off(request=request, statement="Read.", by=ada),
        lambda: report_send_back(request=request, reason="No.", by=ada),
    ):
        with pytest.raises(Refused, match="another person signs it off"):
            act()
    with pytest.raises(DatabaseError, match="does not sign it off"), transaction.atomic():
        SignOffAnswer.objects.create(request=request, kind="signed", text="x", by=ada, at=utc_now())


def test_a_request_is_answered_once(interim, ada, bea):
    request = asked(interim, ada)
    assert [one.request for one in waiting_requests()] == [request]
    report_send_back(request=request, reason=" The role is missing. ", by=bea)
    assert request.answer.text == "The role is missing."
    assert waiting_requests() == []
    with pytest.raises(Refused, match="was answered by Bea Worth already"):
        report_sign_off(request=request, statement="Read.", by=bea)
    assert Report.objects.count() == 1


def test_the_list_of_waiting_requests_takes_as_many_queries_for_one_as_for_many(interim, ada, bea):
    assigned(asked(interim, ada), bea)
    with CaptureQueriesContext(connection) as for_one:
        waiting_requests()
    others = [asked(issued(finished(right=20, model=f"m{n}").reports.get()), ada) for n in range(3)]
    for other in others:
        assigned(other, ada)
    declaration_make(run=others[0].run, field="identity.controller", text="A clinic", by=ada)
    last = asked(Report.objects.get(run=others[0].run), bea)
    with CaptureQueriesContext(connection) as for_many:
        found = {one.request: one.where for one in waiting_requests()}
    assert len(for_many) == len(for_one)
    assert set(found) == {SignOffRequest.objects.get(run=interim.run), *others[1:], last}
    assert found[last] == "awaiting"
    assert all(where == "outdated" for one, where in found.items() if one != last)


def assigned(request: SignOffRequest, owner: User) -> None:
    """Give a finding of the request's run to somebody, so that there is something to gather."""
    first = request.run.tracked.first()
    finding_assign(first, owner=owner, due=utc_now().date(), by=owner)


def test_an_earlier_request_is_replaced(interim, ada, bea):
    first, second = asked(interim, ada), asked(interim, bea)
    assert where_is(first) == "replaced"
    with pytest.raises(Refused, match=f"prepared again as {second.number}"):
        report_sign_off(request=first, statement="Read.", by=bea)
    assert report_sign_off(request=second, statement="Read.", by=ada).sign_off.by == ada


def test_what_is_being_prepared_or_could_not_be_is_not_answered(interim, ada, bea):
    request = report_prepare(run=interim.run, language="en", by=ada)
    with pytest.raises(Refused, match="is being prepared already"):
        report_prepare(run=interim.run, language="en", by=bea)
    with pytest.raises(Refused, match="not ready to be read"):
        report_sign_off(request=request, statement="Read.", by=bea)

    def broken(request: SignOffRequest) -> None:
        raise Refused("a picture is missing.")

    assert not work(SignOffRequest, request.pk, compute=broken, settle=lambda request, none: None)
    request.refresh_from_db()
    assert where_is(request) == "failed"
    with pytest.raises(Refused, match="not ready to be read"):
        report_send_back(request=request, reason="x", by=bea)
    assert final(interim, ada, bea)


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001, "a\x00b"])
def test_statements_and_reasons_must_be_readable(interim, ada, bea, text):
    request = asked(interim, ada)
    for act in (
        lambda: report_sign_off(request=request, statement=text, by=bea),
        lambda: report_send_back(request=request, reason=text, by=bea),
        lambda: report_withdraw(report=interim, reason=text, by=bea),
    ):
        with pytest.raises(Refused, match=r"statement|reason|characters|not text"):
            act()
    assert not SignOffAnswer.objects.exists()
    assert not Withdrawal.objects.exists()


def test_a_run_without_evidence_and_an_unknown_language_are_refused(interim, ada):
    with pytest.raises(Refused, match="has no evidence"):
        report_prepare(run=rows.run(), language="en", by=ada)
    for ask in (report_prepare, report_request):
        with pytest.raises(Refused, match="no reports in 'tlh'"):
            ask(run=interim.run, language="tlh", by=ada)


def test_one_report_is_written_at_a_time(interim, ada, bea):
    waiting = report_request(run=interim.run, language="en", by=ada)
    with pytest.raises(Refused, match=f"{waiting.number} is being written already"):
        report_request(run=interim.run, language="en", by=bea)
    request = asked(interim, ada)
    with pytest.raises(Refused, match="is being written already"):
        report_sign_off(request=request, statement="Read.", by=bea)
    assert not SignOffAnswer.objects.exists()
    again = issued(waiting)
    assert standing_of(interim.document_digest).by == again.number
    assert report_sign_off(request=request, statement="Read.", by=bea).supersedes == again


def test_an_interim_report_does_not_replace_a_final_one(interim, ada, bea):
    report = final(interim, ada, bea)
    with pytest.raises(Refused, match="is final"):
        report_request(run=interim.run, language="en", by=ada)
    newer = final(interim, bea, ada)
    assert newer.supersedes == report
    report_withdraw(report=newer, reason="Wrong set.", by=ada)
    assert current_report(interim.run, "en") is None
    assert report_request(run=interim.run, language="en", by=ada).supersedes is None


def test_a_comparison_after_a_final_report_is_prepared_for_sign_off(ada, bea):
    other = finished(right=30, ago=5)
    report = final(issued(finished(right=20, ago=1).reports.get()), ada, bea)
    made = report_compare(run=report.run, other=other, by=ada)
    assert isinstance(made, SignOffRequest)
    assert made.prepared_by == ada


def test_a_signed_report_that_could_not_be_written_is_written_again(interim, ada, bea):
    report = report_sign_off(request=asked(interim, ada), statement="Read.", by=bea)
    with pytest.raises(Refused, match="did not fail"):
        report_again(report=report, by=ada)

    def broken(report: Report) -> None:
        raise Refused("the disk is full.")

    assert not work(Report, report.pk, compute=broken, settle=lambda report, none: None)
    report.refresh_from_db()
    again = issued(report_again(report=report, by=ada))
    assert (report.state, again.state) == (State.FAILED, State.DONE)
    assert snapshot_in(again).sign_off.by == "Bea Worth"
    assert current_report(interim.run, "en") == again


def test_a_withdrawn_report_stays_and_is_said_to_be_withdrawn(interim, ada):
    content = interim.pdf_digest
    made = report_withdraw(report=interim, reason=" The labels were wrong. ", by=ada)
    found = standing_of(interim.document_digest)
    assert (found.state, found.when) == ("withdrawn", timestamp(made.at))
    assert found.reason == "The labels were wrong."
    assert made.entry.kind == "withdrawal"
    assert made.entry.body == {
        "subject": interim.document_digest,
        "report": interim.number,
        "document": interim.document_digest,
        "reason_digest": sha256(b"The labels were wrong."),
    }
    interim.refresh_from_db()
    assert interim.pdf_digest == content
    with pytest.raises(Refused, match="is withdrawn already"):
        report_withdraw(report=interim, reason="Again.", by=ada)
    assert standing_of(sha256(b"nothing")) is None


def test_a_superseded_report_may_still_be_withdrawn(interim, ada, bea):
    report = final(interim, ada, bea)
    report_withdraw(report=interim, reason="Wrong set.", by=ada)
    found = standing_of(interim.document_digest)
    assert (found.state, found.by) == ("withdrawn", report.number)
    assert current_report(interim.run, "en") == report


def test_what_was_not_issued_is_not_withdrawn(interim, ada):
    waiting = report_request(run=interim.run, language="en", by=ada)
    with pytest.raises(Refused, match="was not issued"):
        report_withdraw(report=waiting, reason="x", by=ada)


def test_an_older_report_without_a_rendered_digest_is_found_by_its_file(ada):
    report = finished(right=20).reports.get()

    def older(report: Report, digest: str) -> None:
        report.pdf_digest, report.entry = digest, record_issue(report, document=digest, snapshot=digest)
        report.save(update_fields=["pdf_digest", "entry"])

    assert work(Report, report.pk, compute=lambda report: sha256(b"%PDF-old"), settle=older)
    report.refresh_from_db()
    assert standing_of(sha256(b"%PDF-old")).state == "current"
    assert report_withdraw(report=report, reason="x", by=ada).entry.subject == sha256(b"%PDF-old")


@pytest.mark.parametrize("table", ["signoffanswer", "withdrawal", "supersession", "signoffrequest"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_keeps_every_step(interim, ada, bea, table, change):
    report_withdraw(report=final(interim, ada, bea), reason="x", by=ada)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match=r"append-only|never changed"), transaction.atomic():
            cursor.execute(change.format(f"documents_{table}"))
    with pytest.raises(TypeError):
        Withdrawal.objects.first().delete()


def test_what_became_of_findings_is_said_in_the_snapshot(interim, ada):
    finding = interim.run.tracked.first()
    finding_assign(finding, owner=ada, due=utc_now().date(), by=ada)
    finding_accept(finding, reason="a pilot only", by=ada)
    owner, status = snapshot_in(issued(report_request(run=interim.run, language="en", by=ada))).declarations
    assert owner.rows == ({"owner": "Ada Lovelace", "due": utc_now().date().isoformat()},)
    assert status.rows == ({"kind": "accepted", "reason": "a pilot only"},)
    assert owner.when.endswith("Z")
