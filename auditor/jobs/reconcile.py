"""The reconciler: frees what a dead worker held, and rings again for what waits."""

import logging

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from auditor.common.clock import utc_now
from auditor.common.said import count
from auditor.jobs.models import Job, State

logger = logging.getLogger(__name__)
RINGS = 64


def job_kinds() -> list[type[Job]]:
    """Return every concrete kind of job that is installed."""
    return [model for model in apps.get_models() if issubclass(model, Job)]


def reconcile() -> int:
    """Free the jobs of dead workers, ring for the oldest waiting ones, and return how many rings that were.

    While older rings wait in the broker nothing is rung, so a long run does not fill it. A ring too many is
    harmless, because a job is claimed once.
    """
    for kind in job_kinds():
        _free_expired(kind)
    rings = 0
    for kind in job_kinds() if _silent() else ():
        for job in kind.jobs.waiting().order_by("pk")[:RINGS]:
            job.ring()
            rings += 1
    return rings


def _silent() -> bool:
    """Say whether the broker can be reached and no ring waits in it."""
    with current_app.connection_for_write() as connection:
        try:
            queue = current_app.amqp.queues[settings.CELERY_TASK_DEFAULT_QUEUE](connection.default_channel)
            return bool(queue.queue_declare().message_count == 0)
        except (OperationalError, *connection.connection_errors) as error:
            logger.warning("the broker could not be asked what waits in it: %s", error)
            return False


def _free_expired(kind: type[Job]) -> None:
    """Let go of jobs whose lease ran out; one whose worker died too often fails instead of killing another."""
    with transaction.atomic():
        for job in kind.jobs.expired(utc_now()).select_for_update(skip_locked=True):
            hopeless = job.attempts >= settings.JOB_ATTEMPTS
            job.state = State.FAILED if hopeless else State.WAITING
            job.claim = job.lease_until = None
            if hopeless:
                job.error = count(
                    "The worker died %(n)s time while it worked on this; its log says more.",
                    "The worker died %(n)s times while it worked on this; its log says more.",
                    job.attempts,
                )
                job.failed(job.error)
            job.save(update_fields=["state", "claim", "lease_until", "error"])
