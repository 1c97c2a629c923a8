"""Each method against its paper, line by line, and against Captum's own call."""

import captum.attr
import pytest
import torch
from torch import Tensor

from auditor.common.errors import Refused
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import METHODS, method
from auditor.explain.model import AuditedModel
from tests.explain import toys
from tests.reference import attribution as slow

TARGETS = torch.tensor([0, 1, 1])


@pytest.fixture(params=[1, 3], ids=["grey", "colour"])
def case(request):
    torch.manual_seed(1)
    return toys.convolutional(channels=request.param), torch.rand(3, request.param, 32, 32)


def asked(inputs: Tensor) -> Question:
    background = torch.rand((5, *inputs.shape[1:]), generator=torch.Generator().manual_seed(7))
    return Question(inputs, TARGETS, (0, 1, 2), background)


def close(found: Tensor, expected: Tensor) -> bool:
    return bool((found - expected).abs().max() <= 1e-4 * expected.abs().max()) and bool(expected.any())


def each(formula, inputs, *rest) -> Tensor:
    return torch.stack([formula(x, int(t), *rest) for x, t in zip(inputs, TARGETS, strict=True)])


@pytest.mark.parametrize("batch", [16, 2])
def test_grad_cam(case, batch):
    model, inputs = case
    maps = method("grad_cam").attribute(model, asked(inputs), batch).maps
    assert model.default_layer == "last"
    assert close(maps, each(lambda x, t: slow.grad_cam(model, model.network.last, x, t), inputs))
    own = captum.attr.LayerGradCam(model.logits, model.network.last)
    coarse = own.attribute(inputs.clone().requires_grad_(), TARGETS, relu_attributions=True)
    scaled = captum.attr.LayerAttribution.interpolate(coarse, (32, 32), "bilinear")
    assert close(maps, scaled[:, 0].detach())


def test_grad_cam_signed_shows_both_signs(case):
    model, inputs = case
    signed = method("grad_cam", {"signed": True, "layer": "second"}).attribute(model, asked(inputs), 16).maps
    unsigned = method("grad_cam", {"layer": "second"}).attribute(model, asked(inputs), 16).maps
    assert (signed < 0).any()
    assert (unsigned >= 0).all()


@pytest.mark.parametrize("batch", [16, 2])
def test_integrated_gradients(case, batch):
    model, inputs = case
    result = method("integrated_gradients", {"steps": 16, "baseline": 0.2}).attribute(
        model, asked(inputs), batch
    )
    expected = each(lambda x, t: slow.integrated_gradients(model, x, t, 16, 0.2), inputs)
    assert close(result.maps, expected)
    own, delta = captum.attr.IntegratedGradients(model.logits).attribute(
        inputs, baselines=0.2, target=TARGETS, n_steps=16, return_convergence_delta=True
    )
    assert close(result.maps, own.sum(dim=1).detach())
    blank = model.logits(torch.full_like(inputs, 0.2)).gather(1, TARGETS[:, None])[:, 0]
    difference = model.logits(inputs).gather(1, TARGETS[:, None])[:, 0] - blank
    assert torch.allclose(result.completeness, (delta / difference).abs().double().detach(), atol=1e-4)


def test_completeness_falls_with_the_number_of_steps(case):
    model, inputs = case
    few, many = (
        method("integrated_gradients", {"steps": steps}).attribute(model, asked(inputs), 16)
        for steps in (8, 128)
    )
    assert many.completeness.max() < few.completeness.max()
    assert many.completeness.max() < 0.05


@pytest.mark.parametrize(("window", "stride", "batch"), [(8, 4, 16), (8, 8, 5), (7, 3, 16), (10, 7, 1)])
def test_occlusion(case, window, stride, batch):
    model, inputs = case
    parameters = {"window": window, "stride": stride, "baseline": 0.5}
    maps = method("occlusion", parameters).attribute(model, asked(inputs), batch).maps
    assert close(maps, each(lambda x, t: slow.occlusion(model, x, t, window, stride, 0.5), inputs))
    shape = (inputs.shape[1], window, window)
    own = captum.attr.Occlusion(model.logits).attribute(
        inputs, shape, (inputs.shape[1], stride, stride), baselines=0.5, target=TARGETS
    )
    assert close(maps, own[:, 0])


@pytest.mark.parametrize(
    ("name", "parameters", "field"),
    [
        ("integrated_gradients", {"steps": 1}, "steps"),
        ("integrated_gradients", {"baseline": 2}, "baseline"),
        ("occlusion", {"window": 0}, "window"),
        ("occlusion", {"wndow": 4}, "wndow"),
        ("grad_cam", {"layer": 5}, "layer"),
    ],
)
def test_a_wrong_parameter_is_named(name, parameters, field):
    with pytest.raises(Refused, match=rf"Method {name}, parameter {field}"):
        method(name, parameters)


