"""After an old backup of the database was restored: what belongs to destroyed keys is emptied again."""

from datetime import datetime

from django.db import connection, transaction

from auditor.common.clock import utc_now
from auditor.common.said import say
from reports.decisions.erasure.services import Asked, erasure_keep
from reports.decisions.models import Cause, Decision, Erasure, Event
from reports.decisions.pinned import vault_check
from reports.decisions.records import EMPTIED, PROJECTED, project
from reports.decisions.state import Actor, ActorKind, Erased, Record, State
from reports.decisions.subjects import subject_locked
from reports.keys.subjects import destroyed_ranges
from reports.ledger.services import Draft, ledger_append_many

_CLOCK = Actor(ActorKind.CLOCK)
_BACK = """
SELECT number FROM decisions_subject JOIN unnest(%s::bigint[], %s::bigint[]) AS gone(first, last)
ON number BETWEEN first AND last WHERE erased_at IS NULL ORDER BY number
"""


def subjects_erase_again(*, now: datetime | None = None) -> list[Erasure]:
    """Empty the rows of subjects whose keys are gone although they are not erased; the erasures wait to be completed.

    Raises VaultUnusable where the keys are not this database's, for then it is not the rows that are wrong.
    """
    vault_check()
    ranges = destroyed_ranges()
    with connection.cursor() as cursor:
        cursor.execute(_BACK, [[first for first, _ in ranges], [last for _, last in ranges]])
        numbers = [number for (number,) in cursor.fetchall()]
    return [_again(number, now or utc_now()) for number in numbers]


def _again(number: int, now: datetime) -> Erasure:
    asked = Asked(
        by=_CLOCK,
        reason=str(say("Erased before; a restored backup had brought the rows back.")),
        ground="",
        cause=Cause.RESTORED,
    )
    with transaction.atomic(durable=True):
        subject_locked(number)
        rows = (
            Decision.objects.select_for_update(no_key=True).filter(subject=number).exclude(state=State.ERASED)
        )
        kept = list(rows.order_by("pk"))
        _emptied(kept, now)
        return erasure_keep(number, [row.pk for row in kept], True, asked, [], now)


def _emptied(rows: list[Decision], now: datetime) -> None:
    """Keep an event without content: the key that would seal it is gone. The rules were asked the first time."""
    events = [_event(row, now) for row in rows]
    entries = ledger_append_many(
        [_draft(row, event) for row, event in zip(rows, events, strict=True)], now=now
    )
    for row, event, entry in zip(rows, events, entries, strict=True):
        event.entry = entry.position
        project(
            Record.erased(number=row.pk, at=now, sequence=event.sequence, superseded_by=row.superseded_by_id),
            row,
        )
    Event.objects.bulk_create(events)
    Decision.objects.bulk_update(
        rows, [Decision._meta.get_field(name).name for name in (*PROJECTED, *EMPTIED)], 500
    )


def _event(row: Decision, now: datetime) -> Event:
    return Event(
        decision=row,
        sequence=row.events.count() + 1,
        kind=Erased.kind,
        actor=ActorKind.CLOCK.value,
        at=now,
        sealed=b"",
        state=State.ERASED.value,
    )


def _draft(row: Decision, event: Event) -> Draft:
    return Draft(
        "decision-event",
        row.content,
        {
            "decision": row.pk,
            "sequence": event.sequence,
            "event": event.kind,
            "state": event.state,
            "restricted": False,
            "due": None,
        },
    )
