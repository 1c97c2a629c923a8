"""Tests of explanations in whole runs: who is tested does not depend on shards, and what cannot be tested is absent."""

import numpy as np
import pytest

from auditor.explain.items import ValidationSet
from auditor.explain.runner import explain_shard
from auditor.explain.spec import Box
from auditor.explain.trust.documents import RANDOM, Trust
from auditor.explain.trust.judge import drawn
from auditor.explain.trust.settings import TrustPlan
from tests.explain import toys
from tests.explain.test_runner import MASK, run

COUNT = 10
SMALL = TrustPlan(
    items=6,
    steps=3,
    orders=1,
    subsets=4,
    sizes=(0.5,),
    share=0.3,
    sanity_items=3,
    stability_items=2,
    noises=1,
)
METHODS = (
    {"name": "grad_cam"},
    {"name": "input_x_gradient"},
    {"name": "occlusion", "parameters": {"window": 16, "stride": 16}},
)
NAMES = {one["name"] for one in METHODS}


def plan(**more):
    return toys.plan(**({"methods": METHODS, "trust": SMALL, "gallery": COUNT} | more))


def records(evidence):
    return {entry.item.index: entry.item for entry in evidence.gallery.entries}


def names(method):
    return {one.name for one in method.measures}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    evidence, _ = run(tmp_path_factory.mktemp("whole"), plan=plan(), count=COUNT)
    return evidence


def test_any_order_of_shards_gives_the_same_trust(tmp_path, whole):
    other, _ = run(tmp_path, order=[2, 0, 1], plan=plan(), count=COUNT)
    assert other.trust == whole.trust
    assert other.document_digest() == whole.document_digest()
    assert Trust.parse(whole.trust.to_bytes(), name="trust") == whole.trust


