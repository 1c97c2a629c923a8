"""The register's tasks: an id in, one call. Torch comes with the first job."""

from celery import shared_task

from auditor.jobs.work import work
from reports.decisions.models import Retracing
from reports.decisions.retracing.sampling import sample_due


@shared_task
def retrace(retracing_id: int) -> None:
    """Re-trace one decision."""
    from reports.decisions.retracing import execution

    work(Retracing, retracing_id, compute=execution.retrace, settle=execution.keep)


@shared_task
def sample() -> None:
    """Draw last month's sample, unless it is drawn already."""
    sample_due()
