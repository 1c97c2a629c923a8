"""What is no number is named before and after a method ran, and never handed on in silence."""

import pytest
import torch

from auditor.common.errors import Refused
from auditor.explain.assembly import software
from auditor.explain.determinism import deterministic
from auditor.explain.items import ValidationSet
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import METHODS, method
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan
from auditor.explain.runner import explain_shard
from auditor.explain.spec import CategoryColumn, NumberColumn, TableInput
from tests.explain import toys

TARGETS = torch.tensor([1, 0, 1])


def question(background: int = 2) -> Question:
    draw = torch.Generator().manual_seed(3)
    return Question(
        torch.rand(3, 1, 16, 16, generator=draw),
        TARGETS,
        (0, 1, 2),
        torch.rand(background, 1, 16, 16, generator=draw),
    )


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf], ids=str)
@pytest.mark.parametrize("name", METHODS)
def test_inputs_that_are_not_numbers_are_refused_with_their_places(name, value):
    asked = question()
    asked.inputs[1, 0, 3, 4] = asked.inputs[2, 0, 0, 0] = value
    with pytest.raises(Refused, match=rf"Method {name}: .* not numbers are in input 1, 2 \(from 0\)"):
        method(name).attribute(toys.convolutional(16), asked, 4)


def test_background_items_that_are_not_numbers_are_refused():
    asked = question()
    asked.background[1] = torch.nan
    with pytest.raises(Refused, match=r"Method deep_shap: .* are in background item 1 \(from 0\)"):
        method("deep_shap").attribute(toys.convolutional(16), asked, 4)


def test_nan_is_a_number_in_columns_whose_model_reads_it():
    table = TableInput(
        kind="table",
        columns=(
            NumberColumn(name="age"),
            CategoryColumn(kind="category", name="ward", values=("a", "b")),
            NumberColumn(name="crp", missing="nan"),
        ),
    )
    model = AuditedModel(torch.nn.Linear(4, 2), toys.spec(input=table))
    rows = torch.zeros(6, 4)
    rows[1, 3] = rows[2, 0] = rows[3, 2] = torch.nan
    rows[4, 3] = rows[5, 1] = torch.inf
    assert model.usable(rows).tolist() == [True, True, False, False, False, False]


class Holed(toys.Convolutional):
    """Answers NaN to images whose first pixel is black."""

    def forward(self, images):
        return super().forward(images) * torch.where(images[:, :, 0, 0] < -1.3, torch.nan, 1.0)


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"activation_map", "gnn_explainer"}))
def test_maps_that_are_not_numbers_are_returned_with_a_warning_that_names_them(name):
    model, asked = toys.convolutional(16), question()
    model.network.__class__ = Holed
    asked.inputs[:, :, 0, 0] = asked.background[:, :, 0, 0] = 0.5
    asked.inputs[1, :, 0, 0] = 0
    settings = {"integrated_gradients": {"baseline": 0.4}, "deep_lift": {"baseline": 0.4}}
    if name == "occlusion":
        settings[name] = {"baseline": 0.4, "window": 8}
    with pytest.warns(UserWarning, match=f"Method {name}: the maps of items 1 are not numbers"):
        found = method(name, settings.get(name, {})).attribute(model, asked, 4)
    assert torch.isfinite(found.maps[[0, 2]]).all()


class Gap(ValidationSet):
    """Of which one item's values are missing, as those of a volume can be."""

    missing = (1,)

    def given(self, index):
        found = super().given(index)
        return torch.full_like(found, torch.nan) if index in self.missing else found


def test_a_run_goes_on_without_the_item_whose_input_is_not_numbers(tmp_path):
    _, store, manifest = toys.validation_set(tmp_path, 6, toys.noise(16))
    items = Gap(manifest, store, toys.spec(16))
    names = ({"name": "grad_cam"}, {"name": "deep_shap"})
    plan = toys.plan(methods=names, shard_size=6, background=6)
    result = explain_shard(toys.convolutional(16), items, plan, 0, store.put)
    assert [record.index for record in result.items] == [0, 2, 3, 4, 5]
    assert all(set(record.maps) == {"grad_cam", "deep_shap"} for record in result.items)
    left_out = "holds values that are not numbers. The item is left out of every result."
    assert result.incidents[0].item == "item-1"
    assert result.incidents[0].what == f"Item 'item-1' {left_out}"
    items.missing = range(6)
    nothing = explain_shard(toys.convolutional(16), items, toys.plan(shard_size=6), 0, store.put)
    assert not nothing.items
    assert [incident.what for incident in nothing.incidents] == [
        f"Item 'item-{n}' {left_out}" for n in range(6)
    ]


def test_tf32_is_what_the_plan_says_and_switched_back():
    def allowed() -> tuple[bool, bool]:
        return torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32

    before = allowed()
    with deterministic(1, tf32=True):
        assert allowed() == (True, True)
        with deterministic(1):
            assert allowed() == (False, False)
        assert allowed() == (True, True)
    assert allowed() == before
    assert Plan.model_validate({"methods": []}).tf32 is False
    assert toys.plan(tf32=True).document_digest() != toys.plan().document_digest()


@pytest.mark.parametrize(
    ("device", "tf32", "recorded"),
    [("cpu", False, False), ("cpu", True, False), ("cuda", False, False), ("cuda:0", True, True)],
)
def test_the_evidence_says_how_exactly_the_device_computed(device, tf32, recorded):
    made = software(device, tf32=tf32)
    assert (made.device_class, made.tf32, made.dtype) == (device[:4].rstrip(":"), recorded, "float32")
