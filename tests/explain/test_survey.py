"""What is asked once about a whole set: importances, components, drift and other outcomes, or why there are none."""

import numpy as np
import pytest

from auditor.common.errors import Refused
from auditor.explain.evidence import GalleryEntry
from auditor.explain.gallery import gallery
from auditor.explain.globals.documents import Reference
from auditor.explain.items import ValidationSet
from auditor.explain.plan import MethodPlan
from auditor.explain.runner import explain_shard
from auditor.explain.spec import Manifest
from auditor.explain.survey import survey
from tests.explain import test_table_runs as tables
from tests.explain import toys

IMPORTANCE = {"rows": 24, "background": 4, "repeats": 2, "orders": 24, "curves": 1, "grid": 5, "bins": 4}
MASK = np.zeros((32, 32), bool)
MASK[8:24, 8:24] = True


def asked(root, plan, reference=None):
    """A table of 40 rows of which one column decides."""
    model, items, store, _ = tables.made(root, tables.rows())
    records = explain_shard(model, items, plan, 0, store.put).items
    return survey(model, items, records, gallery(records, plan).entries, plan, store.put, reference), items


def table_plan(**more):
    asked_for = {"importance": IMPORTANCE, "components": 2, "counterfactuals": 3} | more
    return tables.PLAN.model_copy(update={"survey": type(tables.PLAN.survey).model_validate(asked_for)})


def test_a_table_is_asked_about_its_columns(tmp_path):
    found, _ = asked(tmp_path, table_plan())
    sizes = {one.name: one.permutation.value for one in found.importance.columns}
    assert sizes["pressure"] > 0.1
    assert sizes["ward"] == sizes["idle"] == 0
    assert {curve.kind for curve in found.curves} == {"partial_dependence", "accumulated_local_effects"}
    assert {curve.name for curve in found.curves} == {"pressure"}
    assert set(found.attributions) == {"occlusion", "kernel_shap"}
    pressure, ward, _ = found.attributions["kernel_shap"]
    assert pressure.absolute.value > 100 * ward.absolute.value
    assert pressure.absolute.low < pressure.absolute.value < pressure.absolute.high
    assert not found.unanswered


def test_other_outcomes_change_the_column_that_decides(tmp_path):
    found, items = asked(tmp_path, table_plan())
    assert len(found.counterfactuals) == 3
    for one in found.counterfactuals:
        assert one.item in {entry.id for entry in items.entries}
        assert one.row.refused is None
        assert [change.column for change in one.row.alternatives[0].changes] == ["pressure"]
        assert one.row.alternatives[0].predicted != one.row.predicted


def test_components_tell_which_items_they_place(tmp_path):
    found, items = asked(tmp_path, table_plan())
    (space,) = found.spaces
    assert space.name == "columns"
    assert len(space.labels) == len(space.decisions) == len(space.components.scores) == 40
    assert list(space.labels) == [items.entries[place].label for place in space.components.items]
    assert space.drift is None


def shifted(root, by):
    moved = [(row | {"idle": str(int(row["idle"]) + by)}, label) for row, label in tables.rows()]
    items = tables.made(root, moved)[1]
    return Reference(digest="5" * 64, name="last year", items=len(items)), items


def test_drift_from_another_set_is_found_and_none_from_itself(tmp_path):
    far, _ = asked(tmp_path / "a", table_plan(), shifted(tmp_path / "b", 40))
    assert far.reference.name == "last year"
    assert far.spaces[0].drift.p_value <= 0.01
    near, _ = asked(tmp_path / "c", table_plan(), shifted(tmp_path / "d", 0))
    assert near.spaces[0].drift.p_value > 0.05


def test_what_cannot_be_answered_is_said(tmp_path):
    few = tables.made(tmp_path / "few", tables.rows(4))[1]
    reference = Reference(digest="5" * 64, name="few", items=4)
    found, _ = asked(tmp_path, table_plan(), (reference, few))
    assert found.spaces[0].drift is None
    assert found.unanswered == ("Drift: The reference has 4 items, and drift needs at least six.",)


def test_nothing_is_asked_where_the_plan_asks_nothing(tmp_path):
    found, _ = asked(tmp_path, table_plan(importance=None, components=0, counterfactuals=0))
    assert found.importance is None
    assert found.curves == found.spaces == found.counterfactuals == ()


def pictures(root, model, plan, count=16, mask=MASK):
    def corner(_index, label, rng):
        image = rng.integers(40, 60, (32, 32)).astype(np.uint8)
        image[:8, :8] += np.uint8(150 * label)
        return image

    items, store, _ = toys.validation_set(root, count, corner, mask)
    records = explain_shard(model, items, plan, 0, store.put).items
    entries = gallery(records, plan).entries
    return survey(model, items, records, entries, plan, store.put), store, records


def picture_plan(**more):
    chosen = {
        "importance": IMPORTANCE,
        "components": 2,
        "counterfactuals": 2,
        "regions": {"cut": "grid", "parts": 16},
    }
    return toys.plan(
        methods=(MethodPlan(name="occlusion", parameters={"window": 8, "stride": 8}),),
        shard_size=16,
        survey=chosen | more,
    )


def test_images_are_asked_about_their_cells_and_regions(tmp_path):
    model = toys.threshold(slice(0, 8), slice(0, 8), level=0.4)
    found, store, records = pictures(tmp_path, model, picture_plan())
    most = max(found.importance.columns, key=lambda one: one.permutation.value)
    assert most.name == "row 1, column 1 of 4 x 4"
    assert {curve.name for curve in found.curves} == {most.name}
    inside, outside, first, *_ = found.attributions["occlusion"]
    assert (inside.name, outside.name, first.name) == ("inside", "outside", "cell 1,1")
    assert inside.absolute.value == pytest.approx(0, abs=1e-6)
    assert first.absolute.value == pytest.approx(outside.absolute.value, rel=1e-5)
    marked = [one for one in found.counterfactuals if one.regions.predicted == "finding"]
    for one in marked:
        if one.regions.refused is None:
            assert store.has(one.regions.alternatives[0].filled.sha256)
    assert any("no layer of which an embedding" in sentence for sentence in found.unanswered)
    assert not found.spaces
    assert len(records) == 16


def test_a_networks_embedding_has_components(tmp_path):
    found, *_ = pictures(tmp_path, toys.convolutional(), picture_plan(importance=None, counterfactuals=0))
    (space,) = found.spaces
    assert space.name == "embedding"
    assert len(space.components.columns) <= 6
    assert space.components.explained[0].value > 0


def test_the_same_answers_come_twice(tmp_path):
    plan = picture_plan(importance=None)
    first, second = (pictures(tmp_path / name, toys.convolutional(), plan)[0] for name in ("a", "b"))
    assert first.document_digest() == second.document_digest()


def test_a_reference_of_another_kind_is_refused_before(tmp_path):
    model, items, store, manifest = tables.made(tmp_path, tables.rows(4))
    other = Manifest(kind="image", items=manifest.items)
    with pytest.raises(Refused, match="kind image"):
        ValidationSet(other, store, model.spec)
    assert isinstance(items, ValidationSet)


def test_only_as_many_items_as_the_plan_says_are_searched(tmp_path):
    plan = table_plan(counterfactuals=1)
    model, items, store, _ = tables.made(tmp_path, tables.rows())
    records = explain_shard(model, items, plan, 0, store.put).items
    entries: tuple[GalleryEntry, ...] = gallery(records, plan).entries
    found = survey(model, items, records, entries, plan, store.put)
    assert [one.item for one in found.counterfactuals] == [entries[0].item.entry.id]
