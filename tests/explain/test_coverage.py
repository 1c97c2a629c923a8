"""Do nominal 95 % intervals hold the truth in 90 to 98 of 100 repetitions? Five hundred repetitions each, seeded."""

import numpy as np
import pytest
from scipy.stats import binom, norm

from auditor.explain.bootstrap import Bootstrap
from auditor.explain.intervals import difference_of, wilson
from auditor.explain.performance.answers import Answers
from auditor.explain.performance.calibration import bins, calibration_error, promised
from auditor.explain.performance.gaps import gaps
from auditor.explain.performance.groups import Column
from auditor.explain.performance.metrics import quick_metrics
from auditor.explain.performance.ranking import AveragePrecision, auprc, auroc

REPETITIONS = 500
BOOTSTRAP = Bootstrap(400, 0.95, 11)
CLASSES = ("a", "b")


def holds(measures, truth):
    """Return in which share of repetitions the interval holds the truth, one number or one a repetition."""
    truths = np.broadcast_to(truth, len(measures))
    return np.mean([one.low <= at <= one.high for one, at in zip(measures, truths, strict=True)])


def nominal(share):
    return 0.90 <= share <= 0.98


@pytest.mark.parametrize("n", [12, 48])
@pytest.mark.parametrize(
    ("draw", "truth"),
    [
        (lambda rng, shape: rng.exponential(size=shape), 1.0),
        (lambda rng, shape: rng.beta(1, 8, size=shape), 1 / 9),
        (lambda rng, shape: rng.exponential(size=shape) * (rng.random(shape) < 0.5), 0.5),
    ],
    ids=["exponential", "share", "half zero"],
)
def test_means_of_skewed_values(n, draw, truth):
    columns = draw(np.random.default_rng(n), (n, REPETITIONS))
    measures = BOOTSTRAP.means(columns, ["m"] * REPETITIONS, [False] * REPETITIONS)
    assert nominal(holds(measures, truth))


@pytest.mark.parametrize("n", [12, 49])
def test_medians(n):
    drawn = np.random.default_rng(n).exponential(size=(REPETITIONS, n))
    assert nominal(holds([BOOTSTRAP.median(row, "m", "none") for row in drawn], np.log(2)))


@pytest.mark.parametrize(("n", "share"), [(12, 0.85), (20, 0.7), (48, 0.92), (200, 0.97)])
def test_shares(n, share):
    hits = np.random.default_rng(n).binomial(n, share, size=REPETITIONS)
    assert nominal(holds([BOOTSTRAP.share(int(one), n, "s") for one in hits], share))


def test_shares_exactly_and_where_the_score_interval_falls_short():
    def coverage(n, share):
        ends = np.array([wilson(hits, n, 0.95) for hits in range(n + 1)])
        return binom.pmf(np.arange(n + 1), n, share)[(ends[:, 0] <= share) & (share <= ends[:, 1])].sum()

    shares = np.linspace(0.5, 0.99, 99)
    assert np.mean([nominal(coverage(12, share)) for share in shares]) > 0.9
    assert all(nominal(coverage(48, share)) for share in shares)
    assert all(coverage(12, share) > 0.9 for share in shares[shares < 0.98])


def answers(rng, n, sensitivity=0.8, specificity=0.9):
    labels = rng.integers(2, size=n)
    hit = rng.random(n) < np.where(labels == 1, sensitivity, specificity)
    decided = np.where(hit, labels, 1 - labels)
    score = norm.cdf(rng.normal(size=n) + 1.3 * labels - 0.65)
    return Answers(labels, decided, np.column_stack((1 - score, score)))


def test_metrics_of_a_small_set():
    rng = np.random.default_rng(5)
    repeated = [quick_metrics(answers(rng, 80), CLASSES, BOOTSTRAP) for _ in range(REPETITIONS)]
    truth = {
        ("accuracy", None): 0.85,
        ("balanced_accuracy", None): 0.85,
        ("sensitivity", "b"): 0.8,
        ("specificity", "b"): 0.9,
        ("ppv", "b"): 0.8 / 0.9,
        ("npv", "b"): 0.9 / 1.1,
        ("auroc", "b"): norm.cdf(1.3 / np.sqrt(2)),
    }
    for (name, of), value in truth.items():
        measures = [
            next(one.measure for one in found if (one.name, one.of) == (name, of)) for found in repeated
        ]
        assert nominal(holds(measures, value)), name


