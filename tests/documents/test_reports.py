"""Reports as rows: issued once together with a ledger entry, refused to change, handed over whole."""

import pytest
from django.db import DatabaseError, connection, transaction

from auditor.audits.models import Run
from auditor.common.digest import sha256
from auditor.common.errors import Corrupt, Refused
from auditor.common.store import Store
from auditor.jobs.models import State
from auditor.jobs.work import work
from reports.documents.execution import Rendered, issue
from reports.documents.handover import check_target, hand_over
from reports.documents.models import Report
from reports.documents.queries import recorded
from reports.documents.services import report_request
from reports.documents.verify import verify
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
def issued(run: Run, settings) -> Report:
    report = report_request(run=run, language="en", by=None)
    kept = Rendered(sha256(b"snapshot"), Store.at(settings.STORAGE_URL).put(PDF), len(PDF))
    assert work(Report, report.pk, compute=lambda report: kept, settle=issue)
    report.refresh_from_db()
    return report


def test_evidence_and_report_enter_the_ledger(issued):
    evidence, report = Entry.objects.order_by("position")
    assert (evidence.kind, evidence.subject) == ("evidence", issued.run.evidence_digest)
    assert evidence.body["model"] == issued.run.model_version.digest
    assert (report.kind, report.subject, report.body["report"]) == ("report", sha256(PDF), issued.number)
    assert issued.entry == report


def test_another_report_about_the_same_run_names_the_same_evidence_entry(issued):
    again = report_request(run=issued.run, language="en", by=None)
    assert again.evidence_entry == issued.evidence_entry
    assert again.number != issued.number


def test_its_bytes_are_verified_and_no_others(issued):
    assert verify(PDF, recorded).holds
    assert issued.number in verify(PDF, recorded).sentence
    assert not verify(PDF + b" ", recorded).holds


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


def test_a_report_that_cannot_be_issued_leaves_no_ledger_entry(run):
    report = report_request(run=run, language="en", by=None)

    def broken(report: Report, rendered: Rendered) -> None:
        issue(report, rendered)
        raise Refused("the disk is full.")

    assert not work(Report, report.pk, compute=lambda report: Rendered("", "", 0), settle=broken)
    report.refresh_from_db()
    assert (report.state, report.error, report.entry) == (State.FAILED, "the disk is full.", None)
    assert [entry.kind for entry in Entry.objects.all()] == ["evidence"]


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
