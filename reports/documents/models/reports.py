"""Reports: rendered by a worker, issued once, never changed afterwards."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from auditor.audits.models import Run
from auditor.jobs.models import Job
from reports.documents.models.signoff import SignOffAnswer
from reports.ledger.models import Entry


class Report(Job):
    """One report about one run in one language; the database refuses to change it once it is issued.

    Without a sign-off it is an interim report. `supersedes` is the report whose place it takes when it is issued.
    `document_digest` is that of the bytes as they were rendered, before they were signed.
    """

    task = "reports.documents.tasks.issue"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="reports")
    language = models.CharField(max_length=10)
    evidence_entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    sign_off = models.ForeignKey(SignOffAnswer, null=True, on_delete=models.PROTECT, related_name="reports")
    supersedes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    snapshot_digest = models.CharField(max_length=64, blank=True, default="")
    comparison_digest = models.CharField(max_length=64, blank=True, default="")
    document_digest = models.CharField(max_length=64, blank=True, default="")
    pdf_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    pdf_bytes = models.PositiveIntegerField(null=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="report")

    class Meta:
        ordering = ["-requested_at", "-pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people quote."""
        return f"RT-{self.requested_at.year}-{self.pk:06d}"

    @property
    def interim(self) -> bool:
        """Whether no second person signed it off."""
        return self.sign_off_id is None

    @property
    def recorded_digest(self) -> str:
        """Return the digest under which the ledger knows it."""
        return self.document_digest or self.pdf_digest

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: a report is withdrawn by a second record, not removed."""
        raise TypeError("reports are never deleted")
