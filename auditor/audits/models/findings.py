"""What becomes of the findings of a run: where each stands, and every step that led there."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from auditor.audits.models.kept import Kept
from auditor.audits.models.runs import Run
from auditor.common.said import Said, say
from auditor.jobs.fields import SaidField

_STANDINGS = {"open": say("open"), "accepted": say("accepted"), "closed": say("closed")}


class TrackedFinding(models.Model):
    """A finding of a finished run, by the id that its rule gave it, and where it stands."""

    class State(models.TextChoices):
        """What was done about it."""

        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        CLOSED = "closed", _("Closed")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="tracked")
    place = models.PositiveIntegerField()
    finding = models.CharField(max_length=500)
    severity = models.CharField(max_length=10, db_index=True)
    title = SaidField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="findings"
    )
    due = models.DateField(null=True)

    class Meta:
        ordering = ["-run__started_at", "place"]
        constraints = [models.UniqueConstraint(fields=["run", "finding"], name="one_row_a_finding")]

    def __str__(self) -> str:
        return f"{self.finding} of {self.run_id}"

    @property
    def standing(self) -> Said:
        """Return its state as a word of a sentence."""
        return _STANDINGS[self.state]

    def overdue(self, today: date) -> bool:
        """Say whether its date has passed while it was open."""
        return self.state == self.State.OPEN and self.due is not None and self.due < today


class FindingStep(Kept):
    """One step of a finding's history: who did what, when and why; the database keeps it as it is."""

    class Kind(models.TextChoices):
        """What was done."""

        FOUND = "found", _("Found")
        ASSIGNED = "assigned", _("Assigned")
        ACCEPTED = "accepted", _("Accepted")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")

    finding = models.ForeignKey(TrackedFinding, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    due = models.DateField(null=True)
    follow_up = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.finding}: {self.kind}"