@pytest.mark.parametrize(
    ("positives", "negatives", "apart"), [(12, 12, 1.2), (30, 30, 2.5), (20, 80, 1.2), (30, 30, 0.5)]
)
def test_areas(positives, negatives, apart):
    rng, positive = np.random.default_rng(positives), np.arange(positives + negatives) < positives
    drawn = rng.normal(size=(REPETITIONS, len(positive))) + apart * positive
    areas = [auroc(positive, row, "b", BOOTSTRAP) for row in drawn]
    assert nominal(holds(areas, norm.cdf(apart / np.sqrt(2))))
    few = Bootstrap(150, 0.95, 11)
    curves = [auprc(positive, row, "b", few) for row in drawn]
    assert nominal(holds(curves, _average_precision(positives, negatives, apart)))


def _average_precision(positives, negatives, apart):
    """Return the average precision of as good as infinitely many items."""
    half = 4000
    grid = [
        norm.ppf((np.arange(count) + 0.5) / count) for count in (half, round(half * negatives / positives))
    ]
    positive = np.repeat([True, False], [len(one) for one in grid])
    scores = np.concatenate((grid[0] + apart, grid[1]))
    return AveragePrecision(positive, scores)(np.ones((1, len(scores))))[0]


@pytest.mark.parametrize("slope", [1.0, 0.6, 0.0], ids=["calibrated", "overconfident", "no knowledge"])
def test_the_calibration_error(slope):
    rng, few, measures, truths = np.random.default_rng(8), Bootstrap(150, 0.95, 11), [], []
    for _ in range(REPETITIONS):
        given = rng.beta(0.8, 0.8, size=120)
        chance = 0.5 + slope * (given - 0.5)
        labels = (rng.random(120) < chance).astype(np.int64)
        one = Answers(labels, (given > 0.5).astype(np.int64), np.column_stack((1 - given, given)))
        measures.append(calibration_error(one, few, 10))
        held = bins(promised(one)[0], 10)
        truths.append(sum(abs((chance - given)[m].mean()) * m.sum() for m in held) / 120)
    assert nominal(holds(measures, truths))
    assert np.median([one.value for one in measures]) == pytest.approx(np.mean(truths), abs=0.015)


def test_the_brier_score():
    rng, n = np.random.default_rng(3), 24
    given = rng.beta(0.6, 0.6, size=(n, REPETITIONS))
    squared = (given - (rng.random(given.shape) < given)) ** 2
    measures = BOOTSTRAP.means(squared, ["b"] * REPETITIONS, [False] * REPETITIONS)
    assert nominal(holds(measures, 0.5 * 0.5 - 0.25 / 2.2))  # E p (1 - p) = 1/4 - Var p


def test_gaps_between_groups():
    """With half as many items the difference of two shares of 0.9 is covered 98 % of the time."""
    rng, group = np.random.default_rng(6), Column("c", ("x",) * 48 + ("y",) * 112, frozenset())
    few, found = Bootstrap(20, 0.95, 11), []
    for _ in range(REPETITIONS):
        found.append(
            {gap.name: gap.difference for gap in gaps([group], answers(rng, 160), CLASSES, few, 10)[0]}
        )
    for name in ("accuracy", "sensitivity", "specificity", "auroc"):
        assert nominal(holds([one[name] for one in found if name in one], 0.0)), name


def test_differences_of_shares_hold_where_both_are_large():
    rng = np.random.default_rng(2)
    first, second = rng.binomial(20, 0.95, REPETITIONS), rng.binomial(60, 0.85, REPETITIONS)
    inside = 0
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        low, high = difference_of(one / 20, wilson(one, 20, 0.95), other / 60, wilson(other, 60, 0.95))
        inside += low <= 0.1 <= high
    assert nominal(inside / REPETITIONS)
