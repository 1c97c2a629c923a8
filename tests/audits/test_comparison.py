"""Two runs side by side: tests that agree with slow ones, toy pairs with a known outcome, and nothing by eye."""

import numpy as np
import pytest
from scipy.stats import binomtest

from auditor.audits.comparison import compare
from auditor.audits.comparison.documents import PairedTest
from auditor.audits.comparison.metrics import curve
from auditor.audits.comparison.tests import apart, holm, mcnemar, means
from auditor.audits.findings import findings
from auditor.audits.findings.counterpart import counterpart, measured_in
from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.bootstrap import Bootstrap
from auditor.explain.performance import Answers, metrics
from tests.audits import comparing
from tests.audits.comparing import given, plan, records
from tests.documents import factory
from tests.reference import comparison as slow

N = 60
ALL = [True] * N


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def mostly(n_right: int) -> list[bool]:
    return [number < n_right for number in range(N)]


def found(comparison):
    return {one.id: one for one in comparison.findings}


def metric(comparison, name, of=None):
    return next(one for one in comparison.metrics if (one.name, one.of) == (name, of))


def test_mcnemar_is_the_exact_test():
    random = np.random.default_rng(3)
    for _ in range(40):
        before, after = random.random((2, 25)) < random.random((2, 1))
        gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
        assert mcnemar(gained, lost) == pytest.approx(slow.mcnemar(list(before), list(after)), abs=1e-12)
        if gained + lost:
            assert mcnemar(gained, lost) == binomtest(gained, gained + lost).pvalue
    assert mcnemar(0, 0) == 1


def test_holm_corrects_for_the_tests_that_were_made_and_for_no_others():
    ps = [0.04, 0.001, 0.03, 0.5, 0.03]
    tests = [PairedTest(method="t", n=9, p=p, corrected=p) for p in ps]
    corrected = holm([tests[0], None, *tests[1:]])
    assert corrected[1] is None
    assert [test.corrected for test in corrected if test] == pytest.approx(slow.holm(ps))


def test_auroc_by_counts_is_auroc_over_repeated_items():
    random = np.random.default_rng(5)
    scores, labels = random.integers(0, 6, 14) / 6, random.integers(0, 2, 14)
    answers = Answers(labels, labels, np.stack([1 - scores, scores], axis=1))
    counts = random.integers(0, 4, (6, 14)).astype(float)
    fast = curve("auroc", "yes", answers, ("no", "yes"), 10)(counts)
    for row, value in zip(counts, fast, strict=True):
        again = np.repeat(np.arange(14), row.astype(int))
        assert value == pytest.approx(slow.auroc(list(scores[again]), list(labels[again] == 1)))


def test_each_number_is_that_of_the_evidence_where_every_item_is_drawn_once():
    random = np.random.default_rng(6)
    scores = random.dirichlet((1, 1, 1), 50)
    answers = Answers(random.integers(0, 3, 50), scores.argmax(axis=1), scores)
    classes = ("a", "b", "c")
    for one in metrics(answers, classes, Bootstrap(100, 0.95, 1), 10):
        if one.name != "ece":  # the evidence corrects it for chance
            value = curve(one.name, one.of, answers, classes, 10)(np.ones((1, 50)))[0]
            assert value == pytest.approx(one.measure.value), one.name


