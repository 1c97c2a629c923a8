"""What a model of tables rests on over a whole set: permutation importance, SAGE, partial dependence, ALE.

Rows are the model's input, (rows, numbers); `owners` maps each number to its column, so that the numbers of one
category move together.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.explain.bootstrap import Floats
from auditor.explain.coalitions.shapley import settled

Predict = Callable[[Floats], Floats]
Labels = NDArray[np.int64]
_LEAST = 1e-12  # a probability of nothing would cost infinitely much


def losses(probabilities: Floats, labels: Labels) -> Floats:
    """Return each row's cross entropy in nats, (rows,), of probabilities (rows, classes)."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return np.asarray(-np.log(np.clip(chosen, _LEAST, 1.0)), dtype=np.float64)


def permutation_importance(
    predict: Predict, rows: Floats, labels: Labels, owners: Sequence[int], repeats: int, seed: int
) -> Floats:
    """Return how much each row's loss grows when a column is shuffled among rows, (rows, columns).

    The mean over rows is the importance; `repeats` shuffles are averaged.

    References
    ----------
    L. Breiman: Random Forests. Machine Learning 45, 2001. A. Fisher, C. Rudin, F. Dominici: All Models are Wrong, but
    Many are Useful. JMLR 20, 2019.
    """
    owner, rng = np.asarray(owners), np.random.default_rng(seed)
    before = losses(predict(rows), labels)
    grown = np.zeros((len(rows), int(owner.max()) + 1))
    for column in range(grown.shape[1]):
        numbers = np.flatnonzero(owner == column)
        for _ in range(repeats):
            shuffled = rows.copy()
            shuffled[:, numbers] = rows[np.ix_(rng.permutation(len(rows)), numbers)]
            grown[:, column] += (losses(predict(shuffled), labels) - before) / repeats
    return grown


class Sage(NamedTuple):
    """SAGE values and their standard errors in nats, (columns,) both, and how many orders were drawn."""

    values: Floats
    errors: Floats
    orders: int


def sage(
    predict: Predict,
    rows: Floats,
    labels: Labels,
    owners: Sequence[int],
    background: Floats,
    *,
    most: int,
    tolerance: float,
    seed: int,
    round_size: int = 32,
) -> Sage:
    """Return how much knowing each column lowers the expected loss, over the orders in which columns become known.

    Each order takes a row drawn at random; unknown columns are those of all background rows, over which the
    probabilities are averaged. Drawing stops when the largest standard error is within `tolerance` of the values'
    range, or after `most` orders.

    References
    ----------
    I. Covert, S. Lundberg, S.-I. Lee: Understanding Global Feature Contributions With Additive Importance Measures.
    NeurIPS 2020, algorithm 1.
    """
    owner, rng = np.asarray(owners), np.random.default_rng(seed)
    columns, drawn = int(owner.max()) + 1, np.zeros((0, int(owner.max()) + 1))
    while True:
        size = max(2, min(round_size, most - len(drawn)))
        gains = [
            _gains(predict, rows[row], labels[row], rng.permutation(columns), owner, background)
            for row in rng.integers(len(rows), size=size)
        ]
        drawn = np.concatenate((drawn, np.stack(gains)))
        values, errors = drawn.mean(axis=0), drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn))
        if len(drawn) >= most or settled(values, errors, tolerance):
            return Sage(values, errors, len(drawn))


def _gains(
    predict: Predict, row: Floats, label: int, order: Labels, owner: Labels, background: Floats
) -> Floats:
    """Return what each column takes off one row's loss when it becomes known, (columns,)."""
    known = np.zeros((len(order) + 1, len(owner)), dtype=np.bool_)
    for step, column in enumerate(order, start=1):
        known[step] = known[step - 1] | (owner == column)
    mixed = np.where(known[:, None], row, background)  # (steps, background, numbers)
    found = predict(mixed.reshape(-1, len(owner))).reshape(len(known), len(background), -1).mean(axis=1)
    costs = losses(found, np.full(len(known), label))
    gains = np.empty(len(order))
    gains[order] = costs[:-1] - costs[1:]
    return gains


def partial_dependence(predict: Predict, rows: Floats, number: int, grid: Floats) -> Floats:
    """Return each row's probabilities with one number set to each value of a grid, (grid, rows, classes).

    The mean over rows is the partial dependence; single rows are its individual conditional expectations.

    References
    ----------
    J. H. Friedman: Greedy Function Approximation: A Gradient Boosting Machine. Annals of Statistics 29, 2001.
    A. Goldstein, A. Kapelner, J. Bleich, E. Pitkin: Peeking Inside the Black Box. JCGS 24, 2015.
    """
    curves = []
    for value in grid:
        changed = rows.copy()
        changed[:, number] = value
        curves.append(predict(changed))
    return np.stack(curves)


class Accumulated(NamedTuple):
    """An ALE curve: values (edges, classes) at edges (edges,), and how many rows lie in each bin (edges - 1,)."""

    edges: Floats
    values: Floats
    counts: Labels


def accumulated_local_effects(predict: Predict, rows: Floats, number: int, bins: int) -> Accumulated:
    """Return the accumulated local effects of one number, centred so that their mean over rows is 0.

    Bins hold about equally many rows; values that many rows share can make them fewer. A number that is the same in
    all rows has one edge and no effect.

    References
    ----------
    D. W. Apley, J. Zhu: Visualizing the Effects of Predictor Variables in Black Box Supervised Learning Models. JRSS B
    82, 2020, equations 15 and 16.
    """
    values = rows[:, number]
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1), method="inverted_cdf"))
    if len(edges) == 1:
        return Accumulated(edges, np.zeros_like(predict(rows[:1])), np.zeros(0, dtype=np.int64))
    place = np.clip(np.searchsorted(edges, values, side="left") - 1, 0, len(edges) - 2)
    lower, upper = rows.copy(), rows.copy()
    lower[:, number], upper[:, number] = edges[place], edges[place + 1]
    differences = predict(upper) - predict(lower)  # (rows, classes)
    counts = np.bincount(place, minlength=len(edges) - 1)
    steps = np.zeros((len(counts), differences.shape[1]))
    np.add.at(steps, place, differences)
    steps /= np.maximum(counts, 1)[:, None]
    curve = np.concatenate((np.zeros((1, steps.shape[1])), steps.cumsum(axis=0)))
    middle = (curve[:-1] + curve[1:]) / 2
    return Accumulated(edges, curve - np.average(middle, axis=0, weights=counts), counts)
