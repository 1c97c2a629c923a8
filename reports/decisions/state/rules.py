"""The decider: record, event and clock in; a new record or a typed refusal out."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from reports.decisions.state import contest, notices, protection, review
from reports.decisions.state import events as e
from reports.decisions.state.contest import AnswerBy
from reports.decisions.state.deadlines import Calendar, aware
from reports.decisions.state.record import Record, State
from reports.decisions.state.refusals import Code, Refusal, refuse


def decide(record: Record, event: e.Event, now: datetime, calendar: Calendar) -> Record | Refusal:
    """Return the record after the event, or why it is refused; raises ValueError for a time without a zone.

    No event is refused because the clock went back: it counts as of the event before it, and `clock_back` is set.
    Whoever keeps the event keeps `now`, the clock's own reading, from which a replay makes the same record again.
    """
    return step(record, event, now, calendar.answer_by)


def step(record: Record, event: e.Event, now: datetime, answer_by: AnswerBy) -> Record | Refusal:
    """Decide with deadlines from elsewhere than a calendar, such as a history."""
    now = aware(now)
    at = max(now, record.at)
    found = _barred(record, event) or _moved(record, event, at, answer_by)
    if isinstance(found, Refusal):
        return found
    bare = _bare(record, event)
    return bare or replace(found, at=at, sequence=record.sequence + 1, clock_back=now < record.at)


def _barred(record: Record, event: e.Event) -> Refusal | None:
    if record.state is State.ERASED:
        return refuse(Code.ERASED, record)
    if event.actor.kind not in event.by:
        return refuse(Code.NOT_PERMITTED, record, role=event.actor.kind.value, event=event.kind)
    if event.actor.kind is not e.ActorKind.CLOCK and not event.actor.id.strip():
        return refuse(Code.ACTOR_UNNAMED, record)
    return None


def _bare(record: Record, event: e.Event) -> Refusal | None:
    if event.reasoned and not event.reason.strip():
        return refuse(Code.REASON_MISSING, record)
    if event.evidenced and not event.evidence.strip():
        return refuse(Code.EVIDENCE_MISSING, record)
    return None


def _moved(record: Record, event: e.Event, at: datetime, answer_by: AnswerBy) -> Record | Refusal:
    match event:
        case e.Retraced():
            return protection.retraced(record, event)
        case e.Contested():
            return contest.contested(record, event, at, answer_by)
        case e.Heard():
            return contest.heard(record, event)
        case e.Acknowledged():
            return contest.acknowledged(record, event)
        case e.Extended():
            return contest.extended(record, event, at, answer_by)
        case e.ContestWithdrawn():
            return contest.withdrawn(record, event)
        case e.ReviewAssigned():
            return review.assigned(record, event)
        case e.Upheld() | e.Corrected() | e.Retracted():
            return review.decided(record, event, at)
        case e.SubjectNotified():
            return notices.subject_notified(record, event)
        case e.RecipientNotified():
            return notices.recipient_notified(record, event)
        case e.RecipientExcused():
            return notices.recipient_excused(record, event)
        case e.Restricted():
            return protection.restricted(record, event)
        case e.RestrictionAnnounced():
            return protection.announced(record, event)
        case e.RestrictionLifted():
            return protection.lifted(record, event)
        case e.HoldPlaced():
            return protection.hold_placed(record, event)
        case e.HoldLifted():
            return protection.hold_lifted(record, event)
        case e.Superseded():
            return protection.superseded(record, event)
        case e.ErasureRefused():
            return record
        case e.Erased():
            return protection.erased(record, event)
        case _:
            assert_never(event)
