"""What is personal, under the subject's key: what each sealed thing is bound to, and reading it back."""

import json

from django.conf import settings

from auditor.common.errors import NotFound, Refused
from auditor.common.said import say
from auditor.common.store import Store
from reports.decisions.models import Decision, Event
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.state import Event as StateEvent
from reports.decisions.state import from_json
from reports.keys.subjects import SubjectKey, subject_key


def record_context(system: int, reference_index: str) -> bytes:
    """Return what a decision's sealed record is bound to."""
    return f"decision:{system}:{reference_index}".encode()


def input_context(system: int, reference_index: str) -> bytes:
    """Return what a decision's sealed input is bound to."""
    return f"input:{system}:{reference_index}".encode()


def event_context(decision: int, sequence: int) -> bytes:
    """Return what a sealed event is bound to."""
    return f"event:{decision}:{sequence}".encode()


def opened_record(decision: Decision) -> DecisionDraft:
    """Return a decision as it was handed in, without an input's bytes.

    Raises KeyDestroyed or Refused where it is erased, and Corrupt where the stored bytes are not what was sealed.
    """
    if not decision.sealed:
        raise Refused(
            say("Decision %(decision)s is erased; there is nothing left to read.", decision=str(decision.pk))
        )
    key = subject_key(decision.subject_id)
    context = record_context(decision.system_id, decision.reference_index)
    return DecisionDraft.parse(key.open(bytes(decision.sealed), context), name=str(decision))


def opened_input(decision: Decision) -> bytes:
    """Return the bytes of a decision's input; raises as `opened_record`, and NotFound where none were handed in."""
    if not decision.sealed_input:
        raise NotFound(
            say(
                "The input of decision %(decision)s was not handed in, only named.", decision=str(decision.pk)
            )
        )
    sealed = Store.at(settings.STORAGE_URL).get(decision.sealed_input)
    return subject_key(decision.subject_id).open(
        sealed, input_context(decision.system_id, decision.reference_index)
    )


def opened_event(event: Event, key: SubjectKey) -> StateEvent:
    """Return what happened, with its reason; raises Corrupt where the stored bytes are not what was sealed."""
    return from_json(
        json.loads(key.open(bytes(event.sealed), event_context(event.decision_id, event.sequence)))
    )
