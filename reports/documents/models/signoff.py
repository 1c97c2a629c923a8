"""The way from an interim report to a final one: prepared by one person, signed or sent back by another."""

from django.conf import settings
from django.db import models

from auditor.audits.models import Run
from auditor.audits.models.kept import Kept
from auditor.jobs.models import Job, State


class SignOffRequest(Job):
    """A report that one person prepared for another to sign off.

    The worker fixes the snapshot and draws a preview of it; the database refuses to change either afterwards.
    """

    task = "reports.documents.tasks.prepare"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="sign_off_requests")
    language = models.CharField(max_length=10)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    snapshot_digest = models.CharField(max_length=64, blank=True, default="")
    facts_digest = models.CharField(
        max_length=64, blank=True, default="", help_text="Of all that people may change before it is signed."
    )
    preview_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people quote until the report has one of its own."""
        return f"SO-{self.prepared_at.year}-{self.pk:06d}"

    @property
    def answered(self) -> "SignOffAnswer | None":
        """Return what the second person answered, or None."""
        return getattr(self, "answer", None)

    @property
    def being_prepared(self) -> bool:
        """Whether a worker still has to draw it."""
        return self.state in {State.WAITING, State.RUNNING}


class SignOffAnswer(Kept):
    """What a second person answered: a statement with which the report is issued, or why it goes back."""

    class Kind(models.TextChoices):
        """What the answer is."""

        SIGNED = "signed"
        RETURNED = "returned"

    request = models.OneToOneField(SignOffRequest, on_delete=models.PROTECT, related_name="answer")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.request}: {self.kind}"
