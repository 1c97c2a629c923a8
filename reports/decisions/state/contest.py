"""Rules of a contest: received, acknowledged, extended, withdrawn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from reports.decisions.state.deadlines import aware
from reports.decisions.state.events import Acknowledged, Contested, ContestWithdrawn, Extended, Heard
from reports.decisions.state.record import DECIDED, Contest, Record, Round, State
from reports.decisions.state.refusals import Code, Refusal, refuse

AnswerBy = Callable[[datetime, int], datetime]  # receipt, months -> the last moment to answer
_LONGEST_EXTENSION = 2


def contested(record: Record, event: Contested, at: datetime, answer_by: AnswerBy) -> Record | Refusal:
    """Begin a round, or add the contest to a review that the controller began by itself.

    A notified decision can be contested again: that begins a new round with a period and a reviewer of its own.
    """
    received = aware(event.received_at)
    if record.state in DECIDED:
        return refuse(Code.NOTICES_OWED, record)
    if record.contest is not None:
        return refuse(Code.ROUND_OPEN, record)
    if received > at:
        return refuse(Code.RECEIVED_LATER, record)
    due = answer_by(received, 1)
    contest = Contest(received_at=received, first_due=due, due=due)
    if record.round is None:
        return replace(record, state=State.CONTESTED, round=Round(before=record.state, contest=contest))
    return replace(record, round=replace(record.round, contest=contest))


def heard(record: Record, event: Heard) -> Record | Refusal:
    """Take the subject's point of view to the file; it changes no state."""
    return record if record.contest else refuse(Code.NOT_CONTESTED, record)


def acknowledged(record: Record, event: Acknowledged) -> Record | Refusal:
    """Note that the subject knows of the receipt, once."""
    contest = record.contest
    if contest is None:
        return refuse(Code.NOT_CONTESTED, record)
    if contest.acknowledged:
        return refuse(Code.ALREADY_ACKNOWLEDGED, record)
    return _with(record, replace(contest, acknowledged=True))


def extended(record: Record, event: Extended, at: datetime, answer_by: AnswerBy) -> Record | Refusal:
    """Extend the period once, within the first month, by one or two months (Art. 12(3))."""
    contest = record.contest
    if contest is None:
        return refuse(Code.NOT_CONTESTED, record)
    if contest.extended:
        return refuse(Code.ALREADY_EXTENDED, record)
    if not 1 <= event.months <= _LONGEST_EXTENSION:
        return refuse(Code.EXTENSION_LENGTH, record)
    if at > contest.first_due:
        return refuse(Code.EXTENSION_LATE, record)
    return _with(
        record, replace(contest, extended=True, due=answer_by(contest.received_at, 1 + event.months))
    )


def withdrawn(record: Record, event: ContestWithdrawn) -> Record | Refusal:
    """End the contest, and its round with it, unless the controller began that by itself."""
    if record.contest is None or record.round is None:
        return refuse(Code.NOT_CONTESTED, record)
    if record.round.own:
        return _with(record, None)
    return replace(record, state=record.round.before, round=None)


def _with(record: Record, contest: Contest | None) -> Record:
    return replace(record, round=replace(record.round, contest=contest)) if record.round else record
