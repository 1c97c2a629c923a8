"""The monthly sample: which decisions are drawn follows from a seed, so that anybody can draw them again."""

import heapq
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from hashlib import sha256
from typing import NamedTuple


class Month(NamedTuple):
    """A month by its first day, and the moments between which it lies; `until` is not part of it."""

    first: date
    since: datetime
    until: datetime


def month_before(now: datetime, zone: tzinfo) -> Month:
    """Return the last month that is over in a time zone."""
    following = now.astimezone(zone).date().replace(day=1)
    first = (following - timedelta(days=1)).replace(day=1)
    since, until = (
        datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in (first, following)
    )
    return Month(first, since, until)


def drawn(numbers: Iterable[int], seed: str, size: int) -> list[int]:
    """Return `size` of the decisions, or all where there are fewer, in the order in which they are drawn.

    Those are drawn whose SHA-256 of "seed:number" is the smallest, whatever order they come in.
    """
    return heapq.nsmallest(size, numbers, key=lambda number: sha256(f"{seed}:{number}".encode()).digest())
