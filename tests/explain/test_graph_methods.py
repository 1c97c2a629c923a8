"""Methods on graphs: a node gets what Captum, enumeration of smaller graphs or a slow average gives it."""

import captum.attr
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.errors import Refused
from auditor.explain.coalitions.players import nodes_of
from auditor.explain.graphs import Graph
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import method
from auditor.explain.methods.smooth_grad import noise
from auditor.explain.model import AuditedModel
from auditor.explain.packing import encode_graph
from tests.explain import graph_toys as toys
from tests.reference.attribution import shapley


@pytest.mark.parametrize("convolution", ["gcn", "gin", "sage"])
def test_gradients_agree_with_captums_on_the_same_tensor(convolution):
    model, asked = toys.model(convolution=convolution), toys.question()
    inputs, targets, blank = asked.inputs, asked.targets, model.baseline(None, asked.inputs)
    network = model.scorer
    expected = {
        "saliency": captum.attr.Saliency(network).attribute(inputs, targets),
        "input_x_gradient": captum.attr.InputXGradient(network).attribute(inputs.clone(), targets),
        "integrated_gradients": captum.attr.IntegratedGradients(network).attribute(
            inputs, blank, targets, n_steps=64, method="gausslegendre"
        ),
        "deep_lift": captum.attr.DeepLift(network).attribute(inputs.clone(), blank, targets),
    }
    for name, packed in expected.items():
        found, wanted = method(name).attribute(model, asked, 3), packed[..., 2:5].sum(dim=-1).detach()
        assert (found.maps - wanted).abs().max() <= 1e-4 * wanted.abs().max(), name


@pytest.mark.parametrize("readout", ["mean", "sum", "max", "focus"])
@pytest.mark.parametrize("convolution", ["gcn", "gin", "sage"])
def test_what_deep_lift_gives_to_nodes_sums_to_the_difference(convolution, readout):
    focus = readout == "focus"
    model = toys.model(
        toys.given(about="node" if focus else "graph"), convolution=convolution, readout=readout
    )
    asked = toys.question(focus)
    for name in ("deep_lift", "deep_shap"):
        found = method(name).attribute(model, asked, 4)
        assert float(found.completeness.max()) < 1e-4, name
        assert not found.maps[asked.inputs[..., 0] == 0].any()


def test_values_against_a_background_agree_with_a_slow_average():
    model, asked = toys.model(), toys.question()
    deep = captum.attr.DeepLift(model.scorer)
    shap = method("deep_shap").attribute(model, asked, 8).maps
    sampled = method("gradient_shap", {"samples": 4000}).attribute(model, asked, 64)
    for item in range(3):
        rows, target = asked.inputs[item], int(asked.targets[item])
        count = int(rows[:, 0].sum())
        lifted, integrated = [], []
        for other in asked.background:
            there, start = int(other[:, 0].sum()), rows.clone()
            for node in range(count):
                start[node, 2:5] = other[node % there, 2:5]
            lifted.append(deep.attribute(rows[None].clone(), start[None], target)[0, :, 2:5].sum(dim=-1))
            integrated.append(
                captum.attr.IntegratedGradients(model.scorer).attribute(rows[None], start[None], target)[
                    0, :, 2:5
                ]
            )
        expected = torch.stack(lifted).mean(dim=0).detach()
        assert (shap[item] - expected).abs().max() <= 1e-4 * expected.abs().max()
        mean = torch.stack(integrated).sum(dim=-1).mean(dim=0)
        assert ((sampled.maps[item] - mean).abs() <= 4 * sampled.errors[item] + 1e-5).all()
    assert float(sampled.completeness.max()) < 0.2


def without(graph: Graph, there: np.ndarray) -> Graph:
    """The graph of the nodes that are there, counted anew."""
    kept = [node for node in range(len(graph.nodes)) if there[node]]
    place = {node: index for index, node in enumerate(kept)}
    return graph.model_copy(
        update={
            "nodes": tuple(graph.nodes[node] for node in kept),
            "edges": tuple((place[a], place[b], w) for a, b, w in graph.edges if a in place and b in place),
            "focus": None if graph.focus is None else place[graph.focus],
        }
    )


def score_of(model: AuditedModel, graph: Graph, target: int) -> float:
    with torch.no_grad():
        return float(model.logits(encode_graph(graph, model.spec.input, "a graph")[None])[0, target])


def enumerated(model: AuditedModel, graph: Graph, target: int) -> np.ndarray:
    """Shapley values of the nodes but the focus, by asking about every smaller graph itself."""
    players = [node for node in range(len(graph.nodes)) if node != graph.focus]

    def value(coalition: np.ndarray) -> float:
        there = np.zeros(len(graph.nodes), bool)
        there[[node for node, stays in zip(players, coalition, strict=True) if stays]] = True
        if graph.focus is not None:
            there[graph.focus] = True
        if not there.any():
            return float(model.logits(torch.zeros(1, *model.spec.input.shape))[0, target])
        return score_of(model, without(graph, there), target)

    values = np.zeros(model.spec.input.nodes)
    values[players] = shapley(value, len(players))
    return values


