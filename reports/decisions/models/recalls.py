"""Recalls of model versions, each with the reviews that it begins."""

from django.conf import settings
from django.db import models

from auditor.jobs.models import Job
from auditor.registry.models import ModelVersion


class Recall(Job):
    """One recall: every decision of a model version that was recorded up to `upto`.

    As a job it assigns a reviewer to each, in the order of their numbers; `reached` is the last that was seen to, so
    that a worker goes on where another ended. `begun` counts reviews that began, `left` by reason those that did not.
    """

    task = "reports.decisions.tasks.recall"

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    evidence = models.CharField(max_length=64, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    upto = models.BigIntegerField()
    decisions = models.PositiveBigIntegerField()
    entry = models.PositiveBigIntegerField()

    reviewer = models.JSONField(null=True)  # id, authority and other names; None where none is to be assigned
    reached = models.BigIntegerField(default=0)
    begun = models.PositiveBigIntegerField(default=0)
    left = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"recall {self.pk}"
