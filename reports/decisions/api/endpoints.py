"""What a sending system can ask: record one decision, record a batch, see where a decision stands."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from ninja.params.functions import Header
from pydantic import JsonValue

from auditor.common.said import say
from reports.decisions.api.access import SystemRequest, SystemToken
from reports.decisions.api.answers import (
    BatchRecorded,
    DecisionFound,
    DecisionRecorded,
    ProblemDetails,
    batch_json,
    recorded_json,
)
from reports.decisions.api.body import Body
from reports.decisions.api.problems import Kind, Problem, kind_of, named
from reports.decisions.api.schema import DECISION, LINES
from reports.decisions.idempotency import Once
from reports.decisions.models import Decision
from reports.decisions.recording.batch import Answering, BatchRefused, at_once, record_rows
from reports.decisions.recording.filed import reference_index
from reports.decisions.recording.ndjson import decision_of, decisions_of_lines
from reports.ledger.models import Entry
from reports.ledger.services import ledger_proof

LARGEST_DECISION = 88 * 2**20
"""An input of 64 MiB in Base64, and room for what is said about it."""
LARGEST_BATCH = 64 * 2**20
JSON_TYPES = ("application/json",)
NDJSON_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
_LONGEST_KEY = 255
_PROBLEMS: Mapping[Any, type[ProblemDetails]] = {
    frozenset({400, 401, 403, 409, 411, 413, 415, 422, 500, 503}): ProblemDetails
}

router = Router(auth=SystemToken(), tags=["decisions"])
Key: Any = Header(
    "",
    alias="Idempotency-Key",
    description="A name for the request: its repeat with the same content gets the first one's answer.",
)


@router.post(
    "decisions",
    response={201: DecisionRecorded, 200: DecisionRecorded, **_PROBLEMS},
    summary="Record one decision",
    operation_id="recordDecision",
    openapi_extra=DECISION,
)
def decision_record(request: SystemRequest, key: str = Key) -> HttpResponse:
    """Answer after the decision is stored for good.

    The status is 201 where it is new and 200 where the system recorded the same decision under its reference before; a
    reference with other content is a conflict.
    """
    body = Body(request, types=JSON_TYPES, limit=LARGEST_DECISION)
    rows = list(decision_of(1, body.whole()))
    try:
        batch = record_rows(request.auth, rows, keep=False, once=_once(request, key, body))
    except BatchRefused as refused:
        first = refused.mistakes[0]
        raise Problem(kind_of(first.code), first.sentence, errors=named(refused.mistakes)) from None
    ((_, recorded),) = batch.recorded
    return _json(recorded_json(recorded), 200 if recorded.repeated else 201)


@router.post(
    "decisions:batch",
    response={200: BatchRecorded, **_PROBLEMS},
    summary="Record up to 10,000 decisions",
    operation_id="recordBatch",
    openapi_extra=LINES,
)
def decision_record_batch(
    request: SystemRequest, on_error: Literal["refuse", "keep"] = "refuse", key: str = Key
) -> HttpResponse:
    """Record one decision a line (NDJSON), and answer after they are stored for good.

    With on_error=refuse, one bad line is enough to record nothing; with on_error=keep, the good lines are recorded.
    Either way the bad ones are named.
    """
    body = Body(request, types=NDJSON_TYPES, limit=LARGEST_BATCH)
    rows = list(decisions_of_lines(body.pieces()))
    once = _once(request, key, body, on_error)
    try:
        batch = record_rows(request.auth, rows, keep=on_error == "keep", once=once)
    except BatchRefused as refused:
        raise Problem(Kind.BATCH_REFUSED, refused.sentence, errors=named(refused.mistakes)) from None
    return _json(batch_json(batch), 200)


@router.get(
    "decisions/{path:reference}",
    response={200: DecisionFound, frozenset({401, 403, 404, 500, 503}): ProblemDetails},
    summary="See where a decision stands",
    operation_id="findDecision",
)
def decision_find(request: SystemRequest, reference: str) -> HttpResponse:
    """Find a decision by the system's own reference, percent-encoded; other systems' decisions are not found."""
    index = reference_index(request.auth, reference.strip())
    found = (
        Decision.objects.select_related("model_version")
        .filter(system=request.auth, reference_index=index)
        .first()
    )
    if found is None:
        raise Problem(
            Kind.NOT_FOUND, say("This system has no decision with that reference, or it was erased.")
        )
    stands = DecisionFound(
        decision=found.pk,
        state=found.state,
        restricted=found.restricted,
        due=found.due,
        decided_at=found.decided_at,
        recorded_at=found.recorded_at,
        model=found.model_version.digest,
        entry=found.entry,
        superseded_by=found.superseded_by_id,
        proof=ledger_proof(Entry.objects.get(position=found.entry)),
    )
    return _json(stands.model_dump(mode="json"), 200)


def _once(request: SystemRequest, key: str, body: Body, *more: str) -> Answering:
    if not key:
        return at_once
    if len(key) > _LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Problem(
            Kind.BAD_REQUEST,
            say("An Idempotency-Key has at most %(most)s printable ASCII characters.", most=_LONGEST_KEY),
        )
    return Once(request.auth, key, " ".join((request.path, *more, body.digest)))


def _json(value: Mapping[str, JsonValue], status: int) -> HttpResponse:
    return HttpResponse(json.dumps(value, ensure_ascii=False), "application/json", status)
