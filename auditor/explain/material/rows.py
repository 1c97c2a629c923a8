"""Rows of a table that are one but for a hundredth."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from auditor.common.said import say

RULE = say("Two rows differ in no number by more than 1 % of the column's standard deviation.")
CHANCE = say("rows of so few and so coarse values are alike by chance")
MOST = 200_000
_SHARE = 0.01
_NEVER = 1e6  # stands for a missing value, so that only two missing values are alike


def by_chance(values: NDArray[np.float64]) -> float:
    """Return how many pairs of different rows (rows, numbers) would be alike if columns knew nothing of each other."""
    different = np.unique(_scaled(values), axis=0)
    rows, expected = len(different), len(different) * (len(different) - 1) / 2
    for column in different.T:
        line = np.sort(column)
        within = np.searchsorted(line, line + _SHARE, side="right") - np.arange(rows) - 1
        expected *= float(within.sum()) / max(rows * (rows - 1) / 2, 1)
    return expected


def alike_rows(values: NDArray[np.float64]) -> tuple[NDArray[np.intp], bool]:
    """Return the pairs (pairs, 2) of rows (rows, numbers) that are alike, and whether these are all of them."""
    tree, found = cKDTree(_scaled(values)), list[tuple[int, int]]()
    for row, place in enumerate(tree.data):
        found.extend(
            (row, other) for other in sorted(tree.query_ball_point(place, _SHARE, p=np.inf)) if other > row
        )
        if len(found) >= MOST:
            break
    return np.array(found[:MOST], dtype=np.intp).reshape(-1, 2), len(found) < MOST


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(values)
    some = known.any(axis=0)
    spread = np.ones(values.shape[1])
    spread[some] = np.nanstd(np.where(known, values, np.nan)[:, some], axis=0)
    return np.where(known, values / np.where(spread > 0, spread, 1.0), _NEVER)
