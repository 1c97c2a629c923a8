"""Letters to data subjects: written by a worker, kept as they were written."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from auditor.audits.models import Run
from auditor.jobs.models import Job
from reports.ledger.models import Entry


class Letter(Job):
    """A letter to a data subject about one decision of a run; the database refuses to change it once it is written."""

    task = "reports.documents.tasks.write_letter"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="letters")
    item = models.PositiveIntegerField(help_text=_("The index of the decision's item in the validation set."))
    language = models.CharField(max_length=10)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    facts_digest = models.CharField(max_length=64, blank=True, default="")
    pdf_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    pdf_bytes = models.PositiveIntegerField(null=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="letter")

    class Meta:
        ordering = ["-requested_at", "-pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people quote."""
        return f"RL-{self.requested_at.year}-{self.pk:06d}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: a letter that was written stays."""
        raise TypeError("letters are never deleted")
