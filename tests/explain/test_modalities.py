"""Tables and volumes: a linear model of a row has one right answer, a volume's maps agree with Captum's."""

import captum.attr
import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from auditor.common.errors import Refused
from auditor.explain import architectures
from auditor.explain.cards import card, cards, why_not
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import METHODS, method
from auditor.explain.model import AuditedModel
from auditor.explain.spec import CategoryColumn, NumberColumn, TableInput, VolumeInput
from tests.explain import toys

TABLE = TableInput(
    kind="table",
    columns=(
        NumberColumn(name="age", mean=50.0, std=10.0),
        CategoryColumn(kind="category", name="ward", values=("a", "b", "c"), reference="b"),
        NumberColumn(name="crp", mean=8.0, std=4.0, reference=2.0),
        CategoryColumn(kind="category", name="sex", values=("f", "m"), encoding="code"),
    ),
)
VOLUME = VolumeInput(kind="volume", depth=8, height=12, width=12, mean=(0.4,), std=(0.3,))
MAPS = [one.name for one in cards() if one.gives == "map"]


class Linear(nn.Module):
    """Logits that are linear in the normalised row."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(6, 2)

    def forward(self, rows: Tensor) -> Tensor:
        return self.head(rows)


class Solid(nn.Module):
    """Two convolutions over a volume."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.relu = nn.Conv3d(1, 4, 3, padding=1), nn.ReLU(inplace=True)
        self.second, self.last = nn.Conv3d(4, 5, 3, stride=2, padding=1), nn.ReLU()
        self.head = nn.Linear(5, 2)

    def forward(self, volumes: Tensor) -> Tensor:
        return self.head(self.last(self.second(self.relu(self.first(volumes)))).mean(dim=(2, 3, 4)))


@pytest.fixture
def table():
    torch.manual_seed(0)
    return AuditedModel(Linear(), toys.spec(input=TABLE))


@pytest.fixture
def volume():
    torch.manual_seed(0)
    return AuditedModel(Solid(), toys.spec(input=VOLUME))


def rows(count: int, seed: int = 1) -> Tensor:
    """Return encoded rows: age, ward in one-hot, crp, sex as a code."""
    draw = torch.Generator().manual_seed(seed)
    ward = nn.functional.one_hot(torch.randint(3, (count,), generator=draw), 3).float()
    age, crp = (torch.rand(count, 1, generator=draw) * scale + low for scale, low in ((60, 20), (20, 0)))
    return torch.cat((age, ward, crp, torch.randint(2, (count, 1), generator=draw).float()), dim=1)


def asked(inputs: Tensor) -> Question:
    background = rows(5, seed=2) if inputs.ndim == 2 else torch.rand(3, *inputs.shape[1:])
    return Question(inputs, torch.tensor([1, 0, 1]), (0, 1, 2), background)


def exact(model: AuditedModel, question: Question, start: Tensor) -> Tensor:
    """What each column adds to the target's logit on the way from `start`, (items, columns)."""
    weight = model.network.head.weight[question.targets] / model.scorer.std
    parts = weight * (question.inputs - start)
    return torch.stack([parts[:, 0], parts[:, 1:4].sum(dim=1), parts[:, 4], parts[:, 5]], dim=1).detach()


@pytest.mark.parametrize(
    "name", ["integrated_gradients", "deep_lift", "kernel_shap", "shapley_sampling", "occlusion"]
)
def test_a_linear_models_columns_get_what_they_add_to_the_reference_row(table, name):
    question = asked(rows(3))
    found = method(name).attribute(table, question, 4)
    expected = exact(table, question, torch.tensor([50.0, 0, 1, 0, 2, 0]))
    assert found.maps.shape == (3, 4)
    assert (found.maps - expected).abs().max() <= 1e-4 * expected.abs().max()
    if found.completeness is not None:
        assert float(found.completeness.max()) < 1e-4


@pytest.mark.parametrize("name", ["deep_shap", "kernel_shap", "shapley_sampling"])
def test_a_linear_models_columns_get_what_they_add_to_the_background(table, name):
    question = asked(rows(3))
    settings = {} if name == "deep_shap" else {"missing": "background"}
    found = method(name, settings).attribute(table, question, 4)
    expected = exact(table, question, question.background.mean(dim=0))
    assert (found.maps - expected).abs().max() <= 1e-4 * expected.abs().max()


def test_limes_weights_follow_a_linear_model(table):
    question = asked(rows(3))
    found = method("lime", {"ridge": 0.0}).attribute(table, question, 64)
    expected = exact(table, question, torch.tensor([50.0, 0, 1, 0, 2, 0]))
    assert (found.maps - expected).abs().max() <= 1e-3 * expected.abs().max()
    assert float(found.fit.min()) > 0.999


