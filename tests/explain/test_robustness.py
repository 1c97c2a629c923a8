"""Robustness: flips at doses computed by hand, the same whatever is computed together, summed up rightly."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from auditor.explain.assembly import assemble, set_facts, software
from auditor.explain.case import Case
from auditor.explain.evidence import Evidence, ItemRecord, ModelFacts
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Question
from auditor.explain.methods.catalog import method
from auditor.explain.modalities import modality_of
from auditor.explain.plan import MethodPlan
from auditor.explain.robustness.documents import ItemChange, Robustness
from auditor.explain.robustness.measuring import (
    Changing,
    changed_items,
)
from auditor.explain.robustness.settings import ChangePlan, RobustnessPlan
from auditor.explain.robustness.summary import robustness
from auditor.explain.runner import explain_shard, shards
from auditor.explain.shortcuts.analysis import shortcuts
from auditor.explain.spec import ItemEntry
from auditor.explain.survey import survey
from tests.explain import graph_toys, row_toys, toys, volume_toys

CURVE = ChangePlan(name="curve", doses=(5, 10, 25, 50, 100))
WHOLE = slice(None)


def planned(*changes: ChangePlan, **more: object):
    chosen = {"items": 500, "explained": 0, "changes": changes or None} | more
    return toys.plan(robustness=RobustnessPlan.model_validate(chosen))


def before(model, given: torch.Tensor, maps=None, first: int = 0) -> list[Case]:
    scores = model.probabilities(given)
    decided = scores.argmax(dim=1).tolist()
    return [
        Case(first + at, one, decided[at], decided[at], {} if maps is None else maps[at])
        for at, one in enumerate(given)
    ]


def measured(model, given: torch.Tensor, plan, methods=(), maps=None):
    changing = Changing(
        model, modality_of(model.spec.input, 4), methods, plan, max(len(given), 200), given[:2]
    )
    return changing.measure(before(model, given, maps), Room(3))


def test_a_brightness_threshold_flips_where_the_curve_crosses_it():
    model = toys.threshold(WHOLE, WHOLE, 0.45)
    given = torch.full((40, 1, 32, 32), 0.5)
    found = [after.changes["curve"] for after in measured(model, given, planned(CURVE))]
    # 0.5 ** (1 + d) < 0.45 where d > log(0.45) / log(0.5) - 1 = 15.2 %, so first at 25 %; brighter never
    assert {one.flip for one in found} == {3, None}
    for one in found:
        probability = np.array([scores[1] for scores in one.scores])
        power = np.array([1.05, 1.1, 1.25, 1.5, 2.0]) ** (1 if one.flip else -1)
        assert np.allclose(probability, 1 / (1 + np.exp(-80 * (0.5**power - 0.45))), atol=1e-4)


def test_a_row_flips_at_the_first_dose_that_carries_it_over():
    model = row_toys.rule(lambda rows: rows[:, 0])
    given = torch.tensor([[-0.03, 0.0], [-0.07, 0.0], [-0.3, 0.0], [-0.6, 0.0], [0.1, 0.0]])
    offset = ChangePlan(name="offset", doses=(2, 5, 10, 25, 50))
    found = [after.changes["offset"].flip for after in measured(model, given, planned(offset))]
    assert found == [2, 3, 5, None, None]


def test_what_is_drawn_does_not_depend_on_what_is_measured_together():
    model = toys.convolutional()
    given = torch.rand(6, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    plan = planned()
    changing = Changing(model, modality_of(model.spec.input, 4), (), plan, 6, None)
    items = before(model, given)
    together = changing.measure(items, Room(16))
    alone = [changing.measure([one], Room(1))[0] for one in reversed(items)][::-1]
    for first, second in zip(together, alone, strict=True):
        assert first.changes.keys() == second.changes.keys()
        assert len(first.changes) == 8
        for name, one in first.changes.items():
            assert np.allclose(one.scores, second.changes[name].scores, atol=1e-5)
    for change in changing.changes:
        assert np.array_equal(changing.changed(items[4], change, 1), changing.changed(items[4], change, 1))
        if change.name in ("noise", "bias_field", "shift"):
            other = before(model, given[4:5], first=9)[0]
            assert not np.array_equal(
                changing.changed(items[4], change, 1), changing.changed(other, change, 1)
            )


def test_only_items_that_the_seed_draws_are_changed():
    plan = planned(items=5)
    drawn = changed_items(plan, 40)
    assert len(set(drawn)) == 5
    assert drawn == changed_items(plan, 40)
    assert drawn != changed_items(plan.model_copy(update={"seed": 4}), 40)
    assert drawn[:2] == changed_items(planned(items=2), 40)
    assert not changed_items(planned(items=0), 40)


class Fragile(toys.Threshold):
    """Answers NaN to images that have a value above 0.9."""

    def forward(self, images):
        return (
            super().forward(images) + torch.where(images.amax(dim=(1, 2, 3)) > 0.9, torch.nan, 0.0)[:, None]
        )


def test_changes_under_which_scores_are_not_numbers_are_told():
    model = toys.threshold(WHOLE, WHOLE, 0.45)
    model.network.__class__ = Fragile
    found = measured(model, torch.full((1, 1, 32, 32), 0.89), planned())[0]
    assert set(found.lost) >= {"noise", "bias_field"}
    assert "blur" in found.changes
    assert not set(found.lost) & set(found.changes)


@pytest.mark.parametrize("name", ["rotation", "shift"])
def test_maps_are_moved_along_with_the_item(name):
    class Same:
        """Attributes to every place its own value."""

        card = method("saliency", {}).card

        def attribute(self, _model, question, _room):
            return Attribution(question.inputs[:, 0])

    model = toys.convolutional()
    given = torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(2))
    maps = [{"saliency": one[0].numpy()} for one in given]
    change = ChangePlan(name=name, doses=(10, 20), harmless=2)
    plan = planned(change, explained=500)
    found = measured(model, given, plan, [Same()], maps)
    assert [after.changes[name].similarity["saliency"] for after in found] == pytest.approx([1.0] * 3)
    still = planned(ChangePlan(name="noise", doses=(10, 60), harmless=2), explained=500)
    noisy = [
        after.changes["noise"].similarity["saliency"]
        for after in measured(model, given, still, [Same()], maps)
    ]
    assert all(0.5 < value < 0.9 for value in noisy)


def test_explanations_are_compared_by_the_first_method_that_looks_into_the_model():
    model = toys.convolutional()
    given = torch.rand(2, 1, 32, 32, generator=torch.Generator().manual_seed(2))
    methods = [
        method("occlusion", {"window": 8, "stride": 8}),
        method("saliency", {}),
        method("grad_cam", {}),
    ]
    rng = np.random.default_rng(0)
    maps = [{made.card.name: rng.random((32, 32), np.float32) for made in methods}] * 2

    def names(plan):
        found = measured(model, given, plan, methods, maps)
        return [set(after.changes["blur"].similarity) for after in found]

    blur = ChangePlan(name="blur", doses=(1, 2))
    drawn = changed_items(planned(explained=200), 200)
    assert names(planned(blur, explained=200)) == [{"saliency"}] * 2
    assert (
        names(planned(blur, explained=200, methods=["grad_cam", "occlusion"]))
        == [{"grad_cam", "occlusion"}] * 2
    )
    first = planned(blur, explained=drawn.index(0) + 1)
    assert names(first)[0] == {"saliency"}
    assert names(planned(blur)) == [set(), set()]


@pytest.mark.parametrize(
    ("model", "given", "wanted"),
    [
        (
            graph_toys.model(),
            graph_toys.packed([graph_toys.random_graph(seed, 6) for seed in range(4)]),
            {"features", "edges"},
        ),
        (
            row_toys.mixed(0),
            row_toys.tensor([row for row in row_toys.drawn(20, 1) if None not in row.values()]),
            {"error", "missing", "offset", "category"},
        ),
    ],
)
def test_graphs_and_rows_are_changed_and_explained_again(model, given, wanted):
    made = method("integrated_gradients", {"steps": 8})
    items = before(model, given)
    question = Question(given, torch.tensor([one.target for one in items]), tuple(range(len(given))))
    modality = modality_of(model.spec.input)
    values = made.attribute(model, question, 8).maps.numpy()
    maps = [
        {"integrated_gradients": modality.trimmed(one, of)} for one, of in zip(values, given, strict=True)
    ]
    found = measured(model, given, planned(explained=500), [made], maps)
    assert all(set(after.changes) == wanted and not after.lost for after in found)
    full = [one for after in found for name, one in after.changes.items() if name != "missing"]
    assert all(
        set(one.similarity) == {"integrated_gradients"} for one in full
    )  # of a missing number there is none
    alike = [one.similarity["integrated_gradients"] for one in full]
    assert all(-1 <= value <= 1.0001 for value in alike)
    assert np.median(alike) > 0.8


def record(index: int, label: str, scores, changed, similarity=None) -> ItemRecord:
    predicted = toys.CLASSES[int(np.argmax(scores))]
    flips = [level for level, one in enumerate(changed, 1) if np.argmax(one) != np.argmax(scores)]
    return ItemRecord(
        index=index,
        entry=ItemEntry(id=f"i{index}", label=label, groups={}, content="0" * 64, mask=None),
        scores=scores,
        predicted=predicted,
        target=predicted,
        maps={},
        effects=None,
        features={},
        changes={
            "noise": ItemChange(
                scores=changed,
                flip=flips[0] if flips else None,
                similarity={} if similarity is None else {"grad_cam": similarity},
            )
        },
    )


NOISE = ChangePlan(name="noise", doses=(1, 2, 6), harmless=2)


def drawn_records(count: int = 60) -> list[ItemRecord]:
    rng = np.random.default_rng(4)

    def pair(value: float) -> tuple[float, float]:
        return (1 - value, value)

    made = []
    for index in range(count):
        label = index % 2
        score = float(np.clip(rng.normal(0.3 + 0.4 * label, 0.2), 0.01, 0.99))
        moved = [pair(float(np.clip(score + rng.normal(0, width), 0.01, 0.99))) for width in (0.02, 0.1, 0.6)]
        made.append(record(index, toys.CLASSES[label], pair(score), moved, float(rng.uniform(0.2, 1))))
    return made


def test_the_summary_is_what_counting_gives():
    records = drawn_records()
    found = robustness(records, toys.spec(), planned(NOISE))
    assert found.items == 60
    (change,) = found.changes
    right = [one.predicted == one.entry.label for one in records]
    assert found.accuracy.value == np.mean(right)
    for level, (measures, dose) in enumerate(zip(change.levels, NOISE.doses, strict=True)):
        answers = [one.changes["noise"].scores[level] for one in records]
        decided = [toys.CLASSES[int(np.argmax(one))] for one in answers]
        own = [said == one.entry.label for said, one in zip(decided, records, strict=True)]
        assert measures.dose == dose
        assert measures.accuracy.value == pytest.approx(np.mean(own))
        assert measures.fall.value == pytest.approx(np.mean(right) - np.mean(own))
        assert measures.balanced_accuracy.value == pytest.approx(
            np.mean(
                [
                    np.mean([o for o, r in zip(own, records, strict=True) if r.entry.label == name])
                    for name in toys.CLASSES
                ]
            )
        )
        assert measures.changed.value == pytest.approx(
            np.mean([said != one.predicted for said, one in zip(decided, records, strict=True)])
        )
        assert measures.flipped.value == pytest.approx(
            np.mean([(one.changes["noise"].flip or 9) <= level + 1 for one in records])
        )
        at = [toys.CLASSES.index(one.predicted) for one in records]
        assert measures.moved.value == pytest.approx(
            np.mean([abs(a[i] - one.scores[i]) for a, i, one in zip(answers, at, records, strict=True)])
        )
        pairs = [
            (answers[i][1] > answers[j][1]) + (answers[i][1] == answers[j][1]) / 2
            for i in range(60)
            for j in range(60)
            if records[i].entry.label == "finding" and records[j].entry.label == "clear"
        ]
        assert measures.auroc.value == pytest.approx(np.mean(pairs))
        for one in (measures.accuracy, measures.changed, measures.moved, measures.fall, measures.auroc):
            assert one.low <= one.value <= one.high
    assert all(a.flipped.value <= b.flipped.value for a, b in pairwise(change.levels))
    stayed = [
        one.changes["noise"].similarity["grad_cam"]
        for one in records
        if np.argmax(one.changes["noise"].scores[1]) == np.argmax(one.scores)
    ]
    assert change.similarity["grad_cam"].value == pytest.approx(np.mean(stayed))
    assert change.similarity["grad_cam"].n == len(stayed) < 60
    altered = [(one.changes["noise"].flip or 9) <= 2 for one in records]
    assert found.harmless.value == np.mean(altered)


@pytest.mark.parametrize(
    ("flips", "value", "interval"),
    [((1, 1, 2, 3, None), 2.0, False), ((1, 1, 1, 2, None), 1.0, True), ((1, None, None), None, False)],
)
def test_the_dose_by_which_half_of_the_decisions_are_others(flips, value, interval):
    clear, finding = (0.9, 0.1), (0.1, 0.9)
    records = [
        record(index, "clear", clear, [finding if flip and level >= flip else clear for level in (1, 2, 3)])
        for index, flip in enumerate(flips * (20 if interval else 1))
    ]
    measure = robustness(records, toys.spec(), planned(NOISE)).changes[0].flip
    assert measure.value == value
    assert interval or measure.no_interval


def test_paired_intervals_are_narrower_than_what_they_compare():
    records = drawn_records(200)
    level = robustness(records, toys.spec(), planned(NOISE)).changes[0].levels[0]
    assert level.fall.high - level.fall.low < level.accuracy.high - level.accuracy.low


def test_nothing_measured_says_why():
    records = drawn_records(6)
    assert "no item" in robustness(records, toys.spec(), planned(items=0)).reason
    foreign = planned(ChangePlan(name="edges", doses=(1,), harmless=1))
    assert "No change of the plan" in robustness(records, toys.spec(), foreign).reason


def run(root, shard_size: int, order=None) -> tuple[Evidence, Robustness]:
    model = toys.threshold(slice(0, 16), WHOLE, 0.5)
    plan = toys.plan(
        methods=(MethodPlan(name="saliency", parameters={"signed": True}),),
        shard_size=shard_size,
        robustness={"items": 7, "explained": 3},
        survey={"counterfactuals": 0, "components": 0},
    )
    items, store, manifest = toys.validation_set(root, 8, toys.noise())
    parts = order or range(len(shards(plan, 8)))
    made = [(f"{part:064}", explain_shard(model, items, plan, part, store.put)) for part in parts]
    facts = ModelFacts(
        digest="1" * 64, weights="2" * 64, spec=model.spec, parameters=0, layer=None, tier=model.tier
    )

    def ask(records, entries):
        return survey(model, items, records, entries, plan, store.put)

    def look(records, regions):
        return shortcuts(model.spec, items, records, regions, plan, store.put)

    counted = set_facts(manifest, "3" * 64, "toys", "")
    evidence = assemble(facts, counted, plan, software("cpu"), made, ask, look)
    return evidence, evidence.robustness


def test_a_run_records_changes_in_the_evidence_and_its_gallery(tmp_path):
    evidence, found = run(tmp_path / "a", 4)
    assert found.items == 7
    assert [change.name for change in found.changes] == [
        "noise", "blur", "contrast", "curve", "bias_field", "compression", "rotation", "shift",
    ]  # fmt: skip
    assert all(change.harmless == 2 and len(change.levels) == 5 for change in found.changes)
    shown = [entry.item.changes for entry in evidence.gallery.entries]
    assert sum(bool(one) for one in shown) >= 5
    assert all(len(one) == 8 for one in shown if one)
    again, other = run(tmp_path / "b", 3, order=[2, 0, 1])
    first, second = found.model_dump(), other.model_dump()
    assert first == second or np.allclose(
        [level.moved.value for change in found.changes for level in change.levels],
        [level.moved.value for change in other.changes for level in change.levels],
        atol=1e-6,
    )
    assert again.plan_digest != evidence.plan_digest


def test_volumes_are_changed_in_a_whole_run(tmp_path):
    evidence, _ = volume_toys.assembled(tmp_path)
    names = [change.name for change in evidence.robustness.changes]
    assert names == ["noise", "blur", "contrast", "curve", "bias_field", "rotation", "shift"]
    assert evidence.robustness.items == 4
    assert all("integrated_gradients" in change.similarity for change in evidence.robustness.changes)