def test_parameters_that_do_not_fit_the_input_are_named(case):
    model, inputs = case
    with pytest.raises(Refused, match="parameter window: 64 is larger"):
        method("occlusion", {"window": 64}).attribute(model, asked(inputs), 16)
    with pytest.raises(Refused, match="parameter stride: 9 would leave gaps"):
        method("occlusion", {"window": 8, "stride": 9}).attribute(model, asked(inputs), 16)
    with pytest.raises(Refused, match="no layer 'secnd'; the nearest are 'second'"):
        method("grad_cam", {"layer": "secnd"}).attribute(model, asked(inputs), 16)
    with pytest.raises(Refused, match="'head' gives no map"):
        method("grad_cam", {"layer": "head"}).attribute(model, asked(inputs), 16)


def test_an_unknown_method_is_refused_with_the_nearest():
    with pytest.raises(Refused, match="did you mean 'grad_cam'"):
        method("gradcam")


def hooks(model) -> int:
    return sum(
        len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks)
        for m in model.network.modules()
    )


@pytest.mark.parametrize("name", [name for name in METHODS if "image" in method(name).card.inputs])
def test_no_hook_stays_behind_even_after_a_failure(case, name, monkeypatch):
    model, inputs = case
    made = method(name, {"layer": "first"} if name == "grad_cam" else {})
    made.attribute(model, asked(inputs), 16)
    assert hooks(model) == 0
    monkeypatch.setattr(model.network.head, "forward", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        made.attribute(model, asked(inputs), 16)
    assert hooks(model) == 0


@pytest.mark.parametrize("target", [-1, 2])
def test_a_target_outside_of_the_classes_is_refused(case, target):
    model, inputs = case
    with pytest.raises(Refused, match=rf"the target {target} is none of the model's 2 classes"):
        method("grad_cam").attribute(model, Question(inputs, torch.tensor([0, 1, target]), (0, 1, 2)), 16)


@pytest.mark.parametrize("name", METHODS)
def test_cards_say_what_not_to_claim(name):
    card = method(name).card
    assert card.name == name
    assert card.failure_modes
    assert card.not_to_claim


def test_saliency_and_input_x_gradient(case):
    model, inputs = case
    own = captum.attr.Saliency(model.logits).attribute(inputs, TARGETS).sum(dim=1).detach()
    assert close(method("saliency").attribute(model, asked(inputs), 2).maps, own)
    own = captum.attr.Saliency(model.logits).attribute(inputs, TARGETS, abs=False).sum(dim=1).detach()
    assert close(method("saliency", {"signed": True}).attribute(model, asked(inputs), 2).maps, own)
    own = captum.attr.InputXGradient(model.logits).attribute(inputs, TARGETS).sum(dim=1).detach()
    assert close(method("input_x_gradient").attribute(model, asked(inputs), 2).maps, own)


@pytest.mark.parametrize("batch", [16, 2])
def test_grad_cam_plus_plus(case, batch):
    model, inputs = case
    maps = method("grad_cam_plus_plus").attribute(model, asked(inputs), batch).maps
    layer = model.network.last
    assert close(maps, each(lambda x, t: slow.grad_cam_plus_plus(model, layer, x, t), inputs))


def test_activation_maps_do_not_depend_on_the_class(case):
    model, inputs = case
    maps = method("activation_map").attribute(model, asked(inputs), 2).maps
    other = method("activation_map").attribute(model, Question(inputs, 1 - TARGETS, (0, 1, 2)), 2).maps
    assert torch.equal(maps, other)
    own = captum.attr.LayerActivation(model.logits, model.network.last).attribute(inputs).abs()
    scale = captum.attr.LayerAttribution.interpolate
    assert close(maps, scale(own.mean(dim=1, keepdim=True), (32, 32), "bilinear")[:, 0].detach())
    one = method("activation_map", {"channel": 3}).attribute(model, asked(inputs), 2).maps
    assert close(one, scale(own[:, 3:4], (32, 32), "bilinear")[:, 0].detach())
    with pytest.raises(Refused, match="'last' has 6 channels, from 0; not 6"):
        method("activation_map", {"channel": 6}).attribute(model, asked(inputs), 2)


@pytest.mark.parametrize("form", ["mean", "square", "variance"])
def test_smooth_grad(case, form):
    model, inputs = case
    settings = {"samples": 24, "noise": 0.2, "form": form}
    found = method("smooth_grad", settings).attribute(model, asked(inputs), 24)
    expected = torch.stack(
        [
            slow.smooth_grad(model, x, int(t), 24, 0.2, form, seed)
            for seed, (x, t) in enumerate(zip(inputs, TARGETS, strict=True))
        ]
    )
    assert close(found.maps, expected)
    again = method("smooth_grad", settings).attribute(model, Question(inputs[1:2], TARGETS[1:2], (1,)), 24)
    assert torch.equal(again.maps[0], found.maps[1])


@pytest.mark.parametrize("form", ["mean", "square", "variance"])
def test_smooth_grads_errors_are_what_seeds_differ_by(form):
    torch.manual_seed(1)
    model, image = toys.convolutional(), torch.rand(1, 1, 32, 32)
    made = method("smooth_grad", {"samples": 64, "noise": 0.2, "form": form})
    runs = made.attribute(
        model, Question(image.expand(40, -1, -1, -1), torch.ones(40, dtype=torch.long), tuple(range(40))), 64
    )
    spread, said = runs.maps.std(dim=0), runs.errors.mean(dim=0)
    seen = spread > 1e-3 * spread.max()
    ratio = float((said[seen] / spread[seen]).median())
    assert 0.7 < ratio < 1.25  # heavy tails: half of the places' errors are a little low for squares


class Pooled(toys.Convolutional):
    """Only what Captum's DeepLIFT has a rule for that keeps completeness: no GELU, no maxima, nothing functional."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.pool = torch.nn.AvgPool2d(2)
        self.elu = torch.nn.ELU()

    def forward(self, images: Tensor) -> Tensor:
        maps = self.pool(self.relu(self.norm(self.first(images))))
        return self.head(self.elu(self.second(maps)).mean(dim=(2, 3)))


@pytest.mark.parametrize("channels", [1, 3])
def test_deep_lift_agrees_with_captum(channels):
    torch.manual_seed(2)
    model = AuditedModel(Pooled(channels), toys.spec(32, channels))
    inputs = torch.rand(3, channels, 32, 32)
    found = method("deep_lift", {"baseline": 0.3}).attribute(model, asked(inputs), 4)
    own = captum.attr.DeepLift(model.scorer).attribute(inputs, torch.full_like(inputs, 0.3), TARGETS)
    assert close(found.maps, own.sum(dim=1).detach())
    assert float(found.completeness.max()) < 1e-3


def test_deep_lift_sums_to_the_difference_where_activations_run_twice_and_gates_multiply():
    torch.manual_seed(3)

    class Reused(toys.Convolutional):
        def forward(self, images: Tensor) -> Tensor:
            maps = torch.nn.functional.max_pool2d(self.relu(self.norm(self.first(images))), 3, 1)
            maps = torch.nn.functional.gelu(self.relu(self.second(maps) + 0.1))
            maps = maps * torch.sigmoid(maps.mean(dim=(2, 3), keepdim=True))
            return self.head(maps.mean(dim=(2, 3)) + maps.amax(dim=(2, 3)))

    found = method("deep_lift").attribute(
        AuditedModel(Reused(), toys.spec(32)), asked(torch.rand(3, 1, 32, 32)), 6
    )
    assert float(found.completeness.max()) < 1e-3


def test_a_baseline_of_the_wrong_shape_is_refused(case):
    model, inputs = case
    for name in ("deep_lift", "integrated_gradients"):
        with pytest.raises(Refused, match=r"The baseline has 2 numbers and the model's input [13] channels"):
            method(name, {"baseline": [0.1, 0.2]}).attribute(model, asked(inputs), 4)


@pytest.mark.parametrize("batch", [16, 3])
def test_deep_shap_agrees_with_captum(batch):
    torch.manual_seed(2)
    model = AuditedModel(Pooled(1), toys.spec(32))
    question = asked(torch.rand(3, 1, 32, 32))
    found = method("deep_shap").attribute(model, question, batch)
    own = captum.attr.DeepLiftShap(model.scorer).attribute(question.inputs, question.background, TARGETS)
    assert close(found.maps, own.sum(dim=1).detach())
    assert float(found.completeness.max()) < 1e-3


def test_gradient_shap_is_within_three_standard_errors_of_captum(case):
    model, inputs = case
    question, runs = asked(inputs), 6
    found = method("gradient_shap", {"samples": 400}).attribute(model, question, 100)
    torch.manual_seed(3)
    own = torch.stack(
        [
            captum.attr.GradientShap(model.logits)
            .attribute(inputs, question.background, n_samples=400, stdevs=0.0, target=TARGETS)
            .sum(dim=1)
            .detach()
            for _ in range(runs)
        ]
    )
    spread = (found.errors**2 * (1 + 1 / runs)).sqrt()
    within = ((found.maps - own.mean(dim=0)).abs() <= 3 * spread).double().mean()
    assert float(within) > 0.98
    ratio = (found.errors / own.std(dim=0))[own.std(dim=0) > 0]
    assert 0.8 < float(ratio.median()) < 1.4


def test_gradient_shap_sums_to_the_difference_on_average(case):
    model, inputs = case
    runs, background = 40, asked(inputs).background
    question = Question(
        inputs[:1].expand(runs, -1, -1, -1), torch.ones(runs).long(), tuple(range(runs)), background
    )
    found = method("gradient_shap", {"samples": 100}).attribute(model, question, 100)
    sums = found.maps.double().sum(dim=(1, 2))
    promised = model.logits(inputs[:1])[0, 1] - model.logits(background)[:, 1].mean()
    assert abs(sums.mean() - promised) <= 4 * sums.std() / runs**0.5
    assert torch.allclose(found.completeness, (sums - promised).abs() / promised.abs(), rtol=1e-3)
