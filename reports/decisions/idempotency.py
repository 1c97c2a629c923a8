"""One answer to one request: a request with a key is acted on once, and its repeat gets the first one's answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from reports.decisions.errors import DraftRefused, draft_refused
from reports.decisions.models import Idempotency, SendingSystem
from reports.decisions.recording.batch import Act
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.recording.filed import Recorded
from reports.decisions.recording.record import Answer
from reports.keys.pseudonyms import index_of

KEPT = timedelta(days=30)
"""How long answers are kept; a later repeat meets the decisions themselves, which tell repeats by their references."""

_KEEP = """
INSERT INTO decisions_idempotency (system_id, key, body, answer, at) VALUES (%s, %s, %s, %s::text::jsonb, %s)
ON CONFLICT (system_id, key) DO NOTHING
"""


class KeyReused(Refused):
    """The key came with another request before."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "This Idempotency-Key came with another request before; a new request needs a key of its own, and a "
                "repeated one its first content, byte by byte."
            )
        )


class _AnsweredBefore(Exception):
    """A request with the same key was answered first."""


@dataclass(frozen=True)
class Once:
    """A request of a system with a key; `request` says all of it, as the repeat must say it again."""

    system: SendingSystem
    key: str
    request: str

    def __call__(self, drafts: Sequence[DecisionDraft], act: Act) -> list[Answer]:
        """Return the answers of the first request with this key, which is this one where there was none.

        They are kept in the transaction that the act is in, and not kept where the act raises. Raises KeyReused.
        """
        key = index_of("idempotency key", str(self.system.pk), self.key)
        request = index_of("request", self.request)
        try:
            with transaction.atomic():
                answers = act()
                self._keep(key, request, answers)
                return answers
        except (_AnsweredBefore, Refused):
            # Most requests are new, so the key is looked up only where something speaks against it.
            before = self._before(key)
            if before is None:
                raise
        if before.body != request:
            raise KeyReused
        return [_answer(one, draft) for one, draft in zip(before.answer, drafts, strict=True)]

    def _before(self, key: str) -> Idempotency | None:
        return Idempotency.objects.filter(system=self.system, key=key).first()

    def _keep(self, key: str, request: str, answers: Sequence[Answer]) -> None:
        kept = json.dumps([_kept(answer) for answer in answers])
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [self.system.pk, key, request, kept, utc_now()])
            if not cursor.rowcount:
                raise _AnsweredBefore


def forget_answers(*, now: datetime | None = None) -> int:
    """Delete the answers that were kept long enough and return how many there were."""
    before = (now or utc_now()) - KEPT
    return Idempotency.objects.filter(at__lt=before).delete()[0]


def _kept(answer: Answer) -> str | tuple[int, int, str, bool]:
    """Return an answer without anything personal: a refusal's sentence is made again of the repeated request."""
    if isinstance(answer, DraftRefused):
        return answer.code
    return answer.decision, answer.entry, answer.recorded_at.isoformat(), answer.repeated


def _answer(kept: Any, draft: DecisionDraft) -> Answer:
    if isinstance(kept, str):
        return draft_refused(kept, reference=draft.reference, model=draft.model)
    decision, entry, at, repeated = kept
    return Recorded(decision, entry, datetime.fromisoformat(at), repeated)
