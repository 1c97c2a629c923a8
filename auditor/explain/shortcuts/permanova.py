"""Do patterns go along with a factor beyond the label? Permutational analysis of variance, within labels."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.common.said import Said, say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.evidence import Measure

_MOST_CELLS = 4_000_000
_SAME = 1 - 1e-9  # sums in another order differ by rounding alone
_WHAT = say(
    "partial R2 of the column beyond the label, adjusted for the number of values (distance-based permutational "
    "analysis of variance with Euclidean distances; Anderson 2001)"
)
_HOW = say(
    "percentile bootstrap within each label and value, %(resamples)s resamples, moved by its estimated bias"
)
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Permanova:
    """Rows split by label and by a factor, from 0.

    Attributes
    ----------
    rows : what is explained, (items, parts)
    labels, values : the label and the factor's value of each item, (items,)

    Notes
    -----
    M. J. Anderson: A new method for non-parametric multivariate analysis of variance. Austral Ecology 26, 2001. With
    Euclidean distances, sums of squared distances over the number of items are sums of squares about the mean, so
    no distances are computed. The factor is fitted after the label, and permuted within labels, under which the
    label's fit, the degrees of freedom and the factor's own sums do not change: the partial R2 orders permutations as
    the pseudo-F does.
    """

    rows: Floats
    labels: Indices
    values: Indices

    @cached_property
    def counts(self) -> Floats:
        """How many items have each label and value, (labels, values)."""
        table = np.zeros((self.labels.max() + 1, self.values.max() + 1))
        np.add.at(table, (self.labels, self.values), 1)
        return table

    @cached_property
    def _gram(self) -> Floats:
        """Return the products of the factor's columns after the label was taken out of them, (values, values)."""
        totals = self.counts.sum(axis=1)  # (labels,)
        products: Floats = np.diag(self.counts.sum(axis=0)) - (self.counts / totals[:, None]).T @ self.counts
        return products

    @cached_property
    def degrees(self) -> tuple[int, int]:
        """The degrees of freedom of the factor and of what is left."""
        factor = int(np.linalg.matrix_rank(self._gram, tol=1e-8 * len(self.rows)))
        return factor, len(self.rows) - len(self.counts) - factor

    @property
    def testable(self) -> bool:
        """Whether the factor varies within a label, and the rows beyond it."""
        return min(self.degrees) > 0 and self._spread > 1e-12 * float((self.rows**2).sum())

    @cached_property
    def _beyond(self) -> Floats:
        """Return the rows less the mean of their label, (items, parts)."""
        means = np.stack([self.rows[self.labels == one].mean(axis=0) for one in range(len(self.counts))])
        result: Floats = self.rows - means[self.labels]
        return result

    @cached_property
    def _spread(self) -> float:
        return float((self._beyond**2).sum())

    @cached_property
    def _inverse(self) -> Floats:
        return np.asarray(np.linalg.pinv(self._gram, rcond=1e-8, hermitian=True))

    @cached_property
    def partial_r2(self) -> float:
        """The share of the sum of squares left by the label that the factor explains, 0 to 1."""
        return float(self._explained(self.values[None])[0] / self._spread)

    @property
    def pseudo_f(self) -> float:
        """Anderson's pseudo-F of the factor after the label."""
        factor, left = self.degrees
        return self.partial_r2 / factor / ((1 - self.partial_r2) / left)

    def p_value(self, permutations: int, seed: int) -> float:
        """Return the share of permutations within labels, the data among them, that explain as much or more."""
        least = _SAME * float(self._explained(self.values[None])[0])
        moved = permuted(self.values, self.labels, permutations, seed, self.counts.shape[1])
        hits = sum(int((self._explained(some) >= least).sum()) for some in moved)
        return (1 + hits) / (1 + permutations)

    def effect(self, bootstrap: Bootstrap) -> Measure:
        """Return the adjusted partial R2 with its interval.

        Resampled items repeat, which lets a factor explain more than it does; the replicates are moved by the
        difference of their mean from the value.
        """
        value = float(self._adjusted(np.array([self.partial_r2]))[0])
        cells = self.labels * self.counts.shape[1] + self.values
        replicates = bootstrap.replicates(lambda counts: self._resampled(counts)[:, None], cells)[:, 0]
        moved = replicates - (np.nanmean(replicates) - value)
        made = bootstrap.measure(value, moved, len(self.rows), _WHAT)
        return made.model_copy(update={"how": (Said(_HOW.template, {"resamples": bootstrap.resamples}),)})

    def _explained(self, values: Indices) -> Floats:
        """Return the factor's sum of squares for assignments (rows, items) of its values, (rows,)."""
        chosen = np.eye(self.counts.shape[1])[values]  # (rows, items, values)
        return self._fitted(np.einsum("riv,ip->rvp", chosen, self._beyond, optimize=True))

    def _fitted(self, sums: Floats) -> Floats:
        result: Floats = np.einsum("rvp,vw,rwp->r", sums, self._inverse, sums, optimize=True)
        return result

    def _resampled(self, counts: Floats) -> Floats:
        """Return the adjusted partial R2 of resamples (rows, items) that keep the size of each label and value."""
        labels, values = self.counts.shape
        sums = np.zeros((len(counts), labels, values, self.rows.shape[1]))
        for label, value in np.argwhere(self.counts > 0):
            chosen = (self.labels == label) & (self.values == value)
            sums[:, label, value] = counts[:, chosen] @ self._beyond[chosen]
        of_label = sums.sum(axis=2)  # (rows, labels, parts)
        totals = self.counts.sum(axis=1)
        lost = np.einsum("rlp,l->r", of_label**2, 1 / totals)
        spread = counts @ (self._beyond**2).sum(axis=1) - lost
        expected = np.einsum("lv,rlp->rvp", self.counts / totals[:, None], of_label)
        explained = self._fitted(sums.sum(axis=1) - expected)
        shares = np.divide(explained, spread, out=np.full(len(counts), np.nan), where=spread > 0)
        return self._adjusted(shares)

    def _adjusted(self, shares: Floats) -> Floats:
        """Return partial R2 less what as many values explain by chance (Ezekiel 1930)."""
        factor, left = self.degrees
        result: Floats = 1 - (1 - shares) * (factor + left) / left
        return result


def permuted(
    values: Indices, labels: Indices, permutations: int, seed: int, each: int = 1
) -> Iterator[Indices]:
    """Yield values (items,) permuted within labels, some (rows, items) at a time; `each` numbers follow from one."""
    rng, total = np.random.default_rng([seed, 0x9E7]), len(values)
    members = [np.flatnonzero(labels == one) for one in np.unique(labels)]
    at_once = max(1, _MOST_CELLS // (total * each))
    for first in range(0, permutations, at_once):
        count = min(at_once, permutations - first)
        moved = np.empty((count, total), dtype=np.int64)
        for chosen in members:
            moved[:, chosen] = rng.permuted(np.tile(values[chosen], (count, 1)), axis=1)
        yield moved


def permutations_for(tests: int, bootstrap: Bootstrap) -> int:
    """Return how many permutations let the smallest p-value pass Holm's correction over so many tests, twice over."""
    return max(bootstrap.resamples, math.ceil(2 * tests / (1 - bootstrap.confidence))) - 1
