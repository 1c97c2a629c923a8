"""Rules of a review: who may hold it, and how it ends."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from reports.decisions.state.events import Corrected, Retracted, ReviewAssigned, Upheld
from reports.decisions.state.record import DECIDED, Record, Round, State
from reports.decisions.state.refusals import Code, Refusal, refuse


def assigned(record: Record, event: ReviewAssigned) -> Record | Refusal:
    """Put a decision under review by somebody who had no part in it and may change it (Art. 22(3)).

    Without a contest this is the controller's own review, as after a recall; another reviewer takes over from the
    first. Both need a reason.
    """
    reviewer = event.reviewer
    if record.state in DECIDED:
        return refuse(Code.NOTICES_OWED, record)
    if not reviewer.id.strip():
        return refuse(Code.REVIEWER_UNNAMED, record)
    if not reviewer.authority.strip():
        return refuse(Code.REVIEWER_WITHOUT_AUTHORITY, record, reviewer=reviewer.id)
    if _names(reviewer.id, *reviewer.known_as) & _names(record.operator, *record.reviewers):
        return refuse(Code.REVIEWER_TOOK_PART, record, reviewer=reviewer.id)
    if record.state is not State.CONTESTED and not event.reason.strip():
        return refuse(Code.REASON_MISSING, record)
    round_ = record.round or Round(before=record.state, own=True)
    return replace(record, state=State.UNDER_REVIEW, round=replace(round_, reviewer=reviewer.id))


def decided(record: Record, event: Upheld | Corrected | Retracted, at: datetime) -> Record | Refusal:
    """End the review; from here on the subject and each recipient are to be told."""
    if record.state is not State.UNDER_REVIEW or record.round is None:
        return refuse(Code.NOT_UNDER_REVIEW, record)
    reviewer = record.round.reviewer
    if event.actor.id != reviewer:
        return refuse(Code.NOT_THE_REVIEWER, record, reviewer=reviewer)
    if isinstance(event, Corrected) and not event.outcome.strip():
        return refuse(Code.OUTCOME_MISSING, record)
    round_ = replace(record.round, decided_at=at, subject_owed=True, owed=record.recipients)
    return replace(record, state=_outcome(event), round=round_, reviewers=record.reviewers | {reviewer})


def _outcome(event: Upheld | Corrected | Retracted) -> State:
    match event:
        case Upheld():
            return State.UPHELD
        case Corrected():
            return State.CORRECTED
        case Retracted():
            return State.RETRACTED
        case _:
            assert_never(event)


def _names(*names: str) -> set[str]:
    return {name.strip().casefold() for name in names if name.strip()}
