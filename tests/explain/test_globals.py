"""Regions, features and the surrogate tree on models whose answer is known by construction."""

import numpy as np
import pytest
import torch

from auditor.explain.evidence import ItemRecord
from auditor.explain.globals.features import FEATURES, features
from auditor.explain.globals.importance import importance
from auditor.explain.globals.regions import donor_of
from auditor.explain.globals.surrogate import surrogate
from auditor.explain.runner import explain_shard
from auditor.explain.spec import ItemEntry
from tests.explain import toys

MASK = np.zeros((32, 32), bool)
MASK[8:24, 8:24] = True


def corner_and_lesion(_index, label, rng):
    """A finding is bright in the middle and in the top left corner."""
    image = rng.integers(40, 60, (32, 32)).astype(np.uint8)
    image[:8, :8] += np.uint8(150 * label)
    image[12:20, 12:20] += np.uint8(100 * label)
    return image


def explained(tmp_path, model, count=8, mask=MASK, draw=corner_and_lesion, **more):
    items, store, _ = toys.validation_set(tmp_path, count, draw, mask)
    plan = toys.plan(methods=toys.plan().methods[2:], shard_size=count, **more)
    result = explain_shard(model, items, plan, 0, store.put)
    return result, plan, importance(result.items, result.regions, plan)


@pytest.mark.parametrize(
    ("rows", "columns", "decisive", "idle"),
    [
        (slice(0, 8), slice(0, 8), ("outside", "cell 1,1"), "inside"),
        (slice(12, 20), slice(12, 20), ("inside",), "outside"),
    ],
    ids=["reads the corner", "reads the lesion"],
)  # fmt: skip
def test_the_region_that_decides_is_found(tmp_path, rows, columns, decisive, idle):
    _, _, found = explained(tmp_path, toys.threshold(rows, columns, level=0.4))
    by_name = {region.name: region for region in found}
    for name in decisive:
        assert by_name[name].flips.value == 1.0
        assert by_name[name].drop.value > 0.9
        assert by_name[name].shares["occlusion"].value > by_name[name].area.value
    assert by_name[idle].flips.value == 0.0
    assert abs(by_name[idle].drop.value) < 1e-6
    assert by_name["cell 4,4"].flips.value == 0.0
    assert (by_name["cell 1,1"].row, by_name["cell 1,1"].column, by_name["cell 1,1"].kind) == (0, 0, "grid")


def test_areas_and_shares_are_the_items_own(tmp_path):
    result, _, found = explained(tmp_path, toys.threshold(slice(0, 32), slice(0, 32), level=0.3))
    assert [region.name for region in result.regions[:2]] == ["inside", "outside"]
    assert len(result.regions) == 2 + 16
    assert found[0].area.value == 0.25
    for record in result.items:
        inside, outside, *cells = record.effects.shares["occlusion"]
        assert inside + outside == pytest.approx(1)
        assert sum(cells) == pytest.approx(1)


def test_without_masks_only_the_grid_is_compared(tmp_path):
    result, _, found = explained(tmp_path, toys.threshold(slice(0, 8), slice(0, 8), level=0.4), mask=None)
    assert len(result.regions) == len(found) == 16
    assert result.regions[0].name == "cell 1,1"


def test_the_donor_has_another_label_and_depends_on_seed_and_item_only(tmp_path):
    items, _, _ = toys.validation_set(tmp_path, 20, toys.noise())
    donors = [donor_of(items, index, seed=1) for index in range(20)]
    assert all(items.entries[d].label != items.entries[i].label for i, d in enumerate(donors))
    assert donors == [donor_of(items, index, seed=1) for index in range(20)]
    assert donors != [donor_of(items, index, seed=2) for index in range(20)]


def test_a_set_of_one_label_has_no_effects(tmp_path):
    items, store, _ = toys.validation_set(tmp_path, 1, toys.noise())
    result = explain_shard(toys.convolutional(), items, toys.plan(), 0, store.put)
    assert result.items[0].effects is None
    assert importance(result.items, result.regions, toys.plan()) == ()


def test_features_of_a_known_image():
    image = np.zeros((1, 60, 60), np.float32)
    image[0, :10, :10] = 1
    values = features(image, None)
    assert values["corner_top_left"] == 1
    assert values["corner_bottom_right"] == values["centre"] == 0
    assert values["brightness"] == pytest.approx(1 / 36)
    assert values["bright_area"] == pytest.approx(1 / 36)
    assert values["left_half"] == pytest.approx(1 / 18)
    assert not any(name.startswith("inside") for name in values)
    mask = np.zeros((60, 60), bool)
    mask[:10, :20] = True
    assert features(image, mask)["inside_brightness"] == pytest.approx(0.5)
    assert set(features(image, mask)) == {feature.name for feature in FEATURES}


def record(index: int, values: dict[str, float], predicted: str) -> ItemRecord:
    entry = ItemEntry(id=str(index), label="clear", groups={}, content="0" * 64, mask=None)
    return ItemRecord(
        index=index, entry=entry, scores=(0.5, 0.5), predicted=predicted, target=predicted,
        maps={}, effects=None, features=values,
    )  # fmt: skip


def described(decide, count=120) -> list[ItemRecord]:
    rng, made = np.random.default_rng(2), []
    for index in range(count):
        image = (rng.random((1, 24, 24)) * 0.2 + rng.random() * 0.8).astype(np.float32)
        values = features(image, None)
        made.append(record(index, values, toys.CLASSES[int(decide(values, rng))]))
    return made


def test_a_threshold_on_brightness_is_found_and_accepted():
    result = surrogate(described(lambda values, _: values["brightness"] > 0.5), FEATURES, toys.plan())
    assert result.accepted
    assert result.fidelity.value > 0.95
    assert result.fidelity.low <= result.fidelity.value <= result.fidelity.high
    assert result.nodes[0].threshold == pytest.approx(0.5, abs=0.05)
    assert result.nodes[0].n == sum(result.nodes[0].counts.values()) == 72
    left, right = result.nodes[result.nodes[0].left], result.nodes[result.nodes[0].right]
    assert (left.decision, right.decision) == toys.CLASSES
    assert left.n + right.n == 72
    assert result.baseline.value < 0.8


def test_decisions_by_chance_are_not_described():
    result = surrogate(described(lambda _, rng: rng.random() > 0.5), FEATURES, toys.plan())
    assert result.refused is None
    assert not result.accepted


@pytest.mark.parametrize(
    ("decide", "count", "reason"),
    [
        (lambda _values, _rng: True, 50, "decided every item alike"),
        (lambda values, _rng: values["brightness"] > 0.5, 12, "has 12 items"),
        (lambda values, _rng: values["brightness"] > 0.88, 60, "Only"),
    ],
)
def test_an_impossible_tree_is_refused_in_a_sentence(decide, count, reason):
    result = surrogate(described(decide, count), FEATURES, toys.plan())
    assert reason in result.refused
    assert result.nodes == ()
    assert result.fidelity is None


def test_the_toy_reads_what_it_says():
    model = toys.threshold(slice(0, 8), slice(0, 8), level=0.5)
    images = torch.zeros(2, 1, 32, 32)
    images[1, :, :8, :8] = 1
    assert model.probabilities(images).argmax(dim=1).tolist() == [0, 1]
