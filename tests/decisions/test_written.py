"""Events as JSON and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.errors import Corrupt
from reports.decisions import state as s
from tests.decisions.cases import BAD, EVENTS, GOOD, event


@pytest.mark.parametrize("one", GOOD + BAD, ids=lambda one: one.kind)
def test_an_event_comes_back_from_json(one):
    assert s.from_json(json.loads(json.dumps(s.as_json(one)))) == one


def test_kinds_are_told_apart():
    assert len({cls.kind for cls in EVENTS}) == len(EVENTS)


GOOD_JSON = s.as_json(event(s.Extended))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "invented"},
        {"kind": None},
        {"months": "2"},
        {"months": True},
        {"actor": None},
        {"actor": {"kind": "king", "id": "x"}},
        {"more": 1},
        {"reason": 3},
    ],
)
def test_what_is_no_event_is_corrupt(change):
    with pytest.raises(Corrupt, match="cannot be read"):
        s.from_json(GOOD_JSON | change)


@pytest.mark.parametrize("time", ["2026-03-03T09:00", "0001-01-01T00:00+05:00", "yesterday", 5, None])
def test_what_is_no_time_is_corrupt(time):
    with pytest.raises(Corrupt, match="cannot be read"):
        s.from_json(s.as_json(event(s.Contested)) | {"received_at": time})


@pytest.mark.parametrize("name", ["actor", "months", "kind"])
def test_a_lost_field_is_corrupt(name):
    with pytest.raises(Corrupt, match="cannot be read"):
        s.from_json({key: value for key, value in GOOD_JSON.items() if key != name})


@given(
    st.dictionaries(
        st.sampled_from([*GOOD_JSON, "received_at"]), st.none() | st.text("ab é", max_size=3) | st.integers()
    )
)
def test_reading_ends_in_an_event_or_in_a_refusal(change):
    try:
        one = s.from_json(GOOD_JSON | change)
    except Corrupt:
        return
    assert s.from_json(s.as_json(one)) == one
