"""Audit tasks: an id in, one call. Torch comes with the first job, because the scheduler loads this module, too."""

from celery import shared_task

from auditor.audits.models import Assembly, Notice, Shard
from auditor.audits.notices.delivery import deliver, record
from auditor.audits.schedules import schedule_start_if_due, schedules_start_due
from auditor.jobs.work import work


@shared_task
def explain(shard_id: int) -> None:
    """Explain one shard."""
    from auditor.audits import execution

    work(Shard, shard_id, compute=execution.explain, settle=execution.keep_shard)


@shared_task
def assemble(assembly_id: int) -> None:
    """Make the evidence of one run."""
    from auditor.audits import execution

    work(Assembly, assembly_id, compute=execution.make_evidence, settle=execution.keep_evidence)


@shared_task
def notify(notice_id: int) -> None:
    """Deliver one notice."""
    work(Notice, notice_id, compute=deliver, settle=record)


@shared_task
def start_scheduled(schedule_id: int) -> None:
    """Start the run of one schedule, if it is due."""
    schedule_start_if_due(schedule_id)


@shared_task
def start_due() -> None:
    """Start whatever is due although the broker lost its ring."""
    schedules_start_due()
