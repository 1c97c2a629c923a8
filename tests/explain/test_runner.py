"""A whole run in memory: the same evidence every time, in any order, and nothing that fails is silent."""

import io
import random

import numpy as np
import pytest
import torch

from auditor.common.errors import RetraceError
from auditor.explain.assembly import assemble, set_facts, software
from auditor.explain.evidence import Evidence, ModelFacts, ShardResult
from auditor.explain.gallery import gallery
from auditor.explain.plan import MethodPlan
from auditor.explain.runner import background_items, explain_shard, shards
from auditor.explain.shortcuts.analysis import shortcuts
from auditor.explain.survey import survey
from tests.explain import toys

MASK = np.zeros((32, 32), bool)
MASK[8:24, 8:24] = True


def run(root, order=None, model=None, plan=None, count=10) -> tuple[Evidence, object]:
    model, plan = model or toys.convolutional(), plan or toys.plan()
    items, store, manifest = toys.validation_set(root, count, toys.noise(), MASK)
    made = []
    for index in order or range(len(shards(plan, len(items)))):
        content = explain_shard(model, items, plan, index, store.put).to_bytes()
        made.append((store.put(content), ShardResult.parse(content, name="shard")))
    facts = ModelFacts(
        digest="1" * 64,
        weights="2" * 64,
        spec=model.spec,
        parameters=model.parameters,
        layer=model.default_layer,
        tier=model.tier,
    )
    counted = set_facts(manifest, "3" * 64, "toys", "")

    def ask(records, entries):
        return survey(model, items, records, entries, plan, store.put)

    def look(records, regions):
        return shortcuts(model.spec, items, records, regions, plan, store.put)

    return assemble(facts, counted, plan, software("cpu"), made, ask, look), store


def test_two_runs_and_any_order_of_shards_give_the_same_evidence(tmp_path):
    first, _ = run(tmp_path / "a")
    torch.manual_seed(99)
    np.random.seed(99)
    random.seed(99)
    second, _ = run(tmp_path / "b", order=[2, 0, 1])
    assert first.document_digest() == second.document_digest()
    assert Evidence.parse(first.to_bytes(), name="evidence") == first


def test_another_seed_gives_other_evidence(tmp_path):
    first, _ = run(tmp_path / "a")
    second, _ = run(tmp_path / "b", plan=toys.plan(seed=7))
    assert first.regions != second.regions


def test_the_evidence_holds_what_was_planned(tmp_path):
    evidence, store = run(tmp_path)
    assert [m.card.name for m in evidence.methods] == ["grad_cam", "integrated_gradients", "occlusion"]
    assert evidence.methods[1].parameters == {"steps": 8, "baseline": None}
    assert evidence.methods[1].completeness.value >= 0
    assert evidence.methods[0].completeness is None
    for summary in evidence.methods:
        assert 0 < summary.outside.low <= summary.outside.value <= summary.outside.high < 1
    assert evidence.validation_set.masks == evidence.validation_set.items == 10
    assert len(evidence.shards) == 3
    assert len(evidence.gallery.entries) == 6
    reference = evidence.gallery.entries[0].item.maps["occlusion"].array
    array = np.load(io.BytesIO(store.get(reference.sha256)), allow_pickle=False)
    assert array.shape == reference.shape == (32, 32)
    assert array.dtype == np.float32


