"""Each method against its paper, line by line, and against Captum's own call."""

import captum.attr
import pytest
import torch
from torch import Tensor

from auditor.common.errors import Refused
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import METHODS, method
from tests.explain import toys
from tests.reference import attribution as slow

TARGETS = torch.tensor([0, 1, 1])


@pytest.fixture(params=[1, 3], ids=["grey", "colour"])
def case(request):
    torch.manual_seed(1)
    return toys.convolutional(channels=request.param), torch.rand(3, request.param, 32, 32)


def asked(inputs: Tensor) -> Question:
    return Question(inputs, TARGETS, (0, 1, 2))


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


@pytest.mark.parametrize("name", METHODS)
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
