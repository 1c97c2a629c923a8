"""Bootstrap intervals (Efron 1979), vectorised: a resample is a row of counts, one per item."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from auditor.common.said import Said, say
from auditor.explain.intervals import expanded, shares_at, wilson
from auditor.explain.measure import Measure
from auditor.explain.plan import Plan

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
_MOST_CELLS = 4_000_000
WILSON = say("score interval (Wilson)")
_PERCENTILE = say("expanded percentile bootstrap over items, %(resamples)s resamples")
_CORRECTED = say(
    "expanded percentile bootstrap, corrected for bias and skewness, over items, %(resamples)s resamples"
)
_COUNT = 1e-6  # how near a share times its items is to a count of items


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
        self,
        value: float,
        replicates: Floats,
        n: int,
        method: str,
        *,
        how: Sequence[str] = (),
        share: bool = False,
        skewness: float | None = None,
    ) -> Measure:
        """Return a number with its interval from resamples: the expanded percentile interval (Hesterberg 2015).

        Quantiles are moved outwards because resamples of few items spread too little. Where `skewness` is given, that
        of the values whose mean this is, they are also moved for it (BCa, Efron 1987). A share of items gets the score
        interval (Wilson 1927) instead. Where every resample gives the same value there is none, with the reason.
        `how` is said before the rest of how the interval came about.

        Nominal 95 % intervals of means cover 93 % on 12 items drawn from an exponential distribution, and 88 % where
        the tail is as heavy as a log-normal's (sigma 0.8).
        """
        if n < 2:
            return undefined(value, n, method, say("fewer than two items: an interval needs more"), how)
        if share and abs(value * n - round(value * n)) < _COUNT:
            return self.share(round(value * n), n, method, how)
        finite = replicates[np.isfinite(replicates)]
        if len(finite) == 0 or finite.min() == finite.max():
            return undefined(
                value,
                n,
                method,
                say("every resample gives the same value, so the bootstrap has no width"),
                how,
            )
        reach, made = expanded(n, self.confidence), _PERCENTILE
        at = shares_at(reach)
        if skewness is not None:
            at = shares_at(reach, _bias(value, finite), skewness / (6 * np.sqrt(n)))
            made = _CORRECTED
        low, high = np.quantile(finite, at)
        drawn = Said(made.template, {"resamples": self.resamples})
        return self.within(value, (float(low), float(high)), n, method, (*how, drawn))

    def share(self, hits: int, n: int, method: str, how: Sequence[str] = ()) -> Measure:
        """Return hits / n with the score interval (Wilson 1927); `n` is at least 1."""
        ends = wilson(hits, n, self.confidence)
        return self.within(hits / n, ends, n, method, (*how, WILSON), drawn=False)

    def within(
        self,
        value: float,
        ends: tuple[float, float],
        n: int,
        method: str,
        how: Sequence[str] = (),
        *,
        drawn: bool = True,
    ) -> Measure:
        """Return a number with the interval that `how` says; it has a seed where chance was `drawn`."""
        seed, (low, high) = (self.seed if drawn else None), ends
        return Measure(
            value=value,
            low=low,
            high=high,
            confidence=self.confidence,
            n=n,
            method=method,
            how=tuple(how),
            seed=seed,
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
            self.measure(
                float(value),
                replicates[:, k],
                int(valid[:, k].sum()),
                methods[k],
                share=shares[k],
                skewness=_skewness(columns[valid[:, k], k]),
            )
            if valid[:, k].any()
            else undefined(None, 0, methods[k], say("no item has a value"))
            for k, value in enumerate(values)
        ]

    def median(self, values: Floats, method: str, nothing: str) -> Measure:
        """Return the median of (items,) and its interval; `nothing` says why there are no values."""
        if len(values) == 0:
            return undefined(None, 0, method, nothing)
        draws = np.random.default_rng(self.seed).integers(len(values), size=(self.resamples, len(values)))
        return self.measure(float(np.median(values)), np.median(values[draws], axis=1), len(values), method)


def undefined(value: float | None, n: int, method: str, why: str, how: Sequence[str] = ()) -> Measure:
    """Return a number without an interval, or no number at all, with the reason."""
    return Measure(value=value, n=n, method=method, how=tuple(how), no_interval=why)


def _bias(value: float, replicates: Floats) -> float:
    """Return by how many standard deviations the median of resamples lies under the value."""
    under = (replicates < value).mean() + (replicates == value).mean() / 2
    return float(ndtri(np.clip(under, 0.5 / len(replicates), 1 - 0.5 / len(replicates))))


def _skewness(values: Floats) -> float:
    around = values - values.mean()
    spread = float((around**2).mean())
    return float((around**3).mean()) / spread**1.5 if spread > 0 else 0.0


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return numerator / denominator, NaN where the denominator is zero."""
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    result: Floats = np.divide(numerator, denominator, out=np.full(shape, np.nan), where=denominator != 0)
    return result
