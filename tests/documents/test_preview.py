"""What is drawn for a second person, and what the cover says of a report's standing."""

import io

import pytest
from pypdf import PdfReader

from auditor.audits.lifecycle import run_finished
from auditor.common.store import Store
from auditor.jobs.work import work
from reports.documents.declared.services import declaration_make
from reports.documents.execution import snapshot_of
from reports.documents.html import page
from reports.documents.models import SignOffRequest
from reports.documents.queries import store
from reports.documents.signoff.execution import keep_prepared, prepare
from reports.documents.signoff.services import report_prepare, report_sign_off
from reports.documents.snapshot import Snapshot
from tests.audits.finished import finished
from tests.documents import factory
from tests.documents.settling import issued

INTERIM = "Interim report: not signed off by a second person"
LONG = "I have read it. " * 120


@pytest.mark.django_db
def test_the_preview_is_drawn_marked_and_then_issued_as_it_was_read(ada, bea):
    run = finished(announced=False)
    run.evidence_digest = store().put(factory.evidence(store(), marker=True).to_bytes())
    run.save()
    run_finished.announce(run)
    issued(run.reports.get())
    declaration_make(run=run, field="purpose.automation", text="supported", by=ada)
    request = report_prepare(run=run, language="en", by=ada)
    assert work(SignOffRequest, request.pk, compute=prepare, settle=keep_prepared)
    request.refresh_from_db()
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(store().get(request.preview_digest))).pages]
    assert len(pages) > 5
    assert all("Preview – not issued" in text for text in pages)
    assert "not signed off" in pages[0]
    assert INTERIM not in pages[0]
    report = report_sign_off(request=request, statement=LONG[:2000], by=bea)
    read = Snapshot.parse(store().get(request.snapshot_digest), name="snapshot")
    signed = snapshot_of(report, store())
    changed = {"report_id", "issued_at", "sign_off", "supersedes"}
    assert signed.model_dump(exclude=changed) == read.model_dump(exclude=changed)
    assert Snapshot.parse(signed.to_bytes(), name="snapshot") == signed
    html = page(signed, store()).html
    assert "Signed off by Bea Worth on" in html
    assert "prepared by Ada Lovelace" in html
    assert LONG[:2000].strip() in html
    assert signed.supersedes in html
    assert "A person decides on other grounds as well" in html
    assert INTERIM not in html
    assert "not issued" not in html


def test_a_report_that_nobody_signed_says_so_on_its_cover(tmp_path):
    kept = Store(tmp_path)
    html = page(factory.snapshot(factory.evidence(kept)), kept).html
    assert INTERIM in html
    assert "Takes the place of" not in html
