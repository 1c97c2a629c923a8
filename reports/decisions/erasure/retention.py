"""Retention: what is kept no longer is erased by itself, and what stops that is listed."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from auditor.common.clock import utc_now
from auditor.common.errors import Refused, RetraceError
from auditor.common.said import say
from reports.decisions.calendar import own_calendar
from reports.decisions.erasure.finishing import BATCH, erasures_finish
from reports.decisions.erasure.services import Asked, decision_erase, kept_on, subject_empty
from reports.decisions.models import Cause, Decision, Event, Ground, Subject
from reports.decisions.records import record_of
from reports.decisions.state import Actor, ActorKind, Erased, Refusal, State, decide

_CLOCK = Actor(ActorKind.CLOCK)
_REASON = str(say("The retention period is over."))


class Stopped(NamedTuple):
    """A decision whose retention is over and which is not erased; the sentence says why, and is empty if it will be."""

    decision: Decision
    sentence: str


class Swept(NamedTuple):
    """What a turn of the schedule erased, and what it could not."""

    subjects: int
    decisions: int
    stopped: list[Stopped]


def retention_sweep(*, now: datetime | None = None) -> Swept:
    """Erase subjects all of whose decisions are past their retention, then single decisions of others.

    Keys go in batches, for each change writes the whole vault. What the rules refuse - a legal hold above all - stays
    and is returned. Raises VaultUnusable.
    """
    now = now or utc_now()
    day = _day(now)
    over = _over(day)
    subjects = sum(_subjects(over[at : at + BATCH], day, now) for at in range(0, len(over), BATCH))
    decisions, stopped = 0, []
    for row in _past(day):
        try:
            decision_erase(row.pk, _asked(), now=now)
            decisions += 1
        except RetraceError as error:
            stopped.append(Stopped(row, error.sentence))
    return Swept(subjects, decisions, stopped)


def retention_list(*, now: datetime | None = None) -> Iterator[Stopped]:
    """Yield every decision that is past its retention, with what stops its erasure; nothing is erased by this."""
    now = now or utc_now()
    for row in _past(_day(now)):
        yield Stopped(row, _hindrance(row, now))


def _subjects(numbers: list[int], day: date, now: datetime) -> int:
    emptied = 0
    for number in numbers:
        try:
            subject_empty(number, _asked(), past=day, now=now)
            emptied += 1
        except Refused:  # said for each decision, which is tried by itself
            continue
    erasures_finish(now=now)
    return emptied


def _over(day: date) -> list[int]:
    own = Decision.objects.filter(subject=OuterRef("pk")).order_by()
    left = own.exclude(state=State.ERASED).filter(kept_on(day))
    found = Subject.objects.filter(Exists(own), ~Exists(left), erased_at__isnull=True)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _past(day: date) -> QuerySet[Decision]:
    found = Decision.objects.filter(retention_until__lt=day).exclude(state=State.ERASED)
    return found.order_by("retention_until", "pk")


def _hindrance(row: Decision, now: datetime) -> str:
    try:
        record = record_of(row, Event.objects.filter(decision=row).order_by("sequence"))
    except RetraceError as error:
        return error.sentence
    found = decide(record, Erased(actor=_CLOCK, reason=_REASON), now, own_calendar())
    return found.sentence if isinstance(found, Refusal) else ""


def _asked() -> Asked:
    return Asked(by=_CLOCK, reason=_REASON, ground=Ground.NOT_NEEDED, cause=Cause.RETENTION)


def _day(now: datetime) -> date:
    return now.astimezone(own_calendar().zone).date()
