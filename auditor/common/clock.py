"""The one place where the time of day is read."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A callable that returns an aware time in UTC."""

    def __call__(self) -> datetime:
        """Return the present time."""
        ...


def utc_now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """Return an aware time as RFC 3339 text in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
