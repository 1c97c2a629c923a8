"""Reports as rows: issued once together with a ledger entry, refused to change, handed over whole."""

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from auditor.audits.models import Run
from auditor.common.digest import sha256
from auditor.common.errors import Corrupt, Refused
from auditor.common.store import Store
from auditor.jobs.models import State
from auditor.jobs.work import work
from reports.documents.execution import Written, issue
from reports.documents.handover import check_target, hand_over
from reports.documents.models import Report
from reports.documents.services import record_issue, report_request
from reports.ledger.models import Entry
from tests import rows

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a report"


@pytest.fixture
def run() -> Run:
    found = rows.run()
    found.state, found.evidence_digest = Run.State.FINISHED, sha256(b"evidence")
    found.save()
    return found


@pytest.fixture
def issued(run: Run) -> Report:
    report = report_request(run=run, language="en", by=None)
    assert work(Report, report.pk, compute=written, settle=issue)
    report.refresh_from_db()
    return report


def written(report: Report) -> Written:
    document, snapshot = sha256(PDF[:-1]), sha256(b"snapshot")
    entry = record_issue(report, document=document, snapshot=snapshot)
    kept = Store.at(settings.STORAGE_URL).put(PDF)
    return Written(snapshot, document, kept, len(PDF), "", entry.position)


def test_evidence_and_report_enter_the_ledger(issued):
    evidence, report = Entry.objects.order_by("position")
    assert (evidence.kind, evidence.subject) == ("evidence", issued.run.evidence_digest)
    assert evidence.body["model"] == issued.run.model_version.digest
    assert (report.kind, report.subject) == ("report", issued.document_digest)
    assert report.body == {
        "report": issued.number,
        "run": str(issued.run_id),
        "evidence": issued.run.evidence_digest,
        "language": "en",
        "snapshot": issued.snapshot_digest,
        "subject": issued.document_digest,
    }
    assert issued.entry == report


def test_another_report_about_the_same_run_names_the_same_evidence_entry(issued):
    again = report_request(run=issued.run, language="en", by=None)
    assert again.evidence_entry == issued.evidence_entry
    assert again.number != issued.number


def test_a_run_without_evidence_has_no_report():
    with pytest.raises(Refused, match="has no evidence"):
        report_request(run=rows.run(), language="en", by=None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_report SET pdf_digest = ''",
        "UPDATE documents_report SET state = 'waiting', entry_id = NULL",
        "DELETE FROM documents_report",
        "TRUNCATE documents_report CASCADE",
    ],
)
def test_the_database_refuses_to_change_an_issued_report(issued, statement):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            cursor.execute(statement)


def test_a_report_that_cannot_be_issued_is_not(run):
    report = report_request(run=run, language="en", by=None)

    def broken(report: Report, found: Written) -> None:
        issue(report, found)
        raise Refused("the disk is full.")

    assert not work(Report, report.pk, compute=written, settle=broken)
    report.refresh_from_db()
    assert (report.state, report.error, report.entry) == (State.FAILED, "the disk is full.", None)


def test_the_ledger_records_a_report_once_however_often_it_is_written(run):
    report = report_request(run=run, language="en", by=None)
    assert written(report) == written(report)
    assert [entry.kind for entry in Entry.objects.all()] == ["evidence", "report"]


def test_it_is_handed_over_whole_and_replaces_an_older_file(issued, tmp_path):
    target = tmp_path / "report.pdf"
    target.write_bytes(b"older")
    hand_over(issued, target)
    assert target.read_bytes() == PDF
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report.pdf"]


def test_bytes_that_were_altered_in_the_store_are_not_handed_over(issued, tmp_path):
    rows.path_of(issued.pdf_digest).write_bytes(PDF + b"!")
    with pytest.raises(Corrupt, match="was altered"):
        hand_over(issued, tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()


def test_a_target_that_cannot_be_written_is_refused_before_the_work(tmp_path):
    with pytest.raises(Refused, match="is a folder"):
        check_target(tmp_path)
    with pytest.raises(Refused, match="does not exist"):
        check_target(tmp_path / "nowhere" / "report.pdf")
