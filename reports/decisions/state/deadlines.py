"""Periods of the GDPR: months as Regulation (EEC, Euratom) No 1182/71 counts them, in the installation's time zone."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SATURDAY = 5


def aware(moment: datetime) -> datetime:
    """Return an aware time in UTC; raises ValueError for one without a time zone, or outside the calendar.

    Python compares two times of one zone by their wall clocks, which is wrong in the hour that a change of clocks
    repeats; in UTC there is no such hour.
    """
    if moment.utcoffset() is None:
        raise ValueError("a time without a time zone is not a time")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time before the first year or after the last is not a time") from None


def months_after(day: date, months: int) -> date:
    """Return the same date so many months later, or the last day of a month that has no such date (Art. 3(2)(c))."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def working_day(day: date, holidays: frozenset[date]) -> date:
    """Return the day itself, or the first working day after a Saturday, Sunday or public holiday (Art. 3(4))."""
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day


def last_moment(day: date, zone: ZoneInfo) -> datetime:
    """Return the last microsecond of a day, in UTC; where its last hour comes twice, that of the second."""
    return datetime.combine(day, time.max, zone).replace(fold=1).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Where deadlines are counted: the time zone, its public holidays, and the installation's own targets in days.

    The targets stand for "without undue delay": no law gives them a number.
    """

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    acknowledge_days: int = 7
    tell_days: int = 7

    def answer_by(self, received_at: datetime, months: int = 1) -> datetime:
        """Return the last moment, in UTC, of so many months from receipt (GDPR Art. 12(3)).

        The day of receipt itself is not counted, so that what came on 5 March is answered by the end of 5 April.
        An extended period is counted as one period from receipt, not as one after another.
        """
        return self._end(months_after(self._day(received_at), months))

    def within(self, since: datetime, days: int) -> datetime:
        """Return the last moment, in UTC, of so many days after the day of an event, carried to a working day."""
        return self._end(self._day(since) + timedelta(days=days))

    def _day(self, moment: datetime) -> date:
        return aware(moment).astimezone(self.zone).date()

    def _end(self, day: date) -> datetime:
        return last_moment(working_day(day, self.holidays), self.zone)
