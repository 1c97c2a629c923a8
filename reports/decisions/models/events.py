"""What happened to decisions since they were recorded: one row an event, in their order, never changed."""

from django.conf import settings
from django.db import models

from auditor.audits.models.kept import Kept
from reports.decisions.models.decisions import Decision
from reports.decisions.models.systems import SendingSystem


class Event(Kept):
    """One event; `sealed` holds the whole of it with its reason, under the subject's key.

    `at` is the clock's own reading, and `due` the deadline that the event set.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="events", db_index=False)
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    actor = models.CharField(max_length=10)  # the kind of actor
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    system = models.ForeignKey(SendingSystem, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sealed = models.BinaryField()
    evidence = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12)  # after the event
    due = models.DateTimeField(null=True)
    entry = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["decision", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "sequence"], name="one_event_after_another"),
        ]

    def __str__(self) -> str:
        return f"event {self.sequence} of {self.decision_id}"
