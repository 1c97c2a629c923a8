"""What is due on a decision, and when: the answer by law, the rest by the installation's own targets."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from reports.decisions.state.deadlines import Calendar
from reports.decisions.state.record import DECIDED, Record


class Task(StrEnum):
    """What somebody has to do."""

    ACKNOWLEDGE = "acknowledge"  # target
    ANSWER = "answer"  # Art. 12(3)
    TELL_SUBJECT = "tell_subject"  # after a review without a contest; target
    TELL_RECIPIENTS = "tell_recipients"  # Art. 19; target


class Due(NamedTuple):
    """A task and its last moment."""

    task: Task
    by: datetime


def agenda(record: Record, calendar: Calendar) -> tuple[Due, ...]:
    """Return what is due, the earliest first."""
    return tuple(sorted(_tasks(record, calendar), key=lambda due: due.by))


def _tasks(record: Record, calendar: Calendar) -> Iterator[Due]:
    contest, round_ = record.contest, record.round
    if contest is not None and not contest.acknowledged:
        yield Due(Task.ACKNOWLEDGE, calendar.within(contest.received_at, calendar.acknowledge_days))
    if record.due is not None:
        yield Due(Task.ANSWER, record.due)
    if round_ is None or round_.decided_at is None or record.state not in DECIDED:
        return
    by = calendar.within(round_.decided_at, calendar.tell_days)
    if round_.subject_owed and round_.contest is None:
        yield Due(Task.TELL_SUBJECT, by)
    if round_.owed:
        yield Due(Task.TELL_RECIPIENTS, by)
