"""What the ledger records about issued documents: each once, under the digest of its bytes before they were signed."""

from collections.abc import Mapping

from django.db import transaction

from reports.documents.models import Issued
from reports.ledger.models import Entry
from reports.ledger.services import ledger_append


def recorded(document: Issued, *, digest: str, says: str, body: Mapping[str, str] | None = None) -> Entry:
    """Record a rendered document in the ledger, once: return the entry that is there, or else the new one.

    `digest` is that of the PDF as it is before signing, `says` that of everything that it says; `body` is what else
    the entry holds, digests and pseudonymous identifiers only.
    """
    kind = type(document)
    with transaction.atomic():
        kind._default_manager.select_for_update().get(pk=document.pk)
        known = Entry.objects.filter(
            kind=kind.kind, subject=digest, **{f"body__{kind.kind}": document.number}
        ).first()
        return known or ledger_append(
            kind=kind.kind,
            subject=digest,
            body={
                kind.kind: document.number,
                "run": str(document.run_id),
                "evidence": document.run.evidence_digest,
                "snapshot": says,
                **(body or {}),
            },
        )


def close(document: Issued, written: Mapping[str, object]) -> None:
    """Write what was written into the row, which the database refuses to change from then on."""
    for field, value in written.items():
        setattr(document, field, value)
    document.save(update_fields=[field.removesuffix("_id") for field in written])


def begun(document: Issued) -> str | None:
    """Return the digest of what a document says whose earlier worker died after the ledger recorded it, or None."""
    if document.attempts < 2:
        return None
    kind = document.kind
    found = (
        Entry.objects.filter(kind=kind, **{f"body__{kind}": document.number}).order_by("-position").first()
    )
    return None if found is None else str(found.body["snapshot"])
