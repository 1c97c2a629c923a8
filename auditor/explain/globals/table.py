"""What a model of tables rests on over a whole set: permutation importance, SAGE, partial dependence, ALE.

Rows are the model's input, (rows, numbers); `owners` maps each number to its column, so that the numbers of one
category move together.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from auditor.explain.bootstrap import Floats
from auditor.explain.coalitions.shapley import settled
from auditor.explain.globals.curves import Adjust, Labels, Predict, Rows, dependence, local_effects, predicted

Owners = Sequence[int] | Labels
_LEAST = 1e-12  # a probability of nothing would cost infinitely much


def losses(probabilities: Floats, labels: Labels) -> Floats:
    """Return each row's cross entropy in nats, (rows,), of probabilities (rows, classes)."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return np.asarray(-np.log(np.clip(chosen, _LEAST, 1.0)), dtype=np.float64)


def permutation_importance(
    predict: Predict, rows: Rows, labels: Labels, owners: Owners, repeats: int, seed: int
) -> Floats:
    """Return how much each row's loss grows when a column is shuffled among rows, (rows, columns).

    The mean over rows is the importance; `repeats` shuffles are averaged.

    References
    ----------
    L. Breiman: Random Forests. Machine Learning 45, 2001. A. Fisher, C. Rudin, F. Dominici: All Models are Wrong, but
    Many are Useful. JMLR 20, 2019.
    """
    owner, rng = np.asarray(owners), np.random.default_rng(seed)
    before = losses(predicted(predict, lambda chosen: rows[chosen], *rows.shape), labels)
    grown = np.zeros((len(rows), int(owner.max()) + 1))
    for column in range(grown.shape[1]):
        numbers = np.flatnonzero(owner == column)
        for _ in range(repeats):
            order = rng.permutation(len(rows))
            found = predicted(predict, _shuffled(rows, order, numbers), *rows.shape)
            grown[:, column] += (losses(found, labels) - before) / repeats
    return grown


def _shuffled(rows: Rows, order: Labels, numbers: Labels) -> Callable[[slice], Rows]:
    """Return what makes rows with these numbers taken from the rows that `order` puts in their place."""

    def made(chosen: slice) -> Rows:
        shuffled = rows[chosen].copy()
        shuffled[:, numbers] = rows[np.ix_(order[chosen], numbers)]
        return shuffled

    return made


class Sage(NamedTuple):
    """SAGE values and their standard errors in nats, (columns,) both, and how many orders were drawn."""

    values: Floats
    errors: Floats
    orders: int


def sage(
    predict: Predict,
    rows: Rows,
    labels: Labels,
    owners: Owners,
    background: Rows,
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


def _gains(predict: Predict, row: Rows, label: int, order: Labels, owner: Labels, background: Rows) -> Floats:
    """Return what each column takes off one row's loss when it becomes known, (columns,)."""
    steps, others = len(order) + 1, len(background)
    turn = np.argsort(order)[owner]  # when each number becomes known

    def made(chosen: slice) -> Rows:
        step, other = np.divmod(np.arange(chosen.start, chosen.stop), others)
        return np.where(turn < step[:, None], row, background[other])

    asked = predicted(predict, made, steps * others, len(owner))
    found = asked.reshape(steps, others, -1).mean(axis=1)
    costs = losses(found, np.full(steps, label))
    gains = np.empty(len(order))
    gains[order] = costs[:-1] - costs[1:]
    return gains


def partial_dependence(predict: Predict, rows: Rows, number: int, grid: Floats) -> Floats:
    """Return each row's probabilities with one number set to each value of a grid, (grid, rows, classes).

    The mean over rows is the partial dependence; single rows are its individual conditional expectations.

    References
    ----------
    J. H. Friedman: Greedy Function Approximation: A Gradient Boosting Machine. Annals of Statistics 29, 2001.
    A. Goldstein, A. Kapelner, J. Bleich, E. Pitkin: Peeking Inside the Black Box. JCGS 24, 2015.
    """
    return dependence(predict, rows, setting(number), grid)


def setting(numbers: int | Labels, codes: Floats | None = None) -> Adjust:
    """Return what sets numbers of rows to each row's value, or to the row of `codes` at this position."""

    def adjust(rows: Rows, values: Floats) -> Rows:
        changed = rows.copy()
        changed[:, numbers] = values if codes is None else codes[values.astype(np.int64)]
        return changed

    return adjust


class Accumulated(NamedTuple):
    """An ALE curve: values (edges, classes) at edges (edges,), and how many rows lie in each bin (edges - 1,)."""

    edges: Floats
    values: Floats
    counts: Labels


def accumulated_local_effects(predict: Predict, rows: Rows, number: int, bins: int) -> Accumulated:
    """Return the accumulated local effects of one number, centred so that their mean over rows is 0.

    Bins hold about equally many rows; values that many rows share can make them fewer. A number that is the same in
    all rows has one edge and no effect.

    References
    ----------
    D. W. Apley, J. Zhu: Visualizing the Effects of Predictor Variables in Black Box Supervised Learning Models. JRSS B
    82, 2020, equations 15 and 16.
    """
    local = local_effects(predict, rows, rows[:, number], setting(number), bins)
    if local is None:
        edges, nothing = rows[:1, number], np.zeros_like(predict(rows[:1]))
        return Accumulated(edges, nothing, np.zeros(0, dtype=np.int64))
    whole = np.ones((1, len(rows)))
    curves = [local.accumulated(whole, of)[0] for of in range(local.differences.shape[1])]
    return Accumulated(local.edges, np.stack(curves, axis=1), local.counts)
