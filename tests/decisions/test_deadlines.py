"""Periods of months: month ends, leap days, weekends, holidays, changes of clocks - and a peer's months."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from reports.decisions.state.deadlines import Calendar, aware, last_moment, months_after, working_day

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Pacific/Auckland", "Asia/Kathmandu", "UTC")
HOLIDAYS = frozenset({date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)})
DAYS = st.dates(date(1996, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("received", "months", "last"),
    [
        ("2024-03-05", 1, "2024-04-05"),  # the example of EDPB Guidelines 01/2022
        ("2023-08-31", 1, "2023-10-02"),  # 30 September 2023 was a Saturday
        ("2024-01-31", 1, "2024-02-29"),  # a leap year
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 1, "2024-03-29"),
        ("2024-02-29", 3, "2024-05-29"),
        ("2024-11-29", 3, "2025-02-28"),
        ("2026-01-31", 1, "2026-03-02"),  # 28 February 2026 is a Saturday
        ("2026-03-03", 1, "2026-04-07"),  # Good Friday, a weekend and Easter Monday
        ("2026-04-01", 1, "2026-05-04"),  # Labour Day, then a weekend
        ("2026-11-25", 1, "2026-12-28"),  # Christmas Day is a Friday
        ("2026-11-25", 3, "2027-02-25"),
        ("2099-12-31", 2, "2100-03-01"),  # no leap year; 28 February 2100 is a Sunday
    ],
)
def test_months_from_receipt(received, months, last):
    calendar = Calendar(zone=BERLIN, holidays=HOLIDAYS)
    due = calendar.answer_by(datetime.fromisoformat(received).replace(hour=14, tzinfo=BERLIN), months)
    local = due.astimezone(BERLIN)
    assert (local.date().isoformat(), local.time()) == (last, datetime.max.time())


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-02-27T12:00+01:00", "2026-03-27T22:59:59.999999+00:00"),  # before the change to summer time
        ("2026-02-28T12:00+01:00", "2026-03-30T21:59:59.999999+00:00"),  # carried over it
        ("2026-09-24T12:00+02:00", "2026-10-26T22:59:59.999999+00:00"),  # carried over the change back
        ("2026-03-31T22:30+00:00", "2026-05-01T21:59:59.999999+00:00"),  # that is 1 April in Berlin
        ("2026-03-31T21:30+00:00", "2026-04-30T21:59:59.999999+00:00"),  # and that is still 31 March
    ],
)
def test_the_day_ends_where_the_installation_is(received, due):
    found = Calendar(zone=BERLIN).answer_by(datetime.fromisoformat(received))
    assert found.isoformat() == due


def test_a_last_hour_that_comes_twice_ends_the_second_time():
    found = last_moment(date(2018, 2, 17), ZoneInfo("America/Sao_Paulo"))  # at midnight back to 23:00
    assert found.isoformat() == "2018-02-18T02:59:59.999999+00:00"


def test_two_times_in_a_repeated_hour_keep_their_order():
    first = datetime(2026, 10, 25, 2, 40, tzinfo=BERLIN)
    second = datetime(2026, 10, 25, 2, 20, tzinfo=BERLIN, fold=1)
    assert first > second, "what Python makes of them, and why they are taken to UTC"
    assert aware(first) < aware(second)


def test_a_time_without_a_zone_is_none():
    with pytest.raises(ValueError, match="time zone"):
        Calendar(zone=BERLIN).answer_by(datetime(2026, 1, 1))


def test_targets_are_carried_to_a_working_day():
    calendar = Calendar(zone=BERLIN, holidays=HOLIDAYS, acknowledge_days=3)
    due = calendar.within(datetime(2026, 3, 31, 12, tzinfo=BERLIN), calendar.acknowledge_days)
    assert due.astimezone(BERLIN).date() == date(2026, 4, 7)


@given(DAYS, st.integers(0, 40))
def test_months_are_those_of_a_peer(day, months):
    assert months_after(day, months) == day + relativedelta(months=months)


@given(DAYS, st.frozensets(st.integers(0, 12)))
def test_the_next_working_day_is_the_first(day, free):
    holidays = frozenset(day + timedelta(days=n) for n in free)
    found = working_day(day, holidays)
    assert found.weekday() < 5
    assert found not in holidays
    passed = [day + timedelta(days=n) for n in range((found - day).days)]
    assert all(one.weekday() >= 5 or one in holidays for one in passed)


@given(
    st.datetimes(datetime(1996, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
    st.integers(1, 3),
    st.frozensets(st.integers(0, 5)),
)
def test_an_answer_is_due_after_receipt_and_within_the_months(received, zone, months, free):
    zone = ZoneInfo(zone)
    day = received.astimezone(zone).date()
    nominal = day + relativedelta(months=months)
    calendar = Calendar(zone=zone, holidays=frozenset(nominal + timedelta(days=n) for n in free))
    due = calendar.answer_by(received, months)
    assert due > received
    assert nominal <= due.astimezone(zone).date() <= nominal + timedelta(days=len(free) + 4)
    assert (due + timedelta(microseconds=1)).astimezone(zone).date() > due.astimezone(zone).date()
    assert calendar.answer_by(received, months) <= calendar.answer_by(received, months + 1)
