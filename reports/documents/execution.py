"""The worker's side of a report: evidence to snapshot to PDF, then issued together with its ledger entry."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.conf import settings
from django.db.models import Sum

from auditor.audits.findings import findings
from auditor.audits.models import Run
from auditor.common.clock import timestamp
from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.evidence import Evidence
from reports.documents.comparing import comparison_of
from reports.documents.models import Report
from reports.documents.people import declared_of_findings, fixed_plan
from reports.documents.render import render
from reports.documents.services import record_issue
from reports.documents.snapshot import Conditions, LedgerPosition, Snapshot


class Rendered(NamedTuple):
    """A rendered report in the store."""

    snapshot_digest: str
    pdf_digest: str
    pdf_bytes: int
    comparison_digest: str = ""


def render_report(report: Report) -> Rendered:
    """Render a report and keep it, with the snapshot that it is a pure function of."""
    store = Store.at(settings.STORAGE_URL)
    with _room():
        snapshot = snapshot_of(report, store)
        pdf = render(snapshot, store)
        compared = "" if snapshot.comparison is None else store.put(snapshot.comparison.to_bytes())
        return Rendered(store.put(snapshot.to_bytes()), store.put(pdf), len(pdf), compared)


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


def issue(report: Report, rendered: Rendered) -> None:
    """Issue a rendered report: its digest enters the ledger, and the row is closed for good."""
    report.snapshot_digest, report.pdf_digest, report.pdf_bytes, report.comparison_digest = rendered
    report.entry = record_issue(report, rendered.pdf_digest)
    report.save(update_fields=["snapshot_digest", "pdf_digest", "pdf_bytes", "comparison_digest", "entry"])


def snapshot_of(report: Report, store: Store) -> Snapshot:
    """Return everything that a report says: the evidence and the facts beside it, copied in."""
    run, entry = report.run, report.evidence_entry
    evidence = Evidence.parse(store.get(run.evidence_digest), name="evidence")
    return Snapshot(
        report_id=report.number,
        run_id=str(run.pk),
        issued_at=timestamp(report.requested_at),
        language=report.language,
        evidence=evidence,
        evidence_digest=run.evidence_digest,
        findings=findings(evidence),
        ledger=LedgerPosition(position=entry.position, hash=entry.hash),
        conditions=_conditions(run),
        declarations=declared_of_findings(run),
        plan=fixed_plan(run.plan),
        comparison=comparison_of(run, store),
    )


def _conditions(run: Run) -> Conditions:
    shards = run.shards.all()
    return Conditions(
        started_at=timestamp(run.started_at),
        finished_at=timestamp(run.finished_at or run.started_at),
        hosts=tuple(sorted(set(shards.values_list("host", flat=True)))),
        devices=tuple(sorted(set(shards.values_list("device", flat=True)))),
        compute_seconds=shards.aggregate(total=Sum("seconds"))["total"],
        shards=len(shards),
    )
