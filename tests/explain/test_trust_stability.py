"""Maps under noise and seeds, against Captum's own max-sensitivity."""

import numpy as np
import pytest
import torch
from captum.metrics import sensitivity_max

from auditor.explain import packing
from auditor.explain.memory import Room
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import method
from auditor.explain.trust.settings import TrustPlan
from auditor.explain.trust.stability import max_sensitivity, noisy, seeds
from tests.explain import graph_toys, row_toys, toys

PLAN = TrustPlan(noises=3)


def question() -> Question:
    torch.manual_seed(0)
    return Question(torch.rand(3, 1, 32, 32), torch.tensor([0, 1, 1]), (1, 2, 3))


def test_max_sensitivity_is_captums():
    model, asked, one = toys.convolutional(), question(), method("input_x_gradient")
    maps = one.attribute(model, asked, 16).maps
    draws = torch.stack([noisy(model, asked, PLAN.radius, number) for number in range(3)], dim=1).flatten(
        0, 1
    )

    def explained(inputs, target):
        rows = inputs[0] if isinstance(inputs, tuple) else inputs
        found = one.attribute(model, Question(rows, target, tuple(range(len(rows)))), 16).maps
        return (found,) if isinstance(inputs, tuple) else found

    peer = sensitivity_max(
        explained, asked.inputs, lambda _inputs: draws, n_perturb_samples=3, norm_ord=2, target=asked.targets
    )
    assert max_sensitivity(one, model, asked, maps, PLAN, Room(16)) == pytest.approx(peer.tolist(), rel=1e-4)


def test_noise_is_an_items_own_and_stays_within_its_bounds():
    model, asked = toys.convolutional(), question()
    asked.inputs[0] *= 0.5
    moved = noisy(model, asked, 0.02, 0)
    for item, change in zip(asked.inputs, moved - asked.inputs, strict=True):
        spread = float(item.max() - item.min())
        assert 0.9 * 0.02 * spread < float(change.abs().max()) <= 0.02 * spread + 1e-6
    assert moved.min() >= 0
    assert moved.max() <= 1
    assert torch.equal(noisy(model, asked[1:], 0.02, 0), moved[1:])
    assert not torch.equal(noisy(model, asked, 0.02, 1), moved)


def test_noise_leaves_categories_missing_numbers_and_edges_alone():
    model = row_toys.mixed(0)
    rows = row_toys.tensor(row_toys.drawn(20, 3))
    moved = noisy(model, Question(rows, torch.zeros(20, dtype=torch.long), tuple(range(20))), 0.02, 0)
    owners = np.array(row_toys.TABLE.owners)
    assert torch.equal(moved[:, owners == 1], rows[:, owners == 1])
    assert torch.equal(moved[:, owners == 4], rows[:, owners == 4])
    assert torch.equal(moved.isnan(), rows.isnan())
    assert rows.isnan().any()
    assert ((moved - rows)[:, 0].abs() > 0).all()
    assert (moved - rows)[:, 0].abs().max() <= 0.02 * 10 + 1e-4

    graphs = graph_toys.question()
    moved = noisy(graph_toys.model(), graphs, 0.02, 0)
    assert torch.equal(packing.edges(moved), packing.edges(graphs.inputs))
    assert torch.equal(moved[..., :2], graphs.inputs[..., :2])
    changed = packing.features(moved != graphs.inputs, graph_toys.given())
    assert torch.equal(changed.any(dim=-1, keepdim=True), packing.exists(graphs.inputs))


def test_only_noise_is_measured_and_a_map_of_nothing_has_none():
    model, asked = toys.convolutional(), question()
    one = method("smooth_grad", {"samples": 4})
    maps = one.attribute(model, asked, 16).maps
    tiny = max_sensitivity(one, model, asked, maps, TrustPlan(radius=1e-7, noises=1), Room(16))
    assert max(tiny) < 0.05
    assert max_sensitivity(one, model, asked, 0 * maps, PLAN, Room(16)) == [None] * 3


def test_seeds_are_compared_where_a_method_draws():
    model, asked = toys.convolutional(), question()
    exact = method("saliency")
    assert seeds(exact, model, asked, exact.attribute(model, asked, 16).maps, Room(16)) == [None] * 3
    found = []
    for samples in (2, 128):
        one = method("smooth_grad", {"samples": samples, "noise": 0.3})
        found.append(seeds(one, model, asked, one.attribute(model, asked, 16).maps, Room(16)))
    assert np.mean(found[0]) < np.mean(found[1]) < 1
    graphs, one = graph_toys.question(), method("gnn_explainer", {"epochs": 5})
    maps = one.attribute(graph_toys.model(), graphs, 16).maps
    assert all(-1 <= value < 1 for value in seeds(one, graph_toys.model(), graphs, maps, Room(16)))