@pytest.mark.parametrize(("convolution", "focus"), [("gcn", None), ("gin", 1), ("sage", None)])
def test_shapley_values_of_nodes_agree_with_graphs_of_the_other_nodes(convolution, focus):
    readout = "mean" if focus is None else "focus"
    spec = toys.given(about="graph" if focus is None else "node")
    model = toys.model(spec, convolution=convolution, readout=readout)
    graph = toys.random_graph(3, 6, focus)
    asked = Question(toys.packed([graph], spec), torch.tensor([1]), (4,))
    expected = torch.from_numpy(enumerated(model, graph, 1))
    exact = method("kernel_shap").attribute(model, asked, 32)
    assert (exact.maps[0] - expected).abs().max() <= 1e-4 * expected.abs().max()
    sampled = method("shapley_sampling", {"permutations": 400, "tolerance": 0.0}).attribute(model, asked, 64)
    assert ((sampled.maps[0] - expected).abs() <= 4 * sampled.errors[0] + 1e-6).all()
    assert float(sampled.errors.max()) < 0.2 * float(expected.abs().max())


def test_a_node_that_is_covered_has_left_the_graph():
    spec = toys.given(about="node")
    model = toys.model(spec, readout="focus")
    graph = toys.random_graph(3, 6, focus=2)
    found = method("occlusion").attribute(
        model, Question(toys.packed([graph], spec), torch.tensor([0]), (1,)), 4
    )
    whole = score_of(model, graph, 0)
    for node in range(6):
        wanted = 0 if node == 2 else whole - score_of(model, without(graph, np.arange(6) != node), 0)
        assert float(found.maps[0, node]) == pytest.approx(wanted, abs=1e-5)
    assert not found.maps[0, 6:].any()


def test_against_a_background_a_missing_node_keeps_its_edges():
    model, asked = toys.model(), toys.question(nodes=(4, 4, 4))
    settings_ = {"missing": "background"}
    found = method("kernel_shap", settings_).attribute(model, asked, 32)
    lent = torch.stack([model.references(item, asked.background) for item in asked.inputs])
    for item in range(3):

        def value(coalition: np.ndarray, item: int = item) -> float:
            mixed = lent[item].clone()
            for node in np.flatnonzero(coalition):
                mixed[:, node] = asked.inputs[item, node]
            with torch.no_grad():
                return float(model.logits(mixed)[:, asked.targets[item]].mean())

        assert torch.allclose(found.maps[item, :4].double(), torch.from_numpy(shapley(value, 4)), atol=1e-4)


@given(there=st.lists(st.booleans(), min_size=1, max_size=9), focus=st.booleans(), seed=st.integers(0, 99))
def test_every_node_that_exists_plays_but_the_focus(there, focus, seed):
    rows = torch.zeros(len(there), 3 + len(there))
    rows[:, 0] = torch.tensor(there).float()
    if focus:
        rows[seed % len(there), :2] = 1
    players = nodes_of(rows, 1)
    plays = [node for node in range(len(there)) if rows[node, 0] and not rows[node, 1]]
    assert len(players) == len(plays)
    values = torch.rand(len(plays), generator=torch.Generator().manual_seed(seed))
    spread = players.spread(values)
    assert torch.equal(spread[plays, 2], values)
    assert float(spread.sum()) == pytest.approx(float(values.sum()), abs=1e-5)
    coalition = values < 0.5
    kept = players.kept(coalition[None])[0]
    gone = [node for node, stays in zip(plays, coalition, strict=True) if not stays]
    assert not kept[gone].any()
    assert not kept[:, [3 + node for node in gone]].any()
    rest = [node for node in range(len(there)) if node not in gone]
    assert kept[rest][:, [0, 1, 2, *(3 + node for node in rest)]].all()


def test_smooth_grads_noise_reaches_features_alone():
    model, asked = toys.model(), toys.question()
    made = method("smooth_grad", {"samples": 40, "noise": 0.2})
    found = made.attribute(model, asked, 40)
    shape = asked.inputs.shape[1:]
    draws = [torch.from_numpy(noise(asked.seeds[0], sample, shape)) for sample in range(40)]
    total = torch.zeros(10)
    for draw in draws:
        rows = asked.inputs[0].clone()
        rows[:7, 2:5] += 0.2 * torch.tensor([2, 0.5, 1]) * draw[:7, 2:5]
        leaf = rows.requires_grad_()
        total += torch.autograd.grad(model.logits(leaf[None])[0, 1], leaf)[0][:, 2:5].sum(dim=-1)
    assert torch.allclose(found.maps[0], total / 40, atol=1e-5)


def test_lrp_says_that_it_has_no_rule_for_edges():
    with pytest.raises(
        Refused, match=r"has no rule for the operation 'matmul', which layer 'convolutions.0' uses"
    ):
        method("lrp").attribute(toys.model(), toys.question(), 4)
