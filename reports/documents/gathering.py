"""Gathering everything that a report says: evidence, findings, and the facts beside them, copied into a snapshot."""

from datetime import datetime

from django.db.models import Sum

from auditor.audits.findings import findings
from auditor.audits.models import Run
from auditor.common.clock import timestamp
from auditor.common.store import Store
from auditor.explain.evidence import Evidence
from reports.documents.comparing import comparison_of
from reports.documents.people import declarations_of, fixed_plan
from reports.documents.snapshot import Conditions, LedgerPosition, Snapshot
from reports.ledger.models import Entry


def gather(
    *, run: Run, entry: Entry, number: str, at: datetime, language: str, store: Store, supersedes: str = ""
) -> Snapshot:
    """Return the snapshot of a finished run as it stands now; `entry` is where the ledger recorded its evidence."""
    evidence = Evidence.parse(store.get(run.evidence_digest), name="evidence")
    return Snapshot(
        report_id=number,
        run_id=str(run.pk),
        issued_at=timestamp(at),
        language=language,
        evidence=evidence,
        evidence_digest=run.evidence_digest,
        findings=findings(evidence),
        ledger=LedgerPosition(position=entry.position, hash=entry.hash),
        conditions=_conditions(run),
        declarations=declarations_of(run),
        plan=fixed_plan(run.plan),
        comparison=comparison_of(run, store),
        supersedes=supersedes,
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
