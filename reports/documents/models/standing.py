"""Second records about issued reports: that one was withdrawn, or that another took its place."""

from django.conf import settings
from django.db import models

from auditor.audits.models.kept import Kept
from reports.documents.models.reports import Report
from reports.ledger.models import Entry


class Withdrawal(Kept):
    """A report is no longer to be relied on; it stays what it is, and this row and the ledger say so."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"withdrawal of {self.report}"


class Supersession(Kept):
    """A report took the place of an earlier one about the same audit in the same language."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="supersession")
    by = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="superseding")
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.report} superseded by {self.by}"
