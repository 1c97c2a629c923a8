"""Decisions to be handed in, systems that send them, and people who act on them."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from auditor.registry.models import ModelVersion
from reports.decisions.models import SendingSystem
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.recording.record import record
from tests import rows

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
IDENTIFIER = "patient-4711-zyx"
REFERENCE = "case-2026-0815-qwv"
OPERATOR = "operator-dan-hjk"
RECIPIENT = "hospital-east-bnm"


def system(name: str = "scoring", scheme: str = "") -> SendingSystem:
    return SendingSystem.objects.create(name=name, scheme=scheme, created_at=NOW)


def version(name: str = "1") -> ModelVersion:
    return ModelVersion.objects.filter(version=name).first() or rows.model_version(name)


def body(**changes) -> dict:
    return {
        "reference": REFERENCE,
        "subject": IDENTIFIER,
        "model": version().digest,
        "input": {"reference": "pacs://east/1.2.3.4-tuv", "sha256": "a" * 64},
        "scores": {"malignant": 0.75, "benign": 0.25},
        "outcome": "refer",
        "threshold": 0.5,
        "policy_version": "2026-1",
        "decided_at": (NOW - timedelta(minutes=5)).isoformat(),
        "recipients": [RECIPIENT],
        "human": {"involvement": "oversight", "operator": OPERATOR},
        "legal_basis": "Art. 6(1)(e) GDPR with section 7 of the hospital act",
        "retention": {"until": "2036-03-01", "reason": "section 630f BGB"},
    } | changes


def draft(**changes) -> DecisionDraft:
    return DecisionDraft.model_validate(body(**changes))


def many(count: int, start: int = 0, **changes) -> list[DecisionDraft]:
    """Return drafts with references and subjects of their own."""
    model = version().digest
    return [
        draft(reference=f"case-{n}", subject=f"person-{n // 2}", model=model, **changes)
        for n in range(start, start + count)
    ]


def recorded(sender: SendingSystem | None = None, **changes) -> int:
    return record(sender or SendingSystem.objects.first() or system(), draft(**changes), now=NOW).decision


def person(name: str) -> User:
    return User.objects.create_user(name)
