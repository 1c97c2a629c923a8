"""Every state against every event: a transition or a named refusal, nothing between, and the docs say which."""

import pytest

from reports.decisions import state as s
from tests.decisions import table
from tests.decisions.cases import EVENTS, OPERATOR, RECIPIENT, REVIEWER, SECOND


@pytest.fixture(scope="module")
def walked():
    return table.walk()


@pytest.mark.parametrize("state", s.State)
@pytest.mark.parametrize("cls", EVENTS)
def test_every_pair_is_answered(walked, state, cls):
    results = walked[1][state, cls]
    assert results
    if state is s.State.ERASED:
        assert results == {s.Code.ERASED}


def test_every_refusal_can_happen(walked):
    assert set(s.Code) <= set().union(*walked[1].values())


def test_every_refusal_has_its_sentence():
    assert set(table.SENTENCES) == set(s.Code)


def test_the_docs_say_what_the_code_does():
    assert table.PAGE.read_text("utf-8") == table.page(), "run python -m tests.decisions.table"


# From where to where a state can go at all; events that leave it are not here.
WAYS = {
    s.State.RECORDED: {s.State.CONTESTED, s.State.UNDER_REVIEW, s.State.ERASED},
    s.State.CONTESTED: {s.State.UNDER_REVIEW, s.State.RECORDED, s.State.NOTIFIED},
    s.State.UNDER_REVIEW: {*s.DECIDED, s.State.RECORDED, s.State.NOTIFIED},
    s.State.UPHELD: {s.State.NOTIFIED},
    s.State.CORRECTED: {s.State.NOTIFIED},
    s.State.RETRACTED: {s.State.NOTIFIED},
    s.State.NOTIFIED: {s.State.CONTESTED, s.State.UNDER_REVIEW, s.State.ERASED},
    s.State.ERASED: set(),
}


@pytest.mark.parametrize("state", s.State)
def test_a_state_leads_nowhere_else(walked, state):
    found = {
        to
        for (of, _), results in walked[1].items()
        if of is state
        for to in results
        if isinstance(to, s.State)
    }
    assert found - {state} == WAYS[state]


def test_all_records_that_can_be_reached_are_sound(walked):
    records = walked[0]
    assert len(records) > 1000
    for record in records:
        idle = record.state in (s.State.RECORDED, s.State.NOTIFIED, s.State.ERASED)
        assert (record.round is None) == idle
        assert OPERATOR not in record.reviewers
        assert not record.lifting_announced or record.restricted
        if record.state is s.State.CONTESTED:
            assert record.contest
        if record.state is s.State.UNDER_REVIEW or record.state in s.DECIDED:
            assert record.round.reviewer in (REVIEWER.id, SECOND.id)
        if record.state is s.State.UNDER_REVIEW:
            assert record.round.reviewer not in record.reviewers
        if record.state in s.DECIDED:
            assert record.round.subject_owed or record.round.owed
        if record.state is s.State.ERASED:
            assert not any(name in repr(record) for name in (OPERATOR, RECIPIENT, REVIEWER.id, "court"))
