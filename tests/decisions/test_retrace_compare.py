"""Re-traces are compared on terms fixed before; a sample follows from its seed."""

import math
import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.decisions.retracing.compare import compared, differences
from reports.decisions.retracing.documents import Difference, Explained, Terms, Why
from reports.decisions.retracing.drawing import drawn, month_before
from reports.decisions.state import Outcome

TERMS = Terms(tolerance=0.01, tolerance_from="record", correlation=0.9)
SCORES = {"a": 0.75, "b": 0.25}


def verdict(now, *, threshold=0.5, terms=TERMS, explanations=()):
    return compared(SCORES, now, threshold=threshold, terms=terms, explanations=explanations)


@pytest.mark.parametrize(
    ("now", "threshold", "outcome", "why", "flips"),
    [
        (SCORES, 0.5, Outcome.REPRODUCED, (), []),
        ({"a": 0.755, "b": 0.245}, 0.5, Outcome.REPRODUCED, (), []),
        ({"a": 0.70, "b": 0.30}, 0.5, Outcome.DEVIATES, (Why.SCORES,), []),
        ({"a": 0.749, "b": 0.251}, 0.75, Outcome.DEVIATES, (Why.CLASS,), ["a"]),
        ({"a": 0.2, "b": 0.8}, 0.5, Outcome.DEVIATES, (Why.SCORES, Why.CLASS), ["a", "b"]),
        ({"a": 0.2, "b": 0.8}, None, Outcome.DEVIATES, (Why.SCORES, Why.CLASS), ["a", "b"]),
        ({"a": 0.4, "b": 0.35}, 0.3, Outcome.DEVIATES, (Why.SCORES, Why.CLASS), ["b"]),
        ({"a": 0.75}, 0.5, Outcome.NOT_REPRODUCIBLE, (Why.SCORES_UNKNOWN,), []),
        ({"a": math.nan, "b": 0.1}, 0.5, Outcome.NOT_REPRODUCIBLE, (Why.SCORES_NO_NUMBERS,), []),
    ],
)
def test_outcomes(now, threshold, outcome, why, flips):
    found = verdict(now, threshold=threshold)
    assert (found.outcome, found.why, [flip.name for flip in found.flips]) == (outcome, why, flips)


def test_an_explanation_that_ranks_otherwise_deviates():
    low, high = Explained(method="lrp", correlation=0.5), Explained(method="lrp", correlation=0.95)
    same = Explained(method="lrp", identical=True, correlation=None)
    without = Explained(method="lrp", not_compared="why")
    assert verdict(SCORES, explanations=(low,)).why == (Why.EXPLANATION,)
    assert verdict(SCORES, explanations=(high, same, without)).outcome is Outcome.REPRODUCED


scores = st.dictionaries(st.sampled_from("abcd"), st.floats(-1e6, 1e6), min_size=1)


@given(scores, st.one_of(st.none(), st.floats(-2, 2)))
def test_what_is_the_same_is_reproduced_even_without_tolerance(recorded, threshold):
    exact = Terms(tolerance=0, tolerance_from="record", correlation=1)
    found = compared(recorded, recorded, threshold=threshold, terms=exact)
    assert (found.outcome, found.largest) == (Outcome.REPRODUCED, 0)


@given(scores, st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_larger_tolerance_never_makes_a_deviation(recorded, values, one, other):
    now = dict(zip("abcd", values, strict=True))
    small, large = (
        compared(
            recorded,
            now,
            threshold=0.0,
            terms=Terms(tolerance=tolerance, tolerance_from="record", correlation=1),
        )
        for tolerance in sorted((one, other))
    )
    assert set(large.why) <= set(small.why)
    assert (small.outcome is Outcome.DEVIATES) == bool(small.why)
    assert {flip.name for flip in small.flips} == {n for n in recorded if (recorded[n] >= 0) != (now[n] >= 0)}


def test_only_what_was_recorded_of_the_surroundings_is_compared():
    recorded, now = {"torch": "2.1", "gone": "1", "device": ""}, {"torch": "2.2", "device": "cpu"}
    assert differences(recorded, now) == (
        Difference(what="gone", recorded="1", now=""),
        Difference(what="torch", recorded="2.1", now="2.2"),
    )
    assert differences(now, now) == ()


@given(st.sets(st.integers(1, 10**6), max_size=60), st.integers(1, 40), st.randoms(use_true_random=False))
def test_a_sample_follows_from_its_seed_in_whatever_order(numbers, size, rng: random.Random):
    shuffled = sorted(numbers)
    rng.shuffle(shuffled)
    found = drawn(shuffled, "seed", size)
    assert found == drawn(numbers, "seed", size)
    assert len(set(found)) == min(size, len(numbers))
    assert set(found) <= numbers


def test_another_seed_draws_others():
    assert drawn(range(1000), "a", 10) != drawn(range(1000), "b", 10)


def test_the_month_before_is_the_installations():
    zone = ZoneInfo("Europe/Berlin")
    march = month_before(datetime(2026, 3, 31, 22, 30, tzinfo=UTC), zone)  # April in Berlin
    assert (march.first.isoformat(), march.since.isoformat(), march.until.isoformat()) == (
        "2026-03-01",
        "2026-02-28T23:00:00+00:00",
        "2026-03-31T22:00:00+00:00",
    )
    assert month_before(datetime(2026, 1, 1, tzinfo=UTC), UTC).first.isoformat() == "2025-12-01"
