"""Maps that do not depend on weights, class or item are found out; the audited model is never touched."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.methods.catalog import METHODS, method
from auditor.explain.model import AuditedModel
from auditor.explain.trust.cascade import cascade
from auditor.explain.trust.ranks import spearman
from auditor.explain.trust.sanity import other_class, other_item, partners_of, randomised, randomised_together
from auditor.explain.trust.stages import stages_of
from tests.explain import graph_toys, row_toys, toys
from tests.reference import trust_sanity as slow

ROOM = Room(16)


class Edges(Method[Document]):
    """The image's own edges, whatever the model."""

    card = card("saliency")
    settings_type = Document

    def _attribute(self, model, question, room):
        down, across = torch.gradient(question.inputs.sum(dim=1), dim=(1, 2))
        return Attribution(down.abs() + across.abs())


def question(seed: int = 0, channels: int = 1) -> Question:
    torch.manual_seed(seed)
    return Question(torch.rand(3, channels, 32, 32), torch.tensor([0, 1, 1]), (1, 2, 3))


def trained() -> tuple[AuditedModel, Question]:
    """A network that learnt which half of a noisy image is brighter."""
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 5, padding=2),
        torch.nn.BatchNorm2d(8),
        torch.nn.ReLU(),
        torch.nn.AvgPool2d(4),
        torch.nn.Flatten(),
        torch.nn.Linear(128, 16),
        torch.nn.ReLU(),
        torch.nn.Linear(16, 2),
    )
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(60):
        images, labels = torch.rand(32, 1, 16, 16), torch.randint(2, (32,))
        images[labels == 1, :, 4:8, 4:8] += 0.5
        loss = torch.nn.functional.cross_entropy(network(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return AuditedModel(network, toys.spec(16)), Question(images[:6], labels[:6], tuple(range(6)))


@given(arrays(np.float64, 9, elements=st.integers(-3, 3)), arrays(np.float64, 9, elements=st.integers(-3, 3)))
@settings(max_examples=60, deadline=None)
def test_rank_correlation_shares_the_ranks_of_ties(first, second):
    assert spearman(first, second) == pytest.approx(slow.spearman(first, second))


def test_a_constant_map_has_no_correlation():
    assert spearman(np.zeros(4), np.arange(4.0)) is None
    assert spearman(np.arange(3.0), np.array([1.0, np.nan, 2.0])) is None
    model, asked = toys.convolutional(), question()
    flat = torch.zeros(3, 32, 32)
    stages = stages_of(model, 2)
    assert randomised(method("saliency"), model, asked, flat, stages, 0, ROOM) == [(), (), ()]
    assert other_class(method("grad_cam"), model, asked, flat, ROOM) == [None] * 3
    assert other_class(method("activation_map"), model, asked, flat, ROOM) == [None] * 3


def test_stages_follow_the_order_of_running_from_the_output():
    model = toys.convolutional()
    assert [stage.layers for stage in stages_of(model, 5)] == [("head",), ("second",), ("norm", "first")]
    assert [stage.name for stage in stages_of(model, 2)] == ["head to second", "first"]
    assert [stage.name for stage in stages_of(graph_toys.model(), 5)] == [
        "head",
        "convolutions.1.lin",
        "convolutions.0.lin",
    ]
    assert [stage.name for stage in stages_of(row_toys.mixed(0), 9)] == ["body.2", "body.0"]


@pytest.mark.parametrize("convolution", ["gcn", "gin", "sage"])
def test_stages_hold_every_weight_once(convolution):
    model = graph_toys.model(convolution=convolution)
    layers = [layer for stage in stages_of(model, 2) for layer in stage.layers]
    held = [
        f"{name}.{key}" for name in layers for key, _ in model.layer(name).named_parameters(recurse=False)
    ]
    assert sorted(held) == sorted(name for name, _ in model.network.named_parameters())


def test_the_audited_model_stays_as_it_is_and_copies_keep_their_form():
    model, asked = toys.convolutional(channels=3), question(channels=3)
    before = {key: tensor.clone() for key, tensor in model.network.state_dict().items()}
    answer = model.logits(asked.inputs)
    for random in cascade(model, stages_of(model, 5), 3):
        assert random.scorer.network is random.network is not model.network
        assert not any(p.requires_grad for p in random.network.parameters())
        assert not random.network.training
        assert random.network.first.weight.is_contiguous(memory_format=torch.channels_last)
    assert all(torch.equal(before[key], tensor) for key, tensor in model.network.state_dict().items())
    assert torch.equal(answer, model.logits(asked.inputs))
    assert not any(module._forward_hooks for module in model.network.modules())


def test_weights_are_shuffled_stage_by_stage_and_channels_keep_their_numbers():
    model = toys.convolutional()
    model.network.norm.weight.uniform_(0.5, 2)
    model.network.norm.bias.uniform_(-1, 1)
    own, head = model.network.norm, []
    for number, random in enumerate(cascade(model, stages_of(model, 5), 11)):
        head.append(random.network.head.weight.clone())
        assert torch.equal(random.network.first.weight, model.network.first.weight) == (number < 2)
        assert torch.equal(random.network.norm.running_mean, own.running_mean) == (number < 2)
    assert torch.equal(head[0], head[2])
    assert not torch.equal(head[0], model.network.head.weight)
    assert torch.equal(head[0].flatten().sort()[0], model.network.head.weight.flatten().sort()[0])

    def channels(norm):
        kept = zip(norm.weight, norm.bias, norm.running_mean, norm.running_var, strict=True)
        return {tuple(map(float, one)) for one in kept}

    assert channels(random.network.norm) == channels(own)


def test_what_shuffling_leaves_alone_is_drawn_at_the_scale_of_its_layer():
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.LayerNorm(64), torch.nn.Linear(64, 1))
    network[2].bias.data.zero_()
    network[2].weight.data.mul_(100)
    model = AuditedModel(network, toys.spec(8, activation="sigmoid"))
    *_, random = cascade(model, stages_of(model, 5), 0)
    _, norm, dense = random.network
    assert 0.1 < float(dense.bias.abs()) < 50
    assert norm.weight.std() > 0.3
    assert norm.bias.std() > 0.3


def test_an_edge_detector_is_found_out_and_gradients_are_not():
    model, asked = trained()
    edges, saliency = Edges({}), method("saliency", {"signed": True})
    stages = stages_of(model, 5)
    maps = {
        name: one.attribute(model, asked, 16).maps for name, one in (("edges", edges), ("saliency", saliency))
    }
    rooms = {"edges": ROOM, "saliency": ROOM}
    found = randomised_together({"edges": edges, "saliency": saliency}, model, asked, maps, stages, 5, rooms)
    assert found["edges"] == [pytest.approx((1.0,) * len(stages))] * 6
    last = [values[-1] for values in found["saliency"]]
    assert len(stages) == 3
    assert np.mean(last) < 0.5
    assert found["saliency"] == randomised(saliency, model, asked, maps["saliency"], stages, 5, ROOM)


def test_randomised_ranks_sizes_as_the_paper_does():
    model, asked = toys.convolutional(), question()
    one, stages = method("input_x_gradient"), stages_of(model, 3)
    maps = one.attribute(model, asked, 16).maps
    found = randomised(one, model, asked, maps, stages, 2, Room(2))
    for number, random in enumerate(cascade(model, stages, 2)):
        made = one.attribute(random, asked, 16).maps
        for item in range(3):
            slowly = slow.spearman(*(values[item].abs().flatten().tolist()[:200] for values in (maps, made)))
            quick = spearman(
                *(values[item].abs().flatten().double().numpy()[:200] for values in (maps, made))
            )
            assert quick == pytest.approx(slowly)
            whole = (values[item].abs().flatten().double().numpy() for values in (maps, made))
            assert found[item][number] == pytest.approx(spearman(*whole), abs=1e-4)


def test_a_random_map_of_nothing_has_lost_its_order():
    class Vanishing(Edges):
        def _attribute(self, model, question, room):
            found = super()._attribute(model, question, room)
            return found if model is audited else Attribution(torch.zeros_like(found.maps))

    audited, asked = toys.convolutional(), question()
    one = Vanishing({})
    maps = one.attribute(audited, asked, 16).maps
    assert randomised(one, audited, asked, maps, stages_of(audited, 2), 0, ROOM) == [(0.0, 0.0)] * 3


def test_graphs_are_ranked_by_the_nodes_that_exist():
    model, asked = graph_toys.model(), graph_toys.question()
    one, stages = method("occlusion"), stages_of(model, 3)
    maps = one.attribute(model, asked, 16).maps
    found = randomised(one, model, asked, maps, stages, 1, ROOM)
    *_, last = cascade(model, stages, 1)
    made = one.attribute(last, asked, 16).maps
    for item, nodes in enumerate((7, 5, 6)):
        expected = slow.spearman(*(values[item, :nodes].abs().tolist() for values in (maps, made)))
        assert found[item][-1] == pytest.approx(expected)


def test_rows_and_models_that_only_predict():
    model = row_toys.mixed(2)
    asked = Question(
        row_toys.tensor(row_toys.drawn(4, 0)).nan_to_num(1.0), torch.tensor([0, 1, 2, 0]), (1, 2, 3, 4)
    )
    one = method("occlusion")
    maps = one.attribute(model, asked, 16).maps
    assert all(
        len(values) == 2 for values in randomised(one, model, asked, maps, stages_of(model, 5), 1, ROOM)
    )
    model.network.predictions_only = True
    assert stages_of(model, 5) == ()
    assert randomised(one, model, asked, maps, (), 1, ROOM) == [()] * 4
    assert all(value is not None for value in other_class(one, model, asked, maps, ROOM))


def test_a_signed_map_inverts_for_the_mirrored_class_and_sizes_say_nothing():
    torch.manual_seed(0)
    model = AuditedModel(toys.Convolutional(classes=1), toys.spec(activation="sigmoid"))
    asked = question()
    for name, wanted in (("integrated_gradients", -1.0), ("activation_map", 1.0), ("saliency", None)):
        one = method(name)
        maps = one.attribute(model, asked, 16).maps
        found = other_class(one, model, asked, maps, ROOM)
        assert found == ([None] * 3 if wanted is None else [pytest.approx(wanted)] * 3)


def test_the_other_class_is_the_likeliest_of_the_rest():
    model, asked = toys.convolutional(classes=2), question()
    model = AuditedModel(
        toys.Convolutional(classes=3), toys.spec(output={"classes": ("a", "b", "c"), "activation": "softmax"})
    )
    one = method("input_x_gradient")
    maps = one.attribute(model, asked, 16).maps
    scores = model.probabilities(asked.inputs)
    others = [
        max(set(range(3)) - {int(t)}, key=lambda c, i=i: scores[i, c]) for i, t in enumerate(asked.targets)
    ]
    made = one.attribute(model, replace(asked, targets=torch.tensor(others)), 16).maps
    expected = [
        spearman(a.flatten().double().numpy(), b.flatten().double().numpy())
        for a, b in zip(maps, made, strict=True)
    ]
    assert other_class(one, model, asked, maps, ROOM) == pytest.approx(expected)


def test_partners_are_the_next_items_of_the_set():
    model, rng = toys.convolutional(), np.random.default_rng(0)
    assert partners_of(model, 3) == (1, 2, 0)
    assert partners_of(model, 1) == (None,)
    assert partners_of(graph_toys.model(), 3) == (None,) * 3
    maps = [rng.normal(size=(4, 4)) for _ in range(3)]
    found = other_item(maps, (1, None, 0))
    assert found[0] == pytest.approx(slow.spearman(maps[0].ravel(), maps[1].ravel()))
    assert found[1] is None
    assert other_item([maps[0]] * 2, (1, 0)) == pytest.approx([1, 1])


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"gnn_explainer"}))
def test_methods_say_whether_seeds_and_classes_matter(name):
    model, small = toys.convolutional(), {"cut": "grid", "count": 16}
    parts = name in ("kernel_shap", "lime", "shapley_sampling")
    one = method(name, small | ({"samples": 64} if name != "shapley_sampling" else {}) if parts else {})
    asked = replace(question(), background=torch.rand(4, 1, 32, 32))
    maps = one.attribute(model, asked, 16).maps
    again = one.attribute(model, replace(asked, seeds=(7, 8, 9)), 16).maps
    other = one.attribute(model, replace(asked, targets=1 - asked.targets), 16).maps
    assert torch.equal(maps, again) != one.draws
    assert torch.equal(maps, other) != one.of_class
