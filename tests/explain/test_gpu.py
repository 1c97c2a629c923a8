"""On a GPU: the same answers within a tolerance, evidence that says so, and batches that shrink to its memory."""

import numpy as np
import pytest
import torch
from torch import nn

from auditor.common.errors import RetraceError
from auditor.explain.assembly import software
from auditor.explain.determinism import deterministic
from auditor.explain.memory import Room
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import METHODS, method
from auditor.explain.model import AuditedModel
from auditor.explain.plan import MethodPlan
from auditor.explain.runner import explain_shard
from tests.explain import toys

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device"),
]
SMALL = {"cut": "grid", "count": 9}
SETTINGS = {
    "occlusion": {"window": 8, "stride": 4},
    "shapley_sampling": SMALL | {"tolerance": 0.0},
    "kernel_shap": SMALL,
    "lime": SMALL,
}


class Smooth(toys.Convolutional):
    """Without kinks and maxima, at which rounding alone would turn a gradient elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.relu, self.last = nn.ELU(), nn.ELU()

    def forward(self, images):
        maps = self.last(self.second(self.relu(self.norm(self.first(images)))))
        return self.head(maps.mean(dim=(2, 3)))


class Huge(nn.Module):
    """Answers dark images, and asks for 4 GB for each that is not."""

    def forward(self, images):
        width = 2**30 if images.amax() > 1 else 1
        return images.new_zeros(len(images), width).sum(dim=1, keepdim=True).expand(-1, 2)


def on(device: str, size: int = 32) -> AuditedModel:
    torch.manual_seed(0)
    return AuditedModel(Smooth(), toys.spec(size), device)


def question(device: str) -> Question:
    draw = torch.Generator().manual_seed(5)
    inputs, background = (torch.rand(count, 1, 32, 32, generator=draw) for count in (3, 4))
    return Question(
        inputs.to(device), torch.tensor([0, 1, 1], device=device), (0, 1, 2), background.to(device)
    )


@pytest.mark.parametrize("name", METHODS)
def test_a_method_agrees_with_the_cpu_and_repeats_bit_for_bit(name):
    made = method(name, SETTINGS.get(name, {}))
    with deterministic(1):
        host = made.attribute(on("cpu"), question("cpu"), 16)
        model, asked = on("cuda"), question("cuda")
        found = made.attribute(model, asked, 16)
        again = made.attribute(model, asked, 16)
    assert found.maps.is_cuda
    assert torch.equal(found.maps, again.maps)
    assert (found.cpu().maps - host.maps).abs().max() <= 1e-3 * host.maps.abs().max()
    for ours, theirs in ((found.cpu().fit, host.fit), (found.cpu().errors, host.errors)):
        assert (ours is None) == (theirs is None)
        assert ours is None or torch.allclose(ours, theirs, rtol=1e-2, atol=1e-4)


def test_a_table_and_a_volume_agree_with_the_cpu():
    from tests.explain.test_modalities import TABLE, VOLUME, Linear, Solid, rows

    targets = torch.tensor([1, 0, 1])
    for network, given, inputs in (
        (Linear, TABLE, rows(3)),
        (Solid, VOLUME, torch.rand(3, 1, 8, 12, 12, generator=torch.Generator().manual_seed(1))),
    ):
        maps = {}
        for device in ("cpu", "cuda"):
            torch.manual_seed(0)
            model = AuditedModel(network(), toys.spec(input=given), device)
            asked = Question(inputs.to(device), targets.to(device), (0, 1, 2), inputs.to(device))
            for name in ("occlusion", "smooth_grad", "deep_shap", "lrp"):
                settings = {"window": 4, "stride": 3} if name == "occlusion" else {}
                with deterministic(1):
                    maps[device, name] = method(name, settings).attribute(model, asked, 8).cpu().maps
        for name in ("occlusion", "smooth_grad", "deep_shap", "lrp"):
            host, found = maps["cpu", name], maps["cuda", name]
            assert (found - host).abs().max() <= 1e-3 * host.abs().max(), name


def test_a_shard_agrees_with_the_cpu_and_its_evidence_names_the_device(tmp_path):
    items, store, _ = toys.validation_set(tmp_path, 6, toys.noise(), np.eye(32) > 0)
    plan = toys.plan(methods=(*toys.plan().methods, MethodPlan(name="deep_shap")), shard_size=6)
    host = explain_shard(on("cpu"), items, plan, 0, store.put)
    found = explain_shard(on("cuda"), items, plan, 0, store.put)
    again = explain_shard(on("cuda"), items, plan, 0, store.put)
    assert found.document_digest() == again.document_digest()
    assert not found.incidents
    for one, other in zip(found.items, host.items, strict=True):
        assert one.predicted == other.predicted
        assert np.allclose(one.scores, other.scores, atol=1e-4)
        assert np.allclose(one.effects.drop, other.effects.drop, atol=1e-3)
        assert one.maps.keys() == other.maps.keys()
    made = software("cuda", tf32=plan.tf32)
    assert (made.device_class, made.tf32) == ("cuda", False)


def test_without_tf32_products_are_exact_to_float32():
    draw = torch.Generator().manual_seed(2)
    first, second = (torch.rand(256, 256, generator=draw) for _ in range(2))
    exact = first.double() @ second.double()
    with deterministic(1):
        found = (first.cuda() @ second.cuda()).cpu().double()
    assert ((found - exact).abs() / exact).max() < 1e-5


@pytest.fixture
def little_memory():
    """Leave this process 400 MB of the GPU's memory beyond what it holds already."""
    warm = on("cuda", 128)
    warm.probabilities(torch.rand(2, 1, 128, 128, device="cuda"))
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + 400e6) / total)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)
    torch.cuda.empty_cache()


@pytest.mark.parametrize("name", ["occlusion", "saliency", "smooth_grad", "deep_lift"])
def test_batches_are_halved_until_they_fit_the_gpu(little_memory, name):
    settings = {"occlusion": {"window": 64, "stride": 64}, "smooth_grad": {"samples": 8}}
    made, model = method(name, settings.get(name, {})), on("cuda", 128)
    inputs = torch.rand(512, 1, 128, 128, generator=torch.Generator().manual_seed(3)).cuda()
    asked = Question(inputs, torch.ones(512, dtype=torch.long, device="cuda"), tuple(range(512)))
    room = Room(4096)
    with deterministic(1):
        found = made.attribute(model, asked, room)
        small = made.attribute(model, asked[:8], 8)
    assert room.size in {room.wanted >> halvings for halvings in range(1, 13)}
    assert (found.maps[:8] - small.maps).abs().max() <= 1e-3 * small.maps.abs().max()


def test_a_single_input_that_does_not_fit_the_gpu_is_told(little_memory):
    model = AuditedModel(Huge(), toys.spec(32), "cuda")
    bright = torch.ones(4, 1, 32, 32, device="cuda")
    with pytest.raises(RetraceError, match="more memory for one input"):
        list(Room(4).each(4, lambda part: model.probabilities(bright[part])))
