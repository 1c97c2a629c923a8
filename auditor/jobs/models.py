"""What every job row has: a state, a claim, a lease and the number of attempts."""

import logging
import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self, TypeVar

from celery import current_app
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from auditor.jobs.fields import SaidField

logger = logging.getLogger(__name__)


class State(models.TextChoices):
    """Where a job is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


J = TypeVar("J", bound="Job")


class JobQuerySet(models.QuerySet[J]):
    """Conditional updates: each returns whether it changed the row, and nothing is done by whoever it did not."""

    def waiting(self) -> Self:
        """Return the jobs that nobody works on."""
        return self.filter(state=State.WAITING)

    def claim(self, pk: int, *, token: uuid.UUID, now: datetime, lease: timedelta) -> bool:
        """Take a waiting job, if it is still waiting."""
        return bool(
            self.waiting()
            .filter(pk=pk)
            .update(state=State.RUNNING, claim=token, lease_until=now + lease, attempts=F("attempts") + 1)
        )

    def held(self, pk: int, token: uuid.UUID) -> Self:
        """Return the job if this claim still holds it."""
        return self.filter(pk=pk, claim=token, state=State.RUNNING)

    def extend(self, pk: int, *, token: uuid.UUID, now: datetime, lease: timedelta) -> bool:
        """Prolong the lease of a claim that still holds."""
        return bool(self.held(pk, token).update(lease_until=now + lease))

    def expired(self, now: datetime) -> Self:
        """Return the jobs whose worker has not been heard of for a whole lease."""
        return self.filter(state=State.RUNNING, lease_until__lt=now)


class Job(models.Model):
    """One piece of work; `error` is a sentence for people, empty unless the job failed."""

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    claim = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    error = SaidField(blank=True, default="")

    task: ClassVar[str]
    jobs = JobQuerySet.as_manager()
    objects = models.Manager()

    class Meta:
        abstract = True

    @property
    def finished(self) -> bool:
        """Whether nothing will happen to this job any more."""
        return self.state in {State.DONE, State.FAILED, State.CANCELLED}

    def ring(self) -> None:
        """Tell the workers, once the transaction has committed, that this job waits.

        A broker that cannot be reached costs time, not work: the reconciler rings again.
        """
        transaction.on_commit(self._ring)

    def _ring(self) -> None:
        try:
            current_app.send_task(self.task, [self.pk])
        except OperationalError as error:
            logger.warning("%s could not be rung for: %s", self, error)

    def failed(self, sentence: str) -> None:
        """Record what the failure of this job means for what it belongs to; runs in the failing transaction."""
