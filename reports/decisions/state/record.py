"""What the rules need to know of a decision: a small frozen value, made anew by every event."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self


class State(StrEnum):
    """Where a decision stands; `restricted`, a legal hold and `superseded` lie beside it."""

    RECORDED = "recorded"
    CONTESTED = "contested"
    UNDER_REVIEW = "under_review"
    UPHELD = "upheld"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    NOTIFIED = "notified"
    ERASED = "erased"


DECIDED = frozenset({State.UPHELD, State.CORRECTED, State.RETRACTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A subject's objection, and the period in which it must be answered (GDPR Art. 12(3))."""

    received_at: datetime
    first_due: datetime  # the end of the first month, until which the period may be extended
    due: datetime
    extended: bool = False
    acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One review of a decision, from the contest or the recall that began it until everyone has been told."""

    before: State  # where the decision stood, and stands again should the contest be withdrawn
    own: bool = False  # begun by the controller itself, as after a recall
    contest: Contest | None = None
    reviewer: str = ""
    decided_at: datetime | None = None
    subject_owed: bool = False
    owed: frozenset[str] = frozenset()  # recipients neither told nor excused


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A decision as the rules see it.

    A fresh one needs `number`, `at` (when it was recorded), `operator` and `recipients`; its events make the rest.
    `sequence` is the number of the last event, 0 for the recording. `at` never goes back: where the clock does, the
    time of the event before it stands, and `clock_back` says so. Times are in UTC.
    """

    number: int
    at: datetime
    operator: str = ""  # who took the decision; empty where no human did
    recipients: frozenset[str] = frozenset()
    sequence: int = 0
    state: State = State.RECORDED
    round: Round | None = None  # there is one in every state but recorded, notified and erased
    reviewers: frozenset[str] = frozenset()  # who decided in earlier rounds and this one
    restricted: bool = False
    lifting_announced: bool = False
    holds: frozenset[str] = frozenset()
    superseded_by: int | None = None
    clock_back: bool = False

    @property
    def contest(self) -> Contest | None:
        """The contest that still waits for its outcome."""
        return self.round.contest if self.round and self.state not in DECIDED else None

    @property
    def due(self) -> datetime | None:
        """The last moment to answer the subject, until the answer was sent."""
        if self.round is None or self.round.contest is None:
            return None
        return None if self.state in DECIDED and not self.round.subject_owed else self.round.contest.due

    @classmethod
    def erased(cls, *, number: int, at: datetime, sequence: int, superseded_by: int | None = None) -> Self:
        """Return what is left of a decision after erasure: numbers, and nothing personal."""
        return cls(number=number, at=at, sequence=sequence, superseded_by=superseded_by, state=State.ERASED)
