"""Tasks of the register: each one call."""

from celery import shared_task

from reports.decisions.erasure.reconciling import erasures_reconcile
from reports.decisions.erasure.retention import retention_sweep


@shared_task
def reconcile_erasures() -> None:
    """Complete what a killed process or a restored backup left of erasures."""
    erasures_reconcile()


@shared_task
def sweep_retention() -> None:
    """Erase what is past its retention."""
    retention_sweep()
