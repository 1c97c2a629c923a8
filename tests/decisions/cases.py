"""Sample decisions and events, good and bad, for the tests of the rules."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from reports.decisions import state as s

CALENDAR = s.Calendar(zone=ZoneInfo("Europe/Berlin"))
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
RECEIVED = START + timedelta(days=1)
NOW = START + timedelta(days=3)
LATE = START + timedelta(days=60)
EVENTS = get_args(s.Event)

OFFICER = s.Actor(s.ActorKind.OFFICER, "officer-ada")
SYSTEM = s.Actor(s.ActorKind.SYSTEM, "scoring")
CLOCK = s.Actor(s.ActorKind.CLOCK)
REVIEWER = s.Reviewer("reviewer-bob", "declared by the board on 2026-01-05", ("bob.b",))
SECOND = s.Reviewer("reviewer-cyd", "declared by the board on 2026-01-05")
OPERATOR = "operator-dan"
RECIPIENT = "hospital-east"


def fresh(**changes):
    return s.Record(
        **{"number": 7, "at": START, "operator": OPERATOR, "recipients": frozenset({RECIPIENT})} | changes
    )


def reviewing(reviewer=REVIEWER):
    return s.Actor(s.ActorKind.REVIEWER, reviewer.id)


def event(cls, **changes):
    """Return a good event of a class, or one with what is to be wrong with it."""
    actor = reviewing() if cls in (s.Upheld, s.Corrected, s.Retracted) else OFFICER
    needs = {
        s.Retraced: {"outcome": s.Outcome.REPRODUCED},
        s.Contested: {"received_at": RECEIVED},
        s.Extended: {"months": 2},
        s.ReviewAssigned: {"reviewer": REVIEWER},
        s.Corrected: {"outcome": "granted"},
        s.RecipientNotified: {"recipient": RECIPIENT},
        s.RecipientExcused: {"recipient": RECIPIENT},
        s.HoldPlaced: {"hold": "court case 12"},
        s.HoldLifted: {"hold": "court case 12"},
        s.Superseded: {"successor": 8},
    }
    return cls(**{"actor": actor, "reason": "because", "evidence": "e" * 64} | needs.get(cls, {}) | changes)


GOOD = [
    *(event(cls) for cls in EVENTS),
    event(s.ReviewAssigned, reviewer=SECOND),
    event(s.Upheld, actor=reviewing(SECOND)),
    event(s.Retracted, actor=reviewing(SECOND)),
]
BAD = [
    event(s.Corrected, outcome=" "),
    event(s.ReviewAssigned, reviewer=s.Reviewer("", "authority")),
    event(s.ReviewAssigned, reviewer=s.Reviewer(SECOND.id, "")),
    event(s.ReviewAssigned, reviewer=s.Reviewer("user-4", "authority", (" Operator-DAN",))),
    event(s.ReviewAssigned, reason=""),
    event(s.Contested, received_at=LATE + timedelta(days=1)),
    event(s.Contested, reason=" "),
    event(s.Contested, actor=SYSTEM),
    event(s.Contested, actor=s.Actor(s.ActorKind.OFFICER, " ")),
    event(s.Extended, months=3),
    event(s.Extended, evidence=""),
    event(s.RecipientNotified, recipient="nobody"),
    event(s.RecipientExcused, recipient="nobody"),
    event(s.SubjectNotified, matter=s.Matter.RESTRICTION),
    event(s.RecipientNotified, matter=s.Matter.ERASURE),
    event(s.Retraced, actor=CLOCK),
    event(s.Retraced, outcome=s.Outcome.NOT_REPRODUCIBLE, reason=""),
    event(s.HoldPlaced, hold=""),
    event(s.Superseded, successor=7),
    event(s.Erased, actor=CLOCK),
]


def after(*events, record=None, now=NOW, calendar=CALENDAR):
    """Return the record after events that must all be accepted."""
    record = record or fresh()
    for one in events:
        found = s.decide(record, one, now, calendar)
        assert isinstance(found, s.Record), found.sentence
        record = found
    return record


def refused(record, one, now=NOW):
    """Return the code of the refusal that there must be."""
    found = s.decide(record, one, now, CALENDAR)
    assert isinstance(found, s.Refusal), found
    assert str(record.number) in found.sentence
    return found.code
