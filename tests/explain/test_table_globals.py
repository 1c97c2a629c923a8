"""Global measures of table models: against scikit-learn, exact enumeration and the papers' formulas."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit
from sklearn.inspection import partial_dependence as peer_dependence
from sklearn.inspection import permutation_importance as peer_importance
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from auditor.explain.globals.table import (
    accumulated_local_effects,
    losses,
    partial_dependence,
    permutation_importance,
    sage,
)
from tests.reference import attribution as slow


def with_product(rows: np.ndarray) -> np.ndarray:
    return np.column_stack((rows, rows[:, 1] * rows[:, 2]))


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(150, 4))
    rows[:, 1] += 0.8 * rows[:, 0]
    labels = (rng.random(150) < expit(2 * rows[:, 0] - rows[:, 1] * rows[:, 2])).astype(np.int64)
    model = make_pipeline(FunctionTransformer(with_product), LogisticRegression()).fit(rows, labels)
    return model, rows, labels


def test_permutation_importance_agrees_with_scikit_learn(case):
    model, rows, labels = case
    predict = model.predict_proba
    grown = permutation_importance(predict, rows, labels, range(4), repeats=40, seed=1)
    own = peer_importance(model, rows, labels, scoring="neg_log_loss", n_repeats=40, random_state=2)
    error = own.importances.std(axis=1, ddof=1) / np.sqrt(40)
    assert (np.abs(grown.mean(axis=0) - own.importances_mean) <= 3 * np.sqrt(2) * error + 1e-12).all()
    assert grown.mean(axis=0)[3] == pytest.approx(own.importances_mean[3], abs=0.01)


def test_numbers_of_one_column_are_shuffled_together(case):
    model, rows, labels = case
    predict = model.predict_proba
    seen: list[np.ndarray] = []

    def watched(asked: np.ndarray) -> np.ndarray:
        seen.append(asked)
        return predict(asked)

    grown = permutation_importance(watched, rows, labels, [0, 1, 1, 2], repeats=1, seed=0)
    assert grown.shape == (150, 3)
    pairs = {tuple(pair) for pair in rows[:, 1:3]}
    assert {tuple(pair) for pair in seen[2][:, 1:3]} == pairs
    assert not np.array_equal(seen[2][:, 1:3], rows[:, 1:3])


def test_sage_agrees_with_its_definition_at_few_players(case):
    model, rows, labels = case
    predict = model.predict_proba
    rows, labels, background = rows[:12], labels[:12], rows[20:25]
    owners = np.array([0, 1, 1, 2])

    def value(coalition: np.ndarray) -> float:
        known = coalition[owners]
        found = [predict(np.where(known, row, background)).mean(axis=0) for row in rows]
        return -float(losses(np.stack(found), labels).mean())

    expected = slow.shapley(value, 3)
    found = sage(predict, rows, labels, owners, background, most=3000, tolerance=0.0, seed=5)
    assert found.orders == 3000
    assert (np.abs(found.values - expected) <= 3 * found.errors).all()
    assert found.values.sum() == pytest.approx(expected.sum(), abs=3 * float(found.errors.sum()))
    soon = sage(predict, rows, labels, owners, background, most=3000, tolerance=0.2, seed=5)
    assert soon.orders < 3000
    assert soon.errors.max() <= 0.2 * np.ptp(soon.values)


def test_partial_dependence_agrees_with_scikit_learn(case):
    model, rows, _ = case
    predict = model.predict_proba
    own = peer_dependence(
        model,
        rows,
        [1],
        method="brute",
        kind="both",
        grid_resolution=9,
        response_method="predict_proba",
    )
    found = partial_dependence(predict, rows, 1, own["grid_values"][0])
    assert np.allclose(found.mean(axis=1)[:, 1], own["average"][0], atol=1e-12)
    assert np.allclose(found[:, :, 1].T, own["individual"][0], atol=1e-12)


def test_accumulated_local_effects_are_those_of_the_paper(case):
    model, rows, _ = case
    predict = model.predict_proba
    found = accumulated_local_effects(predict, rows, 1, bins=7)
    total, curve = 0.0, [0.0]
    for index, (low, high) in enumerate(pairwise(found.edges)):
        inside = [r for r in rows if low < r[1] <= high or (index == 0 and r[1] == low)]
        assert len(inside) == found.counts[index]
        steps = []
        for row in inside:
            ends = np.stack((row, row))
            ends[:, 1] = low, high
            below, above = predict(ends)[:, 1]
            steps.append(above - below)
        total += np.mean(steps)
        curve.append(total)
    middle = [(a + b) / 2 for a, b in pairwise(curve)]
    centre = np.average(middle, weights=found.counts)
    assert np.allclose(found.values[:, 1], np.array(curve) - centre, atol=1e-12)
    assert found.counts.sum() == len(rows)


def test_accumulated_local_effects_of_a_line_are_that_line_and_of_a_constant_nothing(case):
    _, rows, _ = case
    found = accumulated_local_effects(lambda asked: asked[:, :1] * 3.0, rows, 0, bins=10)
    slopes = np.diff(found.values[:, 0]) / np.diff(found.edges)
    assert np.allclose(slopes, 3.0)
    fixed = rows.copy()
    fixed[:, 2] = 1.0
    nothing = accumulated_local_effects(lambda asked: asked[:, :1], fixed, 2, bins=10)
    assert nothing.edges.tolist() == [1.0]
    assert not nothing.values.any()
    few = rows.copy()
    few[:, 2] = np.arange(len(rows)) % 2
    two = accumulated_local_effects(lambda asked: asked[:, 2:3], few, 2, bins=10)
    assert np.diff(two.values[:, 0]).tolist() == [1.0]
