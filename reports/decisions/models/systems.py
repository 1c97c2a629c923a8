"""Who sends decisions: systems, the tokens that they show, and the answers that they were given."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from auditor.audits.models.kept import Kept


class SendingSystem(Kept):
    """A production system whose decisions are recorded.

    Two systems know a subject under one identifier only where they share a scheme of identifiers, such as the
    patient numbers of one hospital; without one, customer 17 here and customer 17 there are two people.
    """

    name = models.CharField(max_length=100, unique=True)
    scheme = models.CharField(
        max_length=100,
        blank=True,
        default="",
        help_text=_(
            "The scheme of subject identifiers that it shares with other systems; empty for its own."
        ),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Token(Kept):
    """What a system shows to be let in: shown to a person once, kept as its digest."""

    system = models.ForeignKey(SendingSystem, on_delete=models.PROTECT, related_name="tokens")
    prefix = models.CharField(
        max_length=16, help_text=_("Its first characters, by which people tell it apart.")
    )
    sha256 = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.system} {self.prefix}"


class Idempotency(models.Model):
    """A request that was answered, so that its repeat gets the same answer.

    Keys and bodies may name people, so only digests under the installation's key are kept of both.
    """

    system = models.ForeignKey(SendingSystem, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    body = models.CharField(max_length=64)
    answer = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "idempotency"
        constraints = [models.UniqueConstraint(fields=["system", "key"], name="a_key_is_used_once")]

    def __str__(self) -> str:
        return f"request {self.pk}"
