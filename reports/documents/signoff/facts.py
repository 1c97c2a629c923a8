"""What people may change about a report before it is signed, as one digest: then as now, or not."""

from collections.abc import Sequence

from auditor.audits.models import Run
from auditor.common.digest import digest_of
from reports.documents.people import declarations_of
from reports.documents.snapshot import Declaration, Snapshot


def facts_in(snapshot: Snapshot) -> str:
    """Return the digest of what was declared and compared in a snapshot."""
    compared = snapshot.comparison.before.run if snapshot.comparison else ""
    return _digest(snapshot.declarations, compared)


def facts_now(run: Run) -> str:
    """Return the digest that a snapshot of a run would have now."""
    return _digest(declarations_of(run), str(run.compared_with_id or ""))


def _digest(declarations: Sequence[Declaration], compared_with: str) -> str:
    return digest_of(
        {
            "declarations": [one.model_dump(mode="json") for one in declarations],
            "compared_with": compared_with,
        }
    )
