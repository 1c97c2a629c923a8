"""The rules one by one, as an officer meets them."""

from datetime import timedelta

import pytest

from auditor.common.errors import Corrupt
from reports.decisions import state as s
from tests.decisions.cases import (
    CALENDAR,
    CLOCK,
    LATE,
    NOW,
    OFFICER,
    OPERATOR,
    RECEIVED,
    RECIPIENT,
    REVIEWER,
    SECOND,
    START,
    SYSTEM,
    after,
    event,
    fresh,
    refused,
    reviewing,
)

CONTESTED, ASSIGNED = event(s.Contested), event(s.ReviewAssigned)
SUBJECT, RECIPIENT_TOLD = event(s.SubjectNotified), event(s.RecipientNotified)


def notified():
    return after(CONTESTED, ASSIGNED, event(s.Retracted), SUBJECT, RECIPIENT_TOLD)


@pytest.mark.parametrize("outcome", [s.Upheld, s.Corrected, s.Retracted])
@pytest.mark.parametrize("notices", [(SUBJECT, RECIPIENT_TOLD), (RECIPIENT_TOLD, SUBJECT)])
def test_a_contest_from_receipt_to_the_last_notice(outcome, notices):
    record = after(CONTESTED, event(s.Acknowledged, actor=SYSTEM), ASSIGNED, event(outcome))
    assert record.state == outcome.kind
    first = after(notices[0], record=record)
    assert first.state == outcome.kind
    last = after(notices[1], record=first)
    assert (last.state, last.round, last.sequence) == (s.State.NOTIFIED, None, 6)


def test_the_answer_is_due_until_it_is_sent():
    due = CALENDAR.answer_by(RECEIVED)
    decided = after(CONTESTED, ASSIGNED, event(s.Upheld))
    assert after(CONTESTED).due == decided.due == due
    assert after(SUBJECT, record=decided).due is None


def test_a_recipient_is_told_or_excused():
    record = after(CONTESTED, ASSIGNED, event(s.Upheld), SUBJECT)
    assert refused(record, event(s.RecipientExcused, reason="")) is s.Code.REASON_MISSING
    assert after(event(s.RecipientExcused), record=record).state is s.State.NOTIFIED


def test_without_recipients_the_subject_is_the_last_to_be_told():
    record = after(CONTESTED, ASSIGNED, event(s.Upheld), SUBJECT, record=fresh(recipients=frozenset()))
    assert record.state is s.State.NOTIFIED


def test_a_notice_without_proof_of_sending_is_refused():
    record = after(CONTESTED, ASSIGNED, event(s.Upheld))
    assert refused(record, event(s.SubjectNotified, evidence="")) is s.Code.EVIDENCE_MISSING
    assert refused(record, event(s.RecipientNotified, evidence=" ")) is s.Code.EVIDENCE_MISSING


def test_notices_about_something_else_tell_no_outcome():
    record = after(event(s.Restricted), CONTESTED, ASSIGNED, event(s.Upheld))
    record = after(
        event(s.SubjectNotified, matter=s.Matter.RESTRICTION),
        event(s.RecipientNotified, matter=s.Matter.ERASURE),
        record=record,
    )
    assert record.round.subject_owed
    assert record.round.owed == {RECIPIENT}


@pytest.mark.parametrize(
    "reviewer",
    [
        s.Reviewer(OPERATOR, "authority"),
        s.Reviewer(f" {OPERATOR.upper()} ", "authority"),
        s.Reviewer("user-4", "authority", ("someone", OPERATOR)),
    ],
)
def test_the_operator_reviews_nothing(reviewer):
    assert refused(after(CONTESTED), event(s.ReviewAssigned, reviewer=reviewer)) is s.Code.REVIEWER_TOOK_PART


def test_where_no_human_decided_anybody_with_authority_reviews():
    assert after(CONTESTED, ASSIGNED, record=fresh(operator="")).state is s.State.UNDER_REVIEW


def test_authority_is_declared():
    without = s.Reviewer("user-4", " ")
    assert (
        refused(after(CONTESTED), event(s.ReviewAssigned, reviewer=without))
        is s.Code.REVIEWER_WITHOUT_AUTHORITY
    )