def test_gradients_of_a_row_are_gathered_by_column(table):
    question = asked(rows(3))
    found = method("input_x_gradient").attribute(table, question, 4)
    assert torch.allclose(found.maps, exact(table, question, torch.zeros(6)), atol=1e-5)
    smooth = method("smooth_grad").attribute(table, question, 4)
    weight = (table.network.head.weight[question.targets] / table.scorer.std).detach()
    assert torch.allclose(smooth.maps[:, 0], weight[:, 0], atol=1e-5)
    assert torch.allclose(smooth.maps[:, 1], weight[:, 1:4].sum(dim=1), atol=1e-5)
    relevance = method("lrp").attribute(table, question, 4)
    logits = table.logits(question.inputs).gather(1, question.targets[:, None])[:, 0]
    bias = table.network.head.bias[question.targets]
    assert torch.allclose(relevance.maps.sum(dim=1), (logits - bias).detach(), atol=1e-4)


def test_noise_leaves_categories_alone(table):
    assert table.spread(rows(1)).tolist() == [10.0, 0, 0, 0, 4.0, 0]


def test_a_table_has_no_levels_and_no_bounds(table):
    with pytest.raises(Refused, match="The baseline of a table is the references of its columns"):
        method("deep_lift", {"baseline": 0.5}).attribute(table, asked(rows(3)), 4)
    with pytest.raises(Refused, match="parameter first: the box rule needs bounds"):
        method("lrp", {"first": "box"}).attribute(table, asked(rows(3)), 4)
    assert "made for inputs of the kind image or volume" in why_not(card("grad_cam"), table.tier, "table")


@pytest.mark.parametrize("name", MAPS)
def test_every_method_whose_card_says_so_runs_on_tables_and_volumes(table, volume, name):
    small = {"window": 4, "stride": 4} if name == "occlusion" else {}
    for model, inputs, places in ((table, rows(3), (4,)), (volume, torch.rand(3, 1, 8, 12, 12), (8, 12, 12))):
        if why_not(card(name), model.tier, model.spec.input.kind):
            continue
        found = method(name, small).attribute(model, asked(inputs), 8)
        assert found.maps.shape == (3, *places)
        assert torch.isfinite(found.maps).all()
        assert found.maps.any()
        assert found.errors is None or found.errors.shape == found.maps.shape


def test_a_volumes_maps_agree_with_captums(volume):
    torch.manual_seed(5)
    question = asked(torch.rand(3, 1, 8, 12, 12))
    inputs, targets = question.inputs, question.targets
    own = captum.attr.LayerGradCam(volume.logits, volume.network.last)
    coarse = own.attribute(inputs.clone().requires_grad_(), targets, relu_attributions=True)
    expected = {
        "grad_cam": captum.attr.LayerAttribution.interpolate(coarse, (8, 12, 12), "trilinear")[:, 0],
        "saliency": captum.attr.Saliency(volume.logits).attribute(inputs, targets)[:, 0],
        "integrated_gradients": captum.attr.IntegratedGradients(volume.logits).attribute(
            inputs, 0.0, targets, n_steps=64, method="gausslegendre"
        )[:, 0],
        "occlusion": captum.attr.Occlusion(volume.logits).attribute(
            inputs, (1, 4, 4, 4), (1, 3, 3, 3), baselines=0.0, target=targets
        )[:, 0],
    }
    for name, wanted in expected.items():
        settings = {"window": 4, "stride": 3} if name == "occlusion" else {}
        found = method(name, settings).attribute(volume, question, 8).maps
        assert (found - wanted.detach()).abs().max() <= 1e-4 * wanted.abs().max(), name


def test_every_card_that_promises_a_map_has_a_method():
    assert set(MAPS) == set(METHODS)


def test_a_networks_options_are_checked_and_its_layers_named():
    network = architectures.build("retrace.SmallMLP", {"numbers": 6, "classes": 2, "hidden": [8]})
    assert [name for name, _ in network.named_children()] == ["dense0", "relu0", "dense1"]
    assert network(torch.zeros(3, 6)).shape == (3, 2)
    with pytest.raises(Refused, match=r"config.numbers: retrace.SmallMLP needs this option"):
        architectures.build("retrace.SmallMLP", {})


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([{"name": "a"}, {"name": "a"}], "a column is named twice"),
        ([{"kind": "category", "name": "a", "values": ["x", "x"]}], "names a category twice"),
        (
            [{"kind": "category", "name": "a", "values": ["x", "y"], "reference": "z"}],
            "is none of its categories",
        ),
        ([{"name": "a", "std": 0}], "greater than 0"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(columns, words):
    with pytest.raises(ValidationError, match=words):
        TableInput.model_validate({"kind": "table", "columns": columns})
