"""Schedules: cron through django-celery-beat, started at most once for each moment that is due."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from auditor.audits.models import Plan, Run, Schedule
from auditor.audits.notices.addresses import check_url
from auditor.audits.services import check_language, check_pair, check_plan, run_start
from auditor.common.clock import utc_now
from auditor.common.errors import Refused, RetraceError
from auditor.common.said import say
from auditor.registry.models import Model, ModelVersion, ValidationSet

logger = logging.getLogger(__name__)
FREQUENCIES = ("daily", "weekly", "monthly")


def crontab(frequency: str, *, day: int, hour: int, minute: int) -> CrontabSchedule:
    """Return the crontab of a frequency in UTC; `day` is 0-6 from Sunday for weekly and 1-28 for monthly.

    Raises Refused for anything that would not come round in every period.
    """
    days = {"daily": range(0, 32), "weekly": range(0, 7), "monthly": range(1, 29)}
    if frequency not in days:
        raise Refused(
            say(
                "%(frequency)s is no frequency of a schedule; these are: %(frequencies)s.",
                frequency=repr(frequency),
                frequencies=FREQUENCIES,
            )
        )
    if day not in days[frequency] or hour not in range(24) or minute not in range(60):
        raise Refused(
            say("Give a day of the month from 1 to 28 (or of the week from 0 to 6), an hour and a minute.")
        )
    schedule, _ = CrontabSchedule.objects.get_or_create(
        minute=str(minute),
        hour=str(hour),
        day_of_week=str(day) if frequency == "weekly" else "*",
        day_of_month=str(day) if frequency == "monthly" else "*",
        month_of_year="*",
        timezone="UTC",
    )
    return schedule


def schedule_create(
    *,
    name: str,
    model: Model,
    validation_set: ValidationSet,
    plan: Plan,
    when: CrontabSchedule,
    by: User | None,
    language: str = "en",
    recipients: Sequence[str] = (),
    webhook_url: str = "",
    now: datetime | None = None,
) -> Schedule:
    """Put an audit on a schedule; raises Refused when the newest version could not be audited like this.

    Its reports and its e-mails are in `language`. `recipients` and `webhook_url` hear of new critical findings;
    raises Refused for an address that nothing is sent to.
    """
    if webhook_url:
        check_url(webhook_url)
    check_language(language)
    check_pair(newest_version(model), validation_set)
    check_plan(plan, newest_version(model))
    with transaction.atomic():
        periodic = PeriodicTask.objects.create(
            name=f"audit: {name} ({model.pk}-{validation_set.pk}-{(now or utc_now()).timestamp():.0f})",
            crontab=when,
            task="auditor.audits.tasks.start_scheduled",
        )
        schedule = Schedule.objects.create(
            name=name,
            model=model,
            validation_set=validation_set,
            plan=plan,
            language=language,
            periodic_task=periodic,
            last_due_at=now or utc_now(),
            created_by=by,
            recipients=list(dict.fromkeys(recipients)),
            webhook_url=webhook_url,
        )
        periodic.args = json.dumps([schedule.pk])
        periodic.save()
    return schedule


def schedule_pause(schedule: Schedule, *, paused: bool) -> None:
    """Pause or resume a schedule; what fell due while it was paused is not made up for."""
    with transaction.atomic():
        schedule.periodic_task.enabled = not paused
        schedule.periodic_task.save()
        if not paused:
            schedule.last_due_at = utc_now()
            schedule.save(update_fields=["last_due_at"])


def schedules_start_due() -> None:
    """Start the run of every schedule that is due."""
    for pk in Schedule.objects.filter(periodic_task__enabled=True).values_list("pk", flat=True):
        schedule_start_if_due(pk)


def schedule_start_if_due(pk: int, *, now: datetime | None = None) -> Run | None:
    """Start the run of a schedule unless it was started for this moment already; return it, or None.

    The row is locked, so a ring from the scheduler and the catch-up start one run together.
    """
    with transaction.atomic():
        schedule = Schedule.objects.select_for_update().get(pk=pk)
        periodic = schedule.periodic_task
        if not periodic.enabled or not periodic.schedule.is_due(schedule.last_due_at).is_due:
            return None
        schedule.last_due_at = now or utc_now()
        schedule.last_error = ""
        run = None
        try:
            run = _start(schedule)
        except RetraceError as error:
            logger.warning("schedule %s started nothing: %s", schedule.name, error.sentence)
            schedule.last_error = error.sentence
        schedule.save(update_fields=["last_due_at", "last_error"])
    return run


def _start(schedule: Schedule) -> Run:
    return run_start(
        model_version=newest_version(schedule.model),
        validation_set=schedule.validation_set,
        plan=schedule.plan,
        language=schedule.language,
        by=schedule.created_by,
        schedule=schedule,
    )


def newest_version(model: Model) -> ModelVersion:
    """Return the version of a model that was registered last."""
    return model.versions.latest("registered_at", "pk")
