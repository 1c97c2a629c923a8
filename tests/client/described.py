"""A decision as a sending system describes it, without Django."""

from typing import Any


def decision(model: str, **changes: Any) -> dict[str, Any]:
    return {
        "reference": "case-1",
        "subject": "person-1",
        "model": model,
        "input": {"reference": "pacs://1"},
        "scores": {"malignant": 0.75, "benign": 0.25},
        "outcome": "refer",
        "threshold": 0.5,
        "policy_version": "2026-1",
        "decided_at": "2026-03-02T08:55:00Z",
        "human": {"involvement": "none"},
        "legal_basis": "Art. 6(1)(e) GDPR",
        "retention": {"until": "2036-03-01", "reason": "section 630f BGB"},
    } | changes
