"""What people may change about a report before it is signed, as one digest: then as now, or not."""

from collections.abc import Collection, Sequence
from uuid import UUID

from auditor.audits.models import Run
from auditor.common.digest import digest_of
from reports.documents.people import declarations_of_each
from reports.documents.snapshot import Declaration, Snapshot


def facts_in(snapshot: Snapshot) -> str:
    """Return the digest of what was declared and compared in a snapshot."""
    compared = snapshot.comparison.before.run if snapshot.comparison else ""
    return _digest(snapshot.declarations, compared)


def facts_now(run: Run) -> str:
    """Return the digest that a snapshot of a run would have now."""
    return facts_of_each([run])[run.pk]


def facts_of_each(runs: Collection[Run]) -> dict[UUID, str]:
    """Return what `facts_now` does for each of some runs, by run; its number of queries is the same for any."""
    declared = declarations_of_each(runs)
    return {run.pk: _digest(declared[run.pk], str(run.compared_with_id or "")) for run in runs}


def _digest(declarations: Sequence[Declaration], compared_with: str) -> str:
    return digest_of(
        {
            "declarations": [one.model_dump(mode="json") for one in declarations],
            "compared_with": compared_with,
        }
    )
