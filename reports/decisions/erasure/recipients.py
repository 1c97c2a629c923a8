"""To whom a decision's data went, and who was told of the erasure (GDPR Art. 19); kept when the rest is gone."""

from collections.abc import Iterable

from auditor.common.clock import timestamp
from reports.decisions.models import Decision, Event
from reports.decisions.sealed import opened_event, opened_record
from reports.decisions.state import Matter, RecipientNotified
from reports.keys.subjects import subject_key

Told = dict[str, str | int | None]


def recipients_of(rows: Iterable[Decision]) -> list[Told]:
    """Return the recipients of decisions that are not erased yet, each with when they were told, or None.

    Raises as `opened_record`.
    """
    return [one for row in rows for one in _of(row)]


def _of(row: Decision) -> list[Told]:
    named, key, told = opened_record(row).recipients, subject_key(row.subject_id), {}
    notices = (
        Event.objects.filter(decision=row, kind=RecipientNotified.kind) if named else Event.objects.none()
    )
    for kept in notices.order_by("sequence"):
        event = opened_event(kept, key)
        if isinstance(event, RecipientNotified) and event.matter is Matter.ERASURE:
            told[event.recipient] = timestamp(kept.at)
    return [{"decision": row.pk, "recipient": name, "told_at": told.get(name)} for name in named]
