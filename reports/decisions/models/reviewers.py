"""Who may review decisions: declared by somebody else, and valid until withdrawn."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from auditor.audits.models.kept import Kept


class Reviewer(Kept):
    """A declaration that a person has the authority to change decisions (GDPR Art. 22(3)); only withdrawal follows."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    authority = models.TextField()
    known_as = models.JSONField(
        default=list
    )  # names under which sending systems know the person as an operator
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-declared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(withdrawn_at__isnull=True), name="one_authority_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.get_username()
