"""Re-traces that were asked for, and the monthly draws that ask for some."""

from django.conf import settings
from django.db import models

from auditor.audits.models.kept import Kept
from auditor.jobs.models import Job
from reports.decisions.models.decisions import Decision


class Draw(Kept):
    """The decisions of one month that were drawn to be re-traced; `population` counts those that could have been.

    From `seed`, `since`, `until` and `upto`, the last decision that was recorded then, the same are drawn again.
    """

    month = models.DateField(unique=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    upto = models.BigIntegerField()
    seed = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    population = models.PositiveBigIntegerField()
    numbers = models.JSONField()
    passed_over = models.JSONField()  # those drawn whose processing was restricted, or that were erased
    at = models.DateTimeField()
    entry = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["-month"]

    def __str__(self) -> str:
        return f"draw of {self.month:%Y-%m}"


class Retracing(Job):
    """One re-trace: who asked, on which terms, and what came of it.

    Nothing of it is personal: the reason is sealed, and so is the report, whose digest in the store `report` is. Where
    the decision cannot take an event any more, there is neither a report nor an entry.
    """

    task = "reports.decisions.tasks.retrace"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="retracings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    draw = models.ForeignKey(Draw, null=True, on_delete=models.PROTECT, related_name="retracings")
    reason = models.BinaryField(default=b"")
    asked_at = models.DateTimeField()
    terms = models.JSONField()
    outcome = models.CharField(max_length=16, blank=True, default="")
    why = models.JSONField(default=list)
    report = models.CharField(max_length=64, blank=True, default="")
    entry = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"re-trace {self.pk} of decision {self.decision_id}"
