"""Data subjects: a number, whose key is in the vault, and a pseudonym until they are erased."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from auditor.audits.models.kept import Kept


class Subject(Kept):
    """Whom decisions are about; the number is the index of the key in the vault, and is never used again."""

    number = models.BigAutoField(primary_key=True)
    pseudonym = models.CharField(  # noqa: DJ001
        max_length=64, unique=True, null=True, help_text=_("Empty once the subject is erased.")
    )
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"subject {self.number}"
