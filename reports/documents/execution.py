"""The worker's side of a report: evidence to snapshot to PDF, then issued together with its ledger entry."""

from typing import NamedTuple

from django.conf import settings

from auditor.common.store import Store
from reports.documents.gathering import gather
from reports.documents.models import Report
from reports.documents.render import render
from reports.documents.services import record_issue, record_supersession
from reports.documents.signoff.execution import signed_snapshot
from reports.documents.snapshot import Snapshot


class Rendered(NamedTuple):
    """A rendered report in the store."""

    snapshot_digest: str
    pdf_digest: str
    pdf_bytes: int
    comparison_digest: str = ""


def render_report(report: Report) -> Rendered:
    """Render a report and keep it, with the snapshot that it is a pure function of."""
    store = Store.at(settings.STORAGE_URL)
    snapshot = snapshot_of(report, store)
    pdf = render(snapshot, store)
    compared = "" if snapshot.comparison is None else store.put(snapshot.comparison.to_bytes())
    return Rendered(store.put(snapshot.to_bytes()), store.put(pdf), len(pdf), compared)


def issue(report: Report, rendered: Rendered) -> None:
    """Issue a rendered report: its digest enters the ledger, and the row is closed for good.

    From then on it stands in the place of the report that it supersedes.
    """
    report.snapshot_digest, report.pdf_digest, report.pdf_bytes, report.comparison_digest = rendered
    report.document_digest = report.pdf_digest
    report.entry = record_issue(report, rendered.pdf_digest)
    report.save(
        update_fields=[
            "snapshot_digest",
            "document_digest",
            "pdf_digest",
            "pdf_bytes",
            "comparison_digest",
            "entry",
        ]
    )
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
