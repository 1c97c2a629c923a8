"""The stored evidence of runs, and what its rules find."""

from functools import lru_cache

from django.conf import settings

from auditor.audits.findings import Finding, findings
from auditor.audits.models import Run
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.evidence import Evidence


def evidence_of(run: Run) -> Evidence:
    """Return the evidence of a run; raises Refused where it has none, and NotFound or Corrupt."""
    if not run.evidence_digest:
        raise Refused(
            say("The audit %(run)s is %(state)s and has no evidence.", run=str(run.pk), state=run.standing)
        )
    return _evidence(settings.STORAGE_URL, run.evidence_digest)


def findings_of(run: Run) -> dict[str, Finding]:
    """Return the findings of a finished run by their ids, in their order; raises as `evidence_of` does."""
    return {finding.id: finding for finding in findings(evidence_of(run))}


@lru_cache(maxsize=8)
def _evidence(store: str, digest: str) -> Evidence:
    return Evidence.parse(Store.at(store).get(digest), name="evidence")
