"""A decision as its page shows it: what was recorded, what happened since, and what is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from auditor.common.errors import Refused
from reports.decisions import state as s
from reports.decisions.acting.words import FIELDS
from reports.decisions.models import Decision, Event
from reports.decisions.queries import decision_numbered
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.records import record_of
from reports.decisions.sealed import opened_event, opened_record
from reports.decisions.words import EVENTS, MATTERS, PARTIES, day_of
from reports.keys.subjects import subject_key

_OUTSIDE = frozenset({"actor", "reason", "evidence"})


@dataclass(frozen=True)
class Line:
    """An event of the timeline; what was sealed is empty once the subject is erased."""

    row: Event
    title: Promise | str
    details: list[tuple[Promise | str, str]]
    reason: str = ""

    @property
    def document(self) -> str:
        """The document that a person handed in with it; those of re-traces are read on pages of their own."""
        return "" if self.row.kind == "retraced" else self.row.evidence


@dataclass(frozen=True)
class Shown:
    """What the page of a decision shows; `facts` and `record` are None where nothing is left to read."""

    decision: Decision
    record: s.Record | None
    facts: DecisionDraft | None
    timeline: list[Line]

    def agenda(self, calendar: s.Calendar) -> tuple[s.Due, ...]:
        """Return what is due, the earliest first."""
        return s.agenda(self.record, calendar) if self.record else ()


def shown(number: int) -> Shown:
    """Return a decision with its events; raises NotFound, and Corrupt where what is kept does not fit together."""
    decision = decision_numbered(number)
    events = list(Event.objects.filter(decision=decision).select_related("user", "system"))
    if decision.state == s.State.ERASED:
        return Shown(decision, None, None, [Line(row, EVENTS[row.kind], []) for row in events])
    try:
        facts = opened_record(decision)
        return Shown(decision, record_of(decision, events), facts, list(_lines(decision, events)))
    except Refused:  # the key is destroyed, and the event of it is on its way
        return Shown(decision, None, None, [Line(row, EVENTS[row.kind], []) for row in events])


def _lines(decision: Decision, events: list[Event]) -> Iterator[Line]:
    key = subject_key(decision.subject_id)
    for row in events:
        event = opened_event(row, key)
        yield Line(row, EVENTS[row.kind], list(_details(event)), event.reason)


def _details(event: s.Event) -> Iterator[tuple[Promise | str, str]]:
    for name in event.__dataclass_fields__:
        if name not in _OUTSIDE and name in FIELDS:
            yield FIELDS[name], _said(getattr(event, name))


def _said(value: Any) -> str:
    if isinstance(value, s.Reviewer):
        return f"{value.id} – {value.authority}"
    if isinstance(value, datetime):
        return day_of(value)
    return str(MATTERS.get(value) or PARTIES.get(value) or value)
