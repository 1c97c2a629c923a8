"""Evidence of a set as a whole on models whose answer is known: tables, regions of images, local attributions."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from auditor.common.errors import Refused, RetraceError
from auditor.explain.bootstrap import Bootstrap
from auditor.explain.globals import curves
from auditor.explain.globals.columns import column_values
from auditor.explain.globals.documents import Feature, GlobalSettings, TableGlobals
from auditor.explain.globals.images import brightness, concept_dependence, region_importance_of_images
from auditor.explain.globals.table import (
    accumulated_local_effects,
    partial_dependence,
    permutation_importance,
    sage,
)
from auditor.explain.globals.whole import mean_absolute_attribution, table_importance
from auditor.explain.spec import TableInput

BOOTSTRAP = Bootstrap(resamples=200, confidence=0.9, seed=4)
SETTINGS = GlobalSettings(rows=120, background=8, orders=64, repeats=3, curves=3, grid=6, bins=5)
CLASSES = ("no", "yes")
SPEC = TableInput.model_validate(
    {
        "kind": "table",
        "columns": [
            {"name": "idle"},
            {"name": "colour", "kind": "category", "values": ["red", "green", "blue"]},
            {"name": "age", "title": "Age", "unit": "years"},
            {"name": "site", "kind": "category", "values": ["A", "B"], "encoding": "code"},
        ],
    }
)


def two(z):
    p = expit(z)
    return np.stack((1 - p, p), axis=1)


def predict(rows):
    return two(3 * np.nan_to_num(rows[:, 4]) + 2 * rows[:, 2] - 1)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    rows = np.column_stack(
        (
            rng.normal(size=150),
            np.eye(3)[rng.integers(3, size=150)],
            rng.normal(size=150),
            rng.integers(2, size=150),
        )
    )
    labels = (rng.random(150) < predict(rows)[:, 1]).astype(np.int64)
    return rows, labels


@pytest.fixture(scope="module")
def found(table):
    return table_importance(predict, *table, SPEC, CLASSES, SETTINGS, BOOTSTRAP)


def test_columns_that_decide_weigh_and_idle_ones_do_not(found):
    by_name = {one.name: one for one in found.importance.columns}
    assert by_name["age"].permutation.low > 0
    assert by_name["age"].sage.low > 0
    assert by_name["colour"].permutation.low > 0
    for name in ("idle", "site"):
        assert by_name[name].permutation.value == 0
        assert by_name[name].sage.value == 0
    assert by_name["age"].title == "Age"
    assert found.importance.loss.low < found.importance.loss.value < found.importance.loss.high
    assert TableGlobals.parse(found.to_bytes(), name="globals") == found


def test_importances_are_those_of_the_plain_functions(table, found):
    chosen = np.sort(np.random.default_rng(4).permutation(150)[:120])
    rows, labels = table[0][chosen], table[1][chosen]
    grown = permutation_importance(predict, rows, labels, SPEC.owners, 3, 4)
    assert [one.permutation.value for one in found.importance.columns] == pytest.approx(grown.mean(axis=0))
    assert found.importance.columns[2].permutation.n == 120
    background = rows[np.sort(np.random.default_rng(5).permutation(120)[:8])]
    own = sage(predict, rows, labels, SPEC.owners, background, most=64, tolerance=0.025, seed=4)
    age = found.importance.columns[2].sage
    assert age.value == pytest.approx(own.values[2])
    assert age.high - age.value == pytest.approx(norm.ppf(0.95) * own.errors[2])
    assert "normal approximation" in age.how[0]
    assert age.n == found.importance.orders == own.orders


def test_curves_are_of_the_most_important_columns_and_of_the_second_class(found):
    kinds = [(curve.name, curve.kind) for curve in found.curves]
    assert kinds[:2] == [("age", "partial_dependence"), ("age", "accumulated_local_effects")]
    assert ("colour", "partial_dependence") in kinds
    assert ("colour", "accumulated_local_effects") not in kinds
    assert {curve.of for curve in found.curves} == {"yes"}
    assert len({curve.name for curve in found.curves}) == 3


def test_a_dependence_on_numbers_is_a_mean_over_rows_with_its_interval(table, found):
    chosen = np.sort(np.random.default_rng(4).permutation(150)[:120])
    rows = table[0][chosen]
    curve = found.curves[0]
    own = partial_dependence(predict, rows, 4, np.array(curve.at))[:, :, 1]
    assert curve.values == pytest.approx(own.mean(axis=1))
    assert len(curve.at) == SETTINGS.grid
    assert all(a < b for a, b in zip(curve.values, curve.values[1:], strict=False))
    assert all(
        low < value < high for low, value, high in zip(curve.low, curve.values, curve.high, strict=True)
    )
    assert (curve.unit, curve.n, curve.confidence) == ("years", 120, 0.9)


def test_an_effect_curve_is_that_of_the_plain_function(table, found):
    chosen = np.sort(np.random.default_rng(4).permutation(150)[:120])
    own = accumulated_local_effects(predict, table[0][chosen], 4, SETTINGS.bins)
    curve = found.curves[1]
    assert curve.at == pytest.approx(own.edges)
    assert curve.values == pytest.approx(own.values[:, 1])
    assert curve.counts == (0, *own.counts)
    assert curve.low[0] < curve.values[0] < curve.high[0] < 0 < curve.low[-1]


def test_weights_count_rows_as_often_as_repeating_them(table):
    rows, weights = table[0], np.random.default_rng(3).integers(1, 4, size=150).astype(float)
    local = curves.local_effects(
        predict, rows, rows[:, 4], lambda r, v: np.column_stack((r[:, :4], v, r[:, 5])), 5
    )
    every = np.repeat(np.arange(150), weights.astype(int))
    repeated = curves.Local(local.edges, local.place[every], local.differences[every])
    expected = repeated.accumulated(np.ones((1, len(every))), 1)
    assert np.allclose(local.accumulated(weights[None], 1), expected, atol=1e-12)


def test_a_category_is_set_as_a_whole(table, found):
    curve = next(one for one in found.curves if one.name == "colour")
    assert curve.categories == ("red", "green", "blue")
    assert curve.at == ()
    assert sum(curve.counts) == 120
    by_name = dict(zip(curve.categories, curve.values, strict=True))
    assert by_name["red"] == pytest.approx(by_name["blue"])
    assert by_name["green"] > by_name["red"]


def test_column_values_decode_what_the_model_sees():
    rows = np.array([[0.5, 0, 1, 0, 61, 1], [0.1, 0, 0, 0, np.nan, 0]])
    values = column_values(rows, SPEC)
    assert values[0].tolist() == [0.5, 1, 61, 1]
    assert np.isnan(values[1]).tolist() == [False, True, True, False]


def test_missing_numbers_count_in_the_dependence_only(table):
    rows = table[0].copy()
    rows[:30, 4] = np.nan
    settings = SETTINGS.model_copy(update={"rows": 150})
    made = table_importance(predict, rows, table[1], SPEC, CLASSES, settings, BOOTSTRAP)
    age = [curve for curve in made.curves if curve.name == "age"]
    assert [curve.n for curve in age] == [150, 120]


def test_three_classes_have_a_curve_each(table):
    def three(rows):
        z = np.exp(rows[:, [0, 4, 4]] * [1, 1, -1])
        return z / z.sum(axis=1, keepdims=True)

    settings = SETTINGS.model_copy(update={"curves": 1})
    made = table_importance(three, *table, SPEC, ("a", "b", "c"), settings, BOOTSTRAP)
    assert [curve.of for curve in made.curves] == ["a", "b", "c"] * 2


def test_answers_that_are_no_numbers_and_single_rows_are_refused(table):
    rows, labels = table
    with pytest.raises(RetraceError, match="no number"):
        table_importance(lambda r: predict(r) * np.nan, rows, labels, SPEC, CLASSES, SETTINGS, BOOTSTRAP)
    with pytest.raises(Refused, match="at least two"):
        table_importance(predict, rows[:1], labels[:1], SPEC, CLASSES, SETTINGS, BOOTSTRAP)


CELLS = np.zeros((4, 8, 8), bool)
for _cell in range(4):
    CELLS[_cell, 4 * (_cell // 2) : 4 * (_cell // 2) + 4, 4 * (_cell % 2) : 4 * (_cell % 2) + 4] = True
NAMES = ("top left", "top right", "bottom left", "bottom right")


def corner(images):
    return two(20 * (brightness(images, CELLS[1]) - 0.5))


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(7)
    made = rng.uniform(0, 0.3, size=(40, 2, 8, 8)) + rng.uniform(0, 0.7, size=(40, 1, 2, 1, 2, 1)).repeat(
        4, axis=3
    ).repeat(4, axis=5).reshape(40, 1, 8, 8)
    return made.astype(np.float32), (brightness(made, CELLS[1]) > 0.5).astype(np.int64)


def test_the_region_that_decides_is_important_in_bounded_memory(images, monkeypatch):
    asked = []

    def watched(some):
        asked.append(some.shape)
        return corner(some)

    settings = GlobalSettings(background=6, orders=16, repeats=2)
    whole = region_importance_of_images(watched, *images, CELLS, NAMES, settings, BOOTSTRAP)
    assert {shape[1:] for shape in asked} == {(2, 8, 8)}
    by_name = {one.name: one for one in whole.columns}
    assert by_name["top right"].permutation.low > 0
    assert by_name["top right"].sage.low > 0
    assert by_name["bottom left"].permutation.value == by_name["bottom left"].sage.value == 0
    monkeypatch.setattr(curves, "_MOST_CELLS", 7 * 128)
    asked.clear()
    pieces = region_importance_of_images(watched, *images, CELLS, NAMES, settings, BOOTSTRAP)
    assert max(shape[0] for shape in asked) == 7
    assert [one.sage.value for one in pieces.columns] == pytest.approx(
        [one.sage.value for one in whole.columns]
    )
    assert pieces.loss.value == pytest.approx(whole.loss.value)


def test_regions_that_overlap_are_refused(images):
    overlapping = CELLS.copy()
    overlapping[0, 0, 5] = True
    with pytest.raises(Refused, match="exactly once"):
        region_importance_of_images(corner, *images, overlapping, NAMES, GlobalSettings(), BOOTSTRAP)


def test_brightness_of_a_region_is_shifted_and_clipped(images):
    seen = []

    def watched(some):
        seen.append(some)
        return corner(some)

    feature = Feature(name="corner", title="Brightness of the corner", unit="grey level")
    grid = np.array([0.3, 0.5, 1.5])
    dependence, effects = concept_dependence(
        watched, images[0], CELLS[1], grid, feature, CLASSES, SETTINGS, BOOTSTRAP
    )
    assert brightness(seen[1], CELLS[1]) == pytest.approx(np.full(40, 0.5), abs=0.02)
    assert (seen[2][:, :, CELLS[1]] == 1).all()
    assert np.array_equal(seen[0][:, :, ~CELLS[1]], images[0][:, :, ~CELLS[1]])
    assert dependence.values[0] < 0.1 < 0.4 < dependence.values[1] < 0.6 < 0.9 < dependence.values[2]
    assert effects.kind == "accumulated_local_effects"
    assert effects.values[0] < 0 < effects.values[-1]
    with pytest.raises(Refused, match="empty"):
        concept_dependence(corner, images[0], CELLS[1] & False, grid, feature, CLASSES, SETTINGS, BOOTSTRAP)


def test_local_attributions_are_put_together_with_their_direction():
    values = np.array([[1.0, 2.0], [-1.0, np.nan], [1.0, 4.0], [-1.0, 3.0]], dtype=np.float32)
    both, one = mean_absolute_attribution(values, ("both ways", "one way"), BOOTSTRAP)
    assert (both.absolute.value, both.signed.value) == (1, 0)
    assert "no width" in both.absolute.no_interval
    assert both.signed.low < 0 < both.signed.high
    assert (one.absolute.value, one.signed.value, one.signed.n) == (3, 3, 3)
