"""Replay: a decision's events, one after the other, make its record again."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from auditor.common.errors import Corrupt
from auditor.common.said import say
from reports.decisions.state.events import Event
from reports.decisions.state.record import Record
from reports.decisions.state.refusals import Refusal
from reports.decisions.state.rules import step


class Happened(NamedTuple):
    """An event as it was kept: with the clock's reading then, and the deadline that it set."""

    event: Event
    at: datetime
    due: datetime | None = None


def fold(record: Record, events: Iterable[Happened]) -> Record:
    """Return the record after all events; raises Corrupt for one that the rules would have refused.

    Deadlines are those that were set then: holidays that a calendar learns later move none.
    """
    for kept in events:
        found = step(record, kept.event, kept.at, partial(_set, record, kept))
        if isinstance(found, Refusal):
            raise Corrupt(
                say(
                    "Event %(sequence)s of decision %(decision)s does not follow from those before it: %(why)s",
                    sequence=record.sequence + 1,
                    decision=str(record.number),
                    why=found.sentence,
                )
            )
        record = found
    return record


def _set(record: Record, kept: Happened, _received: datetime, _months: int) -> datetime:
    if kept.due is None:
        raise Corrupt(
            say(
                "Event %(sequence)s of decision %(decision)s has lost the deadline that it set.",
                sequence=record.sequence + 1,
                decision=str(record.number),
            )
        )
    return kept.due
