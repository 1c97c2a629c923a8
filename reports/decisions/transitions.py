"""Events: read a decision, let the rules decide, keep the event with its entry, and move the projection."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from auditor.common.clock import utc_now
from auditor.common.errors import NotFound
from auditor.common.said import say
from reports.decisions.actors import Actors
from reports.decisions.calendar import own_calendar
from reports.decisions.errors import EventRefused
from reports.decisions.evidence import refuse_missing
from reports.decisions.happening import Happening, happened
from reports.decisions.models import Decision, Event
from reports.decisions.records import EMPTIED, PROJECTED, project, record_of
from reports.decisions.state import Calendar, Record, Refusal, State, Superseded, decide
from reports.decisions.state import Event as StateEvent
from reports.ledger.services import ledger_append_many


class Change(NamedTuple):
    """An event that is to happen to the decision of this number."""

    decision: int
    event: StateEvent


class Applied(NamedTuple):
    """An event that happened: where it stands in the ledger, and the record after it."""

    entry: int
    record: Record


def event_apply(
    decision: int, event: StateEvent, *, now: datetime | None = None, calendar: Calendar | None = None
) -> Applied:
    """Let an event happen to a decision; raises EventRefused where the rules do not, and as `events_apply`."""
    (answer,) = events_apply([Change(decision, event)], now=now, calendar=calendar)
    if isinstance(answer, EventRefused):
        raise answer
    return answer


def events_apply(
    changes: Sequence[Change], *, now: datetime | None = None, calendar: Calendar | None = None
) -> list[Applied | EventRefused]:
    """Let events happen in their order and in one transaction; the answer to one that the rules refuse is why.

    Raises NotFound for a decision, a successor or a document that there is not, Refused for an actor whom nobody
    knows, KeyDestroyed and Corrupt as `record_of`; then nothing happened.
    """
    now, calendar = now or utc_now(), calendar or own_calendar()
    with transaction.atomic():
        actors = Actors.of(change.event.actor for change in changes)
        refuse_missing(change.event.evidence for change in changes)
        rows = _locked({change.decision for change in changes})
        _refuse_no_successor(changes)
        records = _records(rows)
        answers: list[Happening | EventRefused] = []
        for number, event in changes:
            found = decide(records[number], event, now, calendar)
            if isinstance(found, Refusal):
                answers.append(EventRefused(found.code, found.sentence))
                continue
            answers.append(happened(rows[number], event, found, now, actors))
            records[number] = found
        return _kept(answers, rows)


def _locked(numbers: set[int]) -> dict[int, Decision]:
    # Not the key: checks of foreign keys, which come at the end of a transaction, do not wait for it.
    rows = Decision.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")
    found = {row.pk: row for row in rows}
    if missing := numbers - found.keys():
        raise NotFound(say("There is no decision %(decision)s in the register.", decision=str(min(missing))))
    return found


def _refuse_no_successor(changes: Iterable[Change]) -> None:
    named = {change.event.successor for change in changes if isinstance(change.event, Superseded)}
    if named and (missing := named - set(Decision.objects.filter(pk__in=named).values_list("pk", flat=True))):
        raise NotFound(say("There is no decision %(decision)s in the register.", decision=str(min(missing))))


def _records(rows: dict[int, Decision]) -> dict[int, Record]:
    events: dict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(decision__in=rows).order_by("decision", "sequence"):
        events[event.decision_id].append(event)
    return {number: record_of(row, events[number]) for number, row in rows.items()}


def _kept(
    answers: Sequence[Happening | EventRefused], rows: dict[int, Decision]
) -> list[Applied | EventRefused]:
    happenings = [answer for answer in answers if isinstance(answer, Happening)]
    if not happenings:
        return [answer for answer in answers if isinstance(answer, EventRefused)]
    entries = ledger_append_many([one.draft for one in happenings], now=happenings[0].event.at)
    for one, entry in zip(happenings, entries, strict=True):
        one.event.entry = entry.position
        project(one.record, rows[one.record.number])
    Event.objects.bulk_create([one.event for one in happenings])
    moved = [rows[number] for number in sorted({one.record.number for one in happenings})]
    erased = [row for row in moved if row.state == State.ERASED]
    _update([row for row in moved if row.state != State.ERASED], PROJECTED)
    _update(erased, (*PROJECTED, *EMPTIED))
    return [
        Applied(answer.event.entry, answer.record) if isinstance(answer, Happening) else answer
        for answer in answers
    ]


def _update(rows: Sequence[Decision], columns: Sequence[str]) -> None:
    if rows:
        Decision.objects.bulk_update(rows, [Decision._meta.get_field(name).name for name in columns], 500)
