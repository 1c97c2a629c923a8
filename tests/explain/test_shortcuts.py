"""The search for shortcuts: equal to slow references, silent where nothing is, and loud where something was planted."""

from dataclasses import replace

import numpy as np
import pytest

from auditor.common.store import Store
from auditor.explain.arrays import read_array
from auditor.explain.bootstrap import Bootstrap
from auditor.explain.evidence import Measure, RegionImportance
from auditor.explain.globals.importance import importance
from auditor.explain.modalities.base import cells
from auditor.explain.runner import explain_shard
from auditor.explain.shortcuts.analysis import columns as columns_of
from auditor.explain.shortcuts.analysis import shortcuts
from auditor.explain.shortcuts.association import associations, cramers_v, separation
from auditor.explain.shortcuts.clusters import clusterings, half_of_mass
from auditor.explain.shortcuts.documents import SCORES
from auditor.explain.shortcuts.patterns import cell_sums
from auditor.explain.shortcuts.permanova import Permanova, permutations_for
from auditor.explain.shortcuts.spectral import spectral_clusters
from auditor.explain.shortcuts.verdict import together, verdict
from auditor.explain.shortcuts.within import FEWEST, within
from tests.explain import shortcut_toys
from tests.explain import test_table_runs as tables
from tests.reference import shortcuts as slow

BOOTSTRAP = Bootstrap(200, 0.95, 5)


def groups_of(seed, count=40, kinds=3):
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=count)
    values = np.where(rng.random(count) < 0.6, labels, rng.integers(kinds, size=count))
    return rng, labels, np.unique(values, return_inverse=True)[1]


@pytest.mark.parametrize("seed", range(4))
def test_the_partial_r2_is_that_of_distances(seed):
    rng, labels, values = groups_of(seed)
    rows = rng.normal(size=(40, 6)) + labels[:, None] + 0.3 * values[:, None]
    test = Permanova(rows, labels, values)
    share, pseudo_f = slow.permanova(rows, labels, values)
    assert test.partial_r2 == pytest.approx(share)
    assert test.pseudo_f == pytest.approx(pseudo_f)
    whole = slow.sum_of_squares_by_distances(rows)
    assert whole == pytest.approx(((rows - rows.mean(axis=0)) ** 2).sum())


def test_the_p_value_counts_permutations_within_labels():
    rng, labels, values = groups_of(7, count=12, kinds=2)
    rows = rng.normal(size=(12, 2)) + 0.8 * values[:, None]
    test = Permanova(rows, labels, values)
    strata = [np.flatnonzero(labels == one) for one in (0, 1)]
    every = np.random.default_rng(0)
    hits = 0
    for _ in range(2000):
        moved = values.copy()
        for members in strata:
            moved[members] = values[every.permutation(members)]
        hits += slow.permanova(rows, labels, moved)[1] >= test.pseudo_f * (1 - 1e-9)
    assert test.p_value(4000, 1) == pytest.approx(hits / 2000, abs=0.04)
    assert test.p_value(99, 1) == test.p_value(99, 1) != test.p_value(99, 2)


def test_under_the_null_p_values_are_small_as_often_as_they_say():
    small = 0
    for seed in range(200):
        rng, labels, values = groups_of(seed, kinds=2)
        rows = rng.exponential(1.0, (40, 4)) + 2 * labels[:, None]
        small += Permanova(rows, labels, values).p_value(99, seed) <= 0.05
    assert 2 <= small <= 19  # 10 are expected of 200; both ends are beyond one in five hundred


def test_the_interval_of_the_effect_covers_it():
    rng, labels, values = groups_of(3, count=4000, kinds=2)
    truth = Permanova(rng.normal(size=(4000, 3)) + 0.6 * values[:, None], labels, values)
    inside = 0
    for seed in range(100):
        rng, labels, values = groups_of(seed, count=80, kinds=2)
        rows = rng.normal(size=(80, 3)) + 0.6 * values[:, None]
        found = Permanova(rows, labels, values).effect(Bootstrap(200, 0.95, seed))
        inside += found.low <= truth.partial_r2 <= found.high
    assert inside >= 87