def test_items_are_drawn_over_the_whole_set_and_are_the_same_for_all_methods(whole):
    wanted, found = drawn(plan(), COUNT), records(whole)
    assert len(found) == COUNT
    assert len(wanted.tested) == whole.trust.items == 6
    assert len({index // 4 for index in wanted.tested}) > 1  # of several shards
    for index, record in found.items():
        tested = {name for name, one in record.trust.items() if one.deletion}
        assert tested == (NAMES | {RANDOM} if index in wanted.tested else set())
        for name in NAMES:
            values = record.trust[name].values
            assert ("randomised" in values) == (index in wanted.sanity)
            assert ("max_sensitivity" in values) == (index in wanted.stability)
            assert "region_rank" in values
    for method in whole.trust.methods:
        measured = {one.name: one.measure for one in method.measures}
        assert measured["gain"].n == 6
        assert measured["randomised"].n == len(wanted.sanity) == 3
        assert measured["max_sensitivity"].n == len(wanted.stability) == 2
        assert measured["region_area"].n == COUNT


def test_every_map_that_was_tested_is_summarised(whole):
    trust, found = whole.trust, records(whole)
    assert [one.method for one in trust.methods] == [one["name"] for one in METHODS]
    assert sorted(one.rank for one in trust.methods) == [1, 2, 3]
    assert trust.fractions == pytest.approx((0, 1 / 3, 2 / 3, 1))
    assert len(trust.stages) == 3
    assert trust.random.method == RANDOM
    for method in trust.methods:
        mine = [one.trust[method.method] for one in found.values() if one.trust[method.method].deletion]
        assert method.deletion == pytest.approx(np.mean([one.deletion for one in mine], axis=0))
        assert len(method.randomised) == 3
        last = [one.randomised[-1] for one in mine if one.randomised]
        assert method.randomised[-1].value == pytest.approx(np.mean(last))
        assert {one.aspect for one in method.verdicts} == {
            "faithfulness",
            "sanity",
            "stability",
            "completeness",
        }
    assert {(one.first, one.second) for one in trust.agreement} == {
        ("grad_cam", "input_x_gradient"),
        ("grad_cam", "occlusion"),
        ("input_x_gradient", "occlusion"),
    }


def test_methods_may_be_added_without_changing_who_is_tested_or_what_the_others_reach(tmp_path, whole):
    fewer, _ = run(tmp_path, plan=plan(methods=METHODS[1:]), count=COUNT)
    assert fewer.trust.random.deletion == pytest.approx(whole.trust.random.deletion, abs=1e-5)
    assert fewer.trust.random.insertion == pytest.approx(whole.trust.random.insertion, abs=1e-5)
    for mine, other in zip(fewer.trust.methods, whole.trust.methods[1:], strict=True):
        assert mine.deletion == pytest.approx(other.deletion, abs=1e-5)
        assert mine.verdicts == other.verdicts


def counted(model):
    """Count the inputs that a model reads from now on."""
    asked = []
    model.network.register_forward_hook(lambda _module, inputs, _output: asked.append(len(inputs[0])))
    return asked


def test_a_plan_that_tests_nothing_asks_nothing_and_says_nothing(tmp_path, whole):
    model = toys.convolutional()
    none = TrustPlan(items=0, sanity_items=5, stability_items=5)
    asked = counted(model)
    items, store, _ = toys.validation_set(tmp_path / "a", 4, toys.noise(), MASK)
    result = explain_shard(model, items, plan(trust=none), 0, store.put)
    assert all(record.trust == {} and record.agreement == () for record in result.items)
    assert result.stages == ()
    untested = sum(asked)
    explain_shard(model, items, plan(), 0, store.put)
    assert sum(asked) - untested > untested

    evidence, _ = run(tmp_path / "b", plan=plan(trust=none), count=COUNT)
    trust = evidence.trust
    assert (trust.items, trust.fractions, trust.stages, trust.random, trust.agreement) == (
        0,
        (),
        (),
        None,
        (),
    )
    assert not any(method.measures or method.trusted for method in trust.methods)
    assert [one.outside for one in evidence.methods] == [one.outside for one in whole.methods]


def test_where_maps_lie_is_measured_against_masks_and_boxes(tmp_path):
    where = (slice(8, 16), slice(16, 24))
    model = toys.threshold(*where, 0.5)
    inside = np.zeros((32, 32), bool)
    inside[where] = True
    _, store, manifest = toys.validation_set(tmp_path, 4, toys.noise(), inside)
    apart = Box(x=0.0, y=0.75, width=0.25, height=0.25)
    boxed = [
        entry.model_copy(
            update={"boxes": (apart,) if number < 2 else (), "mask": entry.mask if number else None}
        )
        for number, entry in enumerate(manifest.items)
    ]
    items = ValidationSet(manifest.model_copy(update={"items": tuple(boxed)}), store, model.spec)
    result = explain_shard(model, items, plan(methods=METHODS[1:]), 0, store.put)
    found = [record.trust["input_x_gradient"].values for record in result.items]
    assert ["region_area" in values for values in found] == [False, True, True, True]
    assert ["box_area" in values for values in found] == [True, True, False, False]
    for record, values in zip(result.items[1:], found[1:], strict=True):
        assert values["region_area"] == 64 / 1024
        if record.predicted == "finding":  # what is positive lies in the rectangle, where black pixels are 0
            assert values["region_mass"] == values["region_hit"] == 1
            assert values["region_rank"] > 0.95
    assert found[0]["box_area"] == found[1]["box_area"] == 64 / 1024
    assert found[1]["box_hit"] < 1
    assert any(record.predicted == "finding" for record in result.items[1:])


class Predicting(toys.Convolutional):
    """Shows its predictions alone."""

    predictions_only = True


def test_a_model_of_which_only_predictions_are_seen_is_checked_by_another_class(tmp_path):
    model = toys.convolutional()
    model.network.__class__ = Predicting
    assert model.tier == "predictions"
    evidence, _ = run(tmp_path, model=model, plan=plan(), count=COUNT)
    trust = evidence.trust
    assert [one.method for one in trust.methods] == ["occlusion"]
    assert trust.stages == ()
    assert {"gain", "infidelity", "other_class", "max_sensitivity"} <= names(trust.methods[0])
    assert "randomised" not in names(trust.methods[0])
    assert trust.methods[0].randomised == ()
    sanity = next(one for one in trust.methods[0].verdicts if one.aspect == "sanity")
    assert (sanity.outcome, sanity.measure) == ("passed", "other_class")
