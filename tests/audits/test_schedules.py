"""Schedules start what is due, once, and say why where they could not."""

from datetime import UTC, datetime, timedelta

import pytest
from django_celery_beat.schedulers import ModelEntry

from auditor.audits.models import Run, Schedule
from auditor.audits.schedules import (
    crontab,
    schedule_create,
    schedule_pause,
    schedule_start_if_due,
    schedules_start_due,
)
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from tests import rows

pytestmark = pytest.mark.django_db


def scheduled(**more: object) -> Schedule:
    version = rows.model_version()
    return schedule_create(
        name="monthly look",
        model=version.model,
        validation_set=rows.validation_set(),
        plan=rows.plan(),
        when=crontab("monthly", day=1, hour=3, minute=0),
        by=None,
        **more,
    )


def test_a_schedule_that_is_due_starts_one_run_however_often_it_is_asked():
    schedule = scheduled(now=utc_now() - timedelta(days=40))
    run = schedule_start_if_due(schedule.pk)
    assert run is not None
    assert run.schedule == schedule
    assert schedule_start_if_due(schedule.pk) is None
    schedules_start_due()
    assert Run.objects.count() == 1


def test_a_schedule_that_is_not_due_starts_nothing():
    assert schedule_start_if_due(scheduled().pk) is None
    assert not Run.objects.exists()


def test_it_audits_the_newest_version():
    schedule = scheduled(now=utc_now() - timedelta(days=40))
    newer = rows.model_version("2")
    run = schedule_start_if_due(schedule.pk)
    assert run is not None
    assert run.model_version == newer


def test_what_fell_due_while_it_was_paused_is_not_made_up_for():
    schedule = scheduled(now=utc_now() - timedelta(days=40))
    schedule_pause(schedule, paused=True)
    schedules_start_due()
    schedule_pause(schedule, paused=False)
    schedules_start_due()
    assert not Run.objects.exists()


def test_a_start_that_is_refused_is_written_down_and_not_tried_again_at_once():
    schedule = scheduled(now=utc_now() - timedelta(days=40))
    schedule.language = "xx"
    schedule.save()
    assert schedule_start_if_due(schedule.pk) is None
    schedule.refresh_from_db()
    assert "There are no reports in 'xx'" in schedule.last_error
    assert schedule_start_if_due(schedule.pk) is None


def test_the_scheduler_can_read_it():
    entry = ModelEntry(scheduled().periodic_task)
    assert entry.task == "auditor.audits.tasks.start_scheduled"
    assert entry.args == [Schedule.objects.get().pk]


def test_a_set_that_the_model_cannot_be_audited_on_is_refused():
    version = rows.model_version()
    with pytest.raises(Refused, match=r"labels\.csv, row 2"):
        schedule_create(
            name="x",
            model=version.model,
            validation_set=rows.validation_set("tumour", "clear"),
            plan=rows.plan(),
            when=crontab("daily", day=0, hour=3, minute=0),
            by=None,
        )
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("frequency", "day", "due"),
    [
        ("daily", 0, datetime(2026, 3, 2, 3, 30, tzinfo=UTC)),
        ("weekly", 1, datetime(2026, 3, 2, 3, 30, tzinfo=UTC)),
        ("monthly", 2, datetime(2026, 3, 2, 3, 30, tzinfo=UTC)),
    ],
)
def test_frequencies_mean_what_they_say(frequency, day, due):
    rhythm = crontab(frequency, day=day, hour=3, minute=30).schedule
    rhythm.nowfun = lambda: due - timedelta(minutes=1)
    assert rhythm.remaining_estimate(due - timedelta(hours=1)) == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("frequency", "day", "hour", "minute"),
    [
        ("monthly", 31, 3, 0),
        ("monthly", 0, 3, 0),
        ("weekly", 7, 3, 0),
        ("daily", 0, 24, 0),
        ("yearly", 1, 3, 0),
    ],
)
def test_what_would_not_come_round_is_refused(frequency, day, hour, minute):
    with pytest.raises(Refused):
        crontab(frequency, day=day, hour=hour, minute=minute)
