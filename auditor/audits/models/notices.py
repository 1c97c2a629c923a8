"""Messages about new critical findings, and every attempt to deliver one."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models

from auditor.audits.models.kept import Kept
from auditor.audits.models.runs import Run
from auditor.common.clock import utc_now
from auditor.jobs.fields import SaidField
from auditor.jobs.models import Job, JobQuerySet


class NoticeQuerySet(JobQuerySet["Notice"]):
    """Jobs that wait for their time as well as for a worker."""

    def waiting(self) -> Self:
        """Return the notices that nobody works on and whose time has come."""
        return super().waiting().filter(not_before__lte=utc_now())


class Notice(Job):
    """One message about one run to one receiver; `number` is the same at every attempt."""

    class Channel(models.TextChoices):
        """How it is delivered."""

        EMAIL = "email", "e-mail"
        WEBHOOK = "webhook"

    task = "auditor.audits.tasks.notify"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="notices")
    number = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    target = models.CharField(max_length=500)
    findings = models.JSONField(help_text="Ids and titles of the findings that it is about.")
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()

    jobs: ClassVar[Any] = NoticeQuerySet.as_manager()
    objects: ClassVar[models.Manager["Notice"]] = models.Manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "channel", "target"], name="one_notice_a_receiver")
        ]

    def __str__(self) -> str:
        return f"notice {self.number} by {self.channel}"


class DeliveryAttempt(Kept):
    """One attempt to deliver a notice; `status` is what the receiver answered, where it answered."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField()
    delivered = models.BooleanField()
    status = models.PositiveSmallIntegerField(null=True)
    outcome = SaidField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.notice}: {self.outcome}"
