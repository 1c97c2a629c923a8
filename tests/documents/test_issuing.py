"""Issuing a report: written whole by a worker, logged once, signed, and made again from what is in it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import call_command
from django.db import connection
from pypdf import PdfReader

from auditor.audits.models import Run
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.jobs.models import State
from auditor.jobs.work import work
from reports.documents import execution
from reports.documents.issuing import sealing
from reports.documents.models import Report
from reports.documents.queries import standing_of, store
from reports.documents.reproduction import Unsigned, reproduce, unsigned
from reports.documents.services import report_request, report_withdraw
from reports.documents.verification.answers import Standing
from reports.documents.verification.current import nowhere
from reports.documents.verification.trust import trust
from reports.documents.verification.verify import verify_file
from reports.keys.signing import signing_key
from reports.ledger.models import Entry
from reports.ledger.services import ledger_verifier
from tests import rows
from tests.documents import factory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


@pytest.fixture
def waiting() -> Report:
    run = rows.run()
    evidence = factory.evidence(store())
    run.state, run.evidence_digest = Run.State.FINISHED, store().put(evidence.to_bytes())
    run.started_at = run.finished_at = datetime.now(UTC)
    run.save()
    return report_request(run=run, language="en", by=None)


def issued(report: Report) -> Report:
    assert work(Report, report.pk, compute=execution.write_report, settle=execution.issue)
    return Report.objects.get(pk=report.pk)


def path_of(report: Report) -> Path:
    return store().checked_path(report.pdf_digest)


def test_an_issued_report_holds_is_withdrawn_and_can_be_made_again(
    waiting, django_user_model, tmp_path, capsys
):
    report = issued(waiting)
    path = path_of(report)
    found = verify_file(path, "report.pdf", trust(), standing_of)
    assert found.holds
    assert (found.standing, found.number, found.document) == (
        Standing.CURRENT, report.number, report.document_digest,
    )  # fmt: skip
    assert sha256(path.read_bytes()[: len(unsigned(path, found.document).content)]) == report.document_digest

    call_command("verify", str(path))
    said = capsys.readouterr().out
    assert [line.split()[:2] for line in said.splitlines()] == [
        ["intact", "yes"], ["trusted", "yes"], ["included", "yes"], ["current", "yes"],
    ]  # fmt: skip
    _offline(path, tmp_path)
    _made_again(report, path, capsys)

    report_withdraw(
        report=report, reason="The labels were wrong.", by=django_user_model.objects.create_user("a")
    )
    with pytest.raises(Refused, match="look at current"):
        call_command("verify", str(path))
    assert "was withdrawn on" in (shown := capsys.readouterr().out)
    assert "The labels were wrong." in shown


def _offline(path: Path, folder: Path) -> None:
    """Verify in a process that could reach neither the database nor the keys."""
    (folder / "trust.pem").write_bytes(signing_key().certificate.public_bytes(Encoding.PEM))
    kept = ("PATH", "HOME", "VIRTUAL_ENV")
    command = [sys.executable, "manage.py", "verify", str(path), "--trust", str(folder / "trust.pem")]
    done = subprocess.run(
        [*command, f"--log-key={ledger_verifier()}"],
        cwd=ROOT,
        env={name: os.environ[name] for name in kept if name in os.environ}
        | {"RETRACE_KEYS": str(folder / "none"), "RETRACE_VAR": str(folder / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "current   unknown" in done.stdout
    assert not (folder / "none").exists()
    assert not (folder / "var").exists()


def _made_again(report: Report, path: Path, capsys) -> None:
    call_command("reproduce", str(path))
    assert "Reproduced: the same" in capsys.readouterr().out
    whole = unsigned(path, report.document_digest)
    page = _changed(whole, b"Phantom films", b"Phantom filmz")
    differs = reproduce(page, store())
    assert not differs.reproduced
    assert "Differs: page 1; the first different byte is at" in differs.sentence
    first = PdfReader(path).attachments["arrays.txt"][0].decode().split()[0]
    array = store().path(first)
    array.rename(array.with_suffix(".away"))
    missing = reproduce(whole, store())
    array.with_suffix(".away").rename(array)
    assert not missing.reproduced
    assert "Cannot be reproduced: 1 of the arrays" in missing.sentence
    assert first in missing.sentence


def _changed(report: Unsigned, before: bytes, after: bytes) -> Unsigned:
    """Return a report of which the statement says something else than its pages."""
    assert before in report.evidence
    evidence = report.evidence.replace(before, after)
    statement = report.statement.replace(sha256(report.evidence).encode(), sha256(evidence).encode())
    return report._replace(evidence=evidence, statement=statement)


def test_a_worker_that_dies_after_the_entry_is_followed_by_one_that_reuses_it(waiting, monkeypatch):
    def killed(*_: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as patched:
        patched.setattr(sealing, "sign_file", killed)
        with pytest.raises(SystemExit):
            work(Report, waiting.pk, compute=execution.write_report, settle=execution.issue)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.entry) == (State.RUNNING, None)
    (entry,) = Entry.objects.filter(kind="report")
    Report.objects.filter(pk=waiting.pk).update(state=State.WAITING, claim=None, lease_until=None)
    Run.objects.filter(pk=waiting.run_id).update(finished_at=datetime.now(UTC) + timedelta(hours=1))
    report = issued(waiting)
    assert report.entry == entry
    assert Entry.objects.filter(kind="report").count() == 1
    assert verify_file(path_of(report), "report.pdf", trust(), standing_of).holds


def test_nothing_is_signed_or_asked_of_an_authority_inside_a_transaction(waiting, monkeypatch):
    depth = len(connection.savepoint_ids)
    seen = []
    signs = sealing.sign_file

    def watched(*given: object) -> None:
        seen.append(len(connection.savepoint_ids))
        signs(*given)

    monkeypatch.setattr(sealing, "sign_file", watched)
    issued(waiting)
    assert seen == [depth]


def test_an_authority_that_is_down_fails_the_report_with_a_sentence(waiting, settings):
    settings.TSA = {"url": "http://127.0.0.1:9/", "level": "B-T", "roots": ""}
    assert not work(Report, waiting.pk, compute=execution.write_report, settle=execution.issue)
    waiting.refresh_from_db()
    assert waiting.state == State.FAILED
    assert "The time-stamp authority did not answer" in waiting.error
    assert waiting.pdf_digest == ""


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is not a PDF"),
        (b"PK\x03\x04", "This is not a PDF"),
        (b"%PDF-1.7\nstartxref\n0\n%%EOF", "could not be read as the PDF that was issued"),
    ],
)
def test_what_is_no_report_is_a_sentence_from_a_child(tmp_path, content, sentence):
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    found = verify_file(path, "x.pdf", trust(), nowhere)
    assert sentence in found.intact.sentence
    assert not found.holds


def test_a_file_that_makes_the_child_end_is_a_sentence(tmp_path, settings):
    settings.VERIFY_MEMORY_BYTES = 2**20
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    found = verify_file(path, "x.pdf", trust(), nowhere)
    assert "the process that read it ended" in found.intact.sentence


def test_a_file_beyond_the_limit_and_one_that_is_absent_are_refused(tmp_path, settings):
    settings.VERIFY_LIMIT_BYTES = 10
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.7 too long")
    with pytest.raises(Refused, match="no report has more than"):
        verify_file(path, "x.pdf", trust(), nowhere)
    with pytest.raises(Refused, match="could not be read: No such file"):
        verify_file(tmp_path / "absent.pdf", "absent.pdf", trust(), nowhere)


def test_a_file_that_does_not_verify_is_not_made_again(tmp_path):
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.7 not a report")
    with pytest.raises(Refused, match="Only a report that verifies is made again"):
        call_command("reproduce", str(path))
