"""What a re-trace needs, or which part of it is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from auditor.common.digest import sha256
from auditor.common.errors import Corrupt, NotFound, Refused, RetraceError
from auditor.common.said import say
from reports.decisions.models import Decision
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.retracing.documents import Why
from reports.decisions.sealed import opened_input, opened_record
from reports.decisions.state import State
from reports.keys.subjects import KeyDestroyed


class Missing(RetraceError):
    """A decision cannot be re-traced; `why` says what is missing."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


class Material(NamedTuple):
    """A decision as it was recorded, and its input's bytes."""

    facts: DecisionDraft
    content: bytes


@contextmanager
def missing_as(whys: dict[type[RetraceError], Why]) -> Iterator[None]:
    """Say of an error of one of these kinds what it means for a re-trace."""
    try:
        yield
    except Missing:
        raise
    except tuple(whys) as error:
        why = next(why for kind, why in whys.items() if isinstance(error, kind))
        raise Missing(why, error.sentence) from error


def facts_of(decision: Decision) -> DecisionDraft:
    """Return a decision as it was recorded; raises Missing where it is erased, or cannot be opened."""
    if decision.state == State.ERASED:
        raise Missing(Why.DECISION_ERASED, say("The decision is erased."))
    with missing_as({KeyDestroyed: Why.KEY_DESTROYED, Corrupt: Why.RECORD_CORRUPT}):
        return opened_record(decision)


def material_of(decision: Decision, facts: DecisionDraft) -> Material:
    """Return what was given to the model; raises Missing where it was not handed in, is gone, or cannot be opened."""
    if not decision.sealed_input:
        raise Missing(
            Why.INPUT_REFERENCED,
            say("The input was not handed in, only named; ask the sending system for it."),
        )
    with missing_as({KeyDestroyed: Why.KEY_DESTROYED, NotFound: Why.INPUT_GONE, Corrupt: Why.INPUT_CORRUPT}):
        content = opened_input(decision)
    if sha256(content) != facts.input.sha256:
        raise Missing(Why.INPUT_CORRUPT, say("The sealed input is not the one that was recorded."))
    return Material(facts, content)


def refused_as(why: Why) -> dict[type[RetraceError], Why]:
    """Return that whatever is refused means this."""
    return {Refused: why}
