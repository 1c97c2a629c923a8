"""Findings: pure, versioned rules that read the evidence and nothing else."""

from collections.abc import Callable, Iterator

from auditor.audits.findings import material, methods, performance, relevance
from auditor.audits.findings.finding import SEVERITIES, Finding, Labelled, Severity, Threshold
from auditor.explain.evidence import Evidence

__all__ = ["RULES", "SEVERITIES", "Finding", "Labelled", "Severity", "Threshold", "findings"]

RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    relevance.outside_flips,
    relevance.grid_cell,
    relevance.attribution_outside,
    performance.accuracy,
    performance.group_gap,
    methods.surrogate,
    methods.completeness,
    methods.fit,
    methods.noise,
    material.seen_in_training,
    material.two_labels,
    material.duplicates,
    material.near_copies,
    material.unlabelled,
    material.burned_in,
    material.incidents,
    relevance.untested,
    performance.suppressed,
    methods.not_applicable,
)


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """Return every finding, the gravest first, and in the order of the rules among equals."""
    found = [finding for rule in RULES for finding in rule(evidence)]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
