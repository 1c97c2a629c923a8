"""Random walks through the rules: whatever happens, in whatever order, these things hold."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reports.decisions import state as s
from tests.decisions.cases import BAD, GOOD, OPERATOR, REVIEWER, SECOND, START, event, reviewing

RECIPIENTS = ("hospital-east", "insurer-west")
THIRD = s.Reviewer("reviewer-eve", "declared by the board on 2026-01-05")
HIM = s.Reviewer(OPERATOR, "declared by the board on 2026-01-05")
PERSONAL = (OPERATOR, *RECIPIENTS, REVIEWER.id, SECOND.id, THIRD.id, "court case")
ZONES = ("Europe/Berlin", "America/Sao_Paulo", "Pacific/Auckland")
OUTCOMES = (s.Upheld, s.Corrected, s.Retracted)


class Register(RuleBasedStateMachine):
    """One decision, its kept history, and a second book of the notices that are owed."""

    @initialize(
        zone=st.sampled_from(ZONES),
        free=st.frozensets(st.integers(0, 120), max_size=8),
        operator=st.sampled_from(["", OPERATOR]),
        recipients=st.frozensets(st.sampled_from(RECIPIENTS)),
    )
    def begin(self, zone, free, operator, recipients):
        self.zone, self.now, self.owed, self.kept, self.received = ZoneInfo(zone), START, set(), [], None
        self.calendar = s.Calendar(
            zone=self.zone, holidays=frozenset((START + timedelta(days=n)).date() for n in free)
        )
        self.extended, self.assigned = False, ""
        self.first = s.Record(number=7, at=START, operator=operator, recipients=recipients)
        self.record = self.first

    def bring(self, one):
        before = self.record
        found = s.decide(before, one, self.now, self.calendar)
        if isinstance(found, s.Refusal):
            assert self.record is before
            return
        assert before.state is not s.State.ERASED
        assert found.sequence == before.sequence + 1
        assert found.at >= before.at
        assert found.clock_back == (self.now < before.at)
        self.book(one)
        sets = isinstance(one, s.Contested | s.Extended)
        self.kept.append(s.Happened(s.from_json(s.as_json(one)), self.now, found.due if sets else None))
        self.record = found

    def book(self, one):
        match one:
            case s.Upheld() | s.Corrected() | s.Retracted():
                assert one.actor.id == self.assigned != self.first.operator
                self.owed = {"subject", *self.first.recipients}
            case s.SubjectNotified(matter=s.Matter.DECISION):
                self.owed.discard("subject")
            case s.RecipientNotified(matter=s.Matter.DECISION) | s.RecipientExcused():
                self.owed.discard(one.recipient)
            case s.ReviewAssigned():
                self.assigned = one.reviewer.id
            case s.Contested():
                assert one.received_at <= max(self.now, self.record.at)
                self.received, self.extended = one.received_at, False
            case s.Extended():
                assert not self.extended
                assert self.now <= self.calendar.answer_by(self.received)
                self.extended = True
            case s.Erased():
                assert self.record.round is None
                assert not self.owed
                assert not self.record.holds

    @rule(days=st.integers(-40, 100), seconds=st.integers(0, 86_400))
    def time_passes_or_goes_back(self, days, seconds):
        self.now += timedelta(days=days, seconds=seconds)

    @rule(one=st.sampled_from(GOOD + BAD))
    def anything_happens(self, one):
        self.bring(one)

    @rule(ago=st.integers(-2, 90))
    def subject_contests(self, ago):
        self.bring(event(s.Contested, received_at=self.now - timedelta(days=ago)))

    @precondition(lambda self: self.record.contest)
    @rule(months=st.integers(0, 3))
    def officer_extends(self, months):
        self.bring(event(s.Extended, months=months))

    @rule(reviewer=st.sampled_from([REVIEWER, SECOND, THIRD, HIM]))
    def officer_assigns(self, reviewer):
        self.bring(event(s.ReviewAssigned, reviewer=reviewer))

    @precondition(lambda self: self.record.state is s.State.UNDER_REVIEW)
    @rule(outcome=st.sampled_from(OUTCOMES), other=st.booleans())
    def reviewer_decides(self, outcome, other):
        actor = reviewing(THIRD) if other else s.Actor(s.ActorKind.REVIEWER, self.record.round.reviewer)
        self.bring(event(outcome, actor=actor))

    @precondition(lambda self: self.record.state in s.DECIDED)
    @rule(
        recipient=st.sampled_from(RECIPIENTS), cls=st.sampled_from([s.RecipientNotified, s.RecipientExcused])
    )
    def recipient_is_told_or_excused(self, recipient, cls):
        self.bring(event(cls, recipient=recipient))

    @precondition(lambda self: self.record.state in s.DECIDED)
    @rule()
    def subject_is_told(self):
        self.bring(event(s.SubjectNotified))

    @invariant()
    def nothing_is_lost(self):
        assert self.record.sequence == len(self.kept)
        assert s.fold(self.first, self.kept) == self.record

    @invariant()
    def notified_means_that_all_were_told(self):
        if self.record.state is s.State.NOTIFIED:
            assert not self.owed
        if self.record.state in s.DECIDED:
            assert self.owed == {
                *self.record.round.owed,
                *(["subject"] if self.record.round.subject_owed else []),
            }
            assert self.owed

    @invariant()
    def the_reviewer_is_another(self):
        reviewer = self.record.round.reviewer if self.record.round else ""
        assert not reviewer or reviewer != self.first.operator
        if self.record.state is s.State.UNDER_REVIEW:
            assert reviewer
            assert reviewer not in self.record.reviewers

    @invariant()
    def deadlines_hold(self):
        if self.record.due is None:
            return
        assert self.record.due > self.received
        day = self.received.astimezone(self.zone).date()
        longest = day + relativedelta(months=3 if self.record.round.contest.extended else 1)
        while longest.weekday() >= 5 or longest in self.calendar.holidays:
            longest += timedelta(days=1)
        assert self.record.due.astimezone(self.zone).date() <= longest

    @invariant()
    def an_open_contest_has_a_deadline(self):
        if self.record.state is s.State.CONTESTED or self.record.contest:
            assert self.record.due is not None

    @invariant()
    def erased_leaves_nothing_personal(self):
        if self.record.state is s.State.ERASED:
            assert not any(one in repr(self.record) for one in PERSONAL)


TestRegister = Register.TestCase
TestRegister.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