def test_only_the_assigned_reviewer_decides():
    record = after(CONTESTED, ASSIGNED, event(s.ReviewAssigned, reviewer=SECOND))
    assert refused(record, event(s.Upheld)) is s.Code.NOT_THE_REVIEWER
    assert refused(record, event(s.Upheld, actor=OFFICER)) is s.Code.NOT_PERMITTED
    assert after(event(s.Upheld, actor=reviewing(SECOND)), record=record).state is s.State.UPHELD


def test_a_notified_decision_is_contested_again_before_another_reviewer():
    again = event(s.Contested, received_at=RECEIVED + timedelta(days=1), reason="new facts")
    record = after(again, record=notified())
    assert record.due == CALENDAR.answer_by(RECEIVED + timedelta(days=1))
    assert refused(record, ASSIGNED) is s.Code.REVIEWER_TOOK_PART
    assert after(event(s.ReviewAssigned, reviewer=SECOND), record=record).state is s.State.UNDER_REVIEW
    assert refused(notified(), event(s.Contested, reason="")) is s.Code.REASON_MISSING


def test_a_contest_between_outcome_and_last_notice_waits():
    record = after(CONTESTED, ASSIGNED, event(s.Retracted), SUBJECT)
    assert refused(record, CONTESTED) is s.Code.NOTICES_OWED


def test_a_recall_needs_no_contest_and_a_contest_joins_it():
    recalled = after(ASSIGNED)
    assert (recalled.state, recalled.due) == (s.State.UNDER_REVIEW, None)
    assert refused(fresh(), event(s.ReviewAssigned, reason="")) is s.Code.REASON_MISSING
    joined = after(CONTESTED, record=recalled)
    assert (joined.state, joined.due) == (s.State.UNDER_REVIEW, CALENDAR.answer_by(RECEIVED))
    alone = after(event(s.ContestWithdrawn), record=joined)
    assert (alone.state, alone.due) == (s.State.UNDER_REVIEW, None)


@pytest.mark.parametrize("before", [fresh(), notified()], ids=["recorded", "notified"])
def test_a_withdrawn_contest_leaves_what_was(before):
    record = after(
        CONTESTED, event(s.ReviewAssigned, reviewer=SECOND), event(s.ContestWithdrawn), record=before
    )
    assert (record.state, record.round) == (before.state, None)


def test_the_period_is_extended_once_within_the_first_month():
    contested = after(CONTESTED)
    longer = after(event(s.Extended, months=2), record=contested)
    assert longer.due == CALENDAR.answer_by(RECEIVED, 3)
    assert refused(longer, event(s.Extended, months=1)) is s.Code.ALREADY_EXTENDED
    assert refused(contested, event(s.Extended, reason="")) is s.Code.REASON_MISSING
    assert refused(contested, event(s.Extended, evidence="")) is s.Code.EVIDENCE_MISSING
    for months in (-1, 0, 3):
        assert refused(contested, event(s.Extended, months=months)) is s.Code.EXTENSION_LENGTH


def test_the_first_month_ends_to_the_microsecond():
    contested = after(CONTESTED)
    last = CALENDAR.answer_by(RECEIVED)
    assert after(event(s.Extended), record=contested, now=last).contest.extended
    over = last + timedelta(microseconds=1)
    assert refused(contested, event(s.Extended), now=over) is s.Code.EXTENSION_LATE


def test_a_contest_entered_late_counts_from_its_receipt():
    record = after(CONTESTED, now=LATE)
    assert record.due == CALENDAR.answer_by(RECEIVED) < LATE


def test_a_restriction_is_lifted_when_the_subject_knows():
    record = after(event(s.Restricted))
    assert refused(record, event(s.RestrictionLifted)) is s.Code.LIFTING_NOT_ANNOUNCED
    lifted = after(event(s.RestrictionAnnounced), event(s.RestrictionLifted), record=record)
    assert not lifted.restricted
    again = after(event(s.Restricted), record=lifted)
    assert refused(again, event(s.RestrictionLifted)) is s.Code.LIFTING_NOT_ANNOUNCED


def test_under_restriction_no_schedule_retraces():
    record = after(event(s.Restricted))
    assert refused(record, event(s.Retraced, actor=CLOCK)) is s.Code.RESTRICTED
    assert refused(record, event(s.Retraced, reason="")) is s.Code.REASON_MISSING
    assert after(event(s.Retraced), record=record).state is s.State.RECORDED


