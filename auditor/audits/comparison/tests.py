"""Tests of no difference between two runs, and the correction for making many."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest

from auditor.audits.comparison.documents import Change, PairedTest
from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, Floats, Statistic, undefined
from auditor.explain.measure import Measure

RESAMPLES = 4999
_BOOTSTRAP = say("paired bootstrap over items, %(resamples)s resamples, two-sided", resamples=RESAMPLES)
_MCNEMAR = say("McNemar's exact test")
_FROM_INTERVALS = say("interval from the intervals of both audits (Zou and Donner 2008)")


def mcnemar(gained: int, lost: int) -> float:
    """Return the exact p of McNemar's test (McNemar 1947): 1 where no item changed."""
    changed = gained + lost
    return float(binomtest(gained, changed, 0.5).pvalue) if changed else 1.0


def holm(tests: Sequence[PairedTest | None]) -> list[PairedTest | None]:
    """Return the tests with p corrected for their number (Holm 1979), in their order; None stays None."""
    made = sorted((test.p, index) for index, test in enumerate(tests) if test is not None)
    corrected: list[PairedTest | None] = list(tests)
    largest = 0.0
    for rank, (p, index) in enumerate(made):
        largest = max(largest, min(1.0, (len(made) - rank) * p))
        test = tests[index]
        corrected[index] = None if test is None else test.model_copy(update={"corrected": largest})
    return corrected


def shares(before: Floats, after: Floats, what: str, bootstrap: Bootstrap) -> tuple[Measure, PairedTest]:
    """Return the difference of two shares over the same items, (items,) of 0 and 1, tested by McNemar's test."""
    difference, _ = means(before, after, what, bootstrap)
    p = mcnemar(int(((before == 0) & (after == 1)).sum()), int(((before == 1) & (after == 0)).sum()))
    return difference, PairedTest(method=_MCNEMAR, n=len(after), p=p, corrected=p)


def means(before: Floats, after: Floats, what: str, bootstrap: Bootstrap) -> tuple[Measure, PairedTest]:
    """Return the difference of two means over the same items, (items,), tested by a paired bootstrap."""
    change = after - before

    def mean(counts: Floats) -> Floats:
        result: Floats = (counts @ change / counts.sum(axis=1))[:, None]
        return result

    return statistic(mean, np.zeros(len(change), dtype=np.int64), what, bootstrap)


def medians(before: Floats, after: Floats, what: str, bootstrap: Bootstrap) -> tuple[Measure, PairedTest]:
    """Return the difference of two medians over the same items, (items,), tested by a paired bootstrap."""
    n = len(after)
    draws = np.random.default_rng(bootstrap.seed).integers(n, size=(RESAMPLES, n))
    value = float(np.median(after) - np.median(before))
    drawn = np.median(after[draws], axis=1) - np.median(before[draws], axis=1)
    return _tested(value, drawn, n, what, bootstrap)


def statistic(
    difference: Statistic, strata: Floats | np.ndarray, what: str, bootstrap: Bootstrap
) -> tuple[Measure, PairedTest]:
    """Return a difference given as a function of counts, (rows, items) to (rows, 1), with interval and test."""
    n = len(strata)
    value = float(difference(np.ones((1, n)))[0, 0])
    drawn = Bootstrap(RESAMPLES, bootstrap.confidence, bootstrap.seed).replicates(difference, strata)[:, 0]
    return _tested(value, drawn, n, what, bootstrap)


def apart(before: Measure | None, after: Measure | None, what: str) -> Measure:
    """Return the difference of two numbers from different items, with an interval made of both intervals.

    The ends are those of Zou and Donner (2008): each side's distance from its end, squared and added.
    """
    if before is None or after is None or before.value is None or after.value is None:
        return undefined(None, 0, what, say("one of the audits has no such number"))
    value, n = after.value - before.value, min(before.n, after.n)
    ends = (before.low, before.high, after.low, after.high)
    if any(end is None for end in ends) or after.confidence != before.confidence:
        return undefined(value, n, what, say("one of the audits has no interval for it"))
    below = np.hypot(after.value - (after.low or 0.0), (before.high or 0.0) - before.value)
    above = np.hypot((after.high or 0.0) - after.value, before.value - (before.low or 0.0))
    return Measure(
        value=value,
        low=value - float(below),
        high=value + float(above),
        confidence=after.confidence,
        n=n,
        method=what,
        how=(_FROM_INTERVALS,),
    )


def verdict(difference: Measure, test: PairedTest | None, *, higher: bool, confidence: float) -> Change:
    """Return which way something changed: beyond chance by its corrected test, else by its interval."""
    if difference.value is None or difference.value == 0:
        return "unchanged"
    if test is not None:
        beyond = test.corrected < 1 - confidence
    else:
        beyond = (
            difference.low is not None
            and difference.high is not None
            and (difference.low > 0 or difference.high < 0)
        )
    if not beyond:
        return "unchanged"
    return "better" if (difference.value > 0) == higher else "worse"


def _tested(
    value: float, drawn: Floats, n: int, what: str, bootstrap: Bootstrap
) -> tuple[Measure, PairedTest]:
    """Return a difference with the percentile interval and the p of its resamples (Efron and Tibshirani 1993)."""
    finite = drawn[np.isfinite(drawn)]
    tail = min(int((finite <= 0).sum()), int((finite >= 0).sum()))
    p = min(1.0, 2 * (1 + tail) / (len(finite) + 1))
    measure = Bootstrap(RESAMPLES, bootstrap.confidence, bootstrap.seed).measure(value, drawn, n, what)
    return measure, PairedTest(method=_BOOTSTRAP, n=n, p=p, corrected=p)
