"""The worker's side of a report: evidence to snapshot to PDF, logged, signed with the log's proof, and issued."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from auditor.common.clock import Clock, utc_now
from auditor.common.digest import sha256_file
from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.common.store import Store
from reports.documents.gathering import gather
from reports.documents.models import Report
from reports.documents.render import render_into
from reports.documents.services import begun, record_issue, record_supersession
from reports.documents.signing.authority import Authority
from reports.documents.signing.block import Block
from reports.documents.signing.sign import Order, sign_file
from reports.documents.signoff.execution import signed_snapshot
from reports.documents.snapshot import Snapshot
from reports.keys.signing import signing_key
from reports.ledger.services import ledger_proof


class Written(NamedTuple):
    """A signed report in the store; `document_digest` is that of its bytes before they were signed."""

    snapshot_digest: str
    document_digest: str
    pdf_digest: str
    pdf_bytes: int
    comparison_digest: str
    entry_id: int


def write_report(report: Report, now: Clock = utc_now) -> Written:
    """Render a report, record it in the ledger, sign it together with the ledger's proof, and keep it.

    Repeated after a worker died, it says the same and finds the entry that was made. Raises RetraceError where
    something that it needs is missing, where keys cannot be used or a time-stamp authority does not answer.
    """
    store = Store.at(settings.STORAGE_URL)
    key, authority = signing_key(), Authority.configured()
    with _room(), tempfile.TemporaryDirectory(prefix="retrace-report-") as scratch:
        snapshot = begun(report, store) or snapshot_of(report, store)
        source, target = Path(scratch) / "rendered.pdf", Path(scratch) / "signed.pdf"
        render_into(source, snapshot, store)
        compared = "" if snapshot.comparison is None else store.put(snapshot.comparison.to_bytes())
        kept = store.put(snapshot.to_bytes())
        entry = record_issue(report, document=sha256_file(source), snapshot=kept)
        moment = now()
        block = Block.of(snapshot, key, entry.position, moment)
        sign_file(source, target, Order(ledger_proof(entry), block, key, moment, authority))
        pdf, size = store.put_file(target), target.stat().st_size
    return Written(kept, entry.subject, pdf, size, compared, entry.position)


@contextmanager
def _room() -> Iterator[None]:
    """Say what is wrong with the disk where something cannot be written; nothing half-written is kept."""
    try:
        yield
    except OSError as error:
        raise RetraceError(
            say(
                "The report could not be kept (%(why)s); see to the disk and ask for the report again.",
                why=error.strerror or type(error).__name__,
            )
        ) from error


def issue(report: Report, written: Written) -> None:
    """Issue a report: the row is closed for good, and stands in the place of the report that it supersedes."""
    for field, value in written._asdict().items():
        setattr(report, field, value)
    report.save(update_fields=[field.removesuffix("_id") for field in Written._fields])
    record_supersession(report)


def snapshot_of(report: Report, store: Store) -> Snapshot:
    """Return everything that a report says: what a second person signed off, or for an interim report what stands."""
    if report.sign_off is not None:
        return signed_snapshot(report, report.sign_off, store)
    return gather(
        run=report.run,
        entry=report.evidence_entry,
        number=report.number,
        at=report.requested_at,
        language=report.language,
        store=store,
        supersedes=report.supersedes.number if report.supersedes else "",
    )
