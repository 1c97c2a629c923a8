"""Gower's distance, and how near to what was observed an item must be to be plausible."""

from dataclasses import dataclass

import numpy as np

from auditor.common.said import say
from auditor.explain.bootstrap import Floats
from auditor.explain.counterfactuals.settings import SearchSettings

DECIMALS = 12  # distances are rounded, so that ties are ties whatever the order of a sum


def difference(one: Floats, other: Floats, spread: float) -> Floats:
    """Return how far values of one column are apart: over the spread, or 0 and 1 where there is none."""
    return np.abs(one - other) / spread if spread > 0 else (one != other).astype(np.float64)


def gower(rows: Floats, others: Floats, spreads: Floats) -> Floats:
    """Return Gower's distance of each row to each other, (rows, others): the mean difference over columns.

    `spreads` (columns,) are the ranges of numbers and 0 for categories. Columns that miss in either row are left out;
    rows that share none are 1 apart.

    References
    ----------
    J. C. Gower: A General Coefficient of Similarity and Some of Its Properties. Biometrics 27, 1971.
    """
    total, known = np.zeros((len(rows), len(others))), np.zeros((len(rows), len(others)))
    for one, other, spread in zip(rows.T, others.T, spreads, strict=True):
        both = ~np.isnan(one)[:, None] & ~np.isnan(other)
        total += np.where(both, difference(one[:, None], other, spread), 0.0)
        known += both
    return np.where(known > 0, total / np.maximum(known, 1), 1.0).round(DECIMALS)


@dataclass(frozen=True)
class Neighbourhood:
    """Reference items (items, columns) that others are compared with.

    An item's nearness is its mean Gower distance to the `neighbours` nearest of them, of whatever class: the fourth
    objective of multi-objective counterfactuals (MOC). `bound` is its quantile among the reference items, each
    compared with the others, and None where they are too few. The items of one class alone would be too few to
    compare with where that class is rare; and whether an item occurs is no matter of what the model says of it.

    References
    ----------
    S. Dandl, C. Molnar, M. Binder, B. Bischl: Multi-Objective Counterfactual Explanations. PPSN 2020.
    R. Poyiadzi et al.: FACE: Feasible and Actionable Counterfactual Explanations. AIES 2020.
    """

    rows: Floats
    spreads: Floats
    neighbours: int
    bound: float | None

    @classmethod
    def of(cls, rows: Floats, spreads: Floats, settings: SearchSettings, seed: int) -> "Neighbourhood":
        """Return the neighbourhood that the settings ask for, of at most `compared` rows drawn by the seed."""
        kept = np.random.default_rng(seed).permutation(len(rows))[: settings.compared]
        drawn, near = rows[np.sort(kept)], settings.neighbours
        if len(drawn) <= near:
            return cls(drawn, spreads, near, None)
        among = gower(drawn, drawn, spreads)
        np.fill_diagonal(among, np.inf)
        bound = np.quantile(_nearest(among, near), settings.quantile, method="inverted_cdf")
        return cls(drawn, spreads, near, float(bound))

    def nearness(self, rows: Floats, item: Floats) -> Floats:
        """Return how near rows made from an item are, (rows,).

        One reference row that equals the item is left out: it is the item, and says nothing of what else occurs.
        """
        same = (self.rows == item) | (np.isnan(self.rows) & np.isnan(item))
        others = np.delete(self.rows, np.flatnonzero(same.all(axis=1))[:1], axis=0)
        return _nearest(gower(rows, others, self.spreads), self.neighbours)

    @property
    def reason(self) -> str | None:
        """Why nothing can be compared, or None where it can."""
        if self.bound is not None:
            return None
        return say(
            "Whether a change is plausible is judged by the %(neighbours)s nearest reference items, which needs more "
            "than %(neighbours)s of them, and there are %(items)s.",
            neighbours=self.neighbours,
            items=len(self.rows),
        )


def ranges(rows: Floats) -> Floats:
    """Return the range of each column, (columns,), missing values left out."""
    known = [column[~np.isnan(column)] for column in rows.T]
    return np.array([float(np.ptp(column)) if len(column) else 0.0 for column in known])


def _nearest(distances: Floats, neighbours: int) -> Floats:
    nearest = np.sort(distances, axis=1)[:, :neighbours]
    return np.asarray(nearest.mean(axis=1).round(DECIMALS), dtype=np.float64)
