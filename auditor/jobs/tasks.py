"""The scheduler's task that keeps jobs from being forgotten."""

from celery import shared_task

from auditor.jobs.reconcile import reconcile as reconcile_jobs


@shared_task
def reconcile() -> None:
    """Free jobs of dead workers and ring for those that wait."""
    reconcile_jobs()
