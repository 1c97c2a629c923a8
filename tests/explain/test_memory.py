"""Memory that runs out costs the part that did not fit and nothing else, in every method."""

import math
import resource
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from auditor.common.errors import RetraceError
from auditor.explain.cards import card
from auditor.explain.memory import Room, is_out_of_memory
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import METHODS, method
from auditor.explain.model import AuditedModel
from auditor.explain.runner import explain_shard
from tests.explain import toys

ITEMS, BACKGROUND, PARTS = 5, 3, 4
SMALL = {"cut": "grid", "count": PARTS}
SETTINGS = {
    "smooth_grad": {"samples": 7},
    "integrated_gradients": {"steps": 9},
    "gradient_shap": {"samples": 8},
    "occlusion": {"window": 8, "stride": 8},
    "shapley_sampling": SMALL | {"permutations": 8, "tolerance": 0.0},
    "kernel_shap": SMALL | {"samples": 64},
    "lime": SMALL | {"samples": 16},
}
PASSES = {  # how many inputs a method asks about
    "smooth_grad": ITEMS * 7,
    "integrated_gradients": ITEMS * (9 + 1) + math.ceil(ITEMS / 2),
    "deep_lift": ITEMS * 2,
    "deep_shap": ITEMS * BACKGROUND * 2,
    "gradient_shap": ITEMS * (8 + 1) + ITEMS * BACKGROUND,
    "occlusion": ITEMS * (4 + 1),
    "shapley_sampling": ITEMS * (2 + 8 * (PARTS - 1)),
    "kernel_shap": ITEMS * 2**PARTS,
    "lime": ITEMS * 16,
}
OF_IMAGES = [name for name in METHODS if "image" in card(name).inputs]
ANSWERS_ONLY = ("activation_map", "occlusion", "shapley_sampling", "kernel_shap", "lime")


class Tight(toys.Convolutional):
    """Has memory for so many inputs at once; counts those that it answered and those that it could not."""

    most = 10**9

    def __init__(self) -> None:
        super().__init__()
        self.answered, self.refused, self.inference = [], [], set()

    def forward(self, images: Tensor) -> Tensor:
        if len(images) > self.most:
            self.refused.append(len(images))
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        self.answered.append(len(images))
        self.inference.add(torch.is_inference_mode_enabled())
        return super().forward(images)


def tight(most: int) -> AuditedModel:
    torch.manual_seed(0)
    model = AuditedModel(Tight(), toys.spec(16))
    model.network.most = most
    model.network.answered.clear()
    model.network.inference.clear()
    return model


def question() -> Question:
    inputs = torch.rand(ITEMS + BACKGROUND, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    return Question(inputs[:ITEMS], torch.tensor([0, 1, 0, 1, 1]), tuple(range(ITEMS)), inputs[ITEMS:])


@settings(deadline=None, max_examples=40)
@given(
    total=st.integers(0, 200),
    batch=st.integers(1, 64),
    most=st.integers(1, 64),
    cost=st.integers(1, 3),
)
def test_every_unit_is_answered_once_in_the_largest_halves_that_fit(total, batch, most, cost):
    room, refused = Room(batch), []

    def call(part: slice) -> list[int]:
        units = list(range(total))[part]
        if len(units) * cost > most:
            refused.append(len(units))
            raise MemoryError
        return units

    if cost > most and total:
        with pytest.raises(RetraceError, match="more memory for one input"):
            list(room.each(total, call, cost))
        return
    parts = list(room.each(total, call, cost))
    assert [unit for part in parts for unit in part] == list(range(total))
    assert room.size in {batch >> halvings for halvings in range(8)}
    assert len(refused) <= math.log2(batch) + 1
    assert room.size == batch or 2 * room.size >= min(most, batch) - 1


def test_a_part_that_fails_late_does_not_cost_the_parts_before_it():
    room, asked = Room(8), []

    def call(part: slice) -> int:
        asked.append((part.start, part.stop))
        if len(asked) == 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return part.stop - part.start

    assert list(room.each(20, call)) == [8, 8, 2, 2]
    assert asked == [(0, 8), (8, 16), (16, 20), (16, 18), (18, 20)]
    assert (room.size, room.wanted) == (2, 8)
    assert list(room.each(3, call)) == [2, 1]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("Failed to allocate memory for requested buffer of size 2147483648"),
    ],
    ids=str,
)
def test_what_torch_and_onnxruntime_say_when_memory_runs_out_is_understood(error):
    assert is_out_of_memory(error)


