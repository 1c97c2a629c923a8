"""Why an event is refused: a code for machines and a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.common.said import Said, Value, say
from reports.decisions.state.record import Record


class Code(StrEnum):
    """Every ground on which the rules refuse an event."""

    ERASED = "erased"
    NOT_PERMITTED = "not_permitted"
    ACTOR_UNNAMED = "actor_unnamed"
    REASON_MISSING = "reason_missing"
    EVIDENCE_MISSING = "evidence_missing"
    ROUND_OPEN = "round_open"
    NOTICES_OWED = "notices_owed"
    NOT_CONTESTED = "not_contested"
    RECEIVED_LATER = "received_later"
    ALREADY_ACKNOWLEDGED = "already_acknowledged"
    ALREADY_EXTENDED = "already_extended"
    EXTENSION_LATE = "extension_late"
    EXTENSION_LENGTH = "extension_length"
    REVIEWER_TOOK_PART = "reviewer_took_part"
    REVIEWER_UNNAMED = "reviewer_unnamed"
    REVIEWER_WITHOUT_AUTHORITY = "reviewer_without_authority"
    NOT_UNDER_REVIEW = "not_under_review"
    NOT_THE_REVIEWER = "not_the_reviewer"
    OUTCOME_MISSING = "outcome_missing"
    NOT_DECIDED = "not_decided"
    RECIPIENT_UNKNOWN = "recipient_unknown"
    NOTICE_NOT_OWED = "notice_not_owed"
    RESTRICTED = "restricted"
    NOT_RESTRICTED = "not_restricted"
    LIFTING_NOT_ANNOUNCED = "lifting_not_announced"
    HELD = "held"
    HOLD_UNNAMED = "hold_unnamed"
    HOLD_KNOWN = "hold_known"
    HOLD_UNKNOWN = "hold_unknown"
    ALREADY_SUPERSEDED = "already_superseded"
    SUPERSEDED_BY_ITSELF = "superseded_by_itself"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that the rules do not let happen; the record stays as it was."""

    code: Code
    sentence: Said


def refuse(code: Code, record: Record, **values: Value) -> Refusal:
    """Return the refusal of an event on this record, in words."""
    words = {"decision": str(record.number), **values}
    return Refusal(code, Said(SENTENCES[code].template, words))


SENTENCES: dict[Code, Said] = {
    Code.ERASED: say("Decision %(decision)s is erased; nothing can happen to it any more."),
    Code.NOT_PERMITTED: say("Decision %(decision)s: the role %(role)s may not bring the event %(event)s."),
    Code.ACTOR_UNNAMED: say("Decision %(decision)s: say who acts."),
    Code.REASON_MISSING: say("Decision %(decision)s: give a reason."),
    Code.EVIDENCE_MISSING: say("Decision %(decision)s: name the document that shows it."),
    Code.ROUND_OPEN: say(
        "A contest or review of decision %(decision)s is open; it has to end first. "
        "What the subject writes meanwhile is entered as a point of view."
    ),
    Code.NOTICES_OWED: say(
        "The review of decision %(decision)s has its outcome, and not everyone has been told; "
        "tell them first. A new contest still counts from the day on which it was received."
    ),
    Code.NOT_CONTESTED: say("No contest of decision %(decision)s is waiting for its outcome."),
    Code.RECEIVED_LATER: say(
        "The contest of decision %(decision)s cannot have been received later than now; check the date."
    ),
    Code.ALREADY_ACKNOWLEDGED: say("The contest of decision %(decision)s is acknowledged already."),
    Code.ALREADY_EXTENDED: say(
        "The period for decision %(decision)s is extended already; that is possible once."
    ),
    Code.EXTENSION_LATE: say(
        "The first month for decision %(decision)s is over; only within it can the period be extended."
    ),
    Code.EXTENSION_LENGTH: say("The period for decision %(decision)s can be extended by one or two months."),
    Code.REVIEWER_TOOK_PART: say(
        "%(reviewer)s took decision %(decision)s or decided an earlier review of it; name another reviewer."
    ),
    Code.REVIEWER_UNNAMED: say("Decision %(decision)s: name the reviewer."),
    Code.REVIEWER_WITHOUT_AUTHORITY: say(
        "No authority to change decisions is declared for %(reviewer)s; "
        "declare it, or name another reviewer for decision %(decision)s."
    ),
    Code.NOT_UNDER_REVIEW: say("Decision %(decision)s is not under review; assign a reviewer first."),
    Code.NOT_THE_REVIEWER: say("Only %(reviewer)s, who reviews decision %(decision)s, can decide."),
    Code.OUTCOME_MISSING: say("Say what the outcome of decision %(decision)s is now."),
    Code.NOT_DECIDED: say("No review of decision %(decision)s has an outcome to tell."),
    Code.RECIPIENT_UNKNOWN: say("%(recipient)s is no recipient of decision %(decision)s."),
    Code.NOTICE_NOT_OWED: say("No notice about decision %(decision)s is owed to %(recipient)s any more."),
    Code.RESTRICTED: say(
        "Processing of decision %(decision)s is restricted; tell the subject and lift the restriction first."
    ),
    Code.NOT_RESTRICTED: say("Processing of decision %(decision)s is not restricted."),
    Code.LIFTING_NOT_ANNOUNCED: say(
        "The subject of decision %(decision)s must be told before the restriction is lifted."
    ),
    Code.HELD: say(
        "A legal hold lies on decision %(decision)s: %(holds)s. Until it is lifted nothing is erased."
    ),
    Code.HOLD_UNNAMED: say("Decision %(decision)s: give the legal hold a name."),
    Code.HOLD_KNOWN: say("The legal hold %(hold)s lies on decision %(decision)s already."),
    Code.HOLD_UNKNOWN: say("No legal hold %(hold)s lies on decision %(decision)s."),
    Code.ALREADY_SUPERSEDED: say("Decision %(decision)s is superseded by decision %(successor)s already."),
    Code.SUPERSEDED_BY_ITSELF: say("Decision %(decision)s cannot be superseded by itself."),
}
