"""What goes wrong while a report is made ends in one sentence, leaves nothing half-done, and can be made good."""

import gc
import os
import re
import resource
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from auditor.audits.models import Run
from auditor.common.errors import Refused, RetraceError
from auditor.common.store import Store
from auditor.jobs.models import State
from auditor.jobs.work import work
from reports.documents import fonts
from reports.documents.execution import issue, write_report
from reports.documents.handover import hand_over
from reports.documents.models import Report
from reports.documents.render import render
from reports.documents.services import report_request
from reports.ledger.models import Entry
from tests import rows
from tests.documents import factory

pytestmark = pytest.mark.django_db
TOO_SMALL = 64 * 1024


@pytest.fixture
def store() -> Store:
    return Store.at(settings.STORAGE_URL)


@pytest.fixture
def run(store) -> Run:
    found = rows.run()
    found.evidence_digest = store.put(factory.evidence(store, marker=True).to_bytes())
    found.state = Run.State.FINISHED
    found.finished_at = found.started_at
    found.save()
    return found


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """Return the folder of this test's temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@contextmanager
def full_disk():
    """Let no file of this process grow beyond a few kilobytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (TOO_SMALL, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def without(path: Path):
    """Take a file away for a while."""
    aside = path.with_suffix(".aside")
    path.rename(aside)
    try:
        yield
    finally:
        aside.rename(path)


@contextmanager
def damaged(path: Path):
    """Turn a byte in the middle of a file for a while."""
    before = path.read_bytes()
    middle = len(before) // 2
    path.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
    try:
        yield
    finally:
        path.write_bytes(before)


def make(run: Run) -> Report:
    """Ask for a report and let a worker make it."""
    report = report_request(run=run, language="en", by=None)
    work(Report, report.pk, compute=write_report, settle=issue)
    report.refresh_from_db()
    return report


def kept(store: Store) -> set[str]:
    return {path.name for path in store.root.rglob("*") if path.is_file()}


def array_of(run: Run, store: Store) -> Path:
    item = factory.evidence(store, marker=True).gallery.entries[0].item
    return store.path(item.maps["grad_cam"].array.sha256)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            "full disk",
            r"^The document could not be kept \(File too large\); see to the disk and ask for it again",
        ),
        (
            "lost array",
            r"^The map of item .* by grad_cam .* is not in the store; restore it and render again\.$",
        ),
        ("damaged array", r"^Stored content [0-9a-f]{64} was altered; restore it from a backup\.$"),
        ("lost evidence", r"^The store has no content [0-9a-f]{64}; restore it from a backup\.$"),
    ],
)
def test_a_fault_is_said_in_a_sentence_and_the_report_can_be_asked_for_again(
    fault, sentence, run, store, place
):
    before = kept(store)
    faults = {
        "full disk": full_disk,
        "lost array": lambda: without(array_of(run, store)),
        "damaged array": lambda: damaged(array_of(run, store)),
        "lost evidence": lambda: without(store.path(run.evidence_digest)),
    }
    with faults[fault]():
        failed = make(run)
    gc.collect()
    assert failed.state == State.FAILED
    assert re.search(sentence, failed.error), failed.error
    assert (failed.pdf_digest, failed.entry) == ("", None)
    assert kept(store) == before
    assert [path.name for path in place.iterdir() if not path.name.startswith("retrace-fonts")] == []
    assert [entry.kind for entry in Entry.objects.all()] == ["evidence"]
    again = make(run)
    assert again.state == State.DONE, again.error
    assert store.get(again.pdf_digest).startswith(b"%PDF-1.7")


def test_a_disk_that_fills_up_leaves_no_file_where_a_report_is_handed_over(run, store, tmp_path):
    report = make(run)
    target = tmp_path / "out" / "report.pdf"
    target.parent.mkdir()
    with full_disk(), pytest.raises(Refused, match="could not be written"):
        hand_over(report, target)
    assert list(target.parent.iterdir()) == []
    target.write_bytes(b"older")
    with full_disk(), pytest.raises(Refused, match="could not be written"):
        hand_over(report, target)
    assert target.read_bytes() == b"older"
    hand_over(report, target)
    assert target.read_bytes() == store.get(report.pdf_digest)


@pytest.fixture
def typefaces(tmp_path, monkeypatch):
    """Use a copy of the packaged typefaces that a test may spoil."""
    copy = tmp_path / "typefaces"
    shutil.copytree(fonts._FOLDER, copy)
    caches = (fonts.truetype, fonts.characters, fonts.covered)
    monkeypatch.setattr(fonts, "_FOLDER", copy)
    for cached in caches:
        cached.cache_clear()
    yield copy
    for cached in caches:
        cached.cache_clear()


@pytest.mark.parametrize(
    "file", ["ibm-plex-sans-latin-400-normal.woff2", "noto-emoji-emoji-400-normal.woff2"]
)
def test_a_typeface_that_is_missing_or_damaged_is_said(file, typefaces, store):
    snapshot = factory.snapshot(factory.evidence(store))
    os.truncate(typefaces / file, 2_000)
    with pytest.raises(
        RetraceError, match=r"typeface .* of this installation is damaged.*install Retrace again"
    ):
        render(snapshot, store)
    (typefaces / file).unlink()
    with pytest.raises(RetraceError, match=r"typeface .* is missing from this installation.*install Retrace"):
        render(snapshot, store)