def test_erasure_waits_for_every_hold():
    record = after(
        event(s.HoldPlaced, hold="a"), event(s.HoldPlaced, hold="b"), event(s.HoldLifted, hold="a")
    )
    found = s.decide(record, event(s.Erased), NOW, CALENDAR)
    assert found.code is s.Code.HELD
    assert "decision 7: b." in found.sentence
    assert (
        after(event(s.HoldLifted, hold="b"), event(s.Erased, actor=CLOCK), record=record).state
        is s.State.ERASED
    )


def test_erasure_waits_for_a_round_and_a_restriction():
    assert refused(after(CONTESTED), event(s.Erased)) is s.Code.ROUND_OPEN
    assert refused(after(CONTESTED, ASSIGNED, event(s.Upheld), SUBJECT), event(s.Erased)) is s.Code.ROUND_OPEN
    assert refused(after(event(s.Restricted)), event(s.Erased)) is s.Code.RESTRICTED
    assert after(CONTESTED, event(s.ContestWithdrawn), event(s.Erased)).state is s.State.ERASED


def test_an_erased_record_keeps_numbers_and_its_link():
    record = after(event(s.Superseded), event(s.Erased), record=notified())
    assert record == s.Record.erased(number=7, at=NOW, sequence=7, superseded_by=8)


def test_a_decision_is_superseded_once_and_can_still_be_contested():
    record = after(event(s.Superseded))
    assert refused(record, event(s.Superseded, successor=9)) is s.Code.ALREADY_SUPERSEDED
    assert after(CONTESTED, record=record).superseded_by == 8


def test_a_clock_that_goes_back_stops_nothing():
    record = after(CONTESTED)
    back = after(ASSIGNED, record=record, now=START - timedelta(days=400))
    assert (back.at, back.clock_back, back.state) == (NOW, True, s.State.UNDER_REVIEW)
    assert not after(event(s.Upheld), record=back).clock_back


def test_a_time_without_a_zone_is_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="time zone"):
        s.decide(fresh(), CONTESTED, NOW.replace(tzinfo=None), CALENDAR)


def test_a_history_that_does_not_follow_is_corrupt():
    kept = [s.Happened(CONTESTED, NOW, CALENDAR.answer_by(RECEIVED)), s.Happened(event(s.Upheld), NOW)]
    with pytest.raises(Corrupt, match="Event 2 of decision 7 does not follow"):
        s.fold(fresh(), kept)
    with pytest.raises(Corrupt, match="lost the deadline"):
        s.fold(fresh(), [s.Happened(CONTESTED, NOW)])


def test_a_replay_keeps_the_deadline_that_was_set():
    kept = NOW + timedelta(days=33)
    assert s.fold(fresh(), [s.Happened(CONTESTED, NOW, kept)]).due == kept


def test_the_agenda_follows_the_round():
    assert s.agenda(fresh(), CALENDAR) == ()
    acknowledge = s.Due(s.Task.ACKNOWLEDGE, CALENDAR.within(RECEIVED, 7))
    answer = s.Due(s.Task.ANSWER, CALENDAR.answer_by(RECEIVED))
    tell = CALENDAR.within(NOW, 7)
    assert s.agenda(after(CONTESTED), CALENDAR) == (acknowledge, answer)
    assert s.agenda(after(CONTESTED, event(s.Acknowledged)), CALENDAR) == (answer,)
    decided = after(CONTESTED, ASSIGNED, event(s.Upheld))
    assert s.agenda(decided, CALENDAR) == (s.Due(s.Task.TELL_RECIPIENTS, tell), answer)
    assert s.agenda(after(SUBJECT, record=decided), CALENDAR) == (s.Due(s.Task.TELL_RECIPIENTS, tell),)
    recalled = after(ASSIGNED, event(s.Upheld), RECIPIENT_TOLD)
    assert s.agenda(recalled, CALENDAR) == (s.Due(s.Task.TELL_SUBJECT, tell),)
    assert s.agenda(notified(), CALENDAR) == ()


def test_the_reviewer_of_the_samples_is_the_one_assigned():
    assert after(CONTESTED, ASSIGNED).round.reviewer == REVIEWER.id
