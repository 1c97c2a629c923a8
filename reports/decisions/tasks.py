"""What the register does by itself, on schedule."""

from celery import shared_task

from reports.decisions.idempotency import forget_answers as forget


@shared_task
def forget_answers() -> None:
    """Delete the answers to requests that were kept long enough."""
    forget()
