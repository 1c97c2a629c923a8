"""The register's tasks: each one call. Torch comes with the first job that needs it."""

from celery import shared_task

from auditor.jobs.work import work
from reports.decisions.erasure.reconciling import erasures_reconcile
from reports.decisions.erasure.retention import retention_sweep
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


@shared_task
def reconcile_erasures() -> None:
    """Complete what a killed process or a restored backup left of erasures."""
    erasures_reconcile()


@shared_task
def sweep_retention() -> None:
    """Erase what is past its retention."""
    retention_sweep()
