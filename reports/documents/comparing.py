"""The comparison of a run with the earlier one that was chosen for it; numpy and the store, no torch."""

from auditor.audits.comparison import Comparison, Given, compare
from auditor.audits.models import Run
from auditor.common.store import Store
from auditor.explain.evidence import Evidence, ShardResult


def comparison_of(run: Run, store: Store) -> Comparison | None:
    """Return the comparison of a finished run, or None where it is compared with nothing.

    Raises NotFound or Corrupt where a document of either run is missing or damaged.
    """
    if run.compared_with is None:
        return None
    return compare(_given(run.compared_with, store), _given(run, store))


def _given(run: Run, store: Store) -> Given:
    evidence = Evidence.parse(store.get(run.evidence_digest), name="evidence")
    shards = (ShardResult.parse(store.get(digest), name=f"shard {digest}") for digest in evidence.shards)
    return Given(str(run.pk), evidence, run.evidence_digest, tuple(shards))
