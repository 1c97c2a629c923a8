"""Letters to data subjects about one decision."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from auditor.jobs.models import State
from reports.documents.models.issued import Issued


class Letter(Issued):
    """A letter to a data subject about one decision of a run.

    Where a statement that it needs is missing, what is written is a draft, which is neither signed nor in the ledger.
    """

    kind = "letter"
    prefix = "RL"
    task = "reports.documents.tasks.write_letter"

    item = models.PositiveIntegerField(help_text=_("The index of the decision's item in the validation set."))
    facts_digest = models.CharField(max_length=64, blank=True, default="")

    @property
    def draft(self) -> bool:
        """Whether it was written and must not be sent."""
        return self.state == State.DONE and self.entry_id is None
