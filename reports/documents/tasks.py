"""Document tasks: an id in, one call. WeasyPrint comes with the first job."""

from celery import shared_task

from auditor.jobs.work import work
from reports.documents.models import Letter, Report, SignOffRequest


@shared_task
def issue(report_id: int) -> None:
    """Write and issue one report."""
    from reports.documents import execution

    work(Report, report_id, compute=execution.write_report, settle=execution.issue)


@shared_task
def prepare(request_id: int) -> None:
    """Fix and draw what one person prepared for another to sign off."""
    from reports.documents.signoff import execution

    work(SignOffRequest, request_id, compute=execution.prepare, settle=execution.keep_prepared)


@shared_task
def write_letter(letter_id: int) -> None:
    """Write one letter to a data subject."""
    from reports.documents.letter import execution

    work(Letter, letter_id, compute=execution.write_letter, settle=execution.keep)
