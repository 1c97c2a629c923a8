"""What may be done next: the events that the rules would accept from a person, found by asking the rules."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User

from reports.decisions import state as s
from reports.decisions.actors import officer, reviewer

ACTIONS: dict[str, type[Any]] = {
    event.kind: event
    for event in (
        s.Contested,
        s.Acknowledged,
        s.Heard,
        s.ReviewAssigned,
        s.Upheld,
        s.Corrected,
        s.Retracted,
        s.SubjectNotified,
        s.RecipientNotified,
        s.RecipientExcused,
        s.Extended,
        s.ContestWithdrawn,
        s.Restricted,
        s.RestrictionAnnounced,
        s.RestrictionLifted,
        s.HoldPlaced,
        s.HoldLifted,
    )
}
"""The events that people bring on a decision's page, in the order in which they are offered."""
CHOSEN: dict[str, Callable[[s.Record], list[Any]]] = {
    "party": lambda _: list(s.Party),
    "matter": lambda _: list(s.Matter),
    "months": lambda _: [1, 2],
    "recipient": lambda record: sorted(record.recipients),
}
"""What there is to choose from for a field of an event."""
_SOMETHING = "-"


class Offer(NamedTuple):
    """An event that a person may bring, and the values of each of its choices with which the rules accept it."""

    event: type[Any]
    choices: dict[str, list[Any]]


def actor_of(event: type[Any], user: User) -> s.Actor:
    """Return a person in the role that may bring an event."""
    return officer(user) if s.ActorKind.OFFICER in event.by else reviewer(user)


def offers(record: s.Record, user: User, now: datetime, calendar: s.Calendar) -> Iterator[Offer]:
    """Yield what the rules would accept from a person now, given a reason, a document and a good reviewer."""
    for event in ACTIONS.values():
        choices = choices_of(event, record)
        accepted: dict[str, list[Any]] = {name: [] for name in choices}
        any_accepted = False
        for tried in _tries(choices):
            found = s.decide(record, _example(event, user, now, tried), now, calendar)
            if isinstance(found, s.Record):
                any_accepted = True
                for name, value in tried.items():
                    if value not in accepted[name]:
                        accepted[name].append(value)
        if any_accepted:
            yield Offer(event, accepted)


def choices_of(event: type[Any], record: s.Record) -> dict[str, list[Any]]:
    """Return the choices that an event has on a record, accepted or not."""
    names = {field.name for field in fields(event)}
    found = {name: values(record) for name, values in CHOSEN.items() if name in names}
    return found | ({"hold": sorted(record.holds)} if event is s.HoldLifted else {})


def _tries(choices: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield every way to choose; no event has more than a few."""
    if not choices:
        yield {}
        return
    name, *rest = choices
    for value in choices[name]:
        for others in _tries({key: choices[key] for key in rest}):
            yield {name: value} | others


def _example(event: type[Any], user: User, now: datetime, tried: dict[str, Any]) -> s.Event:
    given = {
        "received_at": now,
        "reviewer": s.Reviewer(_SOMETHING, _SOMETHING),
        "outcome": _SOMETHING,
        "hold": _SOMETHING,
    } | tried
    names = {field.name for field in fields(event)}
    made: s.Event = event(
        actor=actor_of(event, user),
        reason=_SOMETHING,
        evidence=_SOMETHING,
        **{name: value for name, value in given.items() if name in names},
    )
    return made