def test_a_factor_without_freedom_is_not_tested():
    labels = np.arange(20) % 2
    assert not Permanova(np.random.default_rng(0).normal(size=(20, 2)), labels, labels).testable
    assert not Permanova(labels[:, None].astype(float), labels, np.arange(20) // 10).testable


def test_permutations_suffice_for_the_correction():
    tests = 400
    assert tests / (1 + permutations_for(tests, BOOTSTRAP)) <= 0.025
    assert permutations_for(1, BOOTSTRAP) == 199


@pytest.mark.parametrize("seed", range(3))
def test_cramers_v_is_bergsmas(seed):
    _, labels, values = groups_of(seed)
    found = separation(labels.astype(str), values.astype(str), BOOTSTRAP)
    assert found.value == pytest.approx(slow.cramers_v(labels.tolist(), values.tolist()))
    assert found.low <= found.value <= found.high


def test_cramers_v_is_1_where_two_columns_are_one_and_0_where_there_is_one_value():
    assert cramers_v(np.array([[[30.0, 0.0], [0.0, 30.0]]]))[0] == pytest.approx(1)
    assert cramers_v(np.array([[[30.0, 0.0], [30.0, 0.0]]]))[0] == 0


@pytest.mark.parametrize("seed", range(3))
def test_pairs_alike_are_counted_as_loops_do(seed):
    seen = shortcut_toys.seen(seed, follows="site", count=70)
    rounded = [r.model_copy(update={"scores": tuple(round(s, 1) for s in r.scores)}) for r in seen.records]
    seen = replace(seen, records=rounded)
    found = next(one for one in within(seen, "site") if one.name == "auroc")
    overall, alike = slow.stratified_auroc(
        seen.scores[:, 1], seen.labels.tolist(), seen.groups["site"].tolist(), "finding", FEWEST
    )
    assert found.of == "finding"
    assert found.overall.value == pytest.approx(overall)
    assert found.within.value == pytest.approx(alike)
    assert found.drop.value == pytest.approx(overall - alike)


def test_the_p_value_of_a_drop_is_that_of_permutations():
    seen = shortcut_toys.seen(3, follows="label", count=60)
    found = next(one for one in within(seen, "site") if one.name == "auroc")
    rng, labels, site = np.random.default_rng(0), seen.labels, seen.groups["site"]
    hits, repeats = 0, 300
    for _ in range(repeats):
        moved = site.copy()
        for label in np.unique(labels):
            members = np.flatnonzero(labels == label)
            moved[members] = site[rng.permutation(members)]
        _, alike = slow.stratified_auroc(
            seen.scores[:, 1], labels.tolist(), moved.tolist(), "finding", FEWEST
        )
        hits += alike <= found.within.value + 1e-12
    assert found.p_value == pytest.approx(hits / repeats, abs=0.09)


def test_a_model_that_follows_the_site_falls_within_it_and_one_that_follows_the_label_does_not():
    for seed in range(3):
        drops = {
            follows: next(
                one.drop
                for one in within(shortcut_toys.seen(seed, follows=follows), "site")
                if one.name == "auroc"
            )
            for follows in ("site", "label")
        }
        assert drops["site"].low > 0.05
        assert drops["label"].low <= 0 <= drops["label"].high


def outcomes(seen):
    columns = columns_of(seen)
    found = verdict((), None, (), columns, seen.plan)
    return {line.subject: line.outcome for line in found.lines}, columns


def test_a_planted_column_is_found_and_the_other_is_not():
    found, columns = outcomes(shortcut_toys.seen(1, follows="site"))
    assert found["site"] == "found"
    assert found["sex"] != "found"
    by_name = {column.name: column for column in columns}
    assert {one.of for one in by_name["site"].associations} == {"lime", SCORES}
    assert all(one.adjusted <= 0.05 for one in by_name["site"].associations)
    assert by_name["site"].separation.low > 0.3


def test_a_model_that_follows_the_label_is_hardly_ever_called_a_shortcut_learner():
    loud = significant = 0
    for seed in range(40):
        seen = shortcut_toys.seen(seed, follows="label")
        significant += any(one.adjusted <= 0.05 for found in associations(seen).values() for one in found)
        loud += "found" in outcomes(seen)[0].values()
    assert loud == 0
    assert significant <= 6


def test_small_values_are_left_out_and_what_cannot_be_tested_is_said():
    seen = shortcut_toys.seen(0, follows="label", count=40)
    rare = [
        record.model_copy(
            update={
                "entry": record.entry.model_copy(
                    update={"groups": {"ward": "east" if index < 3 else "west", "twin": record.entry.label}}
                )
            }
        )
        for index, record in enumerate(seen.records)
    ]
    columns = {column.name: column for column in columns_of(replace(seen, records=rare))}
    assert columns["ward"].values == ("west",)
    assert columns["ward"].left_out == 3
    assert "Fewer than two values of ward" in columns["ward"].untested[0]
    assert columns["twin"].separation.value == pytest.approx(1)
    assert len(columns["twin"].untested) == 2
    lines = verdict((), None, (), tuple(columns.values()), seen.plan).lines
    assert {line.outcome for line in lines} == {"not tested"}


def test_an_item_without_a_group_counts_as_not_stated():
    seen = shortcut_toys.seen(0, follows="label")
    bare = seen.records[0].model_copy(
        update={"entry": seen.records[0].entry.model_copy(update={"groups": {}})}
    )
    assert replace(seen, records=[bare, *seen.records[1:]]).groups["site"][0] == "not stated"


def test_two_kinds_of_maps_become_two_clusters_and_one_kind_one():
    rng = np.random.default_rng(0)
    far = np.concatenate([rng.normal(0, 1, (40, 5)), rng.normal(9, 1, (25, 5))])
    found, eigenvalues = spectral_clusters(far, 8)
    assert np.bincount(found).tolist() == [40, 25]
    assert len(set(found[:40])) == len(set(found[40:])) == 1
    assert eigenvalues[:2] == pytest.approx([0, 0], abs=1e-9)
    assert spectral_clusters(rng.normal(0, 1, (65, 5)), 8)[0].max() == 0
    shuffled = rng.permutation(65)
    assert (spectral_clusters(far[shuffled], 8)[0] == found[shuffled]).all()


def test_a_planted_spot_is_a_cluster_of_its_own_with_its_site(tmp_path):
    store = Store(tmp_path)
    seen = shortcut_toys.seen(2, follows="site")
    spots = [
        (one, cluster) for one in clusterings(seen, store.put) for cluster in one.clusters if cluster.spot
    ]
    assert spots
    for clustering, cluster in spots:
        assert clustering.decided == "finding"
        assert cluster.cells == ((0, 3),)
        assert cluster.border
        assert cluster.relevant.value == 0
        assert read_array(cluster.mean, store.get).sum() == pytest.approx(1)
    biggest = max(spots, key=lambda pair: pair[1].n)[1]
    assert [(one.column, one.value) for one in biggest.excess] in ([], [("site", "B")])


def test_no_spot_is_found_where_none_was_planted(tmp_path):
    for seed in range(10):
        found = clusterings(shortcut_toys.seen(seed, follows="label"), Store(tmp_path).put)
        assert found
        assert not any(cluster.spot for one in found for cluster in one.clusters)


def test_half_of_the_mass_is_the_smallest_set():
    assert half_of_mass(np.array([[0.1, 0.4], [0.3, 0.2]])) == ((0, 1), (1, 0))
    assert half_of_mass(np.array([[0.5, 0.5]])) == ((0, 0),)


def test_sums_by_cell_are_those_of_the_regions():
    values = np.random.default_rng(0).normal(size=(10, 13))
    sums = cell_sums(values, 4)
    for place, where in cells((10, 13), (4, 4)).items():
        assert sums[place] == pytest.approx(values[where].sum())


def measure(value, spread=0.02, n=60):
    return Measure(
        value=value, low=value - spread, high=value + spread, confidence=0.95, n=n, method="m", seed=1
    )


def part(name, flips):
    return RegionImportance(
        name=name, kind="mask", area=measure(0.5), drop=measure(flips), flips=measure(flips), shares={}
    )


@pytest.mark.parametrize(
    ("inside", "outside", "n", "outcome"),
    [
        (0.1, 0.8, 60, "found"),
        (0.8, 0.05, 60, "not found"),
        (0.8, 0.11, 60, "not found"),
        (0.8, 0.4, 60, "undecided"),
        (0.1, 0.11, 60, "undecided"),
        (0.1, 0.8, 4, "not tested"),
    ],
)
def test_what_exchanging_the_surroundings_says(inside, outside, n, outcome):
    regions = (part("inside", inside), part("outside", outside))
    found = verdict(regions, measure(outside - inside, 0.03, n), (), (), shortcut_toys.PLAN)
    assert [line.outcome for line in found.lines] == [outcome]
    assert found.outcome == outcome


def test_one_line_that_found_a_shortcut_suffices_and_not_found_needs_all():
    assert together(["not found", "found", "undecided"]) == "found"
    assert together(["not found", "undecided"]) == "undecided"
    assert together(["not found", "not tested"]) == "not found"
    assert together(["not tested"]) == together([]) == "not tested"


def test_tables_are_looked_at_by_column_and_the_same_twice(tmp_path):
    found = []
    for name in ("a", "b"):
        model, items, store, _ = tables.made(tmp_path / name, tables.rows())
        shard = explain_shard(model, items, tables.PLAN, 0, store.put)
        regions = importance(shard.items, shard.regions, tables.PLAN)
        found.append(shortcuts(model.spec, items, shard.items, regions, tables.PLAN, store.put))
    assert found[0].document_digest() == found[1].document_digest()
    assert not found[0].outside
    assert found[0].beyond is None
    assert all(cluster.relevant is None for one in found[0].clusterings for cluster in one.clusters)
    assert found[0].clusterings
