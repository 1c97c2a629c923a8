"""Metrics against scikit-learn, their intervals against a plain bootstrap, and what happens at the edges."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics as reference

from auditor.explain.bootstrap import Bootstrap
from auditor.explain.evidence import ItemRecord
from auditor.explain.performance import performance
from auditor.explain.spec import ItemEntry
from tests.explain import toys
from tests.reference import performance as slow

NAMES = ("a", "b", "c")


def records(labels, scores, names=NAMES) -> list[ItemRecord]:
    return [
        ItemRecord(
            index=index,
            entry=ItemEntry(
                id=str(index),
                label=names[label],
                groups={"site": f"s{index % 7 // 3}"},
                content="0" * 64,
                mask=None,
            ),
            scores=tuple(row),
            predicted=names[int(np.argmax(row))],
            target=names[0],
            maps={},
            effects=None,
            features={},
        )
        for index, (label, row) in enumerate(zip(labels, scores.tolist(), strict=True))
    ]


@pytest.fixture(params=[2, 3])
def answers(request):
    rng = np.random.default_rng(5)
    labels = rng.integers(request.param, size=60)
    raw = (
        np.round(rng.random((60, request.param)) + np.eye(request.param)[labels] * 0.4, 1) + 0.01
    )  # with ties
    return labels, raw / raw.sum(axis=1, keepdims=True), NAMES[: request.param]


def found(result):
    return {(metric.name, metric.of): metric.measure for metric in result}


def test_values_are_those_of_scikit_learn(answers):
    labels, scores, names = answers
    decided = scores.argmax(axis=1)
    result = performance(records(labels, scores, names), names, toys.plan())
    values = {key: measure.value for key, measure in found(result.overall).items()}
    assert values["accuracy", None] == pytest.approx(reference.accuracy_score(labels, decided))
    assert values["balanced_accuracy", None] == pytest.approx(
        reference.balanced_accuracy_score(labels, decided)
    )
    probabilities = scores[:, 1] if len(names) == 2 else scores
    brier = reference.brier_score_loss(labels, probabilities, labels=range(len(names)))
    assert values["brier", None] == pytest.approx(brier)
    for index, name in enumerate(names):
        one, said = labels == index, decided == index
        assert values["sensitivity", name] == pytest.approx(reference.recall_score(one, said))
        assert values["specificity", name] == pytest.approx(reference.recall_score(~one, ~said))
        assert values["auroc", name] == pytest.approx(reference.roc_auc_score(one, scores[:, index]))
        assert values["auprc", name] == pytest.approx(
            reference.average_precision_score(one, scores[:, index])
        )
        assert values["ppv", name] == pytest.approx(reference.precision_score(one, said))
        assert values["npv", name] == pytest.approx(reference.precision_score(~one, ~said))
    assert [metric.measure.value for metric in result.prevalence] == pytest.approx(
        np.bincount(labels, minlength=len(names)) / 60
    )
    assert np.array_equal(result.confusion, reference.confusion_matrix(labels, decided))


def test_intervals_of_areas_are_those_of_the_slow_formulas_and_near_a_plain_bootstrap(answers):
    labels, scores, names = answers
    result = found(performance(records(labels, scores, names), names, toys.plan(resamples=2000)).overall)
    rng, values = np.random.default_rng(1), []
    for _ in range(400):
        drawn = np.concatenate(
            [rng.choice(np.flatnonzero(labels == k), (labels == k).sum()) for k in range(len(names))]
        )
        values.append(
            [
                reference.roc_auc_score(labels[drawn] == 0, scores[drawn, 0]),
                reference.average_precision_score(labels[drawn] == 0, scores[drawn, 0]),
            ]
        )
    deviations = np.std(values, axis=0)
    for name, deviation in zip(("auroc", "auprc"), deviations, strict=True):
        measure = result[name, "a"]
        assert measure.low < measure.value < measure.high
        assert (measure.high - measure.low) / 3.92 == pytest.approx(deviation, rel=0.15)
    error = slow.delong_error(labels == 0, scores[:, 0])
    logit = np.log(result["auroc", "a"].value / (1 - result["auroc", "a"].value))
    reach = 1.959964 * error / (result["auroc", "a"].value * (1 - result["auroc", "a"].value))
    assert result["auroc", "a"].low == pytest.approx(1 / (1 + np.exp(reach - logit)))
    assert result["auroc", "a"].high == pytest.approx(1 / (1 + np.exp(-reach - logit)))
    assert (result["auroc", "a"].seed, result["auprc", "a"].seed) == (None, toys.plan().seed)


def test_shares_have_the_score_interval(answers):
    labels, scores, names = answers
    result = found(performance(records(labels, scores, names), names, toys.plan()).overall)
    hits = int((labels == scores.argmax(axis=1)).sum())
    expected = binomtest(hits, 60).proportion_ci(0.95, method="wilson")
    assert (result["accuracy", None].low, result["accuracy", None].high) == pytest.approx(expected)


def test_a_perfect_ranking_has_an_interval_too():
    labels = np.repeat([0, 1], 12)
    scores = np.column_stack((1 - (0.1 + 0.7 * labels), 0.1 + 0.7 * labels))
    result = found(performance(records(labels, scores, NAMES[:2]), NAMES[:2], toys.plan()).overall)
    assert (result["auroc", "b"].value, result["auroc", "b"].high) == (1.0, 1.0)
    assert 0.7 < result["auroc", "b"].low < 0.95
    assert (result["auprc", "b"].value, result["auprc", "b"].high) == (1.0, 1.0)
    assert result["auprc", "b"].low == pytest.approx(12 / (12 + 1.959964**2))


def test_the_reliability_curve_is_that_of_the_slow_bins(answers):
    labels, scores, names = answers
    result = performance(records(labels, scores, names), names, toys.plan(minimum_group=8))
    curve = result.calibration
    decided = scores.argmax(axis=1)
    given = scores[:, 1] if len(names) == 2 else scores.max(axis=1)
    came = (labels == 1) if len(names) == 2 else labels == decided
    slow_bins = slow.reliability(given, came, count=7, minimum=8)
    assert [one.observed.n for one in curve.bins] == [n for n, _, _ in slow_bins]
    assert min(one.observed.n for one in curve.bins) >= 8
    assert [one.predicted for one in curve.bins] == pytest.approx([mean for _, mean, _ in slow_bins])
    assert [one.observed.value for one in curve.bins] == pytest.approx([share for _, _, share in slow_bins])
    plain = sum(n * abs(mean - share) for n, mean, share in slow_bins) / 60
    assert curve.plain == pytest.approx(plain)
    error = found(result.overall)["ece", None]
    assert 0 <= error.low <= error.value <= error.high
    assert error.value < curve.plain


def test_a_small_group_is_suppressed_and_a_large_one_is_not(answers):
    labels, scores, names = answers
    result = performance(records(labels, scores, names), names, toys.plan(minimum_group=15))
    assert [(group.value, group.n, group.suppressed) for group in result.groups] == [
        ("s0", 27, False), ("s1", None, True), ("s2", None, True),
    ]  # fmt: skip
    assert [group.why for group in result.groups] == [None, "complement", "small"]
    assert (result.accounts[0].measured, result.accounts[0].withheld) == (27, 33)
    assert result.groups[2].metrics == ()
    chosen = np.arange(60) % 7 // 3 == 0
    accuracy = found(result.groups[0].metrics)["accuracy", None].value
    assert accuracy == pytest.approx((scores.argmax(axis=1) == labels)[chosen].mean())


@pytest.mark.filterwarnings("error")
def test_what_is_undefined_has_no_value_and_says_why():
    scores = np.array([[0.8, 0.2]] * 5)
    result = found(performance(records([0] * 5, scores, NAMES[:2]), NAMES[:2], toys.plan()).overall)
    assert result["sensitivity", "b"].value is None
    assert result["sensitivity", "b"].no_interval == "no item here is labelled b"
    assert result["specificity", "a"].no_interval == "every item here is labelled a"
    assert result["auroc", "a"].value is None
    assert result["accuracy", None].value == 1.0
    assert result["accuracy", None].low == pytest.approx(5 / (5 + 1.959964**2))
    assert result["ppv", "b"].no_interval == "no item here is decided as b"
    assert result["auprc", "b"].no_interval == "no item here is labelled b"
    assert result["brier", None].no_interval.startswith("every resample gives the same value")


@pytest.mark.filterwarnings("error")
def test_one_item_has_values_without_intervals():
    result = found(
        performance(records([0], np.array([[0.8, 0.2]]), NAMES[:2]), NAMES[:2], toys.plan()).overall
    )
    assert result["accuracy", None].value == 1.0
    assert (result["accuracy", None].low, result["accuracy", None].high) == (
        pytest.approx(1 / (1 + 1.959964**2)),
        1.0,
    )
    assert result["brier", None].no_interval == "fewer than two items: an interval needs more"
    assert result["ece", None].value is None


def test_means_skip_what_is_missing_and_chunks_change_nothing(monkeypatch):
    columns = np.random.default_rng(0).random((40, 2))
    columns[::3, 1] = np.nan
    bootstrap = Bootstrap(resamples=200, confidence=0.9, seed=4)
    whole = bootstrap.means(columns, ["m", "m"], [False, False])
    assert whole[1].value == pytest.approx(np.nanmean(columns[:, 1]))
    assert whole[1].n == np.isfinite(columns[:, 1]).sum()
    monkeypatch.setattr("auditor.explain.bootstrap._MOST_CELLS", 40 * 7)
    for one, other in zip(bootstrap.means(columns, ["m", "m"], [False, False]), whole, strict=True):
        assert (one.low, one.value, one.high) == pytest.approx((other.low, other.value, other.high))
