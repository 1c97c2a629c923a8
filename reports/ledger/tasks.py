"""The ledger's task: pinning its head by schedule."""

from celery import shared_task

from reports.ledger.pinning.services import pin


@shared_task
def pin_ledger() -> None:
    """Pin the head to every place that the settings name, if any; what fails is logged by the worker."""
    pin()
