"""Reports about a whole run."""

from django.db import models

from reports.documents.models.issued import Issued
from reports.documents.models.signoff import SignOffAnswer
from reports.ledger.models import Entry


class Report(Issued):
    """One report about one run in one language.

    Without a sign-off it is an interim report. `supersedes` is the report whose place it takes when it is issued.
    """

    kind = "report"
    prefix = "RT"
    task = "reports.documents.tasks.issue"

    evidence_entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    sign_off = models.ForeignKey(SignOffAnswer, null=True, on_delete=models.PROTECT, related_name="reports")
    supersedes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    snapshot_digest = models.CharField(max_length=64, blank=True, default="")
    comparison_digest = models.CharField(max_length=64, blank=True, default="")

    @property
    def interim(self) -> bool:
        """Whether no second person signed it off."""
        return self.sign_off_id is None

    @property
    def recorded_digest(self) -> str:
        """Return the digest under which the ledger knows it."""
        return self.document_digest or self.pdf_digest
