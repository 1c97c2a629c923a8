"""Appending to the ledger, and checking it."""

from datetime import datetime

from django.db import connection, transaction
from pydantic import JsonValue

from auditor.common.clock import timestamp, utc_now
from reports.ledger.chain import GENESIS, first_break, link_hash
from reports.ledger.models import Entry

_LOCK = 0x5265747261636521


def ledger_append(
    *, kind: str, subject: str, body: dict[str, JsonValue], now: datetime | None = None
) -> Entry:
    """Append one entry inside the caller's transaction and return it.

    `subject` is the digest that the entry is about; it is part of the body under the name "subject". Appenders take
    turns from here to the end of their transactions, so the chain has no gaps and no forks.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = Entry.objects.order_by("-position").first()
        position = last.position + 1 if last else 1
        previous = last.hash if last else GENESIS
        whole = {**body, "subject": subject}
        recorded_at = timestamp(now or utc_now())
        return Entry.objects.create(
            position=position,
            kind=kind,
            subject=subject,
            body=whole,
            recorded_at=recorded_at,
            previous=previous,
            hash=link_hash(
                position=position, previous=previous, kind=kind, body=whole, recorded_at=recorded_at
            ),
        )


def ledger_break() -> str | None:
    """Return a sentence about the first entry that breaks the chain, or None; entries stream through."""
    return first_break(entry.link for entry in Entry.objects.order_by("position").iterator(chunk_size=2000))
