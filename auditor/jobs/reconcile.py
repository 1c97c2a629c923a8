"""The reconciler: frees what a dead worker held, and rings again for what waits."""

from django.apps import apps
from django.conf import settings
from django.db import transaction

from auditor.common.clock import utc_now
from auditor.jobs.models import Job, State

RINGS = 64


def job_kinds() -> list[type[Job]]:
    """Return every concrete kind of job that is installed."""
    return [model for model in apps.get_models() if issubclass(model, Job)]


def reconcile() -> int:
    """Free the jobs of dead workers, ring for the oldest waiting ones, and return how many rings that were.

    A ring too many is harmless, because a job is claimed once.
    """
    rings = 0
    for kind in job_kinds():
        _free_expired(kind)
        for job in kind.jobs.waiting().order_by("pk")[:RINGS]:
            job.ring()
            rings += 1
    return rings


def _free_expired(kind: type[Job]) -> None:
    """Let go of jobs whose lease ran out; one whose worker died too often fails instead of killing another."""
    with transaction.atomic():
        for job in kind.jobs.expired(utc_now()).select_for_update(skip_locked=True):
            hopeless = job.attempts >= settings.JOB_ATTEMPTS
            job.state = State.FAILED if hopeless else State.WAITING
            job.claim = job.lease_until = None
            if hopeless:
                job.error = (
                    f"The worker died {job.attempts} times while it worked on this; its log says more."
                )
                job.failed(job.error)
            job.save(update_fields=["state", "claim", "lease_until", "error"])
