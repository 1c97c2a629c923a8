"""Rules that lie beside the state: re-traces, restriction, legal holds, successors - and erasure, which ends it."""

from dataclasses import replace

from reports.decisions.state.events import (
    ActorKind,
    Erased,
    HoldLifted,
    HoldPlaced,
    Outcome,
    Restricted,
    RestrictionAnnounced,
    RestrictionLifted,
    Retraced,
    Superseded,
)
from reports.decisions.state.record import Record
from reports.decisions.state.refusals import Code, Refusal, refuse

_PEOPLE = frozenset({ActorKind.OFFICER, ActorKind.REVIEWER})


def retraced(record: Record, event: Retraced) -> Record | Refusal:
    """File a re-trace; under restriction (Art. 18(2)) a person must ask for it and say why."""
    if record.restricted and event.actor.kind not in _PEOPLE:
        return refuse(Code.RESTRICTED, record)
    if (record.restricted or event.outcome is Outcome.NOT_REPRODUCIBLE) and not event.reason.strip():
        return refuse(Code.REASON_MISSING, record)
    return record


def restricted(record: Record, event: Restricted) -> Record | Refusal:
    """Restrict processing (Art. 18(1))."""
    if record.restricted:
        return refuse(Code.RESTRICTED, record)
    return replace(record, restricted=True)


def announced(record: Record, event: RestrictionAnnounced) -> Record | Refusal:
    """Note that the subject knows of the lifting to come (Art. 18(3))."""
    return (
        replace(record, lifting_announced=True) if record.restricted else refuse(Code.NOT_RESTRICTED, record)
    )


def lifted(record: Record, event: RestrictionLifted) -> Record | Refusal:
    """Lift the restriction, once the subject knows."""
    if not record.restricted:
        return refuse(Code.NOT_RESTRICTED, record)
    if not record.lifting_announced:
        return refuse(Code.LIFTING_NOT_ANNOUNCED, record)
    return replace(record, restricted=False, lifting_announced=False)


def hold_placed(record: Record, event: HoldPlaced) -> Record | Refusal:
    """Add a legal hold; several may lie on one decision."""
    if not event.hold.strip():
        return refuse(Code.HOLD_UNNAMED, record)
    if event.hold in record.holds:
        return refuse(Code.HOLD_KNOWN, record, hold=event.hold)
    return replace(record, holds=record.holds | {event.hold})


def hold_lifted(record: Record, event: HoldLifted) -> Record | Refusal:
    """Take a legal hold away."""
    if event.hold not in record.holds:
        return refuse(Code.HOLD_UNKNOWN, record, hold=event.hold)
    return replace(record, holds=record.holds - {event.hold})


def superseded(record: Record, event: Superseded) -> Record | Refusal:
    """Link to the decision that stands in place of this one, once; the subject's rights in this one stay."""
    if record.superseded_by is not None:
        return refuse(Code.ALREADY_SUPERSEDED, record, successor=str(record.superseded_by))
    if event.successor == record.number:
        return refuse(Code.SUPERSEDED_BY_ITSELF, record)
    return replace(record, superseded_by=event.successor)


def erased(record: Record, event: Erased) -> Record | Refusal:
    """Leave nothing personal of the record (Art. 17).

    A legal hold stops it, and so does an open round, for its data are needed for a claim (Art. 17(3)(e)); a subject
    who wants erasure rather than an answer withdraws the contest first. A restriction stops it because its subject
    may have asked for it in place of erasure (Art. 18(1)(b), (c)).
    """
    if record.holds:
        return refuse(Code.HELD, record, holds=tuple(sorted(record.holds)))
    if record.round is not None:
        return refuse(Code.ROUND_OPEN, record)
    if record.restricted:
        return refuse(Code.RESTRICTED, record)
    return Record.erased(
        number=record.number, at=record.at, sequence=record.sequence, superseded_by=record.superseded_by
    )
