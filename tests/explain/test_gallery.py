"""Which items a gallery shows: errors and others in turn from each combination of label and decision, by the seed."""

import re

import pytest

from auditor.explain.evidence import ItemRecord
from auditor.explain.gallery import RULE, gallery
from auditor.explain.plan import Plan
from auditor.explain.spec import ItemEntry
from tests.explain import toys

CLASSES = ("a", "b", "c")


def record(index, label, predicted, score):
    entry = ItemEntry(id=str(index), label=label, groups={}, content="0" * 64, mask=None)
    rest = (1 - score) / 2
    scores = tuple(score if name == predicted else rest for name in CLASSES)
    return ItemRecord(
        index=index,
        entry=entry,
        scores=scores,
        predicted=predicted,
        target=predicted,
        maps={},
        effects=None,
        features={},
    )


def records():
    """Two hundred right decisions on a and b, ten confident errors of one kind and three mild ones of another."""
    right = [record(n, "ab"[n % 2], "ab"[n % 2], 0.6 + n / 600) for n in range(200)]
    loud = [record(200 + n, "a", "b", 0.9 + n / 200) for n in range(10)]
    mild = [record(300 + n, "c", "a", 0.5 + n / 100) for n in range(3)]
    return right + loud + mild


def chosen(size, rule, **more):
    shown = gallery(records(), toys.plan(gallery=size, **more)).entries
    return [entry.item for entry in shown if entry.rule == rule]


def test_errors_of_every_kind_are_shown_the_worst_first():
    assert [one.index for one in chosen(18, "worst error")] == [209, 302, 208, 301, 207, 300]


def test_uncertain_and_typical_items_are_taken_in_turn():
    for rule in ("least certain", "typical"):
        labels = [one.entry.label for one in chosen(18, rule) if one.predicted == one.entry.label]
        assert abs(labels.count("a") - labels.count("b")) <= 1
        assert {"a", "b"} <= set(labels)
    margins = [max(one.scores) for one in chosen(18, "least certain") if one.predicted == "a"]
    assert margins == sorted(margins)


def test_another_seed_shows_other_typical_items_and_the_same_errors():
    first, second = (chosen(60, "typical", seed=seed) for seed in (1, 2))
    assert {one.index for one in first} != {one.index for one in second}
    assert chosen(60, "worst error", seed=1) == chosen(60, "worst error", seed=2)
    assert chosen(60, "typical", seed=1) == first


def test_a_plan_may_ask_for_a_large_gallery():
    assert len(gallery(records(), toys.plan(gallery=1000)).entries) == len(records())
    assert Plan.model_json_schema()["properties"]["gallery"]["maximum"] == 5000


@pytest.mark.parametrize(
    "words", ["in turn from each combination of label and decision", "drawn at random with the seed"]
)
def test_the_rule_says_so(words):
    assert words in re.sub(r"\s+", " ", RULE)
