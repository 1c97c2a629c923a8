"""Records: what the rules need to know of a decision, from its row and its events."""

from collections.abc import Iterable

from auditor.common.errors import Corrupt
from auditor.common.said import say
from reports.decisions.models import Decision, Event
from reports.decisions.sealed import opened_event, opened_record
from reports.decisions.state import Happened, Record, State, fold
from reports.keys.subjects import subject_key


def record_of(decision: Decision, events: Iterable[Event]) -> Record:
    """Return a decision's record, made from its events in their order.

    Raises KeyDestroyed where the subject's key is gone although the decision is not erased, and Corrupt where the
    events do not follow from each other or lead elsewhere than the register says.
    """
    kept = list(events)
    if decision.state == State.ERASED:
        return Record.erased(
            number=decision.pk, at=kept[-1].at, sequence=len(kept), superseded_by=decision.superseded_by_id
        )
    key, facts = subject_key(decision.subject_id), opened_record(decision)
    fresh = Record(
        number=decision.pk,
        at=decision.recorded_at,
        operator=facts.human.operator,
        recipients=frozenset(facts.recipients),
    )
    record = fold(fresh, (Happened(opened_event(event, key), event.at, event.due) for event in kept))
    held = Decision(pk=decision.pk)
    project(record, held)
    if any(getattr(held, column) != getattr(decision, column) for column in PROJECTED):
        raise Corrupt(
            say(
                "Decision %(decision)s stands elsewhere than its events lead to; restore the register from a backup.",
                decision=str(decision.pk),
            )
        )
    return record


PROJECTED = ("state", "restricted", "due", "superseded_by_id")
"""The columns that follow from a decision's events."""
EMPTIED = ("sealed", "reference_index", "content", "outcome")
"""The columns that erasure empties."""


def project(record: Record, decision: Decision) -> None:
    """Set what the register shows of a decision to where its record stands."""
    decision.state, decision.restricted = record.state.value, record.restricted
    decision.due, decision.superseded_by_id = record.due, record.superseded_by
    if record.state is State.ERASED:
        decision.sealed = b""
        decision.reference_index = decision.content = decision.outcome = ""
