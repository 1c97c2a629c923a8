"""Registry tasks: an id in, one call."""

from celery import shared_task

from auditor.jobs.work import work
from auditor.registry import execution
from auditor.registry.models import Intake


@shared_task
def take_in(intake_id: int) -> None:
    """Examine and register one upload."""
    work(Intake, intake_id, compute=execution.examine, settle=execution.register)
