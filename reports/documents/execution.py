"""The worker's side of a report: evidence to snapshot to PDF, logged, signed with the log's proof, and issued."""

from typing import NamedTuple

from django.conf import settings

from auditor.common.clock import Clock, utc_now
from auditor.common.store import Store
from reports.documents.gathering import gather
from reports.documents.issuing.recording import begun, close
from reports.documents.issuing.sealing import Seal, room
from reports.documents.models import Report
from reports.documents.render import render_into
from reports.documents.services import record_issue, record_supersession
from reports.documents.signing.block import Signable
from reports.documents.signoff.execution import signed_snapshot
from reports.documents.snapshot import Snapshot
from reports.ledger.models import Entry


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
    seal = Seal.of(store)
    with room():
        said = begun(report)
        snapshot = (
            snapshot_of(report, store) if said is None else Snapshot.parse(store.get(said), name="snapshot")
        )

        def record(document: str) -> Entry:
            """Keep what the report says once it is drawn, so that one that cannot be drawn leaves nothing."""
            return record_issue(report, document=document, snapshot=store.put(snapshot.to_bytes()))

        signable = Signable("report", snapshot.language, snapshot.sign_off)
        sealed = seal.on(lambda out: render_into(out, snapshot, store), signable, record, now)
        compared = "" if snapshot.comparison is None else store.put(snapshot.comparison.to_bytes())
    return Written(snapshot_digest=snapshot.document_digest(), comparison_digest=compared, **sealed._asdict())


def issue(report: Report, written: Written) -> None:
    """Issue a report: the row is closed for good, and stands in the place of the report that it supersedes."""
    close(report, written._asdict())
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
