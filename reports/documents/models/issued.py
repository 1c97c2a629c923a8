"""What reports and letters have in common: rendered by a worker, issued once, never changed afterwards."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from auditor.audits.models import Run
from auditor.jobs.models import Job
from reports.ledger.models import Entry


class Issued(Job):
    """One document about one run in one language; the database refuses to change it once it is issued.

    `kind` is that of its entry in the ledger. `document_digest` is that of the bytes as they were rendered, before
    they were signed.
    """

    kind: ClassVar[str]
    prefix: ClassVar[str]

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="%(class)ss")
    language = models.CharField(max_length=10)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    document_digest = models.CharField(max_length=64, blank=True, default="")
    pdf_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    pdf_bytes = models.PositiveIntegerField(null=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="%(class)s")

    class Meta:
        abstract = True
        ordering = ["-requested_at", "-pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people quote."""
        return f"{self.prefix}-{self.requested_at.year}-{self.pk:06d}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: what was issued is withdrawn by a second record, not removed."""
        raise TypeError("what was issued is never deleted")
