"""The surrogate tree's size, its rules in words, against scikit-learn's trees and on random rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from auditor.explain.evidence import Feature, Surrogate
from auditor.explain.globals.columns import column_features, column_values
from auditor.explain.globals.rules import holds, rules
from auditor.explain.globals.surrogate import surrogate_tree
from auditor.explain.plan import SurrogatePlan
from auditor.explain.spec import TableInput
from tests.explain import toys

FEATURES = (
    Feature(name="corner", title="Brightness of the top right corner", unit=""),
    Feature(name="age", title="Age", unit="years"),
    Feature(name="bmi", title="BMI", unit=""),
)
COLOUR = Feature(name="colour", title="Colour", unit="", categories=("red", "green", "blue"))


def plan(**more):
    return toys.plan(surrogate=SurrogatePlan(**more), minimum_group=10)


def numbers(count=200, seed=0):
    return np.random.default_rng(seed).random((count, 3)).round(3)


def decided(chosen):
    return np.where(chosen, "finding", "clear")


def tree_of(table, decisions, size, seed):
    """The peer: grown on the same part with the same settings."""
    grow, _ = train_test_split(np.arange(len(table)), test_size=0.4, stratify=decisions, random_state=seed)
    peer = DecisionTreeClassifier(
        max_depth=size.depth, max_leaf_nodes=size.leaves, min_samples_leaf=5, random_state=seed
    )
    return peer.fit(table[grow], decisions[grow]), grow


def chequered(table):
    return decided((table[:, 0] > 0.5) ^ (table[:, 1] > 0.6))


def test_splits_are_those_of_scikit_learn():
    table = numbers()
    decisions = chequered(table)
    used = plan(depths=(3,), leaves=(6,))
    found = surrogate_tree(FEATURES, table, decisions, used)
    peer, _ = tree_of(table, decisions, found.tried[0], used.seed)
    inner = peer.tree_
    for index, node in enumerate(found.nodes):
        if node.feature is None:
            assert inner.children_left[index] == -1
        else:
            assert node.feature == FEATURES[inner.feature[index]].name
            assert (node.threshold, node.left, node.right) == (
                inner.threshold[index],
                inner.children_left[index],
                inner.children_right[index],
            )
        assert node.n == inner.n_node_samples[index]


def test_depth_and_leaves_are_the_smallest_within_one_standard_error():
    table, rng = numbers(400), np.random.default_rng(1)
    noisy = ((table[:, 0] > 0.5) & (table[:, 1] > 0.4)) ^ (rng.random(400) < 0.08)
    found = surrogate_tree(FEATURES, table, decided(noisy), plan())
    assert (found.depth, found.leaves) == (2, 3)
    best = max(found.tried, key=lambda size: size.fidelity)
    assert best.fidelity - best.error <= next(s for s in found.tried if s.leaves == 3).fidelity
    assert all(s.fidelity < best.fidelity - best.error for s in found.tried if s.leaves < 3)
    assert len({(size.depth, size.leaves) for size in found.tried}) == len(found.tried)


def test_a_size_is_tried_once_and_no_larger_than_planned():
    found = surrogate_tree(FEATURES, numbers(), chequered(numbers()), plan(depths=(1, 2, 9), leaves=(2, 8)))
    assert [(size.depth, size.leaves) for size in found.tried] == [(1, 2), (2, 4), (7, 8)]


def test_the_held_out_part_takes_no_part_in_the_choice():
    table = numbers()
    decisions = chequered(table)
    used = plan()
    found = surrogate_tree(FEATURES, table, decisions, used)
    _, grow = tree_of(table, decisions, found.tried[0], used.seed)
    other = table.copy()
    other[np.setdiff1d(np.arange(len(table)), grow)] = 0.1
    again = surrogate_tree(FEATURES, other, decisions, used)
    assert again.tried == found.tried
    assert again.nodes == found.nodes
    assert again.fidelity.value < found.fidelity.value


def test_a_rule_is_said_in_words_with_its_counts():
    table = numbers(400)
    used = plan(depths=(2,), leaves=(3,))
    found = surrogate_tree(FEATURES, table, decided((table[:, 0] > 0.5) & (table[:, 1] > 0.4)), used)
    rule = next(rule for rule in found.rules if rule.decision == "finding")
    corner = next(c.above for c in rule.conditions if c.feature == "corner")
    age = next(c.above for c in rule.conditions if c.feature == "age")
    asked = {
        f"'Brightness of the top right corner' is above {corner:.4g}",
        f"'Age' is above {age:.4g} (years)",
    }
    start, _, end = rule.text.partition(", then ")
    assert set(start.removeprefix("If ").split(" and ")) == asked
    assert end.startswith(
        f"the model mostly decides 'finding' ({rule.agreeing} of {rule.n} items that the tree was grown on). "
        f"Of {rule.held_out} held-out items under this rule, the model decided "
    )
    assert rule.agreement.low < rule.agreement.value <= rule.agreement.high
    assert rule.agreement.n == rule.held_out
    assert Surrogate.parse(found.to_bytes(), name="tree") == found


def test_rules_share_the_held_out_items_and_their_fidelity():
    table = numbers(300)
    used = plan(depths=(3,), leaves=(4, 8)).model_copy(update={"minimum_group": 1})
    found = surrogate_tree(FEATURES, table, chequered(table), used)
    assert sum(rule.held_out for rule in found.rules) == found.fidelity.n == 120
    assert sum(rule.agreement.value * rule.held_out for rule in found.rules) == pytest.approx(
        found.fidelity.value * 120
    )


def test_values_that_only_held_out_items_lack_follow_the_tree():
    table = numbers(300)
    decisions = chequered(table)
    used = plan(depths=(3,), leaves=(8,)).model_copy(update={"minimum_group": 1})
    _, grow = tree_of(table, decisions, surrogate_tree(FEATURES, table, decisions, used).tried[0], used.seed)
    held = np.setdiff1d(np.arange(300), grow)
    table[held[:12], 0] = np.nan
    found = surrogate_tree(FEATURES, table, decisions, used)
    assert sum(rule.held_out for rule in found.rules) == 120
    assert sum(rule.agreement.value * rule.held_out for rule in found.rules) == pytest.approx(
        found.fidelity.value * 120
    )


def test_agreement_of_few_held_out_items_is_not_said():
    table = numbers(300)
    used = plan().model_copy(update={"minimum_group": 1000})
    found = surrogate_tree(FEATURES, table, decided(table[:, 0] > 0.5), used)
    assert found.accepted
    for rule in found.rules:
        assert rule.held_out > 0
        assert rule.agreement is None
        assert "held-out" not in rule.text


def test_a_tree_that_is_no_description_has_no_rules():
    rng = np.random.default_rng(1)
    found = surrogate_tree(FEATURES, numbers(), decided(rng.random(200) > 0.5), plan())
    assert not found.accepted
    assert found.nodes
    assert found.rules == ()


def test_a_value_between_two_thresholds_is_one_condition():
    table = numbers(400)
    between = (table[:, 2] > 0.3) & (table[:, 2] <= 0.7)
    found = surrogate_tree(FEATURES, table, decided(between), plan())
    rule = next(rule for rule in found.rules if rule.decision == "finding")
    (condition,) = rule.conditions
    assert (condition.above, condition.most) == pytest.approx((0.3, 0.7), abs=0.03)
    assert f"If 'BMI' is above {condition.above:.4g} and at most {condition.most:.4g}, then" in rule.text


def test_categories_are_or_are_not():
    table = np.column_stack((numbers(300), np.random.default_rng(1).integers(3, size=300)))
    found = surrogate_tree((*FEATURES, COLOUR), table, decided(table[:, 3] == 1), plan())
    root = found.nodes[0]
    assert (root.feature, root.category) == ("colour", "green")
    assert [rule.conditions[0].others for rule in found.rules] == [("green",), ()]
    assert [rule.conditions[0].category for rule in found.rules] == [None, "green"]
    assert found.rules[0].text.startswith("If 'Colour' is not 'green', then the model mostly decides 'clear'")
    assert found.rules[1].text.startswith("If 'Colour' is 'green', then the model mostly decides 'finding'")


def test_columns_of_a_table_are_features():
    spec = TableInput.model_validate(
        {
            "kind": "table",
            "columns": [{"name": "age"}, {"name": "colour", "kind": "category", "values": COLOUR.categories}],
        }
    )
    rng = np.random.default_rng(2)
    rows = np.column_stack((rng.random(200), np.eye(3)[rng.integers(3, size=200)]))
    rows[rng.random(200) < 0.2, 0] = np.nan
    decisions = decided((rows[:, 2] == 1) | np.isnan(rows[:, 0]))
    found = surrogate_tree(column_features(spec), column_values(rows, spec), decisions, plan())
    assert found.fidelity.value > 0.9
    assert any(
        "'age' is missing, then the model mostly decides 'finding'" in rule.text for rule in found.rules
    )
    assert any("'age' is known" in rule.text for rule in found.rules)


def test_a_missing_value_goes_along_with_a_number():
    table = numbers(300)
    high = table[:, 0] > 0.5
    table[np.flatnonzero(high)[::4], 0] = np.nan
    found = surrogate_tree(FEATURES, table, decided(high), plan())
    first, second = found.rules
    assert not first.conditions[0].missing
    assert second.conditions[0].missing
    assert second.text.startswith(
        f"If 'Brightness of the top right corner' is above {found.nodes[0].threshold:.4g} or is missing, then"
    )


@pytest.mark.parametrize(
    ("features", "table", "reason"),
    [
        ((), np.zeros((60, 0)), "no feature in common"),
        (FEATURES[:1], np.full((60, 1), 1e300), "'corner' holds a value too large"),
    ],
)
def test_what_cannot_be_grown_is_refused_in_a_sentence(features, table, reason):
    found = surrogate_tree(features, table, decided(np.arange(60) % 2 == 0), plan())
    assert reason in found.refused
    assert not found.accepted
    assert found.rules == ()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), gaps=st.booleans(), leaves=st.sampled_from([2, 3, 5, 8]))
def test_rules_decide_random_rows_as_the_tree_does(seed, gaps, leaves):
    rng = np.random.default_rng(seed)

    def drawn(count):
        made = np.column_stack((rng.normal(size=(count, 2)), rng.integers(3, size=count)))
        if gaps:
            made[rng.random(count) < 0.2, 0] = np.nan
        return made

    features = (FEATURES[0], FEATURES[1], COLOUR)
    table, fresh = drawn(90), drawn(150)
    decisions = decided(np.nan_to_num(table[:, 0]) + (table[:, 2] == 1) + 0.5 * rng.normal(size=90) > 0.4)
    used = plan(depths=(4,), leaves=(leaves,))
    found = surrogate_tree(features, table, decisions, used)

    def asked(rows):
        return np.column_stack((rows[:, :2], rows[:, 2:] == np.arange(3)))

    peer, _ = tree_of(asked(table), decisions, found.tried[0], used.seed)
    said = rules(found.nodes, features)
    fulfilled = np.stack([holds(rule, features, fresh) for rule in said])
    assert (fulfilled.sum(axis=0) == 1).all()
    answers = np.array([rule.decision for rule in said])[fulfilled.argmax(axis=0)]
    assert (answers == peer.predict(asked(fresh))).all()
    assert {rule.leaf for rule in said} == set(np.flatnonzero(peer.tree_.children_left == -1))