def test_duplicates_are_counted(tmp_path):
    _, _, manifest = toys.validation_set(
        tmp_path, 6, lambda index, _l, _r: np.full((8, 8), index // 2, np.uint8)
    )
    assert set_facts(manifest, "0" * 64, "n", "").duplicates == 3


class NotANumber(toys.Convolutional):
    """Answers NaN to images with a black first pixel."""

    def forward(self, images):
        return super().forward(images) + torch.where(images[:, :, 0, 0] < -1.3, torch.nan, 0.0)


def test_an_item_without_numbers_is_left_out_and_told(tmp_path):
    model = toys.convolutional()
    model.network.__class__ = NotANumber
    draw = toys.noise()

    def image(index, label, rng):
        pixels = np.maximum(draw(index, label, rng), 9)
        pixels[0, 0] = 0 if index == 1 else 9
        return pixels

    items, store, _ = toys.validation_set(tmp_path, 4, image)
    result = explain_shard(model, items, toys.plan(robustness={"items": 0}), 0, store.put)
    assert [record.index for record in result.items] == [0, 2, 3]
    assert result.incidents[0].item == "item-1"
    assert "left out of every result" in result.incidents[0].what
    assert {i.what for i in result.incidents[1:]} == {
        "With 1 regions replaced the model's scores are not numbers.",
        "Method occlusion gave values that are not numbers; its map is left out.",
    }


def test_a_batch_halved_for_memory_is_recorded(tmp_path, monkeypatch):
    model = toys.convolutional()
    plain, asked = model.logits, []

    def small(pixels):
        asked.append(len(pixels))
        if len(pixels) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return plain(pixels)

    monkeypatch.setattr(model, "logits", small)
    items, store, _ = toys.validation_set(tmp_path, 2, toys.noise())
    result = explain_shard(model, items, toys.plan(), 0, store.put)
    assert len(result.items) == 2
    assert any(
        "in batches of 1 instead of 3 from this item on, for lack of memory" in i.what
        for i in result.incidents
    )
    assert min(asked) == 1

    def never(_pixels):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(model, "logits", never)
    with pytest.raises(RetraceError, match="more memory for one input"):
        explain_shard(model, items, toys.plan(), 0, store.put)


def test_a_model_without_maps_is_audited_without_grad_cam(tmp_path):
    evidence, _ = run(tmp_path, model=toys.threshold(slice(0, 8), slice(0, 8), 0.5))
    assert not evidence.methods[0].applicable
    assert "no layer with a spatial map" in evidence.methods[0].reason
    assert set(evidence.gallery.entries[0].item.maps) == {"integrated_gradients", "occlusion"}


def test_missing_or_repeated_shards_are_refused(tmp_path):
    with pytest.raises(RetraceError, match="hold 8 of 10 items"):
        run(tmp_path / "a", order=[0, 1])
    with pytest.raises(RetraceError, match="run the audit again"):
        run(tmp_path / "b", order=[0, 1, 2, 0])
    with pytest.raises(RetraceError, match="there is no shard 9"):
        run(tmp_path / "c", order=[9])


def test_shards_cover_every_item_once():
    parts = shards(toys.plan(), 10)
    assert [list(part) for part in parts] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_the_gallery_shows_errors_first_and_nothing_twice(tmp_path):
    evidence, _ = run(tmp_path, plan=toys.plan(gallery=9))
    rules = [entry.rule for entry in evidence.gallery.entries]
    assert rules == sorted(rules, key=["methods disagree", "worst error", "least certain", "typical"].index)
    assert len({entry.item.index for entry in evidence.gallery.entries}) == 9
    for entry in evidence.gallery.entries:
        if entry.rule == "worst error":
            assert entry.item.predicted != entry.item.entry.label
    records = [entry.item for entry in evidence.gallery.entries]
    assert len(gallery(records, toys.plan(gallery=100)).entries) == 9


def test_methods_that_compare_get_the_same_background_in_every_shard(tmp_path):
    names = ("deep_shap", "gradient_shap", "kernel_shap", "lime", "shapley_sampling")
    small = {"cut": "grid", "count": 9, "missing": "background"}
    planned = tuple(
        MethodPlan(name=name, parameters={} if name in ("deep_shap", "gradient_shap") else small)
        for name in names
    )
    only = {"methods": planned, "background": 5, "trust": {"items": 0}, "robustness": {"items": 0}}
    evidence, _ = run(tmp_path / "a", plan=toys.plan(**only))
    again, _ = run(tmp_path / "b", plan=toys.plan(**only, shard_size=3), order=[3, 1, 0, 2])
    assert [summary.card.name for summary in evidence.methods] == list(names)
    assert not evidence.incidents
    by_name = {summary.card.name: summary for summary in evidence.methods}
    assert by_name["deep_shap"].completeness.value < 0.2
    assert 0 < by_name["lime"].fit.value <= 1
    for mine, other in zip(evidence.gallery.entries, again.gallery.entries, strict=True):
        assert mine.item.maps.keys() == set(names)
        exact = ("kernel_shap", "lime", "shapley_sampling")
        assert [mine.item.maps[n].array.shape for n in exact] == [(32, 32)] * 3
        assert mine.item.entry == other.item.entry
    assert background_items(toys.plan(background=5), 10) == background_items(toys.plan(background=5), 10)
    assert len(set(background_items(toys.plan(background=99), 10))) == 10
