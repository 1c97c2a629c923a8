"""What can happen to a decision: one frozen class for each event, with who may bring it and what it must carry."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class ActorKind(StrEnum):
    """Who acts: an officer, a reviewer, a sending system through the interface, or the schedule."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    SYSTEM = "system"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who brings an event; people and systems are named."""

    kind: ActorKind
    id: str = ""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who is to review: the user, the declaration that gives the authority to change a decision, and other names.

    `known_as` holds the names under which the sending systems know this person, so that the operator of a decision
    is recognised under a user's name, too.
    """

    id: str
    authority: str
    known_as: tuple[str, ...] = ()


class Party(StrEnum):
    """Who contests."""

    SUBJECT = "subject"
    REPRESENTATIVE = "representative"


class Outcome(StrEnum):
    """What came of a re-trace."""

    REPRODUCED = "reproduced"
    DEVIATES = "deviates"
    NOT_REPRODUCIBLE = "not_reproducible"


class Matter(StrEnum):
    """What a notice is about (GDPR Art. 19)."""

    DECISION = "decision"
    RESTRICTION = "restriction"
    ERASURE = "erasure"


_O, _R, _S, _C = ActorKind.OFFICER, ActorKind.REVIEWER, ActorKind.SYSTEM, ActorKind.CLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    kind: ClassVar[str]
    by: ClassVar[frozenset[ActorKind]] = frozenset({_O})
    reasoned: ClassVar[bool] = False
    evidenced: ClassVar[bool] = False

    actor: Actor
    reason: str = ""
    evidence: str = ""  # digest of a document in the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraced(_Event):
    """The decision was computed again; its state stays."""

    kind = "retraced"
    by = frozenset({_O, _R, _S, _C})
    evidenced = True
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested(_Event):
    """The subject, or somebody for the subject, contests the decision (Art. 22(3)); the period runs from receipt."""

    kind = "contested"
    reasoned = True
    received_at: datetime
    party: Party = Party.SUBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(_Event):
    """The subject gave a point of view on a contest that is open (Art. 22(3))."""

    kind = "heard"
    reasoned = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(_Event):
    """The subject was told that the contest has arrived."""

    kind = "acknowledged"
    by = frozenset({_O, _S, _C})


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(_Event):
    """The period was extended by one or two months, and the subject told why (Art. 12(3)); evidence: the notice."""

    kind = "extended"
    reasoned = True
    evidenced = True
    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestWithdrawn(_Event):
    """The subject no longer contests; evidence: the subject's own words."""

    kind = "contest_withdrawn"
    evidenced = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAssigned(_Event):
    """A reviewer was named: for a contest, in place of another, or without a contest after a recall."""

    kind = "review_assigned"
    reviewer: Reviewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Upheld(_Event):
    """The reviewer lets the decision stand."""

    kind = "upheld"
    by = frozenset({_R})
    reasoned = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(_Event):
    """The reviewer decides otherwise."""

    kind = "corrected"
    by = frozenset({_R})
    reasoned = True
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(_Event):
    """The reviewer takes the decision back."""

    kind = "retracted"
    by = frozenset({_R})
    reasoned = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectNotified(_Event):
    """The subject was told; evidence: the proof of sending."""

    kind = "subject_notified"
    evidenced = True
    matter: Matter = Matter.DECISION


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientNotified(_Event):
    """A recipient of the data was told (Art. 19); evidence: the proof of sending."""

    kind = "recipient_notified"
    evidenced = True
    recipient: str
    matter: Matter = Matter.DECISION


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientExcused(_Event):
    """A recipient need not be told: impossible, disproportionate (Art. 19), or nothing changed for it."""

    kind = "recipient_excused"
    reasoned = True
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted(_Event):
    """Processing is restricted (Art. 18(1))."""

    kind = "restricted"
    reasoned = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionAnnounced(_Event):
    """The subject was told that the restriction will be lifted (Art. 18(3)); evidence: the proof of sending."""

    kind = "restriction_announced"
    evidenced = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionLifted(_Event):
    """Processing is no longer restricted."""

    kind = "restriction_lifted"
    reasoned = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced(_Event):
    """A legal hold, by its name, stops erasure."""

    kind = "hold_placed"
    reasoned = True
    hold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted(_Event):
    """A legal hold is over."""

    kind = "hold_lifted"
    reasoned = True
    hold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded(_Event):
    """Another decision stands in place of this one."""

    kind = "superseded"
    by = frozenset({_O, _S})
    successor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRefused(_Event):
    """Erasure was asked for and refused under Art. 17(3); the reason is kept."""

    kind = "erasure_refused"
    reasoned = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased(_Event):
    """The subject's data are erased (Art. 17): on request, or by the retention schedule."""

    kind = "erased"
    by = frozenset({_O, _C})
    reasoned = True


Event = (
    Retraced
    | Contested
    | Heard
    | Acknowledged
    | Extended
    | ContestWithdrawn
    | ReviewAssigned
    | Upheld
    | Corrected
    | Retracted
    | SubjectNotified
    | RecipientNotified
    | RecipientExcused
    | Restricted
    | RestrictionAnnounced
    | RestrictionLifted
    | HoldPlaced
    | HoldLifted
    | Superseded
    | ErasureRefused
    | Erased
)
