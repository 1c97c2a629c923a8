"""Percentile bootstrap intervals (Efron 1979), vectorised: a resample is a row of counts, one per item."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from auditor.explain.evidence import Measure
from auditor.explain.plan import Plan

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
_MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are made: how many resamples, at which confidence, from which seed."""

    resamples: int
    confidence: float
    seed: int

    @classmethod
    def of(cls, plan: Plan) -> "Bootstrap":
        """Return the bootstrap that a plan fixes."""
        return cls(plan.resamples, plan.confidence, plan.seed)

    def replicates(self, statistic: Statistic, strata: NDArray[Any]) -> Floats:
        """Return the statistic of every resample, (resamples, k).

        `statistic` maps counts (rows, items) to values (rows, k). Items are drawn with replacement within
        their stratum, so every resample has as many items of each stratum as the set.
        """
        return np.concatenate([statistic(counts) for counts in self._counts(strata)])

    def _counts(self, strata: NDArray[Any]) -> Iterator[Floats]:
        rng, total = np.random.default_rng(self.seed), len(strata)
        members = [np.flatnonzero(strata == value) for value in np.unique(strata)]
        rows = max(1, _MOST_CELLS // max(total, 1))
        for first in range(0, self.resamples, rows):
            count = min(rows, self.resamples - first)
            counts = np.zeros((count, total))
            for chosen in members:
                draws = rng.integers(len(chosen), size=(count, len(chosen)))
                draws += np.arange(count)[:, None] * len(chosen)
                flat = np.bincount(draws.ravel(), minlength=count * len(chosen))
                counts[:, chosen] = flat.reshape(count, len(chosen))
            yield counts

    def measure(
        self, value: float, replicates: Floats, n: int, method: str, *, share: bool = False
    ) -> Measure:
        """Return a number with its percentile interval.

        Where every resample gives the same value the bootstrap says nothing; a share of items that is 0 or 1
        then gets the exact binomial interval (Clopper and Pearson 1934), anything else none, with the reason.
        """
        finite = replicates[np.isfinite(replicates)]
        if n < 2 or len(finite) == 0:
            return undefined(value, n, method, "fewer than two items: an interval needs more")
        if finite.min() == finite.max():
            if share and value in (0.0, 1.0):
                return self.share(round(value * n), n, method)
            return undefined(
                value, n, method, "every resample gives the same value, so the bootstrap has no width"
            )
        tail = (1 - self.confidence) / 2
        low, high = np.quantile(finite, [tail, 1 - tail])
        how = f"{method}; percentile bootstrap over items, {self.resamples} resamples"
        return self._measured(value, float(low), float(high), n, how)

    def share(self, hits: int, n: int, method: str) -> Measure:
        """Return hits / n with the exact binomial interval (Clopper and Pearson 1934); `n` is at least 1."""
        interval = binomtest(hits, n).proportion_ci(self.confidence, method="exact")
        how = f"{method}; exact binomial interval"
        return self._measured(hits / n, float(interval.low), float(interval.high), n, how)

    def _measured(self, value: float, low: float, high: float, n: int, method: str) -> Measure:
        return Measure(
            value=value, low=low, high=high, confidence=self.confidence, n=n, method=method, seed=self.seed
        )

    def means(self, columns: Floats, methods: Sequence[str], shares: Sequence[bool]) -> list[Measure]:
        """Return the mean of each column of (items, k) with interval; NaN marks an item without a value."""
        valid = np.isfinite(columns)
        filled, present = np.where(valid, columns, 0.0), valid.astype(np.float64)

        def mean(counts: Floats) -> Floats:
            return ratio(counts @ filled, counts @ present)

        values = mean(np.ones((1, len(columns))))[0]
        replicates = self.replicates(mean, np.zeros(len(columns), dtype=np.int64))
        return [
            self.measure(float(value), replicates[:, k], int(valid[:, k].sum()), methods[k], share=shares[k])
            if valid[:, k].any()
            else undefined(None, 0, methods[k], "no item has a value")
            for k, value in enumerate(values)
        ]

    def median(self, values: Floats, method: str, nothing: str) -> Measure:
        """Return the median of (items,) and its interval; `nothing` says why there are no values."""
        if len(values) == 0:
            return undefined(None, 0, method, nothing)
        draws = np.random.default_rng(self.seed).integers(len(values), size=(self.resamples, len(values)))
        return self.measure(float(np.median(values)), np.median(values[draws], axis=1), len(values), method)


def undefined(value: float | None, n: int, method: str, why: str) -> Measure:
    """Return a number without an interval, or no number at all, with the reason."""
    return Measure(value=value, n=n, method=method, no_interval=why)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return numerator / denominator, NaN where the denominator is zero."""
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    result: Floats = np.divide(numerator, denominator, out=np.full(shape, np.nan), where=denominator != 0)
    return result
