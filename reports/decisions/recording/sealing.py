"""Sealing: from a draft, its subject's number and its model version to the row that is stored."""

from datetime import datetime
from typing import NamedTuple

from auditor.common.store import Store
from reports.decisions.models import Decision
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.sealed import input_context, record_context
from reports.keys.subjects import SubjectKey


class Handed(NamedTuple):
    """A draft with its place in the batch, the blind index of its reference and the bytes to be sealed."""

    place: int
    draft: DecisionDraft
    blind: str
    facts: bytes


def sealed_row(
    handed: Handed, key: SubjectKey, *, system: int, subject: int, version: int, store: Store, now: datetime
) -> Decision:
    """Return the row of a decision, all but its number and its entry; an input's bytes go to the store, sealed."""
    draft, blind = handed.draft, handed.blind
    content = draft.input.content
    return Decision(
        system_id=system,
        subject_id=subject,
        model_version_id=version,
        reference_index=blind,
        sealed=key.seal(handed.facts, record_context(system, blind)),
        content=key.salted(handed.facts),
        sealed_input="" if content is None else store.put(key.seal(content, input_context(system, blind))),
        input_digest="" if content is None else key.salted(content),
        outcome=draft.outcome,
        policy_version=draft.policy_version,
        threshold=draft.threshold,
        decided_at=draft.decided_at,
        recorded_at=now,
        retention_until=draft.retention.until,
    )
