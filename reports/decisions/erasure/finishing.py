"""The rest of an erasure, after its rows are empty: keys destroyed, documents removed, the certificate made.

Every step can be done again, so whoever comes after a process that was killed just begins anew.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from auditor.common.canonical import canonical
from auditor.common.clock import utc_now
from auditor.common.digest import sha256
from auditor.common.errors import RetraceError
from reports.decisions.erasure.documents import held_of, removed
from reports.decisions.erasure.statement import statement_of
from reports.decisions.models import Erasure
from reports.decisions.pinned import destruction_noted, vault_check
from reports.keys.subjects import destroy_keys
from reports.ledger.services import ledger_append

logger = logging.getLogger(__name__)
BATCH = 500


class Unfinished(NamedTuple):
    """An erasure that could not be completed, and why."""

    erasure: Erasure
    sentence: str


class Finished(NamedTuple):
    """What became of the erasures that waited."""

    done: list[Erasure]
    waiting: list[Unfinished]


def erasure_finish(erasure: Erasure, *, now: datetime | None = None) -> Erasure:
    """Complete one erasure and return it; raises VaultUnusable, or Corrupt where the ledger does not verify."""
    _destroy([erasure])
    return _completed(erasure, now or utc_now())


def erasures_finish(*, now: datetime | None = None) -> Finished:
    """Complete all erasures that wait, the keys of many with one change of the vault; raises VaultUnusable.

    Erasures are completed each by itself: what stops one is said, and the others go on.
    """
    outcome = Finished([], [])
    while found := list(_waiting(outcome)[:BATCH]):
        _destroy(found)
        for erasure in found:
            try:
                outcome.done.append(_completed(erasure, now or utc_now()))
            except RetraceError as error:
                logger.error("erasure %s is not complete: %s", erasure.pk, error)
                outcome.waiting.append(Unfinished(erasure, error.sentence))
    return outcome


def _waiting(outcome: Finished) -> QuerySet[Erasure]:
    failed = [one.erasure.pk for one in outcome.waiting]
    return Erasure.objects.filter(completion__isnull=True).exclude(pk__in=failed).order_by("pk")


def _destroy(erasures: Sequence[Erasure]) -> None:
    vault_check()
    destroy_keys([erasure.subject_id for erasure in erasures if erasure.whole])
    destruction_noted()


def _completed(erasure: Erasure, now: datetime) -> Erasure:
    held = held_of(erasure.decisions)
    removed(held)
    with transaction.atomic(durable=True):
        kept = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if kept.completion is not None:
            return kept
        statement = canonical(statement_of(kept, held, now))
        entry = ledger_append(
            kind="erasure-completed", subject=sha256(statement), body={"erasure_entry": kept.entry}, now=now
        )
        kept.statement, kept.completion, kept.completed_at = statement.decode(), entry.position, now
        kept.save(update_fields=["statement", "completion", "completed_at"])
    return kept
