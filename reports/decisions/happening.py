"""From an event that the rules let happen to its row and its entry of the ledger."""

from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue

from auditor.common.canonical import canonical
from auditor.common.clock import timestamp
from reports.decisions.actors import Actors
from reports.decisions.models import Decision, Event
from reports.decisions.sealed import event_context
from reports.decisions.state import Contested, Extended, Record, as_json
from reports.decisions.state import Event as StateEvent
from reports.keys.subjects import subject_key
from reports.ledger.services import Draft


class Happening(NamedTuple):
    """An event on its way into the tables, and the record after it."""

    event: Event
    draft: Draft
    record: Record


def happened(row: Decision, event: StateEvent, record: Record, now: datetime, actors: Actors) -> Happening:
    """Return the row and the entry of an event after which the decision's record is `record`."""
    key, content = subject_key(row.subject_id), canonical(as_json(event))
    due = record.contest.due if record.contest and isinstance(event, Contested | Extended) else None
    body: dict[str, JsonValue] = {
        "decision": row.pk,
        "sequence": record.sequence,
        "event": event.kind,
        "state": record.state.value,
        "restricted": record.restricted,
        "due": timestamp(due) if due else None,
    }
    kept = Event(
        decision_id=row.pk,
        sequence=record.sequence,
        kind=event.kind,
        actor=event.actor.kind.value,
        user_id=actors.user(event.actor),
        system_id=actors.system(event.actor),
        at=now,
        sealed=key.seal(content, event_context(row.pk, record.sequence)),
        evidence=event.evidence,
        state=record.state.value,
        due=due,
    )
    return Happening(kept, Draft("decision-event", key.salted(content), body), record)
