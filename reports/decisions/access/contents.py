"""What the register holds about a person, as a JSON object: docs/access.md says what each field means."""

from collections.abc import Iterable
from datetime import datetime
from mimetypes import guess_extension
from typing import Any

from django.conf import settings

from auditor.common.clock import timestamp
from reports.decisions.models import Decision, Event, Subject
from reports.decisions.queries import decisions
from reports.decisions.sealed import opened_event, opened_record
from reports.decisions.state import State, as_json
from reports.keys.subjects import subject_key

SCHEMA = "retrace-access/1"


def contents_of(subjects: Iterable[Subject], *, names: bool, now: datetime) -> dict[str, Any]:
    """Return everything about subjects; those who worked on their decisions are named only where that is asked for.

    Raises as `opened_record` and `opened_event`.
    """
    return {
        "schema": SCHEMA,
        "installation": settings.LOG_NAME,
        "made_at": timestamp(now),
        "subjects": [_subject(one, names) for one in subjects],
    }


def _subject(subject: Subject, names: bool) -> dict[str, Any]:
    rows = decisions().filter(subject=subject).order_by("decided_at", "pk")
    return {"subject": subject.pk, "decisions": [_decision(row, names) for row in rows]}


def _decision(row: Decision, names: bool) -> dict[str, Any]:
    gone = row.state == State.ERASED
    facts = None if gone else opened_record(row).model_dump(mode="json", exclude={"input": {"content"}})
    if facts and not names:
        facts["human"]["operator"] = ""
    return {
        "decision": row.pk,
        "system": row.system.name,
        "model": {"name": row.model_version.model.name, "version": row.model_version.version},
        "recorded_at": timestamp(row.recorded_at),
        "state": row.state,
        "restricted": row.restricted,
        "due": timestamp(row.due) if row.due else None,
        "superseded_by": row.superseded_by_id,
        "facts": facts,
        "input_file": _input_file(row, facts) if facts and row.sealed_input else None,
        "events": [] if gone else _events(row, names),
        "ledger_entry": row.entry,
        "proof_file": proof_file(row.entry),
    }


def _input_file(row: Decision, facts: dict[str, Any]) -> str:
    return f"inputs/decision-{row.pk}{guess_extension(facts['input']['media_type']) or '.bin'}"


def _events(row: Decision, names: bool) -> list[dict[str, Any]]:
    key = subject_key(row.subject_id)
    return [_event(kept, key, names) for kept in Event.objects.filter(decision=row).order_by("sequence")]


def _event(kept: Event, key: Any, names: bool) -> dict[str, Any]:
    content = as_json(opened_event(kept, key))
    if not names:
        content["actor"] = {"kind": kept.actor}
        content.pop("reviewer", None)
    return {
        "sequence": kept.sequence,
        "at": timestamp(kept.at),
        "state_after": kept.state,
        "due": timestamp(kept.due) if kept.due else None,
        "content": content,
        "document_file": f"documents/{kept.evidence}" if kept.evidence else None,
        "ledger_entry": kept.entry,
        "proof_file": proof_file(kept.entry),
    }


def proof_file(entry: int) -> str:
    """Return where in the folder the proof of an entry lies."""
    return f"proofs/entry-{entry}.txt"
