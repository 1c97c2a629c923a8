"""The register's tasks: each one call. Torch comes with the first job that needs it."""

from celery import shared_task

from auditor.jobs.work import work
from reports.decisions.idempotency import forget_answers as forget
from reports.decisions.models import Recall, Retracing
from reports.decisions.recall import execution as recalling
from reports.decisions.retracing.sampling import sample_due


@shared_task
def forget_answers() -> None:
    """Delete the answers to requests that were kept long enough."""
    forget()


@shared_task
def retrace(retracing_id: int) -> None:
    """Re-trace one decision."""
    from reports.decisions.retracing import execution

    work(Retracing, retracing_id, compute=execution.retrace, settle=execution.keep)


@shared_task
def sample() -> None:
    """Draw last month's sample, unless it is drawn already."""
    sample_due()


@shared_task
def recall(recall_id: int) -> None:
    """Begin the reviews of one recall."""
    work(Recall, recall_id, compute=recalling.begin_reviews, settle=recalling.done)
