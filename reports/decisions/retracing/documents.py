"""The report of one re-trace: what was compared, on which terms, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from auditor.explain.document import Document, Text
from reports.decisions.state import Outcome


class Why(StrEnum):
    """Why a re-trace deviates, or what is missing for one."""

    SCORES = "scores"
    CLASS = "class"
    EXPLANATION = "explanation"
    DECISION_ERASED = "decision_erased"
    KEY_DESTROYED = "key_destroyed"
    RECORD_CORRUPT = "record_corrupt"
    INPUT_REFERENCED = "input_referenced"
    INPUT_GONE = "input_gone"
    INPUT_CORRUPT = "input_corrupt"
    INPUT_UNREADABLE = "input_unreadable"
    MODEL_GONE = "model_gone"
    MODEL_CORRUPT = "model_corrupt"
    MODEL_UNUSABLE = "model_unusable"
    SCORES_UNKNOWN = "scores_unknown"
    SCORES_NO_NUMBERS = "scores_no_numbers"


class Terms(Document):
    """What counts as the same, fixed when the re-trace was asked for.

    `tolerance` is the largest difference of a score, `correlation` the least rank correlation of an explanation.
    """

    tolerance: float = Field(ge=0)
    tolerance_from: Literal["record", "installation"]
    correlation: float = Field(ge=-1, le=1)


class Score(Document):
    """A score as it was recorded and as it is now."""

    name: str
    recorded: float
    now: float


class Flip(Document):
    """A class that the outcome turns on: it crossed the threshold, or is no longer the highest, or only now."""

    name: str
    before: bool
    now: bool


class Explained(Document):
    """An explanation again: identical, or correlated with the recorded one by rank, or why it is not compared."""

    method: str
    identical: bool = False
    correlation: float | None = None
    not_compared: Text = ""


class Difference(Document):
    """Something of the surroundings that is not as it was recorded; empty where it is absent."""

    what: str
    recorded: str
    now: str


class RetraceReport(Document):
    """What came of one re-trace.

    `why` is empty where the decision was reproduced. `scale` says which of the model's numbers the recorded scores
    are compared with.
    """

    schema_: Literal["retrace-retrace/1"] = Field(default="retrace-retrace/1", alias="schema")
    decision: int
    model: str
    asked_at: datetime
    made_at: datetime
    terms: Terms
    outcome: Outcome
    why: tuple[Why, ...] = ()
    detail: Text = ""
    scale: Literal["probabilities", "logits", ""] = ""
    scores: tuple[Score, ...] = ()
    largest: float | None = None
    flips: tuple[Flip, ...] = ()
    explanations: tuple[Explained, ...] = ()
    differences: tuple[Difference, ...] = ()
    retrace: str = ""
    packages: dict[str, str] = {}
    device: str = ""
