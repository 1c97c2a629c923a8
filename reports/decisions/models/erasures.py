"""Erasures: on what ground, what they took and when; nothing in them names the person. And which keys are ours."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from auditor.audits.models.kept import Kept
from reports.decisions.models.subjects import Subject


class Cause(models.TextChoices):
    """What led to an erasure."""

    REQUEST = "request", _("The person asked for it")
    OWN = "own", _("The controller's own decision")
    RETENTION = "retention", _("The retention period is over")
    RESTORED = "restored", _("Erased before, and brought back by a restored backup")


class Ground(models.TextChoices):
    """The grounds of Art. 17(1) GDPR, by their letters."""

    NOT_NEEDED = "a", _("The data are no longer needed for their purpose (Art. 17(1)(a))")
    CONSENT = "b", _("Consent was withdrawn, and there is no other legal basis (Art. 17(1)(b))")
    OBJECTION = "c", _("The person objects, and nothing overrides it (Art. 17(1)(c))")
    UNLAWFUL = "d", _("The data were processed unlawfully (Art. 17(1)(d))")
    OBLIGATION = "e", _("The law demands erasure (Art. 17(1)(e))")
    CHILD = "f", _("The data were collected from a child by an online service (Art. 17(1)(f))")


class Erasure(Kept):
    """One erasure: of a subject as a whole, whose key is destroyed, or of single decisions.

    It is made in the transaction that empties the rows, and completed once: when the key and the stored documents
    are gone. The statement of its certificate is kept as canonical JSON.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="erasures")
    whole = models.BooleanField()
    decisions = models.JSONField()
    recipients = models.JSONField()
    cause = models.CharField(max_length=10, choices=Cause)
    ground = models.CharField(max_length=1, blank=True, choices=Ground)
    reason = models.TextField(help_text=_("Stays after the erasure, so it names nobody."))
    actor = models.CharField(max_length=10)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    entry = models.PositiveBigIntegerField(unique=True)
    completed_at = models.DateTimeField(null=True)
    statement = models.TextField(blank=True)
    completion = models.PositiveBigIntegerField(null=True)  # the entry of the ledger that holds its digest

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(completion__isnull=True), name="erasures_waiting")
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class VaultPin(Kept):
    """Which keys this database belongs to, and how many of them it knows to be destroyed; one row."""

    fingerprint = models.CharField(max_length=64)
    index = models.CharField(max_length=64)
    destroyed = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"keys {self.fingerprint}"
