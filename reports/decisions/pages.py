"""Pages of the register: filtered, in an order that an index has, and as quick at its end as at its beginning."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from django.db.models import Q, QuerySet

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.registry.models import ModelVersion
from reports.decisions.models import Decision
from reports.decisions.queries import decisions
from reports.decisions.state import State

PAGE = 50
COUNTED = 10_000
_PLACE = re.compile(r"(-?\d{1,18})\.(\d{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which decisions are asked for; what is empty asks for nothing.

    `model` is the key of a model, all of whose versions count, and `version` that of one. `since` is part of the
    period in which decisions were taken, and `until` is not. With `due_until` those are listed that are due until
    then, the earliest first; otherwise those decided last come first.
    """

    states: frozenset[State] = frozenset()
    system: int | None = None
    model: int | None = None
    version: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    restricted: bool | None = None
    due_until: datetime | None = None


class Place(NamedTuple):
    """Where a page ended: the time that orders it, and the number of its last decision."""

    moment: datetime
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a place back from an address; raises Refused for anything else."""
        found = _PLACE.fullmatch(text)
        try:
            if found:
                return cls(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))
        except OverflowError:
            pass
        raise Refused(say("This is no place in the register; begin at its first page."))

    def __str__(self) -> str:
        return f"{(self.moment - _EPOCH) // timedelta(microseconds=1)}.{self.number}"


class Page(NamedTuple):
    """Some decisions in their order, and where the next page begins, if there is one."""

    rows: list[Decision]
    following: Place | None


def page(asked: Filter, after: Place | None = None, size: int = PAGE) -> Page:
    """Return the decisions after a place, at most `size` of them."""
    found = _filtered(decisions(), asked)
    if after is not None:
        found = found.filter(_beyond(asked, after))
    order = ("due", "pk") if asked.due_until is not None else ("-decided_at", "-pk")
    rows = list(found.order_by(*order)[: size + 1])
    return Page(rows[:size], _place(asked, rows[size - 1]) if len(rows) > size else None)


def counted(asked: Filter, most: int = COUNTED) -> int:
    """Return how many decisions are asked for, or `most` where there are more: nobody waits for a full count."""
    return _filtered(Decision.objects.order_by(), asked).values("pk")[:most].count()


def _filtered(rows: QuerySet[Decision], asked: Filter) -> QuerySet[Decision]:
    if asked.states:
        rows = rows.filter(state__in=[state.value for state in asked.states])
    if asked.system is not None:
        rows = rows.filter(system=asked.system)
    if asked.model is not None:
        # Keys rather than a join: the planner then knows how many decisions they have.
        rows = rows.filter(
            model_version__in=list(
                ModelVersion.objects.filter(model=asked.model).values_list("pk", flat=True)
            )
        )
    if asked.version is not None:
        rows = rows.filter(model_version=asked.version)
    if asked.since is not None:
        rows = rows.filter(decided_at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(decided_at__lt=asked.until)
    if asked.restricted is not None:
        rows = rows.filter(restricted=asked.restricted)
    if asked.due_until is not None:
        rows = rows.filter(due__isnull=False, due__lte=asked.due_until)
    return rows


def _beyond(asked: Filter, place: Place) -> Q:
    """Return what comes after a place: a range that an index has, less those of the same time that came before."""
    if asked.due_until is not None:
        return Q(due__gte=place.moment) & ~Q(due=place.moment, pk__lte=place.number)
    return Q(decided_at__lte=place.moment) & ~Q(decided_at=place.moment, pk__gte=place.number)


def _place(asked: Filter, row: Decision) -> Place:
    return Place(row.due if asked.due_until is not None and row.due else row.decided_at, row.pk)
