"""What the certificate of an erasure states: what is gone, when and by whom, what remains, and what it cannot reach."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from auditor.common.clock import timestamp
from auditor.common.said import say
from reports.decisions.erasure.documents import Held
from reports.decisions.models import Cause, Decision, Erasure, Event
from reports.ledger.models import Entry
from reports.ledger.services import ledger_proof

SCHEMA = "retrace-erasure/1"


def statement_of(erasure: Erasure, held: Held, now: datetime) -> dict[str, object]:
    """Return the statement as a JSON object; raises Corrupt where a remaining entry is not in the ledger's tree."""
    return {
        "schema": SCHEMA,
        "installation": settings.LOG_NAME,
        "erasure": erasure.pk,
        "subject": erasure.subject_id,
        "cause": erasure.cause,
        "article": f"GDPR Art. 17(1)({erasure.ground})" if erasure.ground else "",
        "reason": erasure.reason,
        "by": {"kind": erasure.actor, "user": erasure.user.get_username() if erasure.user else ""},
        "emptied_at": timestamp(erasure.at),
        "completed_at": timestamp(now),
        "destroyed": {
            "key_of_subject": erasure.whole,
            "decisions": erasure.decisions,
            "inputs": held.inputs,
            "documents": held.documents,
        },
        "documents_kept_for_others": held.shared,
        "entries": [_entry(entry) for entry in _entries(erasure)],
        "recipients": erasure.recipients,
        "out_of_reach": [str(sentence) for sentence in out_of_reach(erasure, held)],
    }


def out_of_reach(erasure: Erasure, held: Held) -> list[str]:
    """Return what the erasure could not remove, each as a sentence."""
    copies: list[str] = [
        say(
            "Copies that recipients hold, letters, notices, exports and reports that were handed over before."
        ),
        say("Documents in copies of the store that were made before; only inputs are sealed there."),
        say(
            "In copies of the database that were made before, the pseudonym with the times and outcomes of decisions: "
            "nobody is named there, but whoever holds the installation's keys and knows the person finds them."
        ),
    ]
    if not erasure.whole:
        copies.append(
            say(
                "The subject has other decisions, so their key is kept: the emptied rows and inputs stay readable in "
                "backups from before until the whole subject is erased."
            )
        )
    if held.shared:
        copies.append(say("Documents that other records name as well; they were kept."))
    if erasure.cause == Cause.RESTORED:
        copies.append(
            say("The ground and the recipients of the first erasure; the restored backup was older than it.")
        )
    return copies


def _entries(erasure: Erasure) -> QuerySet[Entry]:
    recorded = Decision.objects.filter(pk__in=erasure.decisions).values_list("entry", flat=True)
    events = Event.objects.filter(decision__in=erasure.decisions).values_list("entry", flat=True)
    return Entry.objects.filter(position__in=[*recorded, *events, erasure.entry]).order_by("position")


def _entry(entry: Entry) -> dict[str, object]:
    ledger_proof(entry)  # raises where the entry does not follow from the tree
    return {"position": entry.position, "kind": entry.kind, "hash": entry.hash}
