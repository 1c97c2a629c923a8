"""Rules of notices: a decided review is notified when the subject and each recipient have been told (Art. 19)."""

from dataclasses import replace
from typing import assert_never

from reports.decisions.state.events import Matter, RecipientExcused, RecipientNotified, SubjectNotified
from reports.decisions.state.record import DECIDED, Record, Round, State
from reports.decisions.state.refusals import Code, Refusal, refuse


def subject_notified(record: Record, event: SubjectNotified) -> Record | Refusal:
    """File the notice to the subject; one about the review's outcome answers the contest."""
    refused = _no_matter(record, event.matter)
    if refused or event.matter is not Matter.DECISION or record.round is None:
        return refused or record
    return _settled(record, replace(record.round, subject_owed=False))


def recipient_notified(record: Record, event: RecipientNotified) -> Record | Refusal:
    """File the notice to a recipient."""
    if event.recipient not in record.recipients:
        return refuse(Code.RECIPIENT_UNKNOWN, record, recipient=event.recipient)
    refused = _no_matter(record, event.matter)
    if refused or event.matter is not Matter.DECISION or record.round is None:
        return refused or record
    return _settled(record, replace(record.round, owed=record.round.owed - {event.recipient}))


def recipient_excused(record: Record, event: RecipientExcused) -> Record | Refusal:
    """File why a recipient is not told."""
    if event.recipient not in record.recipients:
        return refuse(Code.RECIPIENT_UNKNOWN, record, recipient=event.recipient)
    if record.state not in DECIDED or record.round is None:
        return refuse(Code.NOT_DECIDED, record)
    if event.recipient not in record.round.owed:
        return refuse(Code.NOTICE_NOT_OWED, record, recipient=event.recipient)
    return _settled(record, replace(record.round, owed=record.round.owed - {event.recipient}))


def _no_matter(record: Record, matter: Matter) -> Refusal | None:
    """Return the refusal of a notice about what is not so; one sent twice is filed twice."""
    match matter:
        case Matter.DECISION:
            told = record.state in DECIDED or record.state is State.NOTIFIED
            return None if told else refuse(Code.NOT_DECIDED, record)
        case Matter.RESTRICTION:
            return None if record.restricted else refuse(Code.NOT_RESTRICTED, record)
        case Matter.ERASURE:
            return None
        case _:
            assert_never(matter)


def _settled(record: Record, round_: Round) -> Record:
    if round_.subject_owed or round_.owed:
        return replace(record, round=round_)
    return replace(record, state=State.NOTIFIED, round=None)