def test_a_gap_between_groups_that_closes_is_better(store):
    half_right_in_the_south = [n % 3 != 0 or n // 6 % 2 == 0 for n in range(2 * N)]
    before = given(store, records([n % 3 != 0 for n in range(2 * N)]), "one")
    after = given(store, records(half_right_in_the_south), "two")
    gap = found(compare(before, after))["group-gap-site"]
    assert gap.severity_after == "critical"
    assert gap.change == "better"
    pointer = next(one.pointer for one in findings(after.evidence) if one.id == "group-gap-site")
    now, then = (
        counterpart(pointer, after.evidence, one.evidence).difference.value for one in (after, before)
    )
    assert gap.difference.value == pytest.approx(abs(now) - abs(then))
    assert gap.difference.value < -0.3
    assert found(compare(after, before))["group-gap-site"].change == "worse"


def test_a_paired_bootstrap_is_that_of_single_draws():
    random = np.random.default_rng(8)
    before, after = random.random(30), random.random(30) + 0.2
    measure, test = means(before, after, "difference", Bootstrap(200, 0.95, 11))
    draws = np.random.default_rng(12).integers(30, size=(4999, 30))
    drawn = np.array([np.mean([after[i] - before[i] for i in draw]) for draw in draws])
    assert measure.value == pytest.approx(after.mean() - before.mean())
    assert (measure.low, measure.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.02)
    assert test.p == pytest.approx(2 * (1 + min((drawn <= 0).sum(), (drawn >= 0).sum())) / 5000, abs=0.02)


def test_a_paired_bootstrap_of_no_difference_rejects_about_as_often_as_it_says():
    random, rejected = np.random.default_rng(2), 0
    for _ in range(200):
        before, after = random.normal(size=(2, 50))
        rejected += means(before, after, "d", Bootstrap(100, 0.95, 4))[1].p < 0.05
    assert 2 <= rejected <= 22


def test_two_intervals_give_the_interval_of_their_difference():
    difference = apart(factory.measure(0.7, spread=0.03), factory.measure(0.8, spread=0.04), "d")
    assert difference.value == pytest.approx(0.1)
    assert (difference.low, difference.high) == pytest.approx((0.05, 0.15))
    assert apart(None, factory.measure(0.8), "d").no_interval


def test_a_better_version_on_the_same_items_is_called_better(store):
    before = given(store, records(mostly(30)), "one")
    after = given(store, records(mostly(50)), "two")
    comparison = compare(before, after)
    assert comparison.pairing.paired == N
    assert comparison.pairing.used
    accuracy = metric(comparison, "accuracy")
    assert accuracy.difference.value == pytest.approx(20 / N)
    assert accuracy.test.p == pytest.approx(2 * 0.5**20)
    assert accuracy.test.corrected >= accuracy.test.p
    assert accuracy.change == "better"
    finding = found(comparison)["accuracy"]
    assert (finding.severity_before, finding.severity_after) == ("critical", "note")
    assert finding.change == "better"
    assert finding.how == "McNemar's exact test"
    assert comparison.decisions.changed.value == pytest.approx(20 / N)
    assert {(way.before, way.after): way.n for way in comparison.decisions.ways} == {
        (comparing.NO, comparing.YES): 10,
        (comparing.YES, comparing.NO): 10,
    }
    assert all((way.right_before, way.right_after) == (0, way.n) for way in comparison.decisions.ways)


def test_the_other_way_round_it_is_worse(store):
    one, other = (given(store, records(mostly(n)), str(n)) for n in (30, 50))
    comparison = compare(other, one)
    assert metric(comparison, "accuracy").change == "worse"
    assert found(comparison)["accuracy"].change == "worse"


def test_what_chance_may_do_is_unchanged(store):
    comparison = compare(given(store, records(mostly(30)), "one"), given(store, records(mostly(32)), "two"))
    assert metric(comparison, "accuracy").change == "unchanged"
    assert found(comparison)["accuracy"].change == "unchanged"


def test_a_run_compared_with_its_like_has_changed_in_nothing(store):
    made = records(mostly(40), flips=[number % 4 == 0 for number in range(N)])
    comparison = compare(given(store, made, "one"), given(store, made, "two"))
    assert {one.change for one in comparison.metrics} == {"unchanged"}
    assert {one.change for one in comparison.findings} == {"unchanged"}
    assert comparison.decisions.items == ()


def test_flips_of_a_region_are_paired_item_by_item(store):
    often, rarer = [n % 10 < 7 for n in range(N)], [n % 10 < 3 for n in range(N)]
    before = given(store, records(ALL, flips=often), "one")
    after = given(store, records(ALL, flips=rarer), "two")
    finding = found(compare(before, after))["outside-flips"]
    assert finding.change == "better"
    assert finding.test.p == pytest.approx(slow.mcnemar(often, rarer))
    assert finding.difference.value == pytest.approx(-0.4)
    assert found(compare(after, before))["outside-flips"].change == "worse"


def test_new_and_gone_findings_say_whether_their_number_moved_beyond_chance(store):
    often, never = [n % 2 == 0 for n in range(N)], [False] * N
    marker = given(store, records(ALL, flips=often), "one")
    honest = given(store, records(ALL, flips=never), "two")
    gone = found(compare(marker, honest))["outside-flips"]
    assert gone.change == "gone"
    assert "moved beyond chance" in gone.how
    assert found(compare(honest, marker))["outside-flips"].change == "new"


def test_a_finding_that_was_not_measured_again_is_not_gone(store):
    marker = given(store, records(ALL, flips=[n % 2 == 0 for n in range(N)]), "one")
    without = given(store, records(ALL), "two")
    assert found(compare(marker, without))["outside-flips"].change == "not measured"


def test_other_items_are_compared_by_intervals_and_that_is_said(store):
    before = given(store, records(mostly(20)), "one")
    after = given(store, records(mostly(54), first=1000), "two")
    comparison = compare(before, after)
    assert (comparison.pairing.paired, comparison.pairing.used) == (0, False)
    assert "share no item" in comparison.pairing.said
    assert comparison.decisions is None
    accuracy = metric(comparison, "accuracy")
    assert accuracy.test is None
    assert "Zou and Donner" in accuracy.difference.how[0]
    assert accuracy.change == "better"
    assert found(comparison)["accuracy"].how.startswith("by the intervals")


def test_months_that_overlap_are_paired_on_what_they_share(store):
    comparison = compare(given(store, records(ALL), "one"), given(store, records(ALL, first=40), "two"))
    pairing = comparison.pairing
    assert (pairing.paired, pairing.only_before, pairing.only_after) == (20, 40, 40)
    few = compare(given(store, records(ALL), "one"), given(store, records(ALL, first=55), "two")).pairing
    assert (few.paired, few.used) == (5, False)


def test_copies_of_an_item_are_paired_one_by_one(store):
    twice = records(ALL) + records(ALL)
    comparison = compare(given(store, twice, "one"), given(store, records(ALL), "two"))
    assert (comparison.pairing.paired, comparison.pairing.only_before) == (N, N)


def test_models_with_other_classes_are_not_compared(store):
    one = given(store, records(ALL), "one")
    spec = factory.spec().model_copy(
        update={"output": factory.spec().output.model_copy(update={"classes": ("lesion", "no lesion")})}
    )
    facts = one.evidence.model.model_copy(update={"spec": spec})
    other = given(store, records(ALL), "two", model=facts)
    with pytest.raises(Refused, match="same classes in the same order"):
        compare(one, other)


def test_it_is_the_same_document_each_time(store):
    one, other = (given(store, records(mostly(n)), str(n)) for n in (30, 40))
    assert compare(one, other).document_digest() == compare(one, other).document_digest()


def test_numbers_are_found_again_wherever_they_stand(store):
    document = factory.evidence(store, marker=True)
    turned = document.model_copy(
        update={
            "regions": tuple(reversed(document.regions)),
            "methods": tuple(reversed(document.methods)),
            "performance": document.performance.model_copy(
                update={"groups": tuple(reversed(document.performance.groups))}
            ),
        }
    )
    for finding in findings(document):
        here = counterpart(finding.pointer, document, document)
        there = counterpart(finding.pointer, document, turned)
        assert there == (tuple(reversed(here)) if isinstance(here, tuple) and here != there else here)
        assert measured_in(finding, document, turned)
    bare = document.model_copy(update={"regions": ()})
    flips = next(finding for finding in findings(document) if finding.id == "outside-flips")
    assert not measured_in(flips, document, bare)


def test_thresholds_say_whether_they_are_the_products(store):
    kept = {f.id: f for f in findings(factory.evidence(store, marker=True))}["outside-flips"].threshold
    assert (kept.set_by, kept.value, kept.default) == ("default", 0.1, 0.1)
    stricter = plan(thresholds=plan().thresholds.model_copy(update={"outside_flips": 0.05}))
    changed = factory.evidence(store, marker=True, plan=stricter)
    said = {f.id: f for f in findings(changed)}["outside-flips"].threshold
    assert (said.set_by, said.value, said.default) == ("plan", 0.05, 0.1)
    assert {f.id: f for f in findings(changed)}["attribution-outside"].threshold.set_by == "rule"
