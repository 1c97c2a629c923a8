"""What is due: decisions by the day on which their answer is, and those of whose outcome somebody must still hear."""

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.conf import settings

from reports.decisions.models import Decision
from reports.decisions.pages import COUNTED, Filter, counted, page
from reports.decisions.state import DECIDED

SOON = timedelta(days=14)
HORIZON = timedelta(days=60)
MOST = 150


class DueSoon(NamedTuple):
    """How many answers are due soon, those that are overdue among them."""

    soon: int
    overdue: int


class Day(NamedTuple):
    """A day and the decisions whose answer is due on it."""

    day: date
    moment: datetime
    rows: list[Decision]


class Due(NamedTuple):
    """What is due: overdue decisions, days to come, whether there is more, and decided ones not told to everyone."""

    overdue: list[Decision]
    days: list[Day]
    more: bool
    untold: list[Decision]
    untold_more: bool


def due_soon(now: datetime) -> DueSoon:
    """Count the answers that are due; constant queries, and none counts further than a page would."""
    return DueSoon(counted(Filter(due_until=now + SOON), COUNTED), counted(Filter(due_until=now), COUNTED))


def due_list(now: datetime) -> Due:
    """Return what is due in the time that the calendar looks ahead, the earliest first."""
    found = page(Filter(due_until=now + HORIZON), size=MOST)
    overdue = [row for row in found.rows if row.due and row.due < now]
    ahead = [row for row in found.rows if row.due and row.due >= now]
    # State by state: each has an index of its own order, and together they have none.
    untold = [page(Filter(states=frozenset({state})), size=MOST // 3) for state in sorted(DECIDED)]
    return Due(
        overdue,
        _days(ahead),
        found.following is not None,
        [row for part in untold for row in part.rows],
        any(part.following for part in untold),
    )


def _days(rows: list[Decision]) -> list[Day]:
    dated = [(row.due, row) for row in rows if row.due]
    groups = groupby(dated, key=lambda pair: pair[0].astimezone(settings.DEADLINE_ZONE).date())
    found = ((day, list(pairs)) for day, pairs in groups)
    return [Day(day, pairs[0][0], [row for _, row in pairs]) for day, pairs in found]
