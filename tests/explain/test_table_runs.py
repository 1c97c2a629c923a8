"""Audits of tables: rows that cannot be read are incidents, columns are exchanged, a tree asks about columns."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from auditor.common.canonical import canonical
from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.globals.importance import importance
from auditor.explain.items import ValidationSet
from auditor.explain.model import AuditedModel
from auditor.explain.plan import MethodPlan
from auditor.explain.runner import explain_shard
from auditor.explain.spec import CategoryColumn, ItemEntry, Manifest, NumberColumn, TableInput
from tests.explain import toys

TABLE = TableInput(
    kind="table",
    columns=(
        NumberColumn(name="pressure", title="Blood pressure", unit="mmHg", mean=120.0, std=20.0),
        CategoryColumn(kind="category", name="ward", values=("a", "b"), reference="a"),
        NumberColumn(name="idle"),
    ),
)
PLAN = toys.plan(
    methods=(MethodPlan(name="occlusion"), MethodPlan(name="grad_cam"), MethodPlan(name="kernel_shap")),
    shard_size=40,
)


class Pressure(nn.Module):
    """Says finding where the normalised first number is above 0."""

    def forward(self, rows: Tensor) -> Tensor:
        score = 8 * rows[:, 0]
        return torch.stack((-score, score), dim=1)


def made(root, rows):
    store = Store(root)
    entries = tuple(
        ItemEntry(
            id=f"r{index}",
            label=toys.CLASSES[label],
            groups={},
            content=store.put(canonical(row)),
            mask=None,
        )
        for index, (row, label) in enumerate(rows)
    )
    manifest = Manifest(kind="table", columns=("pressure", "ward", "idle"), items=entries)
    model = AuditedModel(Pressure(), toys.spec(input=TABLE))
    return model, ValidationSet(manifest, store, model.spec), store, manifest


def rows(count=40):
    rng = np.random.default_rng(0)
    for _ in range(count):
        pressure = round(float(rng.normal(120, 20)), 1)
        row = {"pressure": str(pressure), "ward": str(rng.choice(["a", "b"])), "idle": str(rng.integers(9))}
        yield row, int(pressure > 120)


def test_a_run_exchanges_columns_and_finds_the_one_that_decides(tmp_path):
    model, items, store, _ = made(tmp_path, rows())
    result = explain_shard(model, items, PLAN, 0, store.put)
    assert [region.name for region in result.regions] == ["pressure", "ward", "idle"]
    assert result.regions[0].title == "Blood pressure"
    record = result.items[0]
    assert set(record.maps) == {"occlusion", "kernel_shap"}
    assert record.maps["occlusion"].array.shape == (3,)
    assert set(record.features) == {"pressure", "ward", "idle"}
    found = {region.name: region for region in importance(result.items, result.regions, PLAN)}
    assert found["pressure"].flips.value == 1.0
    assert found["ward"].flips.value == found["idle"].flips.value == 0.0
    assert found["pressure"].shares["kernel_shap"].value == pytest.approx(1.0, abs=1e-5)


def test_a_row_that_cannot_be_read_is_an_incident_and_the_run_goes_on(tmp_path):
    given = list(rows())
    given[3] = ({"pressure": "high", "ward": "a", "idle": "1"}, 0)
    model, items, store, _ = made(tmp_path, given)
    result = explain_shard(model, items, PLAN, 0, store.put)
    assert len(result.items) == 39
    assert result.incidents[0].item == "r3"
    assert "Item 'r3', column 'pressure': 'high' is no number." in result.incidents[0].what


def test_a_set_without_a_column_is_refused_before_anything_runs(tmp_path):
    model, _, store, manifest = made(tmp_path, rows(4))
    lacking = manifest.model_copy(update={"columns": ("presure", "ward", "idle")})
    with pytest.raises(Refused, match=r"lacks the column 'pressure' .*is 'presure' meant for 'pressure'"):
        ValidationSet(lacking, store, model.spec)
