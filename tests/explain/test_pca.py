"""Principal components and drift: against scikit-learn and scipy, and on sets whose answer is known."""

import numpy as np
import pytest
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from auditor.common.errors import Refused
from auditor.explain.bootstrap import Bootstrap
from auditor.explain.globals.documents import Components
from auditor.explain.globals.drift import drift, drift_of_sets, holm
from auditor.explain.globals.pca import _shares, principal_components

BOOTSTRAP = Bootstrap(resamples=100, confidence=0.95, seed=3)


def rows(items=60, numbers=5, seed=0, shift=0.0):
    """A few latent numbers of falling size seen through many, with noise; the mixture is always the same."""
    mixture = np.random.default_rng(99).normal(size=(3, numbers))
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(items, 3)) * [3, 2, 1] + shift
    return latent @ mixture + 0.3 * rng.normal(size=(items, numbers))


@pytest.mark.parametrize("scaling", ["standardised", "centred"])
@pytest.mark.parametrize(("items", "numbers"), [(60, 5), (40, 512)], ids=["tall", "items fewer than numbers"])
def test_components_agree_with_scikit_learn(scaling, items, numbers):
    table = rows(items, numbers)
    found = principal_components(table, 4, Bootstrap(5, 0.95, 1), scaling=scaling)
    seen = StandardScaler().fit_transform(table) if scaling == "standardised" else table
    peer = PCA(n_components=4, svd_solver="full").fit(seen)
    signs = np.sign(np.sum(peer.components_ * np.array(found.loadings), axis=1))
    assert np.allclose(found.loadings, peer.components_ * signs[:, None], atol=1e-8)
    assert np.allclose(found.scores, peer.transform(seen) * signs, atol=1e-8)
    assert np.allclose(found.variances, peer.explained_variance_, rtol=1e-8)
    assert np.allclose(
        [measure.value for measure in found.explained], peer.explained_variance_ratio_, atol=1e-8
    )


def test_signs_are_those_of_the_largest_loading():
    loadings = np.array(principal_components(rows(), 3, BOOTSTRAP).loadings)
    assert (loadings[np.arange(3), np.abs(loadings).argmax(axis=1)] > 0).all()


@pytest.mark.parametrize("scaling", ["standardised", "centred"])
@pytest.mark.parametrize(("items", "numbers"), [(30, 4), (12, 20)])
def test_a_resample_is_the_analysis_of_its_repeated_items(scaling, items, numbers):
    table, rng = rows(items, numbers), np.random.default_rng(1)
    count = np.bincount(rng.integers(items, size=items), minlength=items).astype(float)
    repeated = np.repeat(table, count.astype(int), axis=0)
    seen = StandardScaler().fit_transform(repeated) if scaling == "standardised" else repeated
    peer = PCA(n_components=3, svd_solver="full").fit(seen).explained_variance_ratio_
    assert np.allclose(_shares(table, count, 3, scaling), peer, atol=1e-10)


def test_intervals_hold_the_share_or_say_why_there_is_none():
    few = principal_components(rows(10, 40), 9, BOOTSTRAP).explained
    many = principal_components(rows(200, 5), 3, BOOTSTRAP).explained
    assert all(measure.low <= measure.value <= measure.high for measure in many)
    assert all(measure.low is None or measure.low <= measure.value <= measure.high for measure in few)
    assert any("too few" in (measure.no_interval or "") for measure in few)


def test_gaps_take_the_mean_and_columns_that_do_not_vary_are_named():
    table = np.column_stack((rows(30, 3), np.full(30, 7.1), np.full(30, np.nan)))
    table[4, 1] = np.nan
    found = principal_components(table, 2, BOOTSTRAP, names=("a", "b", "c", "same", "empty"))
    assert found.columns == ("a", "b", "c")
    assert found.fixed == {"same": pytest.approx(7.1), "empty": None}
    assert found.imputed == 1
    table[4, 1] = np.nanmean(table[:, 1])
    assert np.allclose(found.scores, principal_components(table[:, :3], 2, BOOTSTRAP).scores)
    assert Components.parse(found.to_bytes(), name="components") == found


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.zeros((2, 3)), "has 2 items"),
        (np.ones((9, 3)) * 0.1, "No column varies"),
        (np.where(np.eye(9) > 0, np.inf, 1.0), "infinite"),
    ],
)
def test_what_has_no_components_is_refused(table, reason):
    with pytest.raises(Refused, match=reason):
        principal_components(table, 2, BOOTSTRAP)


