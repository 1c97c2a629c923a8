"""Findings: pure, versioned rules that read the evidence and nothing else."""

from collections.abc import Callable, Iterator

from auditor.audits.findings import (
    material,
    methods,
    performance,
    relevance,
    robustness,
    shortcuts,
    spots,
    trust,
)
from auditor.audits.findings.finding import SEVERITIES, Finding, Labelled, Severity, Threshold
from auditor.audits.findings.thresholds import attributed
from auditor.explain.evidence import Evidence

__all__ = ["RULES", "SEVERITIES", "Finding", "Labelled", "Severity", "Threshold", "findings"]

RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    shortcuts.column,
    spots.spots,
    relevance.outside_flips,
    relevance.grid_cell,
    relevance.attribution_outside,
    trust.none_trusted,
    trust.sanity,
    performance.accuracy,
    performance.sensitivity,
    performance.miscalibration,
    performance.group_gap,
    robustness.harmless_changes,
    methods.surrogate,
    methods.completeness,
    methods.fit,
    methods.noise,
    material.seen_in_training,
    material.two_labels,
    trust.faithfulness,
    trust.stability,
    trust.contradictions,
    robustness.harmless_explanations,
    material.duplicates,
    material.near_copies,
    material.unlabelled,
    material.burned_in,
    material.incidents,
    relevance.untested,
    performance.suppressed,
    methods.not_applicable,
    trust.untested_explanations,
    robustness.unmeasured,
)


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """Return every finding, the gravest first, and in the order of the rules among equals."""
    found = [attributed(finding) for rule in RULES for finding in rule(evidence)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