def test_memory_that_the_host_does_not_have_is_understood():
    with pytest.raises(RuntimeError) as found:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(found.value)
    with pytest.raises(MemoryError) as found:
        np.empty(2**60, dtype=np.uint8)
    assert is_out_of_memory(found.value)


@pytest.mark.parametrize(
    "error", [RuntimeError("mat1 and mat2 shapes cannot be multiplied"), ValueError("x")]
)
def test_every_other_error_passes_through_at_once(error):
    asked = []

    def call(part: slice) -> None:
        asked.append(part)
        raise error

    with pytest.raises(type(error), match=str(error)):
        list(Room(8).each(20, call))
    assert len(asked) == 1


@pytest.mark.parametrize("name", OF_IMAGES)
def test_a_method_that_runs_out_of_memory_loses_nothing(name):
    made, room, model = method(name, SETTINGS.get(name, {})), Room(16), tight(4)
    found = made.attribute(model, question(), room)
    assert room.size == 4
    assert sum(model.network.answered) == PASSES.get(name, ITEMS)
    assert max(model.network.answered) <= 4
    assert 1 <= len(model.network.refused) <= 2
    small = made.attribute(tight(4), question(), 4)
    assert torch.equal(found.maps, small.maps)
    if found.errors is not None:
        assert torch.equal(found.errors, small.errors)
    large = made.attribute(tight(16), question(), 16)
    assert (found.maps - large.maps).abs().max() <= 1e-5 * large.maps.abs().max()


@pytest.mark.parametrize("name", OF_IMAGES)
def test_a_method_says_when_a_single_item_does_not_fit(name):
    with pytest.raises(RetraceError, match="more memory for one input than this worker has"):
        method(name, SETTINGS.get(name, {})).attribute(tight(0), question(), 16)


@pytest.mark.parametrize("name", OF_IMAGES)
def test_batches_are_filled_with_pairs_of_items_and_perturbations(name):
    model = tight(10**9)
    method(name, SETTINGS.get(name, {})).attribute(model, question(), 16)
    fewest = sum(math.ceil(passes / 16) for passes in (PASSES.get(name, ITEMS),))
    ends = {"integrated_gradients": ITEMS, "occlusion": 1, "gradient_shap": 2, "deep_shap": 0}
    assert len(model.network.answered) <= fewest + ends.get(name, 1)
    if name in ANSWERS_ONLY and name != "activation_map":
        assert model.network.inference == {True}


def test_a_run_tells_once_a_shard_what_ran_in_smaller_batches(tmp_path):
    items, store, _ = toys.validation_set(tmp_path, 8, toys.noise(16), given=toys.spec(16))
    plan = toys.plan(shard_size=8, batch_size=4)
    result = explain_shard(tight(2), items, plan, 0, store.put)
    assert [(incident.item, incident.what) for incident in result.incidents] == [
        ("item-0", f"{what} ran in batches of 2 instead of 4 from this item on, for lack of memory.")
        for what in (
            "The prediction",
            "Grad-CAM",
            "Integrated Gradients",
            "Occlusion",
            "The test of changes",
            "The test of explanations",
            "The comparison of regions",
        )
    ]
    plain = explain_shard(tight(10**9), items, plan, 0, store.put)
    assert not plain.incidents
    for one, other in zip(result.items, plain.items, strict=True):
        assert np.allclose(one.scores, other.scores, atol=1e-6)
        assert np.allclose(one.effects.drop, other.effects.drop, atol=1e-6)


def test_a_thousand_images_take_no_more_memory_than_the_first_hundred(tmp_path):
    items, store, _ = toys.validation_set(tmp_path, 1000, toys.noise(64), given=toys.spec(64))
    names = ("grad_cam", "lrp")  # together 33 kB of maps an image
    plan = toys.plan(methods=tuple({"name": name} for name in names), shard_size=50, batch_size=25, grid=2)
    model, resident = toys.convolutional(64), []
    for index in range(20):
        store.put(explain_shard(model, items, plan, index, store.put).to_bytes())
        resident.append(resident_bytes())
    assert max(resident[2:]) - resident[1] < 30e6


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