@pytest.mark.parametrize(("items", "numbers"), [(60, 5), (40, 120)], ids=["tall", "items fewer than numbers"])
def test_two_samples_of_one_source_have_about_uniform_p_values(items, numbers):
    """Over 60 repetitions, p-values up to 0.2 are as many as chance allows, in both tails at a level of 0.001."""
    found = [
        drift_of_sets(
            rows(items, numbers, 2 * seed), rows(30, numbers, 2 * seed + 1), 3, Bootstrap(100, 0.95, seed)
        )
        for seed in range(60)
    ]
    energy = sum(one.p_value <= 0.2 for one in found)
    assert stats.binom.ppf(0.001, 60, 0.2) <= energy <= stats.binom.ppf(0.999, 60, 0.2)
    by_component = sum(min(c.adjusted for c in one.components) <= 0.2 for one in found)
    assert by_component <= stats.binom.ppf(0.999, 60, 0.2)
    share = np.mean([one.beyond.value for one in found])
    assert share == pytest.approx(0.04, abs=0.04)


def test_a_shifted_set_has_drifted():
    reference, new = rows(200, 6, 1), rows(80, 6, 2, shift=1.0)
    found = drift_of_sets(reference, new, 3, BOOTSTRAP)
    assert found.p_value == 1 / 100
    assert min(component.adjusted for component in found.components) < 0.001
    moved = max(found.components, key=lambda one: abs(one.shift.value))
    assert moved.shift.low > 0 or moved.shift.high < 0
    assert (found.reference, found.new) == (100, 80)


def test_what_lies_off_the_components_is_found_by_its_error():
    rng = np.random.default_rng(5)
    reference, new = rows(200, 12, 1), rows(50, 12, 2) + 2 * rng.normal(size=(50, 12))
    found = drift_of_sets(reference, new, 3, BOOTSTRAP)
    assert found.beyond.low > 0.5
    hits = round(found.beyond.value * 50)
    score = stats.binomtest(hits, 50).proportion_ci(method="wilson")
    assert (found.beyond.low, found.beyond.high) == pytest.approx((score.low, score.high))


def test_drift_against_the_items_of_the_components_themselves_is_overstated():
    """Why `drift_of_sets` splits: new items of the same source are reconstructed worse than the components' own."""
    reference, new = rows(40, 120, 1), rows(60, 120, 2)
    space = principal_components(reference, 20, BOOTSTRAP)
    assert drift(space, reference, new, BOOTSTRAP).beyond.low > 0.2
    assert drift_of_sets(reference, new, 10, BOOTSTRAP).beyond.low < 0.1


def test_tests_agree_with_scipy():
    grown, reference, new = rows(50, 4, 0), rows(40, 4, 1), rows(30, 4, 2, shift=0.3)
    space = principal_components(grown, 1, BOOTSTRAP)
    found = drift(space, reference, new, BOOTSTRAP)
    old, late = (
        (table - space.mean) / np.array(space.scale) @ space.loadings[0] for table in (reference, new)
    )
    peer = stats.ks_2samp(old, late)
    assert (found.components[0].statistic, found.components[0].p_value) == (peer.statistic, peer.pvalue)
    spread = np.sqrt(space.variances[0])
    assert found.energy == pytest.approx(stats.energy_distance(old / spread, late / spread) ** 2)
    assert found.components[0].shift.value == pytest.approx((late.mean() - old.mean()) / old.std(ddof=1))
    assert found == drift(space, reference, new, BOOTSTRAP)


def test_the_correction_is_holms():
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]


def test_a_column_that_never_varied_and_now_does_is_named():
    reference = np.column_stack((rows(40, 3, 1), np.full(40, 2.0)))
    new = np.column_stack((rows(20, 3, 2), np.full(20, 2.0)))
    names = ("a", "b", "c", "fixed")
    assert drift_of_sets(reference, new, 2, BOOTSTRAP, names=names).moved == ()
    new[3, 3], new[2, 0] = 5.0, np.nan
    found = drift_of_sets(reference, new, 2, BOOTSTRAP, names=names)
    assert found.moved == ("fixed",)
    assert found.imputed == 1


def test_few_items_leave_the_limit_out_with_the_reason():
    found = drift_of_sets(rows(20, 3, 1), rows(9, 3, 2), 2, BOOTSTRAP)
    assert found.limit is None
    assert "19 items" in found.beyond.no_interval


def test_a_set_without_a_column_of_the_components_is_refused():
    space = principal_components(rows(), 2, BOOTSTRAP)
    with pytest.raises(Refused, match="column 5"):
        drift(space, rows(20, 4), rows(20, 4), BOOTSTRAP)
