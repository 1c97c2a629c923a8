"""Asking for a letter to a data subject."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from auditor.audits.models import Run
from auditor.audits.services import check_language
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from reports.documents.models import Letter
from reports.documents.queries import evidence_by_digest
from reports.documents.services import check_evidence


def letter_request(
    *, run: Run, item: int, language: str, by: User | None, now: datetime | None = None
) -> Letter:
    """Ask the workers for a letter about one decision of the gallery.

    Raises Refused for a run without evidence, an item that the gallery does not hold, or a language that is none of
    ours.
    """
    check_evidence(run)
    check_language(language)
    held = {entry.item.index for entry in evidence_by_digest(run.evidence_digest).gallery.entries}
    if item not in held:
        raise Refused(
            say("The gallery of this audit does not hold item %(item)s; choose one that it shows.", item=item)
        )
    with transaction.atomic():
        letter = Letter.objects.create(
            run=run, item=item, language=language, requested_at=now or utc_now(), requested_by=by
        )
        letter.ring()
    return letter
