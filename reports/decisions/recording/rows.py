"""What a reader finds in a batch, line by line: a decision, or mistakes that are named."""

from typing import NamedTuple

from pydantic import ValidationError

from auditor.common.said import say
from auditor.explain.mistakes import mistake
from reports.decisions.errors import DraftRefused
from reports.decisions.recording.draft import DecisionDraft

INVALID = "invalid"
_MOST_NAMED = 10
_LONGEST_FIELD = 100
_FIELDS = {
    "conflict": "reference",
    "unknown_model": "model",
    "decided_later": "decided_at",
    "subject_erased": "subject",
}


class Given(NamedTuple):
    """A decision, and the line that it stands in."""

    line: int
    draft: DecisionDraft


class Mistake(NamedTuple):
    """What is wrong in a line: the field where it is one's, a code for machines and a sentence for people."""

    line: int
    field: str
    code: str
    sentence: str


Row = Given | Mistake


def mistakes_in(line: int, error: ValidationError) -> list[Mistake]:
    """Return what is wrong with the fields of a line, at most ten of them."""
    found = []
    for one in error.errors(include_url=False, include_input=False)[:_MOST_NAMED]:
        field = ".".join(str(part) for part in one["loc"])[:_LONGEST_FIELD]
        problem = mistake(one)
        sentence = (
            say("Field %(field)s: %(problem)s.", field=field, problem=problem)
            if field
            else say("This is not a decision: %(problem)s.", problem=problem)
        )
        found.append(Mistake(line, field, INVALID, sentence))
    return found


def mistake_of(line: int, refused: DraftRefused) -> Mistake:
    """Return a decision's refusal by the register as a mistake of its line."""
    return Mistake(line, _FIELDS[refused.code], refused.code, refused.sentence)
